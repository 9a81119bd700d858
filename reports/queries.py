"""
Figures of unions, read from the rows the roll-up keeps ready: the cost grows neither with members nor with entries.

Nothing here asks who may see what: callers have passed ``unions.api.officer_of`` before.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from accounts.api import PersonAlias
from records import api as records
from reports.models import (
    UNASSIGNED,
    ClosedStudy,
    ClosingStatement,
    Dimension,
    LateStudy,
    OwnStudy,
    PeriodClosing,
    ReportPeriod,
    UnionStudy,
)
from reports.rules import FIGURE_NAMES, Figures, Period, PeriodKind
from unions.api import Membership, Union, UnionPlace, descendants


@dataclass(frozen=True)
class Late:
    """What was studied in a closed period and booked after it: 补记, and 更正 (0 or less, by reversals)."""

    late_ms: int = 0
    corrected_ms: int = 0

    def __bool__(self) -> bool:
        return bool(self.late_ms or self.corrected_ms)

    def live_ms(self, closed: Figures) -> int:
        """Return what the ledger says today of the period whose closed figures these are."""
        return closed.total_ms + self.late_ms + self.corrected_ms


@dataclass(frozen=True)
class ChildFigures:
    """
    A union directly below, with everything below it. ``stands`` is False for one that has closed or left since.
    ``late`` is None while the period is open.
    """

    union: Union
    figures: Figures
    stands: bool
    late: Late | None = None


@dataclass(frozen=True)
class MonthFigures:
    period: Period
    figures: Figures


@dataclass(frozen=True)
class StudyReport:
    """
    What a union and everything below it amount to in a period, on a line.

    ``own`` is what is booked to the union itself and its own members, so that ``own`` and the children add up to
    ``total``. ``unassigned`` is study of people without a union; only the top of a line shows it, and it is in no
    total. ``is_begun`` is False for a period nobody has counted: before the system was in use, or in the future.

    Of a closed period, ``closing`` says when and with what hash; figures and tree are those of that moment, and ``late``
    is what arrived since. ``statement`` is the officer's word that this union's figures stand.
    """

    union: Union
    period: Period
    line: str
    as_of: date
    total: Figures
    before: Figures
    own: Figures
    children: tuple[ChildFigures, ...]
    months: tuple[MonthFigures, ...]
    unassigned: Figures | None
    is_begun: bool
    closing: PeriodClosing | None = None
    late: Late = Late()
    statement: ClosingStatement | None = None


def study_report(*, union: Union, period: Period, line: str, today: date) -> StudyReport:
    """Return the report of a union: seven queries at the most, however many unions stand below it."""
    closing = PeriodClosing.objects.filter(kind=period.kind, start=period.start).first()
    if closing is not None:
        return _closed_report(closing, union=union, period=period, line=line, today=today)
    as_of = period.stock_on(today)
    months = period.up_to_here()
    places = _children(union, line=line, on=as_of)
    is_top = parents_of(union, on=as_of).get(line, 0) is None
    found = _subtrees(
        _any_of({period, period.before, *months}) & Q(union=union.uuid)
        | _any_of([period]) & Q(union__in=[p.union.uuid for p in places]),
        line=line,
    )
    own = _own([union.uuid, UNASSIGNED] if is_top else [union.uuid], period)
    rows = [
        ChildFigures(
            union=p.union,
            figures=found.get((p.union.uuid, period), Figures()),
            stands=p.active_to is None or p.active_to > today,
        )
        for p in places
    ]
    total = found.get((union.uuid, period), Figures())
    return StudyReport(
        union=union,
        period=period,
        line=line,
        as_of=as_of,
        total=total,
        before=found.get((union.uuid, period.before), Figures()),
        own=own.get(union.uuid, Figures()),
        children=tuple(r for r in rows if r.stands or r.figures),
        months=tuple(MonthFigures(m, found.get((union.uuid, m), Figures())) for m in months),
        unassigned=own.get(UNASSIGNED, Figures()) if is_top else None,
        is_begun=bool(total) or ReportPeriod.objects.filter(kind=period.kind, start=period.start).exists(),
    )


def _closed_report(
    closing: PeriodClosing, *, union: Union, period: Period, line: str, today: date
) -> StudyReport:
    """Return the report of a closed period, from the rows and the tree of its closing."""
    months = period.up_to_here()
    is_top = False
    own, total = Figures(), Figures()
    unassigned: Figures | None = None
    below: dict[UUID, Figures] = {}
    rows = ClosedStudy.objects.filter(
        Q(union=union.uuid, line__in=["", line])
        | Q(parent=union.uuid, line=line)
        | Q(union=UNASSIGNED, line=""),
        kind=period.kind,
        start=period.start,
        dimension=Dimension.ALL,
        value="",
    )
    for uuid, at, parent, *numbers in rows.values_list("union", "line", "parent", *FIGURE_NAMES):
        figures = Figures(*numbers)
        if uuid == UNASSIGNED:
            unassigned = figures
        elif parent == union.uuid:
            below[uuid] = figures
        elif at == "":
            own = figures
        else:
            total, is_top = figures, parent is None
    late = _late([union.uuid, *below], period, line=line)
    found = _subtrees(_any_of({period.before, *months}) & Q(union=union.uuid), line=line)
    found[union.uuid, period] = total
    stands = set(
        UnionPlace.objects.filter(_holds(today), parent=union, line=line).values_list(
            "union__uuid", flat=True
        )
    )
    children = Union.objects.filter(uuid__in=list(below)).select_related("kind").order_by("code")
    return StudyReport(
        union=union,
        period=period,
        line=line,
        as_of=closing.counted_on,
        total=total,
        before=found.get((union.uuid, period.before), Figures()),
        own=own,
        children=tuple(
            ChildFigures(
                union=child,
                figures=below[child.uuid],
                stands=child.uuid in stands,
                late=late.get(child.uuid, Late()),
            )
            for child in children
            if child.uuid in stands or below[child.uuid] or late.get(child.uuid)
        ),
        months=tuple(MonthFigures(m, found.get((union.uuid, m), Figures())) for m in months),
        unassigned=(unassigned or Figures()) if is_top else None,
        is_begun=True,
        closing=closing,
        late=late.get(union.uuid, Late()),
        statement=ClosingStatement.objects.filter(union=union.uuid, kind=period.kind, start=period.start)
        .select_related("closed_by__person")
        .first(),
    )


def _late(unions: Collection[UUID], period: Period, *, line: str) -> dict[UUID, Late]:
    rows = LateStudy.objects.filter(union__in=list(unions), line=line, kind=period.kind, start=period.start)
    sums = rows.order_by().values_list("union").annotate(Sum("late_ms"), Sum("corrected_ms"))
    return {union: Late(late, corrected) for union, late, corrected in sums}


def parents_of(union: Union, *, on: date) -> dict[str, int | None]:
    """
    Return the lines on which a union stands on a day, each with the parent there (None: it is the top of the line).
    The answer for a day is kept on the union.
    """
    kept: dict[date, dict[str, int | None]] = union.__dict__.setdefault("_parents", {})
    if on not in kept:
        rows = UnionPlace.objects.filter(_holds(on), union=union).order_by("line")
        kept[on] = dict(rows.values_list("line", "parent"))
    return kept[on]


@dataclass(frozen=True)
class LearnerFigures:
    """
    A person in the figures of some unions. ``here_ms`` is booked to them; ``all_ms`` is what a member has anywhere, and
    ``union`` the union of membership; both None for somebody who studied there and is no longer a member.
    """

    uuid: UUID
    here_ms: int
    all_ms: int | None
    union: UUID | None


def rolls_of(union: Union, *, on: date) -> dict[UUID, Union]:
    """
    Return the unions whose members a list for this union names: a primary one has its workshops and groups with it;
    above that everybody is on the roll of some primary union, and only direct members are listed.
    """
    found = descendants(union, on=on, include_self=True) if union.kind.is_primary else [union]
    return {u.uuid: u for u in found}


def learners_of(*, rolls: Mapping[UUID, Union], period: Period, today: date) -> list[LearnerFigures]:
    """
    Return the members of these unions on the period's last day, and whoever else has time booked to them in the
    period, most time first; for a day, which has no stock figures, only the latter.

    ``here_ms`` add up to the unions' total, ``all_ms`` to their ``members_ms``. Five queries at the most.
    """
    here = records.time_booked(unions=rolls, start=period.start, end=period.end)
    found = []
    if period.months:
        members = Membership.objects.filter(_holds(period.stock_on(today)), union__in=list(rolls.values()))
        chains: dict[int, list[UUID]] = {}
        union_of: dict[int, UUID] = {}
        uuids_of = {union.pk: uuid for uuid, union in rolls.items()}
        for person, uuid, union in members.values_list("member", "member__uuid", "union"):
            chains[person], union_of[person] = [uuid], uuids_of[union]
        aliases = PersonAlias.objects.filter(person__in=members.values("member"))
        merged = aliases.values_list("person", "alias")
        for person, alias in merged:
            chains[person].append(alias)
        kind, start = period.kind.value, period.start
        own_chains = members.values_list("member__uuid", flat=True)
        times = records.period_times(kind=kind, start=start, learners=own_chains)
        if merged:
            times |= records.period_times(
                kind=kind, start=start, learners=aliases.values_list("alias", flat=True)
            )
        for person, uuids in chains.items():
            own = sum(here.pop(uuid, 0) for uuid in uuids)
            everywhere = sum(times.get(uuid, 0) for uuid in uuids)
            found.append(LearnerFigures(uuids[0], own, everywhere, union_of[person]))
    found += [LearnerFigures(uuid, ms, None, None) for uuid, ms in here.items()]
    return sorted(found, key=lambda f: (-(f.all_ms or 0), -f.here_ms, f.uuid))


def _holds(on: date) -> Q:
    """Return the condition that a half-open period holds a day."""
    return Q(active_from__lte=on) & (Q(active_to__isnull=True) | Q(active_to__gt=on))


def _children(union: Union, *, line: str, on: date) -> list[UnionPlace]:
    """Return the places below a union that count on a day; those of closed unions too, see ``db.rollup``."""
    closed = Q(union__closed_on__lte=on, active_to__gte=F("union__closed_on"))
    still = Q(active_to__isnull=True) | Q(active_to__gt=on) | closed
    rows = UnionPlace.objects.filter(still, parent=union, line=line, active_from__lte=on)
    return list(rows.select_related("union", "union__kind").order_by("union__code"))


def _subtrees(wanted: Q, *, line: str) -> dict[tuple[UUID, Period], Figures]:
    rows = UnionStudy.objects.filter(wanted, line=line, dimension=Dimension.ALL, value="")
    return _by_union_and_period(rows)


def _own(unions: Collection[UUID], period: Period) -> dict[UUID, Figures]:
    rows = OwnStudy.objects.filter(_any_of([period]), union__in=unions, dimension=Dimension.ALL, value="")
    return {union: figures for (union, _), figures in _by_union_and_period(rows).items()}


def _any_of(periods: Iterable[Period]) -> Q:
    starts: dict[str, set[date]] = {}
    for period in periods:
        starts.setdefault(period.kind.value, set()).add(period.start)
    condition = Q()
    for kind, days in starts.items():
        condition |= Q(kind=kind, start__in=sorted(days))
    return condition


def _by_union_and_period(
    rows: QuerySet[OwnStudy] | QuerySet[UnionStudy],
) -> dict[tuple[UUID, Period], Figures]:
    found = {}
    for union, kind, start, *numbers in rows.values_list("union", "kind", "start", *FIGURE_NAMES):
        found[union, Period(PeriodKind(kind), start)] = Figures(*numbers)
    return found
