"""
What a period is, and how a figure is made of counts.

Plain Python, no clock, no database. Counts and milliseconds add up exactly over children and over months; rates and
means are never stored and never added, they are computed here from the sums, and cut downwards once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

PARTICIPANT_MS = 2_700_000
"""A participant has at least one 学时 (45 minutes) credited in the period, in any union: a national constant."""


class PeriodKind(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


STOCK_KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
"""A day has flow figures only: nobody is asked for a whole 学时, or for a goal, in one day."""

_ORDER = {kind: n for n, kind in enumerate(PeriodKind)}


class BadPeriod(ValueError):
    """The text names no day, month, quarter or year."""


@dataclass(frozen=True)
class Period:
    """A day, month, quarter or year of the calendar in Asia/Shanghai. ``start`` is its first day."""

    kind: PeriodKind
    start: date

    @property
    def end(self) -> date:
        """Return the day after the last one."""
        match self.kind:
            case PeriodKind.DAY:
                return self.start + timedelta(days=1)
            case PeriodKind.MONTH:
                return _add_months(self.start, 1)
            case PeriodKind.QUARTER:
                return _add_months(self.start, 3)
            case PeriodKind.YEAR:
                return _add_months(self.start, 12)

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def stock_on(self, today: date) -> date:
        """
        Return the day whose places and memberships count: the last one, or today while the period runs.

        >>> parse_period("2026-11").stock_on(date(2026, 11, 23)), parse_period("2026-10").stock_on(date(2026, 11, 23))
        (datetime.date(2026, 11, 23), datetime.date(2026, 10, 31))
        """
        return max(self.start, min(self.last_day, today))

    def is_running(self, today: date) -> bool:
        return self.start <= today < self.end

    @property
    def sort_key(self) -> tuple[int, date]:
        """One order for everybody who locks several periods."""
        return (_ORDER[self.kind], self.start)

    @property
    def code(self) -> str:
        """
        Return the form in which addresses and files name the period.

        >>> [period_of(kind, date(2026, 11, 23)).code for kind in PeriodKind]
        ['2026-11-23', '2026-11', '2026-Q4', '2026']
        """
        match self.kind:
            case PeriodKind.DAY:
                return self.start.isoformat()
            case PeriodKind.MONTH:
                return f"{self.start:%Y-%m}"
            case PeriodKind.QUARTER:
                return f"{self.start:%Y}-Q{(self.start.month + 2) // 3}"
            case PeriodKind.YEAR:
                return f"{self.start:%Y}"

    @property
    def before(self) -> Period:
        return period_of(self.kind, self.start - timedelta(days=1))

    @property
    def after(self) -> Period:
        return period_of(self.kind, self.end)

    @property
    def months(self) -> tuple[Period, ...]:
        """
        Return the months of a month, quarter or year; a day has none.

        >>> [m.code for m in parse_period("2026-Q4").months]
        ['2026-10', '2026-11', '2026-12']
        """
        if self.kind is PeriodKind.DAY:
            return ()
        count = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}[self.kind]
        return tuple(Period(PeriodKind.MONTH, _add_months(self.start, n)) for n in range(count))

    def up_to_here(self) -> tuple[Period, ...]:
        """
        Return the months a chart of this period shows: its own, or the twelve that end in it for a month or a day.

        >>> len(parse_period("2026-11").up_to_here()), parse_period("2026-11").up_to_here()[0].code
        (12, '2025-12')
        """
        if self.kind in {PeriodKind.QUARTER, PeriodKind.YEAR}:
            return self.months
        this = period_of(PeriodKind.MONTH, self.start)
        return tuple(Period(PeriodKind.MONTH, _add_months(this.start, n)) for n in range(-11, 1))


_FORMS = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), PeriodKind.DAY),
    (re.compile(r"(\d{4})-(\d{2})"), PeriodKind.MONTH),
    (re.compile(r"(\d{4})-Q([1-4])"), PeriodKind.QUARTER),
    (re.compile(r"(\d{4})"), PeriodKind.YEAR),
)
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def parse_period(text: str) -> Period:
    """
    Return the period that ``2026``, ``2026-Q4``, ``2026-11`` or ``2026-11-23`` names.

    >>> parse_period("2026-Q2").last_day
    datetime.date(2026, 6, 30)
    >>> parse_period("2026-13")
    Traceback (most recent call last):
    reports.rules.BadPeriod: 2026-13

    :raises BadPeriod: if it names none between 2000 and 2199.
    """
    for form, kind in _FORMS:
        match = form.fullmatch(text) if text.isascii() else None
        if match is None:
            continue
        year, *rest = (int(part) for part in match.groups())
        month = rest[0] if rest else 1
        if kind is PeriodKind.QUARTER:
            month = 3 * month - 2
        try:
            start = date(year, month, rest[1] if len(rest) > 1 else 1)
        except ValueError:
            break
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            return Period(kind, start)
    raise BadPeriod(text)


def period_of(kind: PeriodKind, day: date) -> Period:
    """
    Return the period of a kind that holds a day.

    >>> period_of(PeriodKind.QUARTER, date(2026, 11, 23)).start
    datetime.date(2026, 10, 1)
    """
    match kind:
        case PeriodKind.DAY:
            return Period(kind, day)
        case PeriodKind.MONTH:
            return Period(kind, day.replace(day=1))
        case PeriodKind.QUARTER:
            return Period(kind, day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1))
        case PeriodKind.YEAR:
            return Period(kind, day.replace(month=1, day=1))


def _add_months(first: date, count: int) -> date:
    index = first.year * 12 + first.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def goal_ms(*, annual_ms: int | None, months_ms: Sequence[int] | None, period: Period) -> int | None:
    """
    Return what a member of a union must have credited in a period to be on target: the sum of its months' shares.

    A month's share is ⌊annual / 12⌋ unless the union sets twelve numbers. Without a goal, and for a day, None.

    >>> goal_ms(annual_ms=100, months_ms=None, period=parse_period("2026-Q1"))
    24
    >>> goal_ms(annual_ms=None, months_ms=[5] * 11 + [7], period=parse_period("2026-Q4"))
    17
    >>> goal_ms(annual_ms=None, months_ms=None, period=parse_period("2026")) is None
    True
    """
    months = period.months
    if not months:
        return None
    if months_ms is not None:
        return sum(months_ms[m.start.month - 1] for m in months)
    return None if annual_ms is None else annual_ms // 12 * len(months)


@dataclass(frozen=True)
class Figures:
    """
    What is counted for a union and period. Flow by the entry's union: ``total_ms``, ``visits`` (learner-days with
    credit), ``completions``. Stock by membership on the last day: the rest; ``with_goal`` are the members whose union
    has a goal, ``members_ms`` is what these members have credited, wherever they earned it.
    """

    total_ms: int = 0
    visits: int = 0
    completions: int = 0
    members: int = 0
    registered: int = 0
    participants: int = 0
    with_goal: int = 0
    on_target: int = 0
    members_ms: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in FIGURE_NAMES))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in FIGURE_NAMES)

    @property
    def registration_rate(self) -> Fraction | None:
        return _ratio(self.registered, self.members)

    @property
    def participation_rate(self) -> Fraction | None:
        return _ratio(self.participants, self.members)

    @property
    def on_target_rate(self) -> Fraction | None:
        return _ratio(self.on_target, self.with_goal)

    @property
    def mean_ms(self) -> int | None:
        """Return the mean time of a member, in ms cut downwards; None without members."""
        return self.members_ms // self.members if self.members else None


FIGURE_NAMES = tuple(f.name for f in fields(Figures))


def sum_of(rows: Iterable[Figures]) -> Figures:
    """
    Return the sum of figures.

    >>> sum_of([Figures(total_ms=1, members=2), Figures(total_ms=3)])
    Figures(total_ms=4, visits=0, completions=0, members=2, registered=0, participants=0, with_goal=0, on_target=0, members_ms=0)
    """
    return sum(rows, start=Figures())


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def percent(rate: Fraction | None) -> str:
    """
    Return a rate in per cent with one decimal, cut downwards, so that 100.0 means all of them.

    >>> percent(Fraction(999, 1000)), percent(Fraction(9999, 10000)), percent(Fraction(0)), percent(None)
    ('99.9', '99.9', '0.0', '')
    """
    if rate is None:
        return ""
    permille = rate.numerator * 1000 // rate.denominator
    return f"{permille // 10}.{permille % 10}"


def bottom_up(parent_of: Mapping[int, int | None]) -> list[list[int]]:
    """
    Return the nodes of a forest level by level, so that every node comes after all its children in it.

    ``parent_of`` maps each node to its parent; a parent that is no key stands outside and is left out.

    >>> bottom_up({1: None, 2: 1, 3: 1, 4: 3, 5: 99})
    [[2, 4, 5], [3], [1]]

    :raises ValueError: if a node stands above itself.
    """
    waiting = dict.fromkeys(parent_of, 0)
    for parent in parent_of.values():
        if parent in waiting:
            waiting[parent] += 1
    level = sorted(node for node, children in waiting.items() if children == 0)
    levels = []
    done = 0
    while level:
        levels.append(level)
        done += len(level)
        above = []
        for node in level:
            parent = parent_of[node]
            if parent in waiting:
                waiting[parent] -= 1
                if waiting[parent] == 0:
                    above.append(parent)
        level = sorted(above)
    if done < len(waiting):
        raise ValueError("a union stands above itself")
    return levels
