"""Taking a lesson or a course out of service at once, over all editions, and putting it back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from core import outbox
from courses.models import CourseEdition, CoursePage, EditionLesson, Withdrawal
from courses.operations.publish import PUBLISHED_TOPIC


@transaction.atomic
def withdraw(*, course: CoursePage, lesson: UUID | None, reason: str, by: User, now: datetime) -> Withdrawal:
    """
    Stop serving a lesson (or, without one, the whole course) to everybody. Doing it twice keeps the first reason.

    :raises EditionLesson.DoesNotExist: if the course has no such lesson in any edition.
    """
    if (
        lesson is not None
        and not EditionLesson.objects.filter(edition__course=course, lesson=lesson).exists()
    ):
        raise EditionLesson.DoesNotExist
    standing = Withdrawal.objects.filter(course=course, lesson=lesson, lifted_at=None).first()
    if standing:
        return standing
    made = Withdrawal.objects.create(
        course=course, lesson=lesson, reason=reason, withdrawn_at=now, withdrawn_by=by
    )
    _tell(course)
    return made


@transaction.atomic
def lift_withdrawal(*, withdrawal: Withdrawal, by: User, now: datetime) -> None:
    """Serve the lesson or course again; lifting it twice keeps the first name and time."""
    open_one = Withdrawal.objects.filter(pk=withdrawal.pk, lifted_at=None)
    if open_one.update(lifted_at=now, lifted_by=by):
        _tell(withdrawal.course)


def _tell(course: CoursePage) -> None:
    edition = CourseEdition.objects.filter(course=course, is_current=True).first()
    if edition is not None:
        outbox.publish(PUBLISHED_TOPIC, key=str(edition.uuid), payload={"course": course.pk})
