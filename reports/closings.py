"""
Closing periods, and what arrives afterwards.

A month, quarter or year closes for the whole tree by the calendar (``records.api.is_closed``), so nothing can be booked
in it any more; its rows are then copied, with the tree as it stood, into a table that only grows, and pages read them
from there. Whatever happens to memberships and places later, the past stays. What was studied in it and is booked later
is kept apart as 补记 and 更正.

The rows of a closing are hashed together with the closing before, so that closings are a chain. An officer's statement
says that the closed figures of a union were seen and stand: who, when, and their hash.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.api import User
from core import audit
from core.clock import day_of, day_start_ms, from_ms
from records import api as records
from reports import filters
from reports.db import closing as db
from reports.db.rollup import lines, lock_lines
from reports.models import UNASSIGNED, ClosingStatement, LateStudy, PeriodClosing, ReportPeriod
from reports.rules import STOCK_KINDS, Period, PeriodKind, bottom_up
from unions.api import Union

GRACE_MS = 15 * 60_000
"""So long after the calendar's instant nobody is still writing who asked the clock before it."""
GENESIS = "0" * 64
_EVERY = Period(PeriodKind.YEAR, date(1, 1, 1))
AUDIT_STREAM = "unions"


class NotClosedYet(Exception):
    """The period still runs, or what was studied in it may still arrive."""

    message = _("这一期还没到关账的日子。")


class AlreadyStated(Exception):
    """The figures of this union and period have been confirmed before."""

    message = _("这一期已经确认过关账了。")


def closes_on(period: Period) -> date:
    """
    Return the first day on which a period is closed: its last month's.

    >>> closes_on(Period(PeriodKind.QUARTER, date(2026, 7, 1)))
    datetime.date(2026, 10, 16)
    """
    return records.closed_from(period.months[-1].start)


def close_due_periods(*, now: int) -> list[Period]:
    """
    Close every month, quarter and year that is due, months first, and return those that were closed now.

    ``now`` is the database's clock in ms. A period that has changes waiting for the roll-up is left for the next time.
    """
    today = day_of(now)
    closed = closed_periods()
    due = [
        period
        for period in sorted(_begun(), key=lambda p: (p.end, p.sort_key))
        if period not in closed and now >= day_start_ms(closes_on(period)) + GRACE_MS
    ]
    return [period for period in due if _close(period, today=today, at=now)]


def closed_periods() -> set[Period]:
    """Return all closed periods."""
    rows = PeriodClosing.objects.values_list("kind", "start")
    return {Period(PeriodKind(kind), start) for kind, start in rows}


def _begun() -> list[Period]:
    rows = ReportPeriod.objects.filter(kind__in=STOCK_KINDS, closed_at__isnull=True)
    return [Period(PeriodKind(kind), start) for kind, start in rows.values_list("kind", "start")]


@transaction.atomic
def _close(period: Period, *, today: date, at: int) -> bool:
    """Close one period, unless somebody else does or a change of it waits. Nobody rolls it up meanwhile."""
    lock_lines([("closing", _EVERY)])  # one closing after the other: they are a chain
    lock_lines({(line, period) for line in lines()})
    lock_lines([("late", period)])
    if (
        db.marks_wait_for(period)
        or PeriodClosing.objects.filter(kind=period.kind, start=period.start).exists()
    ):
        return False
    counted_on = period.stock_on(today)
    filters.refresh(period, now=at)
    db.copy_rows(period, counted_on=counted_on)
    last = PeriodClosing.objects.order_by("-pk").first()
    prev = last.hash if last else GENESIS
    rows, digest = _digest(period, prev)
    PeriodClosing.objects.create(
        kind=period.kind,
        start=period.start,
        counted_on=counted_on,
        closed_at=from_ms(at),
        rows=rows,
        prev=prev,
        hash=digest,
    )
    ReportPeriod.objects.filter(kind=period.kind, start=period.start).update(closed_at=from_ms(at))
    _write_late_upwards(db.own_late_of(period))
    audit.record(
        stream=AUDIT_STREAM,
        action="figures.close",
        actor=None,
        target=f"period:{period.code}",
        detail={"rows": rows, "hash": digest},
    )
    return True


def _digest(period: Period, prev: str, *, union: UUID | None = None) -> tuple[int, str]:
    """
    Return how many closed rows a period (or one union in it) has, and the SHA-256 of ``prev``, the period and the rows:
    one line of JSON each, in the order of union, line, dimension and value.
    """
    digest = hashlib.sha256(f"{prev}\n{period.code}\n".encode())
    count = 0
    group: list[list[object]] = []

    def add() -> None:
        for row in sorted(group, key=lambda r: (r[1], r[3], r[4])):
            digest.update(json.dumps(row, separators=(",", ":")).encode() + b"\n")

    for at, line, parent, dimension, value, *figures in db.closed_rows(period, union=union):
        row = [UUID(str(at)).hex, line, parent and UUID(str(parent)).hex, dimension, value, *figures]
        if group and group[0][0] != row[0]:
            add()
            group = []
        group.append(row)
        count += 1
    add()
    return count, digest.hexdigest()


def first_broken() -> str:
    """Return the code of the first closed period whose rows are not what was closed, or nothing."""
    prev = GENESIS
    for closing in PeriodClosing.objects.order_by("pk"):
        period = Period(PeriodKind(closing.kind), closing.start)
        if closing.prev != prev or _digest(period, prev) != (closing.rows, closing.hash):
            return period.code
        prev = closing.hash
    return ""


def union_hash(union: Union, period: Period) -> str:
    """Return the SHA-256 of the closed rows of one union, own and subtree: what a statement is about."""
    return _digest(period, GENESIS, union=union.uuid)[1]


@transaction.atomic
def state_closed(*, union: Union, period: Period, officer: User, at: datetime) -> ClosingStatement:
    """
    Enter an officer's word that the closed figures of a union stand.

    :raises NotClosedYet: if the period is not closed.
    :raises AlreadyStated: if somebody has said so before.
    """
    if not PeriodClosing.objects.filter(kind=period.kind, start=period.start).exists():
        raise NotClosedYet
    statement, is_new = ClosingStatement.objects.get_or_create(
        union=union.uuid,
        kind=period.kind,
        start=period.start,
        defaults={"hash": union_hash(union, period), "closed_by": officer, "closed_at": at},
    )
    if not is_new:
        raise AlreadyStated
    audit.record(
        stream=AUDIT_STREAM,
        action="figures.confirm_closed",
        actor=officer.person.uuid,
        target=f"union:{union.uuid}",
        detail={"period": period.code, "hash": statement.hash},
    )
    return statement


# What arrives after closing


def write_late(touched: Collection[tuple[UUID, date]]) -> None:
    """
    Recompute what is late for (union, booking day): part of the roll-up, in its transaction. Only the first day of a
    month can hold anything late.
    """
    late = {(union, day) for union, day in touched if day.day == 1 and union != UNASSIGNED}
    if not late:
        return
    ends = max(day for _, day in late)
    rows = ReportPeriod.objects.filter(kind__in=STOCK_KINDS, start__lt=ends)
    periods = [Period(PeriodKind(kind), start) for kind, start in rows.values_list("kind", "start")]
    periods = [p for p in periods if p.end <= ends]
    # The rows have many writers: one at a time, as the figures of a line.
    lock_lines({("late", p) for p in periods})
    if periods:
        _write_late_upwards(db.write_own_late(late, periods))


def _write_late_upwards(written: Iterable[tuple[UUID, Period, date]]) -> None:
    """Write the sums of unions above what was written, from below, in periods whose tree is closed."""
    days: dict[Period, dict[UUID, set[date]]] = defaultdict(lambda: defaultdict(set))
    for union, period, booked in written:
        days[period][union].add(booked)
    trees = db.closed_above({(union, period) for period, unions in days.items() for union in unions})
    for (line, period), parents in sorted(trees.items(), key=lambda item: (item[0][1].sort_key, item[0][0])):
        wanted: dict[UUID, set[date]] = defaultdict(set)
        for union, booked_days in days[period].items():
            at: UUID | None = union if union in parents else None
            while at is not None:
                wanted[at] |= booked_days
                at = parents.get(at)
        numbers = {uuid: n for n, uuid in enumerate(sorted(parents))}
        uuids = {n: uuid for uuid, n in numbers.items()}
        levels = bottom_up({numbers[u]: None if p is None else numbers.get(p) for u, p in parents.items()})
        for level in levels:
            db.write_late_level(
                [(uuids[n], period, day) for n in level for day in sorted(wanted[uuids[n]])], line=line
            )


def forget_late() -> None:
    """Delete what is late: the first half of a rebuild."""
    LateStudy.objects.all().delete()
