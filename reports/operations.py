"""
The roll-up: from marks to the figures of unions.

Why it is safe under READ COMMITTED: a change commits together with its mark. Whoever deletes the mark can see the
change, locks the target rows (of own rows, the union's row of the year stands for all periods in it), and reads their
sources in a later statement, so with a newer snapshot. Whoever writes the same target afterwards waited for the lock
and reads later still. For subtree rows the lock is one advisory lock per line and period, because a parent has many
writers. Own rows come before advisory locks, both in one order, so nobody waits in a circle.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from core.db import fair_turn
from records import api as records
from reports import closings
from reports.db import rollup as db
from reports.goals import ADMINISTRATIVE, goals_of
from reports.models import UNASSIGNED, Cause, OwnStudy, ReportPeriod, UnionMark, UnionStudy
from reports.rules import STOCK_KINDS, Period, PeriodKind, bottom_up, period_of

LEARNER_MARKS = 2_000
UNION_MARKS = {"postgresql": 200_000, "sqlite": 20_000}
"""Many: marks of the same union in one batch are recomputed once. Fewer where writers wait for one another."""
LEARNER_BATCHES = 25
"""So many batches of learners before unions have their turn: the longer, the fewer times a parent is recomputed."""

_ONWARDS = frozenset({Cause.MEMBERS, Cause.GOAL, Cause.PLACE, Cause.CHILDREN})
_WITH_BELOW = frozenset({Cause.GOAL, Cause.PLACE})
_WITH_DAYS = frozenset({Cause.PLACE, Cause.CHILDREN})


def roll_up(*, today: date) -> int:
    """
    Bring all figures up to the marks there are, and return how many marks were taken.

    Any number of workers may do this at once. Each batch is a transaction of its own.
    """
    done = 0
    while True:
        begin_day(today=today)
        taken = 0
        for _ in range(LEARNER_BATCHES):
            with fair_turn():
                batch = roll_up_learners(today=today, limit=LEARNER_MARKS)
            taken += batch
            if not batch:
                break
        with fair_turn():
            taken += roll_up_unions(today=today, limit=UNION_MARKS[connection.vendor])
        if not taken:
            return done
        done += taken


@transaction.atomic
def begin_day(*, today: date) -> bool:
    """
    Begin every month, quarter and year from the first begun to the running one, and mark what was entered beforehand
    to change by today.

    Returns whether there was anything to begin; after the first call of a day there is not.
    """
    rows = ReportPeriod.objects.filter(kind__in=STOCK_KINDS)
    behind = [row for row in rows if row.closed_at is None and row.counted_on < _period(row).stock_on(today)]
    if behind:
        db.mark_boundaries(after=min(row.counted_on for row in behind), until=today)
        for row in behind:
            row.counted_on = _period(row).stock_on(today)
        ReportPeriod.objects.bulk_update(behind, ["counted_on"])
    known = {_period(row) for row in rows}
    missing = []
    for kind in STOCK_KINDS:
        period = period_of(kind, today)
        first = min((p.start for p in known if p.kind is kind), default=period.start)
        while period.start >= first:
            missing.append(period)
            period = period.before
    targets = {(union, p) for p in missing if p not in known for union in _begin(p, today=today)}
    _recompute(targets, today=today)
    return bool(behind or targets)


@transaction.atomic
def roll_up_learners(*, today: date, limit: int) -> int:
    """Take learners' marks, recompute their days and periods, and mark the unions this shows in."""
    touched = records.roll_up(limit=limit)
    if touched is None:
        return 0
    db.insert_marks(sorted(touched.unions))
    stock_days = {
        (learner, day, period_of(kind, day).stock_on(today))
        for learner, day in touched.learners
        for kind in STOCK_KINDS
    }
    db.mark_memberships(sorted(stock_days))
    return touched.marks


@transaction.atomic
def roll_up_unions(*, today: date, limit: int) -> int:
    """Take unions' marks and recompute their own rows, then the rows of all unions above them, level by level."""
    marks = db.take_union_marks(limit)
    if not marks:
        return 0
    _recompute(_targets(marks, today=today), today=today)
    closings.write_late({(mark.union, mark.day) for mark in marks if mark.cause == Cause.STUDY})
    return len(marks)


def rebuild(*, today: date) -> int:
    """
    Empty all roll-ups and make them again from ledger, memberships and places; return how many marks that took.

    Closed periods stay as they are. Pages show smaller figures until it is done.
    """
    with transaction.atomic():
        begun = _open_periods()
        records.forget_rollups()
        UnionMark.objects.all().delete()
        closings.forget_late()
        closed = _closed_periods()
        for model in (OwnStudy, UnionStudy):
            rows = model.objects.all()
            for period in closed:
                rows = rows.exclude(kind=period.kind, start=period.start)
            rows.delete()
        for period in begun:
            ReportPeriod.objects.filter(kind=period.kind, start=period.start).delete()
        records.mark_everything()
        _recompute(
            {(union, p) for p in begun if p.kind in STOCK_KINDS for union in _begin(p, today=today)},
            today=today,
        )
    return roll_up(today=today)


def _targets(marks: Iterable[db.TakenMark], *, today: date) -> set[db.Target]:
    """Return what these marks ask to recompute. Periods not begun yet are begun, for all unions; closed ones left out."""
    begun, closed = _open_periods(), _closed_periods()
    targets: set[db.Target] = set()
    inheriting: set[tuple[UUID, date]] = set()
    onwards = []
    for mark in marks:
        if mark.cause in _ONWARDS:
            onwards.append(mark)
            continue
        for kind in PeriodKind:
            period = period_of(kind, mark.day)
            if period in closed:
                continue
            if period not in begun:
                begun.add(period)
                targets.update((union, period) for union in _begin(period, today=today))
            targets.add((mark.union, period))
    for period in begun:
        stock_on = period.stock_on(today)
        for mark in onwards:
            if mark.day > stock_on or (period.kind is PeriodKind.DAY and mark.cause not in _WITH_DAYS):
                continue
            targets.add((mark.union, period))
            if mark.cause in _WITH_BELOW and period.kind is not PeriodKind.DAY:
                inheriting.add((mark.union, stock_on))
    if inheriting:
        for union, day in db.unions_below(inheriting, line=ADMINISTRATIVE):
            targets.update(
                (union, p) for p in begun if p.kind is not PeriodKind.DAY and p.stock_on(today) == day
            )
    return targets


def _open_periods() -> set[Period]:
    return _periods(ReportPeriod.objects.filter(closed_at__isnull=True)) - closings.closed_periods()


def _closed_periods() -> set[Period]:
    return _periods(ReportPeriod.objects.filter(closed_at__isnull=False)) | closings.closed_periods()


def _periods(rows: Iterable[ReportPeriod]) -> set[Period]:
    return {_period(row) for row in rows}


def _period(row: ReportPeriod) -> Period:
    return Period(PeriodKind(row.kind), row.start)


def _begin(period: Period, *, today: date) -> list[UUID]:
    """Enter a period as begun and return the unions that have rows in it from the first: all, but for a day none."""
    stock_on = period.stock_on(today)
    ReportPeriod.objects.bulk_create(
        [ReportPeriod(kind=period.kind, start=period.start, counted_on=stock_on)], ignore_conflicts=True
    )
    return [] if period.kind is PeriodKind.DAY else db.opened_unions(stock_on)


def _recompute(targets: Collection[db.Target], *, today: date) -> None:
    """
    Recompute own rows, then subtree rows upwards.

    The tree is read again under the advisory locks: whoever moves a union afterwards leaves a mark, and whoever takes
    that mark waits for these locks.
    """
    if not targets:
        return
    db.lock_own(targets)
    by_kind = {kind: [t for t in targets if t[1].kind is kind] for kind in PeriodKind}
    longer = by_kind[PeriodKind.QUARTER] + by_kind[PeriodKind.YEAR]
    with_stock = by_kind[PeriodKind.MONTH] + longer
    if by_kind[PeriodKind.DAY]:
        db.write_own_days(by_kind[PeriodKind.DAY])
    if by_kind[PeriodKind.MONTH]:
        db.write_own_flow(by_kind[PeriodKind.MONTH], parts=PeriodKind.DAY)
    if longer:
        db.write_own_flow(longer, parts=PeriodKind.MONTH)
    if with_stock:
        goals = goals_of(with_stock, today=today)
        db.write_own_stock((u, p, p.stock_on(today), goals[u, p]) for u, p in with_stock)
    lines = db.lines()
    db.lock_lines({(line, period) for line in lines for _, period in targets})
    for line in lines:
        _write_upwards([t for t in targets if t[0] != UNASSIGNED], line=line, today=today)


def _write_upwards(targets: Collection[db.Target], *, line: str, today: date) -> None:
    """
    Write the subtree rows of touched unions and of all above them, from below, one statement a level: the periods may
    have different stock days, so different trees, whose levels are written side by side.
    """
    touched: dict[date, dict[Period, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for union, period in targets:
        touched[period.stock_on(today)][period].add(union)
    trees = db.nodes_above({(u, period.stock_on(today)) for u, period in targets}, line=line)
    fallen: list[db.Target] = []
    levels: dict[int, list[tuple[db.Node, Period, date]]] = defaultdict(list)
    for day, periods in touched.items():
        nodes = trees.get(day, {})
        ids = {node.uuid: node.id for node in nodes.values()}
        periods_of: dict[int, set[Period]] = defaultdict(set)
        for period, unions in periods.items():
            for union in unions:
                at = ids.get(union)
                if at is None:
                    fallen.append((union, period))
                while at is not None and at in nodes and period not in periods_of[at]:
                    periods_of[at].add(period)
                    at = nodes[at].parent_id
        for height, level in enumerate(bottom_up({node.id: node.parent_id for node in nodes.values()})):
            levels[height] += [(nodes[at], period, day) for at in level for period in periods_of[at]]
    if fallen:
        db.delete_fallen(fallen, line=line)
    for height in sorted(levels):
        db.write_level(levels[height], line=line)
