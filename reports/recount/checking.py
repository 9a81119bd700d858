"""Whether the figures kept ready are what ledger, memberships and places say: the audit of the roll-up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.db import snapshot
from reports.models import ReportPeriod
from reports.operations import roll_up
from reports.recount import db as recount
from reports.rules import Period, PeriodKind, period_of
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
    periods = rows = 0
    for period, is_begun in _periods(wanted):
        if not is_begun:
            # Ledger time in a period that no row stands for would be missing everywhere.
            return Checked(periods, rows, recount.Difference(period, UUID(int=0), "", "is_begun", 0, 1))
        on = period.stock_on(today)
        own = recount.own_counts(tree, period, on=on)
        parents = {line: tree.parents(line=line, on=on) for line in tree.lines}
        only = None if union is None else _below(tree, union, parents)
        kept = recount.kept_rows("reports_ownstudy", period)
        difference = recount.compare(period, kept, {(u, ""): c for u, c in own.items()}, only=only)
        periods, rows = periods + 1, rows + len(kept)
        if difference is None:
            kept = recount.kept_rows("reports_unionstudy", period)
            counted = {
                (u, line): counts
                for line, above in parents.items()
                for u, counts in recount.subtree_counts(tree, own, above).items()
            }
            difference = recount.compare(period, kept, counted, only=only)
            rows += len(kept)
        if difference is not None:
            return Checked(periods, rows, difference)
    return Checked(periods, rows, None)


def _periods(wanted: Period | None) -> Iterator[tuple[Period, bool]]:
    """Yield every period with rows, the newest first, and the periods that ought to have some."""
    begun = {
        Period(PeriodKind(kind), start): closed is None
        for kind, start, closed in ReportPeriod.objects.values_list("kind", "start", "closed_at")
    }
    due = {
        period_of(kind, month)
        for month in recount.booked_months()
        for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
    }
    for period in sorted(due | begun.keys(), key=lambda p: p.sort_key, reverse=True):
        if (wanted is None or period == wanted) and begun.get(period, True):
            yield period, period in begun


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
