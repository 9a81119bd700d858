"""How far a learner is in lessons: for the pages of those lessons, never for figures."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from records.models import PartProgress


@dataclass(frozen=True, slots=True)
class PartDone:
    """What was played of a part, and what of it is credited, in ms; ``at`` in ms since the epoch."""

    lesson: UUID
    part: UUID
    covered_ms: int
    credited_ms: int
    at: int


def done_of(rows: Iterable[PartProgress]) -> list[PartDone]:
    """Return what rows that somebody has read already say."""
    return [PartDone(row.lesson, row.part, row.covered_ms, row.credited_ms, row.updated_at) for row in rows]


def part_progress(*, learner: UUID, lessons: Collection[UUID]) -> list[PartDone]:
    """Return what a learner has of the parts of these lessons, in one query; parts never begun are missing."""
    rows = PartProgress.objects.filter(learner=learner, lesson__in=list(lessons))
    fields = ("lesson", "part", "covered_ms", "credited_ms", "updated_at")
    return [PartDone(*row) for row in rows.values_list(*fields)]
