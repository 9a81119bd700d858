"""
A second count of all figures, from the ledger, the memberships and the places.

It is there to be compared with the rows the roll-up keeps, so it shares no statement with the roll-up: it reads no
DailyStudy, no LearnerPeriod and no mark, adds up per period with statements of its own, and walks the tree in Python. It
is slow, and only ever reads.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from core.clock import day_start_ms, from_ms
from core.db import sql_value
from reports.models import UNASSIGNED
from reports.rules import FIGURE_NAMES, PARTICIPANT_MS, Period, PeriodKind, goal_ms

FLOW = ("total_ms", "visits", "completions")
Counts = dict[str, int]
"""Figures by name; what is not in it is 0."""

_BOOKED = "booked_on >= %s AND booked_on < %s"
_CHAINS = (
    "(SELECT id AS person_id, uuid AS chain FROM accounts_person "
    "UNION ALL SELECT person_id, alias FROM accounts_personalias) chains"
)


@dataclass(frozen=True)
class Difference:
    """The first figure that is not what ledger and memberships say. ``line`` is empty for the union's own figures."""

    period: Period
    union: UUID
    line: str
    figure: str
    kept: int
    counted: int

    def __str__(self) -> str:
        where = f"on line {self.line}" if self.line else "of its own"
        return f"{self.period.code}, union {self.union} {where}, {self.figure}: kept {self.kept}, counted {self.counted}"


@dataclass(frozen=True)
class _Node:
    uuid: UUID
    closed_on: date | None
    annual_ms: int | None
    months_ms: list[int] | None


@dataclass(frozen=True)
class _Place:
    union: int
    line: str
    parent: int | None
    since: date
    until: date | None


@dataclass
class Tree:
    """All unions and all their places, read once."""

    nodes: dict[int, _Node] = field(default_factory=dict)
    places: list[_Place] = field(default_factory=list)

    @classmethod
    def read(cls) -> "Tree":
        tree = cls()
        for id_, uuid, closed, annual, months in _rows(
            "SELECT id, uuid, closed_on, annual_target_ms, month_targets_ms FROM unions_union"
        ):
            shares = json.loads(months) if isinstance(months, str) else months
            tree.nodes[id_] = _Node(_uuid(uuid), _date(closed), annual, shares)
        for union, line, parent, since, until in _rows(
            "SELECT union_id, line, parent_id, active_from, active_to FROM unions_unionplace"
        ):
            tree.places.append(_Place(union, line, parent, _day(since), _date(until)))
        return tree

    @property
    def lines(self) -> list[str]:
        return sorted({place.line for place in self.places})

    def parents(self, *, line: str, on: date) -> dict[int, int | None]:
        """Return who stands under whom on a day. A union that has closed by then keeps its last place."""
        found: dict[int, int | None] = {}
        for place in self.places:
            if place.line != line or place.since > on:
                continue
            closed = self.nodes[place.union].closed_on
            is_last = (
                closed is not None and closed <= on and place.until is not None and place.until >= closed
            )
            if place.until is None or place.until > on or is_last:
                found[place.union] = place.parent
        return found

    def goal(self, union: int, period: Period, parents: dict[int, int | None]) -> int | None:
        """Return the goal of the nearest union upwards that sets one; a union that stands nowhere has none."""
        at: int | None = union if union in parents else None
        while at is not None:
            node = self.nodes[at]
            if node.annual_ms is not None or node.months_ms is not None:
                return goal_ms(annual_ms=node.annual_ms, months_ms=node.months_ms, period=period)
            at = parents.get(at)
        return None


def own_counts(tree: Tree, period: Period, *, on: date) -> dict[UUID, Counts]:
    """Return what each union's own entries and members amount to in a period; ``on`` is the day whose roll counts."""
    found: dict[UUID, Counts] = defaultdict(dict)
    span = [sql_value(period.start), sql_value(period.end)]
    for union, ms in _rows(
        f'SELECT "union", SUM(ms) FROM records_ledgerentry WHERE {_BOOKED} GROUP BY "union"', span
    ):
        found[_union(union)]["total_ms"] = int(ms)
    for union, count in _rows(
        'SELECT v."union", COUNT(*) FROM (SELECT "union", learner, day, booked_on FROM records_ledgerentry '
        f'WHERE {_BOOKED} GROUP BY "union", learner, day, booked_on HAVING SUM(ms) > 0) v GROUP BY v."union"',
        span,
    ):
        found[_union(union)]["visits"] = count
    for union, count in _rows(
        f'SELECT "union", COUNT(*) FROM records_completion WHERE {_BOOKED} GROUP BY "union"', span
    ):
        found[_union(union)]["completions"] = count
    if period.kind is not PeriodKind.DAY:
        _count_members(found, tree, period, on)
    return found


def _count_members(found: dict[UUID, Counts], tree: Tree, period: Period, on: date) -> None:
    parents = tree.parents(line="adm", on=on)
    goals = {id_: tree.goal(id_, period, parents) for id_ in tree.nodes}
    rows = _rows(
        "SELECT m.union_id, CASE WHEN p.registered_at < %s THEN 1 ELSE 0 END, COALESCE(t.ms, 0) "
        "FROM unions_membership m JOIN accounts_person p ON p.id = m.member_id "
        "LEFT JOIN (SELECT chains.person_id, SUM(e.ms) AS ms FROM records_ledgerentry e "
        f"JOIN {_CHAINS} ON chains.chain = e.learner WHERE e.{_BOOKED.replace('AND ', 'AND e.')} "
        "GROUP BY chains.person_id) t ON t.person_id = p.id "
        "WHERE m.active_from <= %s AND (m.active_to IS NULL OR m.active_to > %s)",
        [
            sql_value(from_ms(day_start_ms(on + timedelta(days=1)))),
            sql_value(period.start),
            sql_value(period.end),
            sql_value(on),
            sql_value(on),
        ],
    )
    for union, is_registered, ms in rows:
        counts, goal = found[tree.nodes[union].uuid], goals[union]
        for name, number in (
            ("members", 1),
            ("registered", is_registered),
            ("participants", int(ms >= PARTICIPANT_MS)),
            ("with_goal", int(goal is not None)),
            ("on_target", int(goal is not None and ms >= goal)),
            ("members_ms", int(ms)),
        ):
            counts[name] = counts.get(name, 0) + number


def subtree_counts(tree: Tree, own: dict[UUID, Counts], parents: dict[int, int | None]) -> dict[UUID, Counts]:
    """Return the sums over every subtree of a line."""
    totals: dict[UUID, Counts] = {}
    for union in parents:
        counts = own.get(tree.nodes[union].uuid, {})
        at: int | None = union
        seen: set[int] = set()
        while at is not None and at in parents and at not in seen:
            seen.add(at)
            total = totals.setdefault(tree.nodes[at].uuid, dict.fromkeys(FIGURE_NAMES, 0))
            for name, number in counts.items():
                total[name] += number
            at = parents[at]
    return totals


def kept_rows(table: str, period: Period) -> dict[tuple[UUID, str], Counts]:
    """Return the rows of ``reports_ownstudy`` or ``reports_unionstudy`` in a period, without filters, by union and line."""
    line = "line" if table == "reports_unionstudy" else "''"
    rows = _rows(
        f'SELECT "union", {line}, {", ".join(FIGURE_NAMES)} FROM {table} '
        "WHERE kind = %s AND start = %s AND dimension = '' AND value = ''",
        [period.kind.value, sql_value(period.start)],
    )
    return {
        (_uuid(union), str(at)): dict(zip(FIGURE_NAMES, numbers, strict=True)) for union, at, *numbers in rows
    }


def closed_rows(period: Period) -> tuple[dict[tuple[UUID, str], Counts], dict[str, dict[UUID, UUID | None]]]:
    """Return the rows of a closed period by union and line (own: empty), and who stood under whom on each line."""
    kept: dict[tuple[UUID, str], Counts] = {}
    parents: dict[str, dict[UUID, UUID | None]] = defaultdict(dict)
    for union, line, parent, *numbers in _rows(
        f'SELECT "union", line, parent, {", ".join(FIGURE_NAMES)} FROM reports_closedstudy '
        "WHERE kind = %s AND start = %s AND dimension = '' AND value = ''",
        [period.kind.value, sql_value(period.start)],
    ):
        kept[_uuid(union), line] = dict(zip(FIGURE_NAMES, numbers, strict=True))
        if line:
            parents[line][_uuid(union)] = None if parent is None else _uuid(parent)
    return kept, parents


def late_rows(period: Period) -> dict[tuple[UUID, str], Counts]:
    """Return 补记 and 更正 as they are kept, by union and line (own: empty)."""
    rows = _rows(
        'SELECT "union", line, SUM(late_ms), SUM(corrected_ms) FROM reports_latestudy '
        'WHERE kind = %s AND start = %s GROUP BY "union", line',
        [period.kind.value, sql_value(period.start)],
    )
    return {
        (_uuid(union), line): {"late_ms": int(late), "corrected_ms": int(taken)}
        for union, line, late, taken in rows
    }


def live_own(period: Period) -> dict[UUID, Counts]:
    """
    Return what the ledger says today of a period: all that was booked in it, and all that was studied in it and booked
    later, the latter also by 补记 and 更正.
    """
    start, end = sql_value(period.start), sql_value(period.end)
    later = "booked_on >= %s AND day >= %s AND day < %s"
    rows = _rows(
        'SELECT "union", SUM(ms), '
        f"SUM(CASE WHEN {later} AND kind <> 'reversal' THEN ms ELSE 0 END), "
        f"SUM(CASE WHEN {later} AND kind = 'reversal' THEN ms ELSE 0 END) FROM records_ledgerentry "
        f'WHERE "union" IS NOT NULL AND (({_BOOKED}) OR ({later})) GROUP BY "union"',
        [end, start, end] * 2 + [start, end] + [end, start, end],
    )
    return {
        _uuid(union): {"live_ms": int(ms), "late_ms": int(late), "corrected_ms": int(taken)}
        for union, ms, late, taken in rows
    }


def sums_above(own: dict[UUID, Counts], parents: dict[UUID, UUID | None]) -> dict[UUID, Counts]:
    """Return the sums over every subtree of a closed line."""
    totals: dict[UUID, Counts] = {}
    for union in parents:
        counts = own.get(union, {})
        at: UUID | None = union
        seen: set[UUID] = set()
        while at is not None and at in parents and at not in seen:
            seen.add(at)
            total = totals.setdefault(at, {})
            for name, number in counts.items():
                total[name] = total.get(name, 0) + number
            at = parents[at]
    return totals


def compare(
    period: Period,
    kept: dict[tuple[UUID, str], Counts],
    counted: dict[tuple[UUID, str], Counts],
    *,
    only: set[UUID] | None = None,
    names: Sequence[str] = FIGURE_NAMES,
) -> Difference | None:
    """Return the first figure that differs; a row of zeros and no row say the same."""
    for union, line in sorted(kept.keys() | counted.keys(), key=lambda k: (k[1], k[0])):
        if only is not None and union not in only:
            continue
        is_, ought = kept.get((union, line), {}), counted.get((union, line), {})
        for name in names:
            if is_.get(name, 0) != ought.get(name, 0):
                return Difference(period, union, line, name, is_.get(name, 0), ought.get(name, 0))
    return None


def booked_months() -> set[date]:
    """Return the first days of the months that have entries or completions."""
    rows = _rows(
        "SELECT DISTINCT SUBSTR(CAST(booked_on AS VARCHAR(10)), 1, 7) FROM records_ledgerentry "
        "UNION SELECT DISTINCT SUBSTR(CAST(booked_on AS VARCHAR(10)), 1, 7) FROM records_completion"
    )
    return {date.fromisoformat(f"{month}-01") for (month,) in rows}


def are_marks_waiting() -> bool:
    """Tell whether something changed that the rows cannot show yet."""
    rows = _rows(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM records_mark) OR EXISTS (SELECT 1 FROM reports_unionmark) "
        "THEN 1 ELSE 0 END"
    )
    return bool(next(rows)[0])


def _rows(sql: str, params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        while batch := cursor.fetchmany(10_000):
            yield from batch


def _union(value: Any) -> UUID:
    return UNASSIGNED if value is None else _uuid(value)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _date(value: Any) -> date | None:
    return None if value is None else _day(value)
