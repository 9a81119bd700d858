"""The courses of an instructor, on the instructor's public page."""

from django.utils.translation import gettext as _

from courses.queries.cards import cards_of_instructor
from instructors.api import Section
from instructors.models import InstructorProfile


def taught_courses(profile: InstructorProfile) -> Section | None:
    """Return the section with the courses an instructor teaches, or None before there is one."""
    courses = cards_of_instructor(profile.pk)
    if not courses:
        return None
    return Section(_("课程"), "courses/instructor_section.html", {"courses": courses})
