"""
The coverage map: for each requirement of an occupation's standard, which published lessons teach it, and what nobody
teaches yet. Counted are current editions without what was withdrawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from core.clock import day_of, to_ms
from courses.models import EditionRequirement, Withdrawal
from occupations.api import RequirementRow, level_labels, requirement_rows, standard_in_force
from occupations.models import OccupationalStandard

MINUTE_MS = 60_000


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


def coverage_of(*, occupation: str, on: date) -> Coverage | None:
    """
    Return the coverage map of the standard in force for an occupation on a day; none without a standard. Five
    statements, whatever the number of courses.
    """
    standard = standard_in_force(occupation=occupation, on=on)
    if standard is None:
        return None
    rows = requirement_rows(standard=standard.pk)
    taught = _taught(standard.pk, on)
    labels = level_labels()
    levels: dict[int, CoveredLevel] = {}
    for row in rows:
        level = levels.setdefault(row.rank, CoveredLevel(row.rank, labels[row.rank]))
        level.rows.append(Covered(row, **taught.get(row.id, {})))
    return Coverage(standard, list(levels.values()))


def _served(standard: int) -> QuerySet[EditionRequirement]:
    """Return what lessons of current editions teach, without those that are withdrawn."""
    open_ones = Withdrawal.objects.filter(
        Q(lesson__isnull=True) | Q(lesson=OuterRef("lesson__lesson")),
        course=OuterRef("lesson__edition__course"),
        lifted_at__isnull=True,
    )
    return EditionRequirement.objects.filter(
        ~Exists(open_ones),
        lesson__edition__is_current=True,
        requirement__task__function__standard_level__standard=standard,
    )


def _taught(standard: int, on: date) -> dict[int, dict[str, Any]]:
    served = _served(standard)
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
