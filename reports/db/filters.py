"""The statements that compute figures by filter, for all unions of a period at once, on PostgreSQL and SQLite."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection

from core.db import inline_rows, sql_value
from reports.db.rollup import stands_on
from reports.rules import FIGURE_NAMES, PARTICIPANT_MS, Period

STOCK = ("members", "registered", "participants", "with_goal", "on_target", "members_ms")
AGES = (25, 35, 45, 55)
"""Ages at which a band ends and the next begins."""
_GROUP = "SUBSTR(p.occupation_code, 1, 4)"
_LEVEL = "COALESCE(CAST(p.level_rank AS VARCHAR(2)), '')"
_VALUES = {
    "occupation_group": _GROUP,
    "level": _LEVEL,
    "gender": "p.gender",
    "age_band": "",
    "migrant": "CASE WHEN p.is_migrant_worker THEN 'yes' ELSE 'no' END",
    "new_employment": "CASE WHEN p.is_new_employment THEN 'yes' ELSE 'no' END",
    "occupation_level": f"{_GROUP} || '/' || {_LEVEL}",
}


def age_bands() -> list[str]:
    """Return the keys of the bands, the youngest first."""
    return [
        f"-{AGES[0] - 1}",
        *(f"{a}-{b - 1}" for a, b in pairwise(AGES)),
        f"{AGES[-1]}-",
    ]


def _band(on: date) -> tuple[str, list[Any]]:
    """Return the expression of a person's band on a day, and its parameters: who turns 25 that day is 25."""
    born = [sql_value(_years_before(on, age)) for age in AGES]
    bands = age_bands()
    cases = "".join(f" WHEN p.born_on > %s THEN '{band}'" for band in bands[:-1])
    return f"CASE WHEN p.born_on IS NULL THEN ''{cases} ELSE '{bands[-1]}' END", born


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def write_filters(
    period: Period,
    *,
    on: date,
    signed_in_before: datetime,
    goals: Mapping[UUID, int | None],
    lines: Sequence[str],
) -> None:
    """
    Compute a period's figures by filter anew: of each union's members on a day, by their attributes today; then of
    everything below each union. Figures of members only: time booked to a union by people who left has no attribute here.
    """
    key = [period.kind.value, sql_value(period.start)]
    for table in ("reports_ownstudy", "reports_unionstudy"):
        _run(f"DELETE FROM {table} WHERE kind = %s AND start = %s AND dimension <> ''", key)
    given, values = inline_rows({"uuid": "uuid", "goal": "bigint"}, list(goals.items()))
    band, born = _band(on)
    attributes = ", ".join(
        f"{band if name == 'age_band' else value} AS {name}" for name, value in _VALUES.items()
    )
    merged = (
        "SELECT a.person_id, SUM(x.ms) AS ms FROM accounts_personalias a JOIN records_learnerperiod x "
        "ON x.learner = a.alias AND x.kind = %s AND x.start = %s GROUP BY a.person_id"
    )
    numbers = (
        "1 AS members, registered, CASE WHEN ms >= %s THEN 1 ELSE 0 END AS participants, "
        "CASE WHEN goal IS NULL THEN 0 ELSE 1 END AS with_goal, CASE WHEN ms >= goal THEN 1 ELSE 0 END AS on_target, "
        "ms AS members_ms"
    )
    each = " UNION ALL ".join(
        f"SELECT uuid, '{name}' AS dimension, {name} AS value, {', '.join(STOCK)} FROM counted"
        for name in _VALUES
    )
    flow = [name for name in FIGURE_NAMES if name not in STOCK]
    _run(
        "WITH member AS MATERIALIZED ("
        f"SELECT given.uuid, given.goal, {attributes}, "
        "CASE WHEN p.registered_at < %s THEN 1 ELSE 0 END AS registered, "
        "COALESCE(l.ms, 0) + COALESCE(g.ms, 0) AS ms "
        f"FROM {given} JOIN unions_union u ON u.uuid = given.uuid JOIN unions_membership m ON m.union_id = u.id "
        "AND m.active_from <= %s AND (m.active_to IS NULL OR m.active_to > %s) "
        "JOIN accounts_person p ON p.id = m.member_id "
        "LEFT JOIN records_learnerperiod l ON l.learner = p.uuid AND l.kind = %s AND l.start = %s "
        f"LEFT JOIN ({merged}) g ON g.person_id = p.id), "
        f"counted AS MATERIALIZED (SELECT uuid, {', '.join(_VALUES)}, {numbers} FROM member) "
        f'INSERT INTO reports_ownstudy ("union", kind, start, dimension, value, {", ".join(STOCK)}, {", ".join(flow)}) '
        f"SELECT uuid, {_text('%s')}, {_day('%s')}, dimension, value, {', '.join(f'SUM({n})' for n in STOCK)}, "
        f"{', '.join('0' for _ in flow)} FROM ({each}) AS valued GROUP BY uuid, dimension, value",
        [
            *born,
            sql_value(signed_in_before),
            *values,
            sql_value(on),
            sql_value(on),
            *key,
            *key,
            PARTICIPANT_MS,
            *key,
        ],
    )
    for line in lines:
        _sum_up(period, on=on, line=line)


def _sum_up(period: Period, *, on: date, line: str) -> None:
    given, day = inline_rows({"counted_on": "date"}, [(on,)])
    above = given.replace("AS given", "AS k")
    names = ", ".join(FIGURE_NAMES)
    _run(
        "WITH RECURSIVE up(origin, at) AS ("
        f"SELECT p.union_id, p.union_id FROM {given} JOIN unions_unionplace p ON p.line = %s "
        f"JOIN unions_union c ON c.id = p.union_id AND {stands_on('p', 'c', 'given.counted_on')} "
        f"UNION ALL SELECT up.origin, p.parent_id FROM {above} CROSS JOIN up "
        "JOIN unions_unionplace p ON p.union_id = up.at AND p.line = %s AND p.parent_id IS NOT NULL "
        f"JOIN unions_union c ON c.id = p.union_id AND {stands_on('p', 'c', 'k.counted_on')}) "
        f'INSERT INTO reports_unionstudy ("union", line, kind, start, dimension, value, {names}) '
        f"SELECT a.uuid, {_text('%s')}, o.kind, o.start, o.dimension, o.value, "
        f"{', '.join(f'SUM(o.{n})' for n in FIGURE_NAMES)} FROM reports_ownstudy o "
        'JOIN unions_union c ON c.uuid = o."union" JOIN up ON up.origin = c.id JOIN unions_union a ON a.id = up.at '
        "WHERE o.kind = %s AND o.start = %s AND o.dimension <> '' "
        "GROUP BY a.uuid, o.kind, o.start, o.dimension, o.value",
        [*day, line, *day, line, line, period.kind.value, sql_value(period.start)],
    )


def _text(mark: str) -> str:
    return f"CAST({mark} AS VARCHAR(16))"


def _day(mark: str) -> str:
    return f"CAST({mark} AS {'DATE' if connection.vendor == 'postgresql' else 'TEXT'})"


def _run(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
