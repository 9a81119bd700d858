"""How far a learner is in lessons: for the pages of those lessons, never for figures."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum

from records.models import Completion, PartProgress


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


@dataclass(frozen=True, slots=True)
class LessonsDone:
    """How far somebody is in a few lessons: how many are completed, the credited ms, the last instant in ms (0: none)."""

    completed: int = 0
    credited_ms: int = 0
    at: int = 0


def lessons_done(
    *, learners: Collection[UUID] | QuerySet, lessons: Collection[UUID]
) -> dict[UUID, LessonsDone]:
    """
    Return how far each of these learners is in these lessons; who has not begun is missing. Two queries, however many
    learners; ``learners`` may be a query of their uuids.
    """
    wanted = learners if isinstance(learners, QuerySet) else list(learners)
    completed = dict(
        Completion.objects.filter(learner__in=wanted, lesson__in=list(lessons))
        .values_list("learner")
        .annotate(n=Count("lesson"))
    )
    studied = PartProgress.objects.filter(learner__in=wanted, lesson__in=list(lessons)).values_list("learner")
    return {
        learner: LessonsDone(completed.get(learner, 0), ms or 0, at or 0)
        for learner, ms, at in studied.annotate(ms=Sum("credited_ms"), at=Max("updated_at"))
    }
