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
from core.db import inline_rows, is_postgres, looked_up, sql_value
from reports.rules import FIGURE_NAMES, PARTICIPANT_MS, Period, PeriodKind, period_of

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


def stands_on(place: str, union: str, day: str) -> str:
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
    delete = f'DELETE FROM reports_unionmark WHERE id {picked} RETURNING "union", day, cause'
    if is_postgres():  # which can fold equal ones before they travel
        delete = f"WITH taken AS ({delete}) SELECT DISTINCT * FROM taken"
    rows = _fetch(delete, [limit])
    taken = {TakenMark(_uuid(union), _date(day), cause) for union, day, cause in rows}
    return sorted(taken, key=lambda m: (m.day, m.union, m.cause))


def mark_memberships(days: Iterable[tuple[UUID, date, date]]) -> None:
    """
    Mark, for (learner, booking day, stock day), the union of which the learner is a member on the stock day: its
    participants and means change, whichever union the time itself belongs to.
    """
    rows, values = inline_rows({"learner": "uuid", "day": "date", "stock_on": "date"}, days)
    own = looked_up("accounts_person", "p", "p.uuid = given.learner")
    merged = looked_up("accounts_personalias", "a", "a.alias = given.learner")
    members = looked_up(
        "unions_membership",
        "m",
        "m.member_id = who.person_id AND m.active_from <= who.stock_on "
        "AND (m.active_to IS NULL OR m.active_to > who.stock_on)",
    )
    _run(
        "INSERT INTO reports_unionmark (\"union\", day, cause) SELECT DISTINCT u.uuid, who.day, 'study' FROM ("
        f"SELECT p.id AS person_id, given.day, given.stock_on FROM {rows} {own} "
        f"UNION ALL SELECT a.person_id, given.day, given.stock_on FROM {rows} {merged}) AS who "
        f"{members} JOIN unions_union u ON u.id = m.union_id",
        [*values, *values],
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
        f"JOIN unions_unionplace p ON p.union_id = c.id AND p.line = %s AND {stands_on('p', 'c', 'given.day')} "
        "UNION SELECT up.day, p.union_id, p.parent_id FROM up JOIN unions_union c ON c.id = up.parent_id "
        f"JOIN unions_unionplace p ON p.union_id = c.id AND p.line = %s AND {stands_on('p', 'c', 'up.day')}) "
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
        f"JOIN unions_union c ON c.id = p.union_id AND {stands_on('p', 'c', 'down.day')}) "
        "SELECT u.uuid, down.day FROM down JOIN unions_union u ON u.id = down.id",
        [*values, line],
    )
    return {(_uuid(uuid), _date(day)) for uuid, day in found}


def lines() -> list[str]:
    """Return the lines on which some union stands."""
    return sorted(line for (line,) in _fetch("SELECT DISTINCT line FROM unions_unionplace", []))


def lock_own(targets: Collection[Target]) -> None:
    """
    Lock the own figures of these unions until the transaction ends: per union its row of each year, which stands for
    all periods in it, made when there is none. In the order of the key.
    """
    years = {(union, period_of(PeriodKind.YEAR, period.start).start) for union, period in targets}
    rows, values = inline_rows({"uuid": "uuid", "start": "date"}, sorted(years))
    zeros = ", ".join("0" for _ in FIGURE_NAMES)
    _run(
        f'INSERT INTO reports_ownstudy ("union", kind, start, dimension, value, {_names()}) '
        f"SELECT uuid, 'year', start, '', '', {zeros} FROM {rows} WHERE true ORDER BY uuid, start "
        'ON CONFLICT ("union", kind, dimension, value, start) DO NOTHING',
        values,
    )
    if is_postgres():
        same = '"union" = given.uuid AND o.start = given.start'
        row = looked_up(
            "reports_ownstudy", "o", f"o.{same} AND o.kind = 'year' AND o.dimension = '' AND o.value = ''"
        )
        _run(
            f"SELECT 1 FROM reports_ownstudy WHERE id = ANY(SELECT o.id FROM {rows} {row}) "
            'ORDER BY "union", start FOR UPDATE',
            values,
        )


def write_own_days(targets: Iterable[Target]) -> None:
    """Recompute the flow of days from DailyStudy and completions."""
    rows, values = inline_rows({"uuid": "uuid", "day": "date"}, [(u, p.start) for u, p in targets])
    same = '"union" = given.uuid AND {0}.booked_on = given.day'
    study = looked_up("records_dailystudy", "d", "d." + same.format("d"))
    done = looked_up("records_completion", "c", "c." + same.format("c"))
    _write_own(
        FLOW,
        "SELECT uuid, 'day' AS kind, day AS start, SUM(total_ms), SUM(visits), SUM(completions) FROM ("
        f"SELECT uuid, day, 0 AS total_ms, 0 AS visits, 0 AS completions FROM {rows} "
        "UNION ALL SELECT uuid, day, ms, CASE WHEN ms > 0 THEN 1 ELSE 0 END, 0 FROM ("
        f"SELECT given.uuid, given.day, d.learner, d.day AS studied_on, SUM(d.ms) AS ms FROM {rows} {study} "
        "GROUP BY 1, 2, 3, 4) AS visit "
        f"UNION ALL SELECT given.uuid, given.day, 0, 0, 1 FROM {rows} {done}) AS parts WHERE true GROUP BY 1, 2, 3",
        [*values, *values, *values],
    )


def write_own_flow(targets: Iterable[Target], *, parts: PeriodKind) -> None:
    """Recompute the flow of longer periods from the own rows of their ``parts`` (days or months)."""
    rows, values = inline_rows(
        {"uuid": "uuid", "kind": "text", "start": "date", "ends": "date"},
        [(u, p.kind.value, p.start, p.end) for u, p in targets],
    )
    part = looked_up(
        "reports_ownstudy",
        "o",
        "o.\"union\" = given.uuid AND o.kind = %s AND o.dimension = '' AND o.value = '' "
        "AND o.start >= given.start AND o.start < given.ends",
        optional=True,
    )
    sums = ", ".join(f"COALESCE(SUM(o.{name}), 0)" for name in FLOW)
    _write_own(
        FLOW,
        f"SELECT given.uuid, given.kind, given.start, {sums} FROM {rows} {part} WHERE true GROUP BY 1, 2, 3",
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
    joins = (
        looked_up("unions_union", "u", "u.uuid = given.uuid"),
        looked_up(
            "unions_membership",
            "m",
            "m.union_id = u.id AND m.active_from <= given.stock_on "
            "AND (m.active_to IS NULL OR m.active_to > given.stock_on)",
        ),
        looked_up("accounts_person", "p", "p.id = m.member_id"),
        looked_up(
            "records_learnerperiod",
            "l",
            "l.learner = p.uuid AND l.kind = given.kind AND l.start = given.start",
            optional=True,
        ),
    )
    merged = (
        "SELECT SUM(x.ms) FROM accounts_personalias a JOIN records_learnerperiod x "
        "ON x.learner = a.alias AND x.kind = given.kind AND x.start = given.start WHERE a.person_id = p.id"
    )
    _write_own(
        STOCK,
        f"SELECT uuid, kind, start, {', '.join(f'SUM({n})' for n in STOCK)} FROM ("
        f"SELECT uuid, kind, start, {', '.join(f'0 AS {n}' for n in STOCK)} FROM {rows} "
        "UNION ALL SELECT uuid, kind, start, 1, registered, CASE WHEN ms >= %s THEN 1 ELSE 0 END, "
        "CASE WHEN goal IS NULL THEN 0 ELSE 1 END, CASE WHEN ms >= goal THEN 1 ELSE 0 END, ms FROM ("
        "SELECT given.uuid, given.kind, given.start, given.goal, "
        "CASE WHEN p.registered_at < given.registered_before THEN 1 ELSE 0 END AS registered, "
        f"COALESCE(l.ms, 0) + COALESCE(({merged}), 0) AS ms FROM {rows} {' '.join(joins)}"
        ") AS member) AS parts WHERE true GROUP BY 1, 2, 3",
        [*values, PARTICIPANT_MS, *values],
    )


def _write_own(names: Sequence[str], select: str, params: Sequence[Any]) -> None:
    """
    Write some figures of own rows from a SELECT of (union, kind, start, *names); the unions' years are locked.

    As an insert, which most often conflicts: the row may be new, and an UPDATE with a join is planned by guesses about
    its sizes. The other figures of a new row are zero until they are written.
    """
    others = [name for name in FIGURE_NAMES if name not in names]
    fresh = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
    listed = ", ".join(f'"{name}"' for name in ("union", "kind", "start", *names))
    _run(
        f"INSERT INTO reports_ownstudy ({listed}, dimension, value, {', '.join(others)}) "
        f"SELECT found.*, '', '', {', '.join('0' for _ in others)} FROM ({select}) AS found WHERE true "
        f'ON CONFLICT ("union", kind, dimension, value, start) DO UPDATE SET {fresh}',
        params,
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
    zeros, own, below, sums = (
        ", ".join(form.format(n) for n in FIGURE_NAMES) for form in ("0 AS {}", "o.{}", "s.{}", "SUM({})")
    )
    same = "{0}.kind = given.kind AND {0}.start = given.start AND {0}.dimension = '' AND {0}.value = ''"
    own_row = looked_up("reports_ownstudy", "o", 'o."union" = given.uuid AND ' + same.format("o"))
    children = (
        looked_up("unions_unionplace", "p", "p.parent_id = given.id AND p.line = %s"),
        looked_up("unions_union", "c", f"c.id = p.union_id AND {stands_on('p', 'c', 'given.stock_on')}"),
        looked_up("reports_unionstudy", "s", 's."union" = c.uuid AND s.line = %s AND ' + same.format("s")),
    )
    fresh = ", ".join(f"{n} = EXCLUDED.{n}" for n in FIGURE_NAMES)
    _run(
        f'INSERT INTO reports_unionstudy ("union", line, kind, start, dimension, value, {_names()}) '
        f"SELECT uuid, %s, kind, start, '', '', {sums} FROM ("
        f"SELECT uuid, kind, start, {zeros} FROM {rows} "
        f"UNION ALL SELECT given.uuid, given.kind, given.start, {own} FROM {rows} {own_row} "
        f"UNION ALL SELECT given.uuid, given.kind, given.start, {below} FROM {rows} {' '.join(children)}"
        ") AS parts WHERE true GROUP BY uuid, kind, start "
        f'ON CONFLICT ("union", line, kind, dimension, value, start) DO UPDATE SET {fresh}',
        [line, *values, *values, *values, line, line],
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
