"""Programmes that a notice may lead to."""

from datetime import date

from django.utils.translation import gettext as _

from programmes.queries import programmes_of_chain
from unions.api import Link, Union, path_ids


def programme_links(union: Union, on: date) -> tuple[str, list[Link]]:
    """Return what the union and those above it ask for these days; each leads to its first lesson."""
    running = programmes_of_chain(ids=path_ids(union.path), on=on).prefetch_related("lessons")
    links = []
    for programme in running[:40]:
        first = min(programme.lessons.all(), key=lambda lesson: lesson.pk)
        links.append(Link(f"/learn/{first.lesson}/", programme.title))
    return _("培训计划"), links
