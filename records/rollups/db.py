"""
The statements of the roll-up, for PostgreSQL and SQLite. Each is one statement over a whole batch.

``FOR UPDATE`` and ``SKIP LOCKED`` are PostgreSQL's; on SQLite a transaction that writes is alone from its first
statement on (``transaction_mode=IMMEDIATE``), which is the same promise.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from core.clock import month_start
from core.db import inline_rows, is_postgres, looked_up, sql_value
from records.models.rollups import UNASSIGNED, LearnerPeriod

LearnerDay = tuple[UUID, date]
Booked = tuple[UUID, date, UUID]
"""learner, booked_on, union."""
LearnerPeriodKey = tuple[UUID, str, date, date]
"""learner, kind, first day, the day after the last."""


def take_marks(limit: int) -> list[LearnerDay]:
    """Delete the oldest marks that nobody else is working on and return their learner-days, each once."""
    # ARRAY(...) makes the planner run the locking subquery once; under IN it may run it again for each row.
    picked = (
        "= ANY(ARRAY(SELECT id FROM records_mark ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))"
        if is_postgres()
        else "IN (SELECT id FROM records_mark ORDER BY id LIMIT %s)"
    )
    return sorted(set(_pairs(f"DELETE FROM records_mark WHERE id {picked} RETURNING learner, day", [limit])))


def lock_learners(learners: Iterable[UUID]) -> None:
    """
    Lock the roll-up of these learners until the transaction ends: their row of all time, made when there is none.

    Always in the order of the unique key, so that two workers can wait for one another but never in a circle.
    """
    rows, values = inline_rows({"learner": "uuid"}, [(learner,) for learner in sorted(set(learners))])
    ever = sql_value(LearnerPeriod.EVER)
    _run(
        "INSERT INTO records_learnerperiod (learner, kind, start, ms, days) "
        f"SELECT learner, 'all', %s, 0, 0 FROM {rows} WHERE true ORDER BY learner "
        "ON CONFLICT (learner, kind, start) DO NOTHING",
        [ever, *values],
    )
    if is_postgres():
        _run(
            "SELECT 1 FROM records_learnerperiod WHERE kind = 'all' AND learner = ANY(%s) "
            "ORDER BY learner FOR UPDATE",
            values,
        )


def write_daily_study(learner_days: Sequence[LearnerDay]) -> list[Booked]:
    """
    Recompute DailyStudy of learner-days from their entries, and return what was written, each once as
    (learner, booked_on, union). The learners are locked.

    Entries are only ever appended, so no combination of booking day, union and occupation disappears and nothing is
    deleted.
    """
    rows, values = inline_rows({"learner": "uuid", "day": "date"}, learner_days)
    # Nothing is recorded before it happened, so few partitions are looked at. There is no upper bound: a worker whose
    # day began before the recording would take the mark and miss the entry.
    entries = looked_up(
        "records_ledgerentry", "e", "e.learner = given.learner AND e.day = given.day AND e.month >= %s"
    )
    first = sql_value(month_start(min(day for _, day in learner_days)))
    found = _fetch(
        'INSERT INTO records_dailystudy (learner, day, booked_on, "union", occupation, level, ms) '
        f"SELECT e.learner, e.day, e.booked_on, COALESCE(e.\"union\", %s), COALESCE(e.occupation, ''), "
        f"COALESCE(e.level, 0), SUM(e.ms) FROM {rows} {entries} WHERE true GROUP BY 1, 2, 3, 4, 5, 6 "
        'ON CONFLICT (learner, day, booked_on, "union", occupation, level) DO UPDATE SET ms = EXCLUDED.ms '
        'RETURNING learner, booked_on, "union"',
        [sql_value(UUID(UNASSIGNED)), *values, first],
    )
    return _booked(found)


def completions_of(learner_days: Sequence[LearnerDay]) -> list[Booked]:
    """Return (learner, booked_on, union) of the lessons finished on these learner-days."""
    rows, values = inline_rows({"learner": "uuid", "day": "date"}, learner_days)
    done = looked_up("records_completion", "c", "c.learner = given.learner AND c.day = given.day")
    return _booked(_fetch(f'SELECT c.learner, c.booked_on, c."union" FROM {rows} {done}', values))


def write_months(months: Sequence[LearnerPeriodKey]) -> None:
    """Recompute months of learners from DailyStudy. A day counts once for each day it was booked on."""
    rows, values = inline_rows({"learner": "uuid", "start": "date", "ends": "date"}, _spans(months))
    days = looked_up(
        "records_dailystudy",
        "d",
        "d.learner = given.learner AND d.booked_on >= given.start AND d.booked_on < given.ends",
    )
    _run(
        "INSERT INTO records_learnerperiod (learner, kind, start, ms, days) "
        "SELECT learner, 'month', start, SUM(ms), COUNT(CASE WHEN ms > 0 THEN 1 END) FROM ("
        f"SELECT given.learner, given.start, d.day, d.booked_on, SUM(d.ms) AS ms FROM {rows} {days} "
        "GROUP BY 1, 2, 3, 4) AS booked WHERE true GROUP BY learner, start "
        "ON CONFLICT (learner, kind, start) DO UPDATE SET ms = EXCLUDED.ms, days = EXCLUDED.days",
        values,
    )


def write_longer_periods(keys: Sequence[LearnerPeriodKey]) -> None:
    """Recompute quarters, years and all time of learners from their months."""
    rows, values = inline_rows({"learner": "uuid", "kind": "text", "start": "date", "ends": "date"}, keys)
    months = looked_up(
        "records_learnerperiod",
        "m",
        "m.learner = given.learner AND m.kind = 'month' AND m.start >= given.start AND m.start < given.ends",
    )
    _run(
        "INSERT INTO records_learnerperiod (learner, kind, start, ms, days) "
        f"SELECT given.learner, given.kind, given.start, SUM(m.ms), SUM(m.days) FROM {rows} {months} "
        "WHERE true GROUP BY 1, 2, 3 "
        "ON CONFLICT (learner, kind, start) DO UPDATE SET ms = EXCLUDED.ms, days = EXCLUDED.days",
        values,
    )


def insert_marks_for_all() -> None:
    """Mark every learner-day that has an entry or a completion."""
    _run(
        "INSERT INTO records_mark (learner, day) SELECT learner, day FROM records_ledgerentry "
        "UNION SELECT learner, day FROM records_completion",
        [],
    )


def _spans(keys: Iterable[LearnerPeriodKey]) -> list[tuple[UUID, date, date]]:
    return [(learner, start, ends) for learner, _, start, ends in keys]


def _run(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _booked(rows: Iterable[tuple[Any, ...]]) -> list[Booked]:
    return [(_uuid(learner), _date(day), _uuid(union)) for learner, day, union in set(rows)]


def _pairs(sql: str, params: Sequence[Any]) -> list[tuple[UUID, date]]:
    return [(_uuid(key), _date(day)) for key, day in _fetch(sql, params)]


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
