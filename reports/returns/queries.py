"""Returns as pages, files and programs read them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.queries import study_report
from reports.returns.models import UnionReturn
from reports.returns.rules import KINDS, due_on
from reports.rules import Period, PeriodKind, period_of
from reports.tables import BY_CHILD, as_dict
from unions.api import Line, Union, children


def content_of(union: Union, period: Period, today: date) -> dict[str, Any]:
    """
    Return the document of a return as it would be handed in today: figures of the administrative line by union below,
    those of the closing where the period is closed.
    """
    report = study_report(union=union, period=period, line=Line.ADMINISTRATIVE, today=today)
    content = as_dict(report, by=BY_CHILD)
    # Who confirmed a closing may change after it was handed in; the figures may not.
    content["closing"] = {"hash": report.closing.hash} if report.closing else None
    return content


def return_of(union: Union, period: Period) -> UnionReturn | None:
    """Return what a union handed in for a period, or None."""
    rows = UnionReturn.objects.filter(union=union, kind=period.kind.value, start=period.start)
    return rows.select_related("submitted_by__person", "answered_by__person").first()


def recent_periods(today: date, *, months: int = 12) -> list[Period]:
    """Return the periods whose returns one may want to see, the newest first: twelve months and two years that have ended."""
    found = []
    period = period_of(PeriodKind.MONTH, today).before
    for _n in range(months):
        found.append(period)
        period = period.before
    year = period_of(PeriodKind.YEAR, today).before
    return sorted([*found, year, year.before], key=lambda p: (p.end, p.kind == PeriodKind.YEAR), reverse=True)


def newest_period(today: date) -> Period:
    """Return the month that ended last."""
    return period_of(PeriodKind.MONTH, today).before


def states_of(union: Union, periods: list[Period]) -> dict[Period, UnionReturn]:
    """Return the returns of a union for these periods. One query."""
    rows = UnionReturn.objects.filter(union=union, start__in={p.start for p in periods})
    found = {Period(PeriodKind(r.kind), r.start): r for r in rows.defer("content")}
    return {period: found[period] for period in periods if period in found}


@dataclass(frozen=True)
class Expected:
    """A union directly below, from which a return is expected, and what came."""

    union: Union
    found: UnionReturn | None

    @property
    def is_missing(self) -> bool:
        """Whether it is the union's turn: nothing came, or it was sent back."""
        return self.found is None or self.found.state == UnionReturn.State.RETURNED


def expected_of(union: Union, period: Period, today: date) -> list[Expected]:
    """
    Return every union that stood directly below on the period's last day, with its return. Workshops and groups hand in
    nothing: their primary union does. Two queries.
    """
    if union.kind.is_primary or period.kind not in KINDS:
        return []
    below = list(children(union, on=period.stock_on(today)))
    rows = UnionReturn.objects.filter(union__in=below, kind=period.kind.value, start=period.start)
    found = {r.union_id: r for r in rows.defer("content")}
    return [Expected(u, found.get(u.pk)) for u in below]


def is_late(period: Period, today: date) -> bool:
    return today > due_on(period)
