"""
The roll-up of learners.

Why it is safe under READ COMMITTED: a change commits together with its mark. Whoever deletes the mark can see the
change; it locks the target rows (a learner's row of all time stands for all of them) and reads the sources in a later
statement, so with a newer snapshot. Whoever writes the same target after that waited for the lock and reads later
still. So the last writer has seen every change whose mark is gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from records.models import DailyStudy, LearnerPeriod, Mark
from records.rollups import db


@dataclass(frozen=True)
class Touched:
    """What a batch changed: unions and learners, each with the days their time is booked on."""

    marks: int
    unions: frozenset[tuple[UUID, date]]
    learners: frozenset[tuple[UUID, date]]


def roll_up(*, limit: int) -> Touched | None:
    """
    Take up to ``limit`` marks and recompute DailyStudy and LearnerPeriod of their learner-days.

    Runs inside the caller's transaction, so that what hangs on it commits with it. Returns None when there was no
    mark.

    :raises TransactionManagementError: if there is no transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("roll_up runs inside the transaction of its caller")
    learner_days = db.take_marks(limit)
    if not learner_days:
        return None
    db.lock_learners(learner for learner, _ in learner_days)
    booked = db.write_daily_study(learner_days)
    studied = {(learner, day) for learner, day, _ in booked}
    if studied:
        db.write_months(_periods(studied, "month"))
        db.write_longer_periods(
            [key for kind in ("quarter", "year", "all") for key in _periods(studied, kind)]
        )
    booked += db.completions_of(learner_days)
    return Touched(
        marks=len(learner_days),
        unions=frozenset((union, day) for _, day, union in booked),
        learners=frozenset((learner, day) for learner, day, _ in booked),
    )


def mark_everything() -> None:
    """Mark every learner-day of the ledger: the first half of a rebuild."""
    db.insert_marks_for_all()


@transaction.atomic
def forget_rollups() -> None:
    """Empty the roll-ups and their marks. Only a rebuild does this: it reads the ledger alone."""
    for model in (Mark, DailyStudy, LearnerPeriod):
        model.objects.all().delete()


def _periods(booked: Iterable[tuple[UUID, date]], kind: str) -> list[db.LearnerPeriodKey]:
    """
    Return the periods of a kind that hold the booking days, each once.

    >>> _periods([(UUID(int=1), date(2026, 11, 23))], "quarter")
    [(UUID('00000000-0000-0000-0000-000000000001'), 'quarter', datetime.date(2026, 10, 1), datetime.date(2027, 1, 1))]
    """
    if kind == LearnerPeriod.Kind.ALL:
        return sorted({(learner, kind, LearnerPeriod.EVER, date.max) for learner, _ in booked})
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    found = set()
    for learner, day in booked:
        index = (day.year * 12 + day.month - 1) // months * months
        found.add((learner, kind, _first_of(index), _first_of(index + months)))
    return sorted(found)


def _first_of(month_index: int) -> date:
    return date(month_index // 12, month_index % 12 + 1, 1)
