"""Taking a lesson or a course out of service at once, over all editions, and putting it back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from core import audit, jobs, kept, outbox
from courses.models import CourseEdition, CoursePage, EditionLesson, ReviewLogEntry, Withdrawal
from courses.operations.coverage import measure_coverage
from courses.operations.publish import PUBLISHED_TOPIC
from courses.review.log import note as write_log
from records.api import end_sessions_of_lesson

END_SESSIONS_JOB = "courses.end_sessions"


def withdraw(*, course: CoursePage, lesson: UUID | None, reason: str, by: User, now: datetime) -> Withdrawal:
    """
    Stop serving a lesson (or, without one, the whole course) to everybody and end the sessions in it. Doing it twice
    keeps the first reason.

    :raises EditionLesson.DoesNotExist: if the course has no such lesson in any edition.
    """
    made, lessons = _flag(course, lesson, reason, by, now)
    # At once; if this process dies here, the job that was accepted with the flag does the rest.
    end_sessions(lessons=lessons)
    return made


def end_sessions(*, lessons: Iterable[UUID]) -> None:
    """End all open sessions of lessons that are out of service. Each learner's row is locked by itself."""
    for lesson in lessons:
        end_sessions_of_lesson(lesson=lesson)


@transaction.atomic
def _flag(
    course: CoursePage, lesson: UUID | None, reason: str, by: User, now: datetime
) -> tuple[Withdrawal, list[UUID]]:
    rows = EditionLesson.objects.filter(edition__course=course, edition__published_at__isnull=False)
    if lesson is not None:
        rows = rows.filter(lesson=lesson)
    lessons = list(rows.values_list("lesson", flat=True).distinct())
    if lesson is not None and not lessons:
        raise EditionLesson.DoesNotExist
    standing = Withdrawal.objects.filter(course=course, lesson=lesson, lifted_at=None).first()
    if standing is None:
        standing = Withdrawal.objects.create(
            course=course, lesson=lesson, reason=reason, withdrawn_at=now, withdrawn_by=by
        )
        jobs.enqueue(
            kind=END_SESSIONS_JOB,
            payload={"lessons": [str(uuid) for uuid in lessons]},
            by=by.person.uuid,
            dedupe_key=f"withdrawal:{standing.uuid}",
        )
        _tell(course)
        _log(standing, ReviewLogEntry.Action.WITHDRAWN, by, now)
        audit.record(
            stream="courses",
            action="lesson.withdrawn" if lesson else "course.withdrawn",
            actor=by.person.uuid,
            target=f"lesson:{lesson}" if lesson else f"course:{course.pk}",
            detail={"reason": reason},
        )
    return standing, lessons


@transaction.atomic
def lift_withdrawal(*, withdrawal: Withdrawal, by: User, now: datetime) -> None:
    """Serve the lesson or course again; lifting it twice keeps the first name and time."""
    open_one = Withdrawal.objects.filter(pk=withdrawal.pk, lifted_at=None)
    if open_one.update(lifted_at=now, lifted_by=by):
        _tell(withdrawal.course)
        _log(withdrawal, ReviewLogEntry.Action.LIFTED, by, now)
        audit.record(
            stream="courses",
            action="withdrawal.lifted",
            actor=by.person.uuid,
            target=f"lesson:{withdrawal.lesson}" if withdrawal.lesson else f"course:{withdrawal.course_id}",
        )


def _log(withdrawal: Withdrawal, action: str, by: User, now: datetime) -> None:
    """Write it into the log of the course's newest published edition."""
    editions = CourseEdition.objects.filter(course=withdrawal.course_id, published_at__isnull=False)
    newest = editions.order_by("-number").first()
    if newest is not None:
        lesson = str(withdrawal.lesson) if withdrawal.lesson else ""
        write_log(newest, action, at=now, by=by, words=withdrawal.reason, detail={"lesson": lesson})


def _tell(course: CoursePage) -> None:
    edition = CourseEdition.objects.filter(course=course, is_current=True).first()
    if edition is not None:
        measure_coverage([course.pk])
        outbox.publish(PUBLISHED_TOPIC, key=str(edition.uuid), payload={"course": course.pk})
        kept.outdated(kept.CATALOGUE)
