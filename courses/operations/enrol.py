"""Taking up and leaving a course."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Person
from core.db import lock_rows
from courses.models import CourseEdition, CoursePage, EditionLesson, EditionMove, Enrolment, Withdrawal
from records.api import end_sessions_of_lesson
from unions.models import Union


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
    edition = _open_edition(course)
    try:
        with transaction.atomic():
            return Enrolment.objects.create(person=person, course=course, edition=edition, enrolled_at=now)
    except IntegrityError:
        # Two taps at the same moment: the other one was first.
        return open_one.select_related("edition").get()


def enrol_many(*, persons: Iterable[Person], course: CoursePage, now: datetime) -> int:
    """
    Enrol many at once on the current edition; who has begun already stays as is. Return how many were new.

    :raises CourseNotOpen: if there is no current edition or the whole course is withdrawn.
    """
    edition = _open_edition(course)
    begun = set(Enrolment.objects.filter(course=course, ended_at=None).values_list("person_id", flat=True))
    rows = [
        Enrolment(person=person, course=course, edition=edition, enrolled_at=now)
        for person in persons
        if person.pk not in begun
    ]
    Enrolment.objects.bulk_create(rows, batch_size=500)
    return len(rows)


@transaction.atomic
def ask_to_study(
    *,
    persons: Collection[int],
    course: CoursePage,
    due_on: date | None,
    asked_by: Union | None,
    now: datetime,
) -> set[int]:
    """
    Enrol persons (their ids) whom a union asks to study a course, and write down by which day; an earlier day that
    somebody else asked for stands. Return whom this enrolled: the others had begun already.

    :raises CourseNotOpen: if there is no current edition or the whole course is withdrawn.
    """
    edition = _open_edition(course)
    standing = Enrolment.objects.filter(course=course, ended_at=None, person__in=persons)
    begun = set(standing.values_list("person_id", flat=True))
    new = [pk for pk in dict.fromkeys(persons) if pk not in begun]
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                person_id=pk,
                course=course,
                edition=edition,
                enrolled_at=now,
                due_on=due_on,
                asked_by=asked_by,
            )
            for pk in new
        ],
        batch_size=500,
    )
    later = Q(due_on=None) | Q(due_on__gt=due_on) if due_on else Q(pk=None)
    standing.filter(later, person__in=begun).update(due_on=due_on, asked_by=asked_by)
    return set(new)


def put_due(
    *, persons: Collection[int], course: CoursePage, due_on: date | None, asked_by: Union | None
) -> None:
    """Write down by which day, and for whom, persons (their ids) are to have done a course; None: nobody asks any more."""
    standing = Enrolment.objects.filter(course=course, ended_at=None, person__in=persons)
    standing.update(due_on=due_on, asked_by=asked_by)


def end_enrolment(*, person: Person, course: CoursePage, now: datetime) -> None:
    """End a person's open enrolment and sessions; without one nothing happens. What was studied stays in the ledger."""
    open_one = Enrolment.objects.filter(person=person, course=course, ended_at__isnull=True)
    lessons = list(open_one.values_list("edition__lessons__lesson", flat=True))
    if open_one.update(ended_at=now):
        for lesson in lessons:
            end_sessions_of_lesson(lesson=lesson, learners=[person.uuid])


def move_to_current(*, person: Person, course: CoursePage, now: datetime) -> Enrolment:
    """
    Move a person from the edition begun to the current one, by own wish. What was covered of parts that are the same in
    both stays covered: they have the same uuid. Sessions in lessons that changed end. Who is there already stays.

    :raises Enrolment.DoesNotExist: if the person has not begun the course.
    :raises CourseNotOpen: if there is no current edition or the whole course is withdrawn.
    """
    enrolment, changed = _move(person, course, now)
    for lesson in changed:
        end_sessions_of_lesson(lesson=lesson, learners=[person.uuid])
    return enrolment


@transaction.atomic
def _move(person: Person, course: CoursePage, now: datetime) -> tuple[Enrolment, list[UUID]]:
    edition = _open_edition(course)
    open_one = Enrolment.objects.filter(person=person, course=course, ended_at__isnull=True)
    enrolment = lock_rows(open_one).get()
    begun = enrolment.edition_id
    if begun == edition.pk:
        return enrolment, []
    EditionMove.objects.create(enrolment=enrolment, from_edition_id=begun, to_edition=edition, moved_at=now)
    enrolment.edition = edition
    enrolment.save(update_fields=["edition"])
    lessons = EditionLesson.objects.filter(edition__in=[begun, edition.pk])
    by_edition: dict[int, dict[UUID, str]] = {begun: {}, edition.pk: {}}
    for of, lesson, content_hash in lessons.values_list("edition_id", "lesson", "content_hash"):
        by_edition[of][lesson] = content_hash
    return enrolment, [le for le, h in by_edition[begun].items() if by_edition[edition.pk].get(le) != h]


def _open_edition(course: CoursePage) -> CourseEdition:
    edition = CourseEdition.objects.filter(course=course, is_current=True).first()
    if edition is None or Withdrawal.objects.filter(course=course, lesson=None, lifted_at=None).exists():
        raise CourseNotOpen
    return edition
