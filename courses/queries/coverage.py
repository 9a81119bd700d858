"""
The coverage map of one occupation: for each requirement of its standard, which published lessons teach it, and what
nobody teaches yet. Counted are current editions without what was withdrawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from core.clock import day_of, to_ms
from courses.models import EditionInstructor, EditionRequirement, Withdrawal
from occupations.api import RequirementRow, level_labels, requirement_rows, standard_in_force
from occupations.models import OccupationalStandard, StandardLevel
from unions.api import Union

MINUTE_MS = 60_000


@dataclass(frozen=True)
class TaughtIn:
    """A lesson that teaches a requirement."""

    title: str
    course: str
    url: str


@dataclass(frozen=True)
class Covered:
    """A requirement with what teaches it: lessons, their time, instructors, the day of the newest edition and its age."""

    requirement: RequirementRow
    lessons: int = 0
    ms: int = 0
    instructors: int = 0
    newest_on: date | None = None
    age_days: int | None = None

    @property
    def is_gap(self) -> bool:
        return not self.lessons

    @property
    def minutes(self) -> int:
        return self.ms // MINUTE_MS


@dataclass
class CoveredLevel:
    """A level of the standard with its requirements in order."""

    rank: int
    label: str
    rows: list[Covered] = field(default_factory=list)

    @property
    def covered(self) -> int:
        return sum(1 for row in self.rows if not row.is_gap)

    @property
    def gaps(self) -> list[Covered]:
        return [row for row in self.rows if row.is_gap]


@dataclass
class Coverage:
    standard: OccupationalStandard
    levels: list[CoveredLevel]


def coverage_of(*, occupation: str, on: date, region: Union | None = None) -> Coverage | None:
    """
    Return the coverage map of the standard in force for an occupation on a day; none without a standard. Five
    statements, whatever the number of courses. ``region``: only by courses of instructors of this union's subtree.
    """
    standard = standard_in_force(occupation=occupation, on=on)
    if standard is None:
        return None
    rows = requirement_rows(standard=standard.pk)
    taught = _taught(standard.pk, on, region)
    labels = level_labels()
    levels: dict[int, CoveredLevel] = {}
    for row in rows:
        level = levels.setdefault(row.rank, CoveredLevel(row.rank, labels[row.rank]))
        level.rows.append(Covered(row, **taught.get(row.id, {})))
    return Coverage(standard, list(levels.values()))


def served_requirements() -> QuerySet[EditionRequirement]:
    """Return what lessons of current editions teach, without those that are withdrawn."""
    open_ones = Withdrawal.objects.filter(
        Q(lesson__isnull=True) | Q(lesson=OuterRef("lesson__lesson")),
        course=OuterRef("lesson__edition__course"),
        lifted_at__isnull=True,
    )
    return EditionRequirement.objects.filter(~Exists(open_ones), lesson__edition__is_current=True)


def courses_of_region(region: Union) -> QuerySet[EditionInstructor, int]:
    """Return the ids of the courses that an instructor of a union of this subtree teaches today."""
    return EditionInstructor.objects.filter(
        edition__is_current=True, instructor__union__path__startswith=region.path
    ).values_list("edition__course", flat=True)


def _served(standard: int, region: Union | None) -> QuerySet[EditionRequirement]:
    rows = served_requirements().filter(requirement__task__function__standard_level__standard=standard)
    return rows if region is None else rows.filter(lesson__edition__course__in=courses_of_region(region))


def _taught(standard: int, on: date, region: Union | None) -> dict[int, dict[str, Any]]:
    served = _served(standard, region)
    # Two statements: joined with the instructors, a lesson's time would be summed once for each of them.
    found: dict[int, dict[str, Any]] = {}
    lessons: Iterable[tuple[int, int, int, datetime]] = served.values_list("requirement").annotate(
        lessons=Count("lesson__lesson", distinct=True),
        ms=Sum("lesson__duration_ms"),
        newest=Max("lesson__edition__published_at"),
    )
    for pk, count, ms, newest in lessons:
        newest_on = day_of(to_ms(newest))
        found[pk] = {
            "lessons": count,
            "ms": ms,
            "newest_on": newest_on,
            "age_days": max(0, (on - newest_on).days),
        }
    teachers = served.values_list("requirement").annotate(
        n=Count("lesson__edition__instructors__instructor", distinct=True)
    )
    for pk, n in teachers:
        found[pk]["instructors"] = n
    return found


def lessons_teaching(
    *, standard: int, rank: int, region: Union | None = None, at_most: int = 5
) -> dict[int, list[TaughtIn]]:
    """Return the lessons that teach each requirement of a level, the newest courses first, some of each. One statement."""
    rows = (
        _served(standard, region)
        .filter(requirement__task__function__standard_level__level=rank)
        .order_by("-lesson__edition__published_at", "lesson__edition", "lesson__position")
        .values_list(
            "requirement",
            "lesson__title",
            "lesson__edition__title",
            "lesson__edition__course__slug",
        )
    )
    found: dict[int, list[TaughtIn]] = {}
    for requirement, title, course, slug in rows:
        lessons = found.setdefault(requirement, [])
        if len(lessons) < at_most:
            lessons.append(TaughtIn(title, course, f"/courses/{slug}/"))
    return found


def taught_at_level(*, standard: int, rank: int) -> dict[tuple[str, str], int]:
    """Return how many lessons teach each requirement of a level, by kind and code; those without any are missing."""
    counts: dict[int, int] = dict(
        _served(standard, None)
        .filter(requirement__task__function__standard_level__level=rank)
        .values_list("requirement")
        .annotate(n=Count("lesson__lesson", distinct=True))
    )
    if not counts:
        return {}
    return {(row.kind, row.code): counts[row.id] for row in requirement_rows(ids=counts)}


@dataclass(frozen=True)
class TaughtStandard:
    """What of a standard a course teaches: each requirement once, in the standard's order; how many its levels have."""

    occupation: str
    name: str
    edition: str
    is_example: bool
    rank: int
    level: str
    requirements: int
    rows: tuple[RequirementRow, ...]


def taught_standard(edition: int) -> TaughtStandard | None:
    """Return what of its standard an edition teaches; None if its lessons name no requirement. At most two statements."""
    ids = EditionRequirement.objects.filter(lesson__edition=edition).values("requirement")
    rows = requirement_rows(ids=ids)
    if not rows:
        return None
    last = rows[-1]
    level = StandardLevel.objects.select_related("standard__occupation", "level", "size")
    found = level.get(standard=last.standard, level=last.rank)
    size = getattr(found, "size", None)
    return TaughtStandard(
        occupation=found.standard.occupation_id,
        name=found.standard.occupation.name,
        edition=found.standard.edition,
        is_example=found.standard.is_example,
        rank=last.rank,
        level=found.level.label,
        requirements=size.requirements if size else len(rows),
        rows=tuple(rows),
    )
