"""The statements that close a period and keep what arrives afterwards, for PostgreSQL and SQLite."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from core.db import inline_rows, looked_up, sql_value
from reports.db.rollup import stands_on
from reports.rules import FIGURE_NAMES, Period

Late = tuple[UUID, date]
"""A union and the first day of the month in which something late was booked to it."""
_SAME = "{0}.kind = given.kind AND {0}.start = given.start"


def marks_wait_for(period: Period) -> bool:
    """Tell whether a change that a period must show has not reached its rows yet."""
    span = [sql_value(period.start), sql_value(period.end)]
    found = _fetch(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM records_mark WHERE day >= %s AND day < %s) "
        "OR EXISTS (SELECT 1 FROM reports_unionmark WHERE day < %s AND (cause <> 'study' OR day >= %s)) "
        "THEN 1 ELSE 0 END",
        [*span, span[1], span[0]],
    )
    return bool(found[0][0])


def copy_rows(period: Period, *, counted_on: date) -> None:
    """Copy a period's own and subtree rows, with the parent each union had on the day that counts."""
    names = ", ".join(FIGURE_NAMES)
    columns = f'"union", line, parent, kind, start, dimension, value, {names}'
    one = [period.kind.value, sql_value(period.start)]
    _run(
        f"INSERT INTO reports_closedstudy ({columns}) "
        f"SELECT \"union\", '', NULL, kind, start, dimension, value, {names} FROM reports_ownstudy "
        "WHERE kind = %s AND start = %s",
        one,
    )
    stands = stands_on("p", "c", "k.counted_on")
    given, values = inline_rows({"counted_on": "date"}, [(counted_on,)])
    given = given.replace("AS given", "AS k")
    _run(
        f'INSERT INTO reports_closedstudy ({columns}) SELECT s."union", s.line, a.uuid, s.kind, s.start, s.dimension, '
        f"s.value, {', '.join(f's.{n}' for n in FIGURE_NAMES)} FROM reports_unionstudy s CROSS JOIN {given} "
        'JOIN unions_union c ON c.uuid = s."union" '
        f"LEFT JOIN unions_unionplace p ON p.union_id = c.id AND p.line = s.line AND {stands} "
        "LEFT JOIN unions_union a ON a.id = p.parent_id WHERE s.kind = %s AND s.start = %s",
        [*values, *one],
    )


def closed_rows(period: Period, *, union: UUID | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield the closed rows of a period, or of one union in it, by union: what is hashed."""
    names = ", ".join(FIGURE_NAMES)
    only = "" if union is None else 'AND "union" = %s '
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "union", line, parent, dimension, value, {names} FROM reports_closedstudy '
            f'WHERE kind = %s AND start = %s {only}ORDER BY "union"',
            [period.kind.value, sql_value(period.start), *([] if union is None else [sql_value(union)])],
        )
        while batch := cursor.fetchmany(10_000):
            yield from batch


def write_own_late(late: Collection[Late], periods: Iterable[Period]) -> list[tuple[UUID, Period, date]]:
    """
    Write what was booked to unions on these days and studied in an earlier period, and return (union, period, booking
    day) of what was written. Late time is always booked on the first day of a month.
    """
    rows, values = inline_rows({"uuid": "uuid", "booked_on": "date"}, sorted(late))
    spans, bounds = inline_rows(
        {"kind": "text", "start": "date", "ends": "date"}, [(p.kind.value, p.start, p.end) for p in periods]
    )
    spans = spans.replace("AS given", "AS span")
    entries = looked_up(
        "records_ledgerentry",
        "e",
        'e."union" = given.uuid AND e.booked_on = given.booked_on AND e.day < given.booked_on',
    )
    found = _fetch(
        'INSERT INTO reports_latestudy ("union", line, kind, start, booked_on, late_ms, corrected_ms) '
        "SELECT given.uuid, '', span.kind, span.start, given.booked_on, "
        "SUM(CASE WHEN e.kind = 'reversal' THEN 0 ELSE e.ms END), "
        f"SUM(CASE WHEN e.kind = 'reversal' THEN e.ms ELSE 0 END) FROM {rows} {entries} "
        f"JOIN {spans} ON e.day >= span.start AND e.day < span.ends AND given.booked_on >= span.ends "
        "WHERE true GROUP BY 1, 3, 4, 5 "
        'ON CONFLICT ("union", line, kind, start, booked_on) DO UPDATE SET late_ms = EXCLUDED.late_ms, '
        'corrected_ms = EXCLUDED.corrected_ms RETURNING "union", kind, start, booked_on',
        [*values, *bounds],
    )
    by_code = {(p.kind.value, p.start): p for p in periods}
    return [
        (_uuid(union), by_code[str(kind), _date(start)], _date(booked))
        for union, kind, start, booked in found
    ]


def own_late_of(period: Period) -> list[tuple[UUID, Period, date]]:
    """Return (union, period, booking day) of the own late rows of a period."""
    rows = _fetch(
        "SELECT \"union\", booked_on FROM reports_latestudy WHERE line = '' AND kind = %s AND start = %s",
        [period.kind.value, sql_value(period.start)],
    )
    return [(_uuid(union), period, _date(booked)) for union, booked in rows]


def closed_above(
    unions: Collection[tuple[UUID, Period]],
) -> dict[tuple[str, Period], dict[UUID, UUID | None]]:
    """Return, by line and period, these unions and all above them with their parents, as they stood when it closed."""
    rows, values = inline_rows(
        {"uuid": "uuid", "kind": "text", "start": "date"},
        sorted((union, p.kind.value, p.start) for union, p in unions),
    )
    periods = {(p.kind.value, p.start): p for _, p in unions}
    found = _fetch(
        'WITH RECURSIVE up("union", line, kind, start, parent) AS ('
        f'SELECT c."union", c.line, c.kind, c.start, c.parent FROM {rows} JOIN reports_closedstudy c '
        "ON c.\"union\" = given.uuid AND c.line <> '' AND c.kind = given.kind AND c.start = given.start "
        "AND c.dimension = '' AND c.value = '' "
        'UNION SELECT c."union", c.line, c.kind, c.start, c.parent FROM up JOIN reports_closedstudy c '
        'ON c."union" = up.parent AND c.line = up.line AND c.kind = up.kind AND c.start = up.start '
        "AND c.dimension = '' AND c.value = '') "
        'SELECT "union", line, kind, start, parent FROM up',
        values,
    )
    trees: dict[tuple[str, Period], dict[UUID, UUID | None]] = {}
    for union, line, kind, start, parent in found:
        tree = trees.setdefault((str(line), periods[str(kind), _date(start)]), {})
        tree[_uuid(union)] = None if parent is None else _uuid(parent)
    return trees


def write_late_level(targets: Sequence[tuple[UUID, Period, date]], *, line: str) -> None:
    """Recompute the late sums of unions from their own and those of the unions below them, as the tree stood then."""
    rows, values = inline_rows(
        {"uuid": "uuid", "kind": "text", "start": "date", "booked_on": "date"},
        [(union, p.kind.value, p.start, booked) for union, p, booked in targets],
    )
    key = f"{_SAME} AND {{0}}.booked_on = given.booked_on"
    own = looked_up(
        "reports_latestudy", "o", f"o.\"union\" = given.uuid AND o.line = '' AND {key.format('o')}"
    )
    children = (
        looked_up(
            "reports_closedstudy",
            "c",
            f"c.parent = given.uuid AND c.line = %s AND {_SAME.format('c')} AND c.dimension = '' AND c.value = ''",
        ),
        looked_up(
            "reports_latestudy", "s", f's."union" = c."union" AND s.line = c.line AND {key.format("s")}'
        ),
    )
    names = "given.uuid, given.kind, given.start, given.booked_on"
    _run(
        'INSERT INTO reports_latestudy ("union", line, kind, start, booked_on, late_ms, corrected_ms) '
        "SELECT uuid, %s, kind, start, booked_on, SUM(late_ms), SUM(corrected_ms) FROM ("
        f"SELECT {names}, 0 AS late_ms, 0 AS corrected_ms FROM {rows} "
        f"UNION ALL SELECT {names}, o.late_ms, o.corrected_ms FROM {rows} {own} "
        f"UNION ALL SELECT {names}, s.late_ms, s.corrected_ms FROM {rows} {' '.join(children)}"
        ") AS parts WHERE true GROUP BY uuid, kind, start, booked_on "
        'ON CONFLICT ("union", line, kind, start, booked_on) DO UPDATE SET late_ms = EXCLUDED.late_ms, '
        "corrected_ms = EXCLUDED.corrected_ms",
        [line, *values, *values, *values, line],
    )


def _run(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
