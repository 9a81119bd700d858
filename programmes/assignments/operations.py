"""Asking members to study a course, taking in who comes later, taking it back."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Person, User
from core import audit, inbox, jobs
from core.clock import day_of, day_start_ms, from_ms, to_ms
from core.db import lock_rows
from core.display import full_day
from courses.api import CourseNotOpen, ask_to_study, current_editions, end_enrolment, put_due
from courses.models import CoursePage, EditionLesson, Enrolment
from occupations.models import Occupation, SkillLevel
from programmes.models import AssignedPerson, Assignment
from records.api import lessons_done
from unions.api import Membership, Union, path_ids

TAKE_IN_JOB, WITHDRAW_JOB = "programmes.assignments.take_in", "programmes.assignments.withdraw"
A_BATCH = 500
MOST_CHOSEN = 2_000
Reach = Assignment.Reach
Progress = Callable[[int, int, str], None]


class CannotAssign(ValueError):
    """The assignment is not possible as it was asked for; the message is for people."""


@transaction.atomic
def assign(
    *,
    union: Union,
    course: CoursePage,
    reach: str,
    due_on: date,
    by: User,
    now: datetime,
    chosen: Collection[UUID] = (),
    occupation: Occupation | None = None,
    level: SkillLevel | None = None,
    takes_in: bool = False,
) -> Assignment:
    """
    Ask members of a union, and of what stands below it, to study a course by a day; a job enrols and tells them.

    ``chosen`` are uuids of members, for that reach alone; with ``takes_in`` those who come later are asked, too.

    :raises CannotAssign: if nobody can begin the course, the day is over, or nobody would be asked.
    """
    today = day_of(to_ms(now))
    if not current_editions().filter(course=course).exists():
        raise CannotAssign(_("这门课现在不能学，换一门。"))
    if due_on < today:
        raise CannotAssign(_("这一天已经过了。"))
    persons: list[int] = []
    if reach == Reach.CHOSEN:
        persons = list(
            members_below(union, today)
            .filter(uuid__in=list(chosen)[:MOST_CHOSEN])
            .values_list("pk", flat=True)
        )
        if not persons:
            raise CannotAssign(_("还没有选人。"))
    elif reach == Reach.RULE and occupation is None and level is None:
        raise CannotAssign(_("职业和等级至少选一样。"))
    assignment = Assignment.objects.create(
        union=union,
        course=course,
        reach=reach,
        occupation=occupation if reach == Reach.RULE else None,
        level=level if reach == Reach.RULE else None,
        due_on=due_on,
        takes_in_until=due_on if takes_in and reach != Reach.CHOSEN else None,
        created_by=by,
        created_at=now,
    )
    _add(assignment, persons, now)
    _enqueue(TAKE_IN_JOB, assignment, by)
    audit.record(
        stream="programmes",
        action="assignment.made",
        actor=by.person.uuid,
        target=f"union:{union.uuid}",
        detail={"assignment": assignment.uuid, "course": course.pk, "reach": reach, "due_on": due_on},
    )
    return assignment


def take_in(*, assignment: Assignment, now: datetime, progress: Progress | None = None) -> int:
    """
    Enrol and tell everybody whom an assignment asks and who was not yet; return how many. A batch a transaction: killed
    at any point, the next attempt goes on; done twice, nobody is asked twice.

    :raises CourseNotOpen: if nobody can begin the course any more.
    """
    today = day_of(to_ms(now))
    done = 0
    while True:
        with transaction.atomic():
            if not lock_rows(Assignment.objects.filter(pk=assignment.pk, withdrawn_at=None)).first():
                break
            waiting = _waiting(assignment)
            if not waiting:
                _add(assignment, list(_to_ask(assignment, today)[:A_BATCH]), now)
                waiting = _waiting(assignment)
            if not waiting:
                break
            _ask(assignment, waiting, now)
        done += len(waiting)
        if progress is not None:
            progress(done, 0, "")
    return done


def _to_ask(assignment: Assignment, today: date) -> QuerySet:
    """Return the ids of the members whom an assignment reaches today and does not hold yet."""
    if assignment.reach == Reach.CHOSEN or not _still_takes_in(assignment, today):
        return Person.objects.none().values_list("pk", flat=True)
    found = members_below(assignment.union, today)
    if assignment.occupation_id:
        found = found.filter(occupation_code=assignment.occupation_id)
    if assignment.level_id:
        found = found.filter(level_rank=assignment.level_id)
    held = AssignedPerson.objects.filter(assignment=assignment, person=OuterRef("pk"))
    return found.filter(~Exists(held)).order_by("pk").values_list("pk", flat=True)


def _still_takes_in(assignment: Assignment, today: date) -> bool:
    """The day it was made everybody is taken in; later only what takes in late comers, until its last day."""
    if day_of(to_ms(assignment.created_at)) == today:
        return True
    return assignment.takes_in_until is not None and today <= assignment.takes_in_until


def members_below(union: Union, today: date) -> QuerySet[Person]:
    """Return the members of a union and of everything below it today."""
    holds = Q(active_from__lte=today) & (Q(active_to=None) | Q(active_to__gt=today))
    below = Membership.objects.filter(holds, union__path__startswith=union.path)
    return Person.objects.filter(pk__in=below.values("member")) if union.path else Person.objects.none()


def _add(assignment: Assignment, persons: Sequence[int], now: datetime) -> None:
    rows = [AssignedPerson(assignment=assignment, person_id=pk, assigned_at=now) for pk in persons]
    AssignedPerson.objects.bulk_create(rows, batch_size=A_BATCH, ignore_conflicts=True)


def _waiting(assignment: Assignment) -> list[int]:
    waiting = AssignedPerson.objects.filter(assignment=assignment, is_told=False).order_by("pk")
    return list(waiting.values_list("person_id", flat=True)[:A_BATCH])


def _ask(assignment: Assignment, persons: list[int], now: datetime) -> None:
    course = assignment.course
    new = ask_to_study(
        persons=persons, course=course, due_on=assignment.due_on, asked_by=assignment.union, now=now
    )
    held = AssignedPerson.objects.filter(assignment=assignment, person__in=persons)
    held.filter(person__in=new).update(is_enrolled_by_it=True)
    held.update(is_told=True)
    inbox.send_to_many(
        to=Person.objects.filter(pk__in=persons).values_list("uuid", flat=True),
        kind="course.assigned",
        title=_("请学《{title}》").format(title=course.title),
        body=_("{day}前学完。学到哪里都算数，接着学就行。").format(day=full_day(assignment.due_on)),
        url=f"/courses/{course.slug}/",
        action=_("去学"),
        source=f"union:{assignment.union.uuid}",
        source_name=assignment.union.name,
        key=f"assignment:{assignment.uuid}",
        expires_at=from_ms(day_start_ms(assignment.due_on) + 86_400_000),
        at=now,
    )


@transaction.atomic
def withdraw_assignment(*, assignment: Assignment, by: User, now: datetime) -> None:
    """
    Take an assignment back: nobody is asked any more, and who has not begun to study is as before. What was studied
    stays, and so does the enrolment of who has. A second time nothing happens.
    """
    standing = Assignment.objects.filter(pk=assignment.pk, withdrawn_at=None)
    if not standing.update(withdrawn_at=now, withdrawn_by=by):
        return
    _enqueue(WITHDRAW_JOB, assignment, by)
    inbox.settle(key=f"assignment:{assignment.uuid}", at=now)
    audit.record(
        stream="programmes",
        action="assignment.withdrawn",
        actor=by.person.uuid,
        target=f"union:{assignment.union.uuid}",
        detail={"assignment": assignment.uuid},
    )


def release(*, assignment: Assignment, now: datetime) -> None:
    """Put enrolments back after an assignment was withdrawn: end those it made and nobody used, forget its day at the rest."""
    lessons = set(
        EditionLesson.objects.filter(edition__course=assignment.course).values_list("lesson", flat=True)
    )
    rows = AssignedPerson.objects.filter(assignment=assignment).select_related("person").order_by("pk")
    everybody = list(rows)
    for start in range(0, len(everybody), A_BATCH):
        batch = everybody[start : start + A_BATCH]
        begun = lessons_done(learners=[row.person.uuid for row in batch], lessons=lessons)
        others = _others(assignment, [row.person_id for row in batch])
        for row in batch:
            other = others.get(row.person_id)
            if row.is_enrolled_by_it and row.person.uuid not in begun and other is None:
                end_enrolment(person=row.person, course=assignment.course, now=now)
        due: dict[tuple[date | None, Union | None], list[int]] = {}
        for row in batch:
            other = others.get(row.person_id)
            key = (other.due_on, other.union) if other else (None, None)
            due.setdefault(key, []).append(row.person_id)
        for (due_on, union), persons in due.items():
            own = Enrolment.objects.filter(
                course=assignment.course, ended_at=None, asked_by=assignment.union, person__in=persons
            )
            put_due(
                persons=list(own.values_list("person_id", flat=True)),
                course=assignment.course,
                due_on=due_on,
                asked_by=union,
            )


def _others(assignment: Assignment, persons: list[int]) -> dict[int, Assignment]:
    """Return for each person the other standing assignment of the same course that is due first."""
    rows = AssignedPerson.objects.filter(
        person__in=persons, assignment__course=assignment.course, assignment__withdrawn_at=None
    ).select_related("assignment__union")
    return {row.person_id: row.assignment for row in rows.order_by("-assignment__due_on")}


def take_in_late_comers(*, now: datetime, person: UUID | None = None, union: Union | None = None) -> int:
    """
    Take in who has come since into what takes in late comers: all of it, or only what a new member's union and those
    above it have. Return how many were asked.
    """
    today = day_of(to_ms(now))
    standing = Assignment.objects.filter(withdrawn_at=None, takes_in_until__gte=today)
    if union is not None:
        standing = standing.filter(union__in=path_ids(union.path))
    asked = 0
    for assignment in standing.select_related("union", "course").order_by("pk"):
        if person is not None and not _to_ask(assignment, today).filter(uuid=person).exists():
            continue
        try:
            asked += take_in(assignment=assignment, now=now)
        except CourseNotOpen:  # withdrawn for safety: nobody is sent there; tomorrow it may stand again
            continue
    return asked


def _enqueue(job: str, assignment: Assignment, by: User) -> None:
    payload = {"assignment": str(assignment.uuid)}
    jobs.enqueue(kind=job, payload=payload, by=by.person.uuid, dedupe_key=f"{job}:{assignment.uuid}")
