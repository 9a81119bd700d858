"""Courses that a union's notice may lead to."""

from datetime import date

from django.utils.translation import gettext as _

from courses.queries.served import current_editions
from unions.api import Link, Union

AT_MOST = 60


def course_links(union: Union, on: date) -> tuple[str, list[Link]]:
    """Return the courses that were published last."""
    rows = current_editions().values_list("course__slug", "title")[:AT_MOST]
    return _("课程"), [Link(f"/courses/{slug}/", title) for slug, title in rows]
