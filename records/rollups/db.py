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
from core.db import inline_rows, is_postgres, sql_value
from records.models.rollups import UNASSIGNED

LearnerDay = tuple[UUID, date]
Booking = tuple[UUID, date, date]
"""learner, day, booked_on."""
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


def bookings_of(learner_days: Sequence[LearnerDay]) -> list[Booking]:
    """Return (learner, day, booked_on) of every entry and completion of these learner-days, each once."""
    rows, values = inline_rows({"learner": "uuid", "day": "date"}, learner_days)
    joined = "e ON e.learner = given.learner AND e.day = given.day"
    found = _fetch(
        f"SELECT e.learner, e.day, e.booked_on FROM {rows} JOIN records_ledgerentry {joined} WHERE e.month >= %s "
        f"UNION SELECT e.learner, e.day, e.booked_on FROM {rows} JOIN records_completion {joined}",
        [*values, _first_partition(learner_days), *values],
    )
    return [(_uuid(learner), _date(day), _date(booked_on)) for learner, day, booked_on in found]


def lock_periods(keys: Sequence[LearnerPeriodKey]) -> None:
    """
    Lock the rows of these periods until the transaction ends, making those that do not exist yet.

    Always in the order of the unique key, so that two workers can wait for one another but never in a circle.
    """
    ordered = sorted({(learner, kind, start) for learner, kind, start, _ in keys})
    rows, values = inline_rows({"learner": "uuid", "kind": "text", "start": "date"}, ordered)
    _run(
        "INSERT INTO records_learnerperiod (learner, kind, start, ms, days) "
        f"SELECT learner, kind, start, 0, 0 FROM {rows} WHERE true ORDER BY learner, kind, start "
        "ON CONFLICT (learner, kind, start) DO NOTHING",
        values,
    )
    if is_postgres():
        _run(
            f"SELECT 1 FROM {rows} JOIN records_learnerperiod p ON p.learner = given.learner AND p.kind = given.kind "
            "AND p.start = given.start ORDER BY p.learner, p.kind, p.start FOR UPDATE OF p",
            values,
        )


def write_daily_study(bookings: Sequence[Booking]) -> None:
    """
    Recompute DailyStudy of these (learner, day, booked_on) from the entries; the rows of their months are locked.

    Entries are only ever appended, so no combination of union and occupation disappears and nothing is deleted. An
    entry with another ``booked_on`` came after the bookings were read; it has a mark of its own.
    """
    rows, values = inline_rows({"learner": "uuid", "day": "date", "booked_on": "date"}, bookings)
    _run(
        'INSERT INTO records_dailystudy (learner, day, booked_on, "union", occupation, level, ms) '
        f"SELECT e.learner, e.day, e.booked_on, COALESCE(e.\"union\", %s), COALESCE(e.occupation, ''), "
        f"COALESCE(e.level, 0), SUM(e.ms) FROM {rows} JOIN records_ledgerentry e "
        "ON e.learner = given.learner AND e.day = given.day AND e.booked_on = given.booked_on "
        "WHERE e.month >= %s GROUP BY 1, 2, 3, 4, 5, 6 "
        'ON CONFLICT (learner, day, booked_on, "union", occupation, level) DO UPDATE SET ms = EXCLUDED.ms',
        [sql_value(UUID(UNASSIGNED)), *values, _first_partition((who, day) for who, day, _ in bookings)],
    )


def write_months(months: Sequence[LearnerPeriodKey]) -> None:
    """Recompute months of learners from DailyStudy. A day counts once for each day it was booked on."""
    rows, values = inline_rows({"learner": "uuid", "start": "date", "ends": "date"}, _spans(months))
    _run(
        "INSERT INTO records_learnerperiod (learner, kind, start, ms, days) "
        "SELECT learner, 'month', start, SUM(ms), COUNT(CASE WHEN ms > 0 THEN 1 END) FROM ("
        "SELECT m.learner, m.start, d.day, d.booked_on, SUM(d.ms) AS ms "
        f"FROM (SELECT * FROM {rows}) m JOIN records_dailystudy d "
        "ON d.learner = m.learner AND d.booked_on >= m.start AND d.booked_on < m.ends "
        "GROUP BY 1, 2, 3, 4) AS booked WHERE true GROUP BY learner, start "
        "ON CONFLICT (learner, kind, start) DO UPDATE SET ms = EXCLUDED.ms, days = EXCLUDED.days",
        values,
    )


def write_longer_periods(keys: Sequence[LearnerPeriodKey]) -> None:
    """Recompute quarters and years of learners from their months."""
    rows, values = inline_rows({"learner": "uuid", "kind": "text", "start": "date", "ends": "date"}, keys)
    _run(
        "INSERT INTO records_learnerperiod (learner, kind, start, ms, days) "
        "SELECT k.learner, k.kind, k.start, SUM(m.ms), SUM(m.days) "
        f"FROM (SELECT * FROM {rows}) k JOIN records_learnerperiod m ON m.learner = k.learner "
        "AND m.kind = 'month' AND m.start >= k.start AND m.start < k.ends "
        "WHERE true GROUP BY k.learner, k.kind, k.start "
        "ON CONFLICT (learner, kind, start) DO UPDATE SET ms = EXCLUDED.ms, days = EXCLUDED.days",
        values,
    )


def union_days(learner_days: Sequence[LearnerDay]) -> list[tuple[UUID, date]]:
    """Return (union, booked_on) of what these learner-days amount to, each once; the nil uuid is unassigned."""
    rows, values = inline_rows({"learner": "uuid", "day": "date"}, learner_days)
    union = " UNION ".join(
        f'SELECT s."union", s.booked_on FROM {rows} JOIN {table} s ON s.learner = given.learner AND s.day = given.day'
        for table in ("records_dailystudy", "records_completion")
    )
    return _pairs(union, [*values, *values])


def insert_marks_for_all() -> None:
    """Mark every learner-day that has an entry or a completion."""
    _run(
        "INSERT INTO records_mark (learner, day) SELECT learner, day FROM records_ledgerentry "
        "UNION SELECT learner, day FROM records_completion",
        [],
    )


def _first_partition(learner_days: Iterable[LearnerDay]) -> Any:
    """Return the month from which entries of these days can be recorded: nothing is recorded before it happened."""
    return sql_value(month_start(min(day for _, day in learner_days)))


def _spans(keys: Iterable[LearnerPeriodKey]) -> list[tuple[UUID, date, date]]:
    return [(learner, start, ends) for learner, _, start, ends in keys]


def _run(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _pairs(sql: str, params: Sequence[Any]) -> list[tuple[UUID, date]]:
    return [(_uuid(key), _date(day)) for key, day in _fetch(sql, params)]


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
