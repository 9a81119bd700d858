"""Taking up and leaving a course."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import Person
from courses.models import CourseEdition, CoursePage, Enrolment, Withdrawal


class CourseNotOpen(ValueError):
    """Nobody can begin this course now: it has no published edition, or it was withdrawn."""


def enrol(*, person: Person, course: CoursePage, now: datetime) -> Enrolment:
    """
    Let a person begin a course on its current edition; who has begun it already stays on the edition begun.

    :raises CourseNotOpen: if there is no current edition or the whole course is withdrawn.
    """
    open_one = Enrolment.objects.filter(person=person, course=course, ended_at__isnull=True)
    if found := open_one.select_related("edition").first():
        return found
    edition = CourseEdition.objects.filter(course=course, is_current=True).first()
    if edition is None or Withdrawal.objects.filter(course=course, lesson=None, lifted_at=None).exists():
        raise CourseNotOpen
    try:
        with transaction.atomic():
            return Enrolment.objects.create(person=person, course=course, edition=edition, enrolled_at=now)
    except IntegrityError:
        # Two taps at the same moment: the other one was first.
        return open_one.select_related("edition").get()


@transaction.atomic
def end_enrolment(*, person: Person, course: CoursePage, now: datetime) -> None:
    """End a person's open enrolment; without one nothing happens. What was studied stays in the ledger."""
    Enrolment.objects.filter(person=person, course=course, ended_at__isnull=True).update(ended_at=now)
