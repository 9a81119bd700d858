"""Whether the figures kept ready are what ledger, memberships and places say: the audit of the roll-up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.db import snapshot
from reports.closings import closed_periods, first_broken
from reports.models import UNASSIGNED, ReportPeriod
from reports.operations import roll_up
from reports.recount import db as recount
from reports.rules import STOCK_KINDS, Period, PeriodKind, parse_period, period_of
from unions.api import Union

TRIES = 20
"""How often the marks that come in meanwhile are rolled up until a moment is found at which none waits."""


class NeverStill(Exception):
    """Writers were faster than the roll-up each time: there was no moment to compare."""


@dataclass(frozen=True)
class Checked:
    """What was compared, and the first difference; None: all figures are exact."""

    periods: int
    rows: int
    difference: recount.Difference | None


def check_figures(*, today: date, union: Union | None = None, period: Period | None = None) -> Checked:
    """
    Bring the figures up to date, recount them in one snapshot of the database, and stop at the first difference.

    ``union`` compares it and what stands below it, ``period`` only that one.

    :raises NeverStill: if marks came in faster than they were rolled up.
    """
    for _ in range(TRIES):
        roll_up(today=today)
        with snapshot():
            if not recount.are_marks_waiting():
                return _compare(today=today, union=union, wanted=period)
    raise NeverStill


def _compare(*, today: date, union: Union | None, wanted: Period | None) -> Checked:
    tree = recount.Tree.read()
    closed = closed_periods()
    broken = first_broken()
    if broken:
        return Checked(0, 0, recount.Difference(parse_period(broken), UUID(int=0), "", "hash", 0, 1))
    periods = rows = 0
    for period, is_begun in _periods(wanted):
        if not is_begun:
            # Ledger time in a period that no row stands for would be missing everywhere.
            return Checked(periods, rows, recount.Difference(period, UUID(int=0), "", "is_begun", 0, 1))
        found = (
            _compare_closed(tree, period, union=union)
            if period in closed
            else _compare_open(tree, period, on=period.stock_on(today), union=union)
        )
        periods, rows = periods + 1, rows + found.rows
        if found.difference is not None:
            return Checked(periods, rows, found.difference)
    return Checked(periods, rows, None)


def _compare_open(tree: recount.Tree, period: Period, *, on: date, union: Union | None) -> Checked:
    own = recount.own_counts(tree, period, on=on)
    parents = {line: tree.parents(line=line, on=on) for line in tree.lines}
    only = None if union is None else _below(tree, union, parents)
    kept_own = recount.kept_rows("reports_ownstudy", period)
    kept = recount.kept_rows("reports_unionstudy", period)
    counted = {
        (u, line): counts
        for line, above in parents.items()
        for u, counts in recount.subtree_counts(tree, own, above).items()
    }
    difference = recount.compare(
        period, kept_own, {(u, ""): counts for u, counts in own.items()}, only=only
    ) or recount.compare(period, kept, counted, only=only)
    return Checked(1, len(kept_own) + len(kept), difference)


def _compare_closed(tree: recount.Tree, period: Period, *, union: Union | None) -> Checked:
    """
    Compare what can still be counted of a closed period: its time, which nothing may change any more, 补记 and 更正, and that
    closed + 补记 + 更正 is what the ledger says today. Members of the past are kept by the hash alone.
    """
    kept, parents = recount.closed_rows(period)
    flow = recount.own_counts(tree, period, on=period.last_day)
    live = recount.live_own(period)
    only = None if union is None else _closed_below(union.uuid, parents)
    counted = {(u, ""): c for u, c in flow.items()}
    now: dict[tuple[UUID, str], recount.Counts] = {(u, ""): c for u, c in live.items()}
    for line, above in parents.items():
        counted |= {(u, line): c for u, c in recount.sums_above(flow, above).items()}
        now |= {(u, line): c for u, c in recount.sums_above(live, above).items()}
    late = recount.late_rows(period)
    sums = {
        key: {
            "live_ms": kept.get(key, {}).get("total_ms", 0)
            + late.get(key, {}).get("late_ms", 0)
            + late.get(key, {}).get("corrected_ms", 0),
            **late.get(key, {}),
        }
        for key in kept.keys() | late.keys()
        if key[0] != UNASSIGNED
    }
    difference = recount.compare(period, kept, counted, only=only, names=recount.FLOW) or recount.compare(
        period, sums, now, only=only, names=("late_ms", "corrected_ms", "live_ms")
    )
    return Checked(1, len(kept) + len(late), difference)


def _periods(wanted: Period | None) -> Iterator[tuple[Period, bool]]:
    """Yield every period with rows, the newest first, and the periods that ought to have some."""
    begun = {
        Period(PeriodKind(kind), start) for kind, start in ReportPeriod.objects.values_list("kind", "start")
    }
    due = {period_of(kind, month) for month in recount.booked_months() for kind in STOCK_KINDS}
    for period in sorted(due | begun, key=lambda p: p.sort_key, reverse=True):
        if wanted is None or period == wanted:
            yield period, period in begun


def _closed_below(union: UUID, parents: dict[str, dict[UUID, UUID | None]]) -> set[UUID]:
    found = {union}
    for above in parents.values():
        for each in above:
            chain: list[UUID] = []
            at: UUID | None = each
            while at is not None and at not in found and at not in chain:
                chain.append(at)
                at = above.get(at)
            if at in found:
                found.update(chain)
    return found


def _below(tree: recount.Tree, union: Union, parents: dict[str, dict[int, int | None]]) -> set[UUID]:
    """Return the uuids of a union and of all that stood below it on any line."""
    found = {union.pk}
    for above in parents.values():
        for each in above:
            chain, at = [], each
            while at is not None and at not in chain and at not in found:
                chain.append(at)
                at = above.get(at)  # type: ignore[assignment]  # None ends the walk
            if at in found:
                found.update(chain)
    return {tree.nodes[id_].uuid for id_ in found}
