"""How far those are whom a union asks, for its officers: by name at a primary union, by unit above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.clock import day_of
from core.display import MINUTE_MS, full_day
from courses.api import current_editions
from courses.models import CourseEdition, EditionLesson
from programmes.models import AssignedPerson, Assignment
from records.api import LessonsDone, lessons_done
from unions.api import Membership, Union, path_ids

MOST_OFFERED = 20
NOT_BEGUN, BEGUN, DONE = "not_begun", "begun", "done"


@dataclass(frozen=True)
class AssignedRow:
    """One person of an assignment: ``path`` is that of the union they belong to today, empty if to none."""

    person: UUID
    path: str
    done: LessonsDone
    state: str


@dataclass(frozen=True)
class UnitRow:
    """A unit below the asking union, or the union itself: how many were asked, have begun, are done."""

    name: str
    asked: int
    begun: int
    done: int
    ms: int


@dataclass(frozen=True)
class Progress:
    """Everybody whom an assignment asks, ``lessons`` in the course they study."""

    rows: list[AssignedRow]
    lessons: int

    def count(self, *states: str) -> int:
        return sum(row.state in states for row in self.rows)


def assignments_of(union: Union) -> QuerySet[Assignment]:
    """Return what a union asked, newest first, each with how many it asks (``asked``)."""
    rows = Assignment.objects.filter(union=union).select_related(
        "course", "created_by__person", "occupation", "level"
    )
    return rows.annotate(asked=Count("persons")).order_by("-created_at", "-pk")


def progress_of(assignment: Assignment, *, today: date) -> Progress:
    """Return how far everybody is, who has done least first; a constant number of queries."""
    edition = CourseEdition.objects.filter(course=assignment.course, is_current=True).first()
    lessons = (
        list(
            EditionLesson.objects.filter(edition=edition, duration_ms__gt=0).values_list("lesson", flat=True)
        )
        if edition
        else []
    )
    held = AssignedPerson.objects.filter(assignment=assignment)
    holds = Q(active_from__lte=today) & (Q(active_to=None) | Q(active_to__gt=today))
    membership = Membership.objects.filter(holds, member=OuterRef("person")).values("union__path")[:1]
    rows = list(held.annotate(path=Subquery(membership)).values_list("person__uuid", "path").order_by("pk"))
    done = lessons_done(learners=held.values("person__uuid"), lessons=lessons)
    found = []
    for person, path in rows:
        far = done.get(person, LessonsDone())
        state = DONE if lessons and far.completed >= len(lessons) else BEGUN if person in done else NOT_BEGUN
        found.append(AssignedRow(person, path or "", far, state))
    found.sort(key=lambda row: (row.done.completed, row.done.credited_ms))
    return Progress(found, len(lessons))


def units_of(progress: Progress, union: Union) -> list[UnitRow]:
    """Return the figures of each unit directly below a union and of its own members; they add up to everybody."""
    groups: dict[int | None, list[AssignedRow]] = {}
    depth = len(path_ids(union.path))
    for row in progress.rows:
        ids = path_ids(row.path) if row.path.startswith(union.path) else []
        groups.setdefault(ids[depth] if len(ids) > depth else union.pk if ids else None, []).append(row)
    names = dict(Union.objects.filter(pk__in=[pk for pk in groups if pk]).values_list("pk", "name"))
    names[union.pk] = _("本级")
    found = [
        UnitRow(
            name=names.get(pk, "") if pk else _("已不在这里"),
            asked=len(rows),
            begun=sum(row.state == BEGUN for row in rows),
            done=sum(row.state == DONE for row in rows),
            ms=sum(row.done.credited_ms for row in rows),
        )
        for pk, rows in groups.items()
    ]
    return sorted(found, key=lambda row: (row.done * row.asked and row.done / row.asked, row.name))


def state_words(row: AssignedRow, lessons: int) -> str:
    """Return how far somebody is, in words."""
    if row.state == DONE:
        return _("学完了")
    if row.state == NOT_BEGUN:
        return _("还没开始")
    return _("学完 {n} 节，共 {all} 节").format(n=row.done.completed, all=lessons)


def last_day(row: AssignedRow) -> str:
    return full_day(day_of(row.done.at)) if row.done.at else ""


def person_table(
    progress: Progress, shown: Sequence[AssignedRow], names: dict[UUID, str], *, with_names: bool
) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells of a list of persons: the same on the page and in the files."""
    heads = [_("姓名") if with_names else _("会员"), _("到哪一步"), _("计时（分钟）"), _("最近学习")]
    cells = [
        [
            names.get(row.person) or _("会员 %(mark)s") % {"mark": row.person.hex[-6:].upper()},
            state_words(row, progress.lessons),
            str(row.done.credited_ms // MINUTE_MS),
            last_day(row),
        ]
        for row in shown
    ]
    return heads, cells


def unit_table(rows: list[UnitRow]) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells of a list of units."""
    heads = [_("单位"), _("安排（人）"), _("在学"), _("学完"), _("计时（分钟）")]
    return heads, [
        [row.name, str(row.asked), str(row.begun), str(row.done), str(row.ms // MINUTE_MS)] for row in rows
    ]


def courses_to_ask(words: str) -> list[CourseEdition]:
    """Return courses that can be begun whose title holds the words, by title; the newest for none."""
    found = current_editions()
    if words:
        found = found.filter(title__icontains=words).order_by("title", "pk")
    return list(found[:MOST_OFFERED])


def occupations_taught() -> list[tuple[str, str]]:
    """Return code and name of the occupations that have a course, by name."""
    rows = current_editions().order_by("occupation__name").values_list("occupation", "occupation__name")
    return list(rows.distinct())
