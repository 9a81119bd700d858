"""
Figures by filter: one attribute of the members at a time, and occupation × level.

They are computed for all unions of a period at once, every quarter of an hour for what runs and once more when a period
closes, and say of when they are: kept up by the second they would multiply the work of the roll-up by ten. Above the
primary unions small numbers are hidden (``reports.suppression``); a primary union, which knows its members by name, sees
all of its own, and nobody above it sees them.
"""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.api import User
from core.clock import day_of, day_start_ms, from_ms
from reports.db import filters as db
from reports.db.rollup import lines as lines_in_use
from reports.db.rollup import lock_lines, opened_unions
from reports.goals import goals_of
from reports.models import (
    ClosedStudy,
    Dimension,
    FilterRun,
    HiddenValue,
    PeriodClosing,
    ReportPeriod,
    UnionStudy,
)
from reports.rules import FIGURE_NAMES, STOCK_KINDS, Figures, Period, PeriodKind
from reports.suppression import Known, hidden_cells
from unions.api import Union, sees_names, tree

FILTERS = tuple(d for d in Dimension if d is not Dimension.ALL)


@dataclass(frozen=True)
class ValueFigures:
    """A filter value of a union. ``figures`` is None where the number is not shown."""

    value: str
    figures: Figures | None


@dataclass(frozen=True)
class FilterReport:
    """A union's members by one filter, the most first. ``counted_at`` is None where nothing was counted yet."""

    dimension: Dimension
    rows: tuple[ValueFigures, ...]
    counted_at: datetime | None

    @property
    def hides(self) -> bool:
        return any(row.figures is None for row in self.rows)


def refresh_open_periods(*, now: int) -> list[Period]:
    """Compute the filters of every period that is begun and not closed, and return them."""
    rows = ReportPeriod.objects.filter(kind__in=STOCK_KINDS, closed_at__isnull=True)
    periods = [Period(PeriodKind(kind), start) for kind, start in rows.values_list("kind", "start")]
    for period in sorted(periods, key=lambda p: p.sort_key):
        refresh(period, now=now)
    return periods


@transaction.atomic
def refresh(period: Period, *, now: int) -> None:
    """Compute the filters of one period, and what of them is hidden. A closed period stays as it is."""
    lock_lines([("filters", period)])
    if PeriodClosing.objects.filter(kind=period.kind, start=period.start).exists():
        return
    today = day_of(now)
    on = period.stock_on(today)
    unions = opened_unions(on)
    goals = goals_of([(union, period) for union in unions], today=today)
    lines = lines_in_use()
    db.write_filters(
        period,
        on=on,
        signed_in_before=from_ms(day_start_ms(on + timedelta(days=1))),
        goals={union: goals[union, period] for union in unions},
        lines=lines,
    )
    HiddenValue.objects.filter(kind=period.kind, start=period.start).delete()
    for line in lines:
        _hide(period, line=line, on=on)
    FilterRun.objects.update_or_create(
        kind=period.kind, start=period.start, defaults={"counted_at": from_ms(now)}
    )


def _hide(period: Period, *, line: str, on: date) -> None:
    """Enter what no page above the primary unions may show of a period and line."""
    above = _above_primary(line=line, on=on)
    cells: dict[str, dict[tuple[UUID, str], int]] = defaultdict(dict)
    rows = UnionStudy.objects.filter(kind=period.kind, start=period.start, line=line, union__in=list(above))
    for union, dimension, value, members in rows.exclude(dimension="").values_list(
        "union", "dimension", "value", "members"
    ):
        cells[dimension][union, value] = members
    hidden = []
    for dimension, numbers in cells.items():
        for union, value in _hidden(dimension, numbers, above):
            hidden.append(
                HiddenValue(
                    union=union,
                    line=line,
                    kind=period.kind,
                    start=period.start,
                    dimension=dimension,
                    value=value,
                )
            )
    HiddenValue.objects.bulk_create(hidden, batch_size=1_000)


def _above_primary(*, line: str, on: date) -> dict[UUID, UUID | None]:
    """Return the unions above the primary ones on a day, each with its parent."""
    rows = tree(on=on, line=line)
    uuids = {row.id: row.uuid for row in rows}
    primary = set(Union.objects.filter(kind__is_primary=True).values_list("uuid", flat=True))
    return {
        row.uuid: uuids.get(row.parent_id) if row.parent_id else None
        for row in rows
        if row.uuid not in primary
    }


def _hidden(
    dimension: str, numbers: dict[tuple[UUID, str], int], above: dict[UUID, UUID | None]
) -> set[tuple[UUID, str]]:
    """
    Return the hidden cells (union, value) of a dimension. Known are: a union's members in all, the sum of its values; and
    of each value a union's number, the sum of those below it and of a rest that no page shows (its primary unions). Of
    occupation × level also each occupation's and each level's sum.
    """
    values: dict[UUID, set[str]] = defaultdict(set)
    for union, value in numbers:
        values[union].add(value)
    children: dict[UUID, list[UUID]] = defaultdict(list)
    for union, parent in above.items():
        if parent is not None:
            children[parent].append(union)
    cells: dict[Hashable, int] = {key: members for key, members in numbers.items()}  # noqa: C416 (dict is invariant)
    sums: list[Known] = []
    rests: set[Hashable] = set()
    for union, own in values.items():
        sums.append(Known(tuple((union, value) for value in sorted(own))))
        if dimension == Dimension.OCCUPATION_LEVEL:
            for part in (0, 1):
                groups: dict[str, list[Hashable]] = defaultdict(list)
                for value in sorted(own):
                    groups[value.split("/")[part]].append((union, value))
                sums += [Known(tuple(group)) for group in groups.values()]
        if not children[union]:
            continue
        for value in own:
            parts: list[Hashable] = [(c, value) for c in children[union] if (c, value) in numbers]
            rest = numbers[union, value] - sum(
                numbers[c, value] for c in children[union] if (c, value) in numbers
            )
            if rest:
                key = ("rest", union, value)
                cells[key] = rest
                rests.add(key)
                parts.append(key)
            sums.append(Known(tuple(parts), whole=(union, value)))
    found = hidden_cells(cells, sums, never_shown=rests)
    return {key for key in numbers if key in found}


def filter_report(
    *, union: Union, period: Period, line: str, dimension: Dimension, with_small: bool
) -> FilterReport:
    """
    Return a union's members by a filter: four queries. ``with_small`` is for who knows them by name anyway; above the
    primary unions nobody does.
    """
    model = (
        ClosedStudy
        if PeriodClosing.objects.filter(kind=period.kind, start=period.start).exists()
        else UnionStudy
    )
    key = {
        "union": union.uuid,
        "line": line,
        "kind": period.kind,
        "start": period.start,
        "dimension": dimension,
    }
    rows = model.objects.filter(**key).order_by("-members", "value")
    hidden = set() if with_small else set(HiddenValue.objects.filter(**key).values_list("value", flat=True))
    run = FilterRun.objects.filter(kind=period.kind, start=period.start).first()
    found = [
        ValueFigures(value, None if value in hidden else Figures(*numbers))
        for value, *numbers in rows.values_list("value", *FIGURE_NAMES)
    ]
    # In the order of their size hidden ones would lie between two numbers.
    shown = [row for row in found if row.figures is not None]
    return FilterReport(
        dimension=dimension,
        rows=(*shown, *sorted((r for r in found if r.figures is None), key=lambda r: r.value)),
        counted_at=run.counted_at if run else None,
    )


def filtered_for(
    user: User | None, *, union: Union, period: Period, line: str, dimension: Dimension, today: date
) -> FilterReport | None:
    """
    Return a union's members by a filter as this user may see them, or None: a primary union's are for those who know its
    members by name. ``user`` is None for a command, which is shown what everybody is.
    """
    if not union.kind.is_primary:
        return filter_report(union=union, period=period, line=line, dimension=dimension, with_small=False)
    if user is not None and sees_names(user, union, today):
        return filter_report(union=union, period=period, line=line, dimension=dimension, with_small=True)
    return None
