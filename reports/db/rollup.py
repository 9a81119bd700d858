"""
The statements that compute figures, for PostgreSQL and SQLite. Each is one statement over a whole batch.

The order in which locks are taken is the contract (``operations.roll_up_unions``): own rows in the order of their key,
then one advisory lock per line and period in the order of periods. On SQLite a writing transaction is alone.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from core.clock import day_start_ms, from_ms
from core.db import inline_rows, is_postgres, sql_value
from reports.rules import FIGURE_NAMES, PARTICIPANT_MS, Period, PeriodKind

FLOW = ("total_ms", "visits", "completions")
STOCK = ("members", "registered", "participants", "with_goal", "on_target", "members_ms")
Target = tuple[UUID, Period]


@dataclass(frozen=True)
class TakenMark:
    union: UUID
    day: date
    cause: str


@dataclass(frozen=True)
class Node:
    """A union as it stands on a line on some day."""

    id: int
    uuid: UUID
    parent_id: int | None
    annual_target_ms: int | None
    month_targets_ms: list[int] | None


def _stands(place: str, union: str, day: str) -> str:
    """
    Return the condition that a place counts on a day: it holds that day, or the union has closed by then and this was
    its last place, so that its time of an open period is not lost from the tree.
    """
    return (
        f"{place}.active_from <= {day} AND ({place}.active_to IS NULL OR {place}.active_to > {day} "
        f"OR ({union}.closed_on <= {day} AND {place}.active_to >= {union}.closed_on))"
    )


def take_union_marks(limit: int) -> list[TakenMark]:
    """Delete the oldest marks that nobody else is working on and return them, each once."""
    picked = (
        "= ANY(ARRAY(SELECT id FROM reports_unionmark ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))"
        if is_postgres()
        else "IN (SELECT id FROM reports_unionmark ORDER BY id LIMIT %s)"
    )
    rows = _fetch(f'DELETE FROM reports_unionmark WHERE id {picked} RETURNING "union", day, cause', [limit])
    taken = {TakenMark(_uuid(union), _date(day), cause) for union, day, cause in rows}
    return sorted(taken, key=lambda m: (m.day, m.union, m.cause))


def mark_memberships(days: Iterable[tuple[UUID, date, date]]) -> None:
    """
    Mark, for (learner, booking day, stock day), the union of which the learner is a member on the stock day: its
    participants and means change, whichever union the time itself belongs to.
    """
    rows, values = inline_rows({"learner": "uuid", "day": "date", "stock_on": "date"}, days)
    persons = (
        "SELECT uuid AS learner, id AS person_id FROM accounts_person "
        "UNION ALL SELECT alias, person_id FROM accounts_personalias"
    )
    _run(
        'INSERT INTO reports_unionmark ("union", day, cause) '
        f"SELECT DISTINCT u.uuid, g.day, 'study' FROM (SELECT * FROM {rows}) g "
        f"JOIN ({persons}) p ON p.learner = g.learner "
        "JOIN unions_membership m ON m.member_id = p.person_id AND m.active_from <= g.stock_on "
        "AND (m.active_to IS NULL OR m.active_to > g.stock_on) "
        "JOIN unions_union u ON u.id = m.union_id",
        values,
    )


def mark_boundaries(*, after: date, until: date) -> None:
    """Mark the unions whose members or place change on a day in (after, until], entered beforehand."""
    ends = (
        ("unions_membership", "union_id", "members"),
        ("unions_unionplace", "union_id", "place"),
        ("unions_unionplace", "parent_id", "children"),
    )
    selects = [
        f"SELECT {union} AS union_id, {column} AS day, '{cause}' AS cause FROM {table} "
        f"WHERE {column} > %s AND {column} <= %s"
        for table, union, cause in ends
        for column in ("active_from", "active_to")
    ]
    _run(
        'INSERT INTO reports_unionmark ("union", day, cause) '
        f"SELECT u.uuid, MIN(b.day), b.cause FROM ({' UNION '.join(selects)}) b "
        "JOIN unions_union u ON u.id = b.union_id GROUP BY u.uuid, b.cause",
        [sql_value(after), sql_value(until)] * len(selects),
    )


def opened_unions(day: date) -> list[UUID]:
    """Return the unions that have opened by a day, closed ones too while they still stand in a tree."""
    rows = _fetch("SELECT uuid FROM unions_union WHERE opened_on <= %s", [sql_value(day)])
    return [_uuid(uuid) for (uuid,) in rows]


def nodes_above(standing: Collection[tuple[UUID, date]], *, line: str) -> dict[date, dict[int, Node]]:
    """
    Return, by day, these unions and all above them on a line, as they stand that day. Who stands nowhere is left out.
    """
    rows, values = inline_rows({"uuid": "uuid", "day": "date"}, sorted(standing))
    found = _fetch(
        "WITH RECURSIVE up(day, id, parent_id) AS ("
        f"SELECT given.day, p.union_id, p.parent_id FROM {rows} JOIN unions_union c ON c.uuid = given.uuid "
        f"JOIN unions_unionplace p ON p.union_id = c.id AND p.line = %s AND {_stands('p', 'c', 'given.day')} "
        "UNION SELECT up.day, p.union_id, p.parent_id FROM up JOIN unions_union c ON c.id = up.parent_id "
        f"JOIN unions_unionplace p ON p.union_id = c.id AND p.line = %s AND {_stands('p', 'c', 'up.day')}) "
        "SELECT up.day, up.id, u.uuid, up.parent_id, u.annual_target_ms, u.month_targets_ms "
        "FROM up JOIN unions_union u ON u.id = up.id",
        [*values, line, line],
    )
    nodes: dict[date, dict[int, Node]] = {}
    for day, id_, uuid, parent, annual, months in found:
        nodes.setdefault(_date(day), {})[id_] = Node(id_, _uuid(uuid), parent, annual, _json(months))
    return nodes


def unions_below(standing: Collection[tuple[UUID, date]], *, line: str) -> set[tuple[UUID, date]]:
    """Return these unions and all below them on a line, each with the day on which it stands there."""
    rows, values = inline_rows({"uuid": "uuid", "day": "date"}, sorted(standing))
    found = _fetch(
        "WITH RECURSIVE down(day, id) AS ("
        f"SELECT given.day, u.id FROM {rows} JOIN unions_union u ON u.uuid = given.uuid "
        "UNION SELECT down.day, c.id FROM down "
        "JOIN unions_unionplace p ON p.parent_id = down.id AND p.line = %s "
        f"JOIN unions_union c ON c.id = p.union_id AND {_stands('p', 'c', 'down.day')}) "
        "SELECT u.uuid, down.day FROM down JOIN unions_union u ON u.id = down.id",
        [*values, line],
    )
    return {(_uuid(uuid), _date(day)) for uuid, day in found}


def lines() -> list[str]:
    """Return the lines on which some union stands."""
    return sorted(line for (line,) in _fetch("SELECT DISTINCT line FROM unions_unionplace", []))


def lock_own(targets: Collection[Target]) -> None:
    """Lock these own rows until the transaction ends, making those that do not exist yet, in the order of their key."""
    ordered = sorted((union, period.kind.value, period.start) for union, period in targets)
    rows, values = inline_rows({"uuid": "uuid", "kind": "text", "start": "date"}, ordered)
    zeros = ", ".join("0" for _ in FIGURE_NAMES)
    _run(
        f'INSERT INTO reports_ownstudy ("union", kind, start, dimension, value, {_names()}) '
        f"SELECT uuid, kind, start, '', '', {zeros} FROM {rows} WHERE true ORDER BY uuid, kind, start "
        'ON CONFLICT ("union", kind, dimension, value, start) DO NOTHING',
        values,
    )
    if is_postgres():
        _run(
            f'SELECT 1 FROM {rows} JOIN reports_ownstudy o ON o."union" = given.uuid AND o.kind = given.kind '
            "AND o.start = given.start AND o.dimension = '' AND o.value = '' "
            'ORDER BY o."union", o.kind, o.start FOR UPDATE OF o',
            values,
        )


def write_own_days(targets: Iterable[Target]) -> None:
    """Recompute the flow of days from DailyStudy and completions."""
    rows, values = inline_rows({"uuid": "uuid", "day": "date"}, [(u, p.start) for u, p in targets])
    _run(
        f"WITH t AS (SELECT * FROM {rows}), "
        'visit AS (SELECT d."union", d.booked_on, d.learner, d.day, SUM(d.ms) AS ms FROM t '
        'JOIN records_dailystudy d ON d."union" = t.uuid AND d.booked_on = t.day GROUP BY 1, 2, 3, 4), '
        'study AS (SELECT "union", booked_on, SUM(ms) AS total_ms, COUNT(CASE WHEN ms > 0 THEN 1 END) AS visits '
        "FROM visit GROUP BY 1, 2), "
        'done AS (SELECT c."union", c.booked_on, COUNT(*) AS completions FROM t '
        'JOIN records_completion c ON c."union" = t.uuid AND c.booked_on = t.day GROUP BY 1, 2) '
        "UPDATE reports_ownstudy SET total_ms = f.total_ms, visits = f.visits, completions = f.completions FROM ("
        "SELECT t.uuid, t.day, COALESCE(study.total_ms, 0) AS total_ms, COALESCE(study.visits, 0) AS visits, "
        "COALESCE(done.completions, 0) AS completions FROM t "
        'LEFT JOIN study ON study."union" = t.uuid AND study.booked_on = t.day '
        'LEFT JOIN done ON done."union" = t.uuid AND done.booked_on = t.day) AS f '
        'WHERE reports_ownstudy."union" = f.uuid AND reports_ownstudy.start = f.day AND '
        "reports_ownstudy.kind = 'day' AND reports_ownstudy.dimension = '' AND reports_ownstudy.value = ''",
        values,
    )


def write_own_flow(targets: Iterable[Target], *, parts: PeriodKind) -> None:
    """Recompute the flow of longer periods from the own rows of their ``parts`` (days or months)."""
    rows, values = inline_rows(
        {"uuid": "uuid", "kind": "text", "start": "date", "ends": "date"},
        [(u, p.kind.value, p.start, p.end) for u, p in targets],
    )
    sums = ", ".join(f"COALESCE(SUM(o.{name}), 0) AS {name}" for name in FLOW)
    _run(
        f"UPDATE reports_ownstudy SET {', '.join(f'{n} = f.{n}' for n in FLOW)} FROM ("
        f"SELECT t.uuid, t.kind, t.start, {sums} FROM (SELECT * FROM {rows}) t "
        "LEFT JOIN reports_ownstudy o ON o.\"union\" = t.uuid AND o.kind = %s AND o.dimension = '' AND o.value = '' "
        "AND o.start >= t.start AND o.start < t.ends GROUP BY 1, 2, 3) AS f "
        'WHERE reports_ownstudy."union" = f.uuid AND reports_ownstudy.kind = f.kind AND '
        "reports_ownstudy.start = f.start AND reports_ownstudy.dimension = '' AND reports_ownstudy.value = ''",
        [*values, parts.value],
    )


def write_own_stock(targets: Iterable[tuple[UUID, Period, date, int | None]]) -> None:
    """
    Recompute the stock of (union, period, stock day, goal) from memberships and LearnerPeriod.

    A merged person's time is that of all its chains together (``PersonAlias``).
    """
    columns = {
        "uuid": "uuid",
        "kind": "text",
        "start": "date",
        "stock_on": "date",
        "registered_before": "timestamptz",
        "goal": "bigint",
    }
    rows, values = inline_rows(
        columns, [(u, p.kind.value, p.start, day, _day_after(day), goal) for u, p, day, goal in targets]
    )
    _run(
        f"WITH t AS (SELECT * FROM {rows}), "
        "merged AS (SELECT a.person_id, l.kind, l.start, SUM(l.ms) AS ms FROM accounts_personalias a "
        "JOIN records_learnerperiod l ON l.learner = a.alias GROUP BY 1, 2, 3), "
        "member AS (SELECT t.uuid, t.kind, t.start, t.goal, "
        "CASE WHEN p.registered_at < t.registered_before THEN 1 ELSE 0 END AS registered, "
        "COALESCE(l.ms, 0) + COALESCE(merged.ms, 0) AS ms FROM t "
        "JOIN unions_union u ON u.uuid = t.uuid "
        "JOIN unions_membership m ON m.union_id = u.id AND m.active_from <= t.stock_on "
        "AND (m.active_to IS NULL OR m.active_to > t.stock_on) "
        "JOIN accounts_person p ON p.id = m.member_id "
        "LEFT JOIN records_learnerperiod l ON l.learner = p.uuid AND l.kind = t.kind AND l.start = t.start "
        "LEFT JOIN merged ON merged.person_id = p.id AND merged.kind = t.kind AND merged.start = t.start), "
        "stock AS (SELECT uuid, kind, start, COUNT(*) AS members, SUM(registered) AS registered, "
        "COUNT(CASE WHEN ms >= %s THEN 1 END) AS participants, COUNT(goal) AS with_goal, "
        "COUNT(CASE WHEN ms >= goal THEN 1 END) AS on_target, SUM(ms) AS members_ms FROM member GROUP BY 1, 2, 3) "
        f"UPDATE reports_ownstudy SET {', '.join(f'{n} = f.{n}' for n in STOCK)} FROM ("
        f"SELECT t.uuid, t.kind, t.start, {', '.join(f'COALESCE(s.{n}, 0) AS {n}' for n in STOCK)} FROM t "
        "LEFT JOIN stock s ON s.uuid = t.uuid AND s.kind = t.kind AND s.start = t.start) AS f "
        'WHERE reports_ownstudy."union" = f.uuid AND reports_ownstudy.kind = f.kind AND '
        "reports_ownstudy.start = f.start AND reports_ownstudy.dimension = '' AND reports_ownstudy.value = ''",
        [*values, PARTICIPANT_MS],
    )


def lock_lines(locks: Iterable[tuple[str, Period]]) -> None:
    """Take one advisory lock per line and period until the transaction ends, in the order of periods."""
    if not is_postgres():
        return
    for line, period in sorted(locks, key=lambda lock: (*lock[1].sort_key, lock[0])):
        name = f"reports.union_study:{line}:{period.kind.value}:{period.start.isoformat()}"
        _run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def write_level(targets: Sequence[tuple[Node, Period, date]], *, line: str) -> None:
    """
    Recompute the subtree rows of (union, period, stock day) that stand side by side or above the levels written
    before: own figures plus those of all children on the line that day. Needs the advisory locks of the periods.
    """
    rows, values = inline_rows(
        {"id": "bigint", "uuid": "uuid", "kind": "text", "start": "date", "stock_on": "date"},
        [(node.id, node.uuid, period.kind.value, period.start, day) for node, period, day in targets],
    )
    total = ", ".join(f"COALESCE(o.{n}, 0) + COALESCE(k.{n}, 0)" for n in FIGURE_NAMES)
    sums = ", ".join(f"SUM(s.{n}) AS {n}" for n in FIGURE_NAMES)
    fresh = ", ".join(f"{n} = EXCLUDED.{n}" for n in FIGURE_NAMES)
    _run(
        f"WITH t AS (SELECT * FROM {rows}), "
        f"child AS (SELECT t.id, t.kind, t.start, {sums} FROM t "
        "JOIN unions_unionplace p ON p.parent_id = t.id AND p.line = %s "
        f"JOIN unions_union c ON c.id = p.union_id AND {_stands('p', 'c', 't.stock_on')} "
        'JOIN reports_unionstudy s ON s."union" = c.uuid AND s.line = %s AND s.kind = t.kind AND s.start = t.start '
        "AND s.dimension = '' AND s.value = '' GROUP BY 1, 2, 3) "
        f'INSERT INTO reports_unionstudy ("union", line, kind, start, dimension, value, {_names()}) '
        f"SELECT t.uuid, %s, t.kind, t.start, '', '', {total} FROM t "
        'LEFT JOIN reports_ownstudy o ON o."union" = t.uuid AND o.kind = t.kind AND o.start = t.start '
        "AND o.dimension = '' AND o.value = '' "
        "LEFT JOIN child k ON k.id = t.id AND k.kind = t.kind AND k.start = t.start WHERE true "
        f'ON CONFLICT ("union", line, kind, dimension, value, start) DO UPDATE SET {fresh}',
        [*values, line, line, line],
    )


def delete_fallen(targets: Iterable[Target], *, line: str) -> None:
    """Delete the subtree rows of unions that stand nowhere on a line any more."""
    rows, values = inline_rows(
        {"uuid": "uuid", "kind": "text", "start": "date"}, [(u, p.kind.value, p.start) for u, p in targets]
    )
    _run(
        'DELETE FROM reports_unionstudy WHERE line = %s AND ("union", kind, start) IN '
        f"(SELECT given.uuid, given.kind, given.start FROM {rows})",
        [line, *values],
    )


def insert_marks(unions: Iterable[tuple[UUID, date]]) -> None:
    """Mark (union, day)."""
    rows, values = inline_rows({"uuid": "uuid", "day": "date"}, unions)
    _run(
        f"INSERT INTO reports_unionmark (\"union\", day, cause) SELECT uuid, day, 'study' FROM {rows}",
        values,
    )


def _names() -> str:
    return ", ".join(FIGURE_NAMES)


def _day_after(day: date) -> datetime:
    """Return the first instant after a day in Asia/Shanghai."""
    return from_ms(day_start_ms(day + timedelta(days=1)))


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


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
