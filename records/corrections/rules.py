"""
What may be given back of refused time, and until when an objection is answered. Plain Python: no clock, no database.

A grant after an objection enters the span as if it had been played and proved: its positions into C, its time into W
and K. So it obeys what all credit obeys: no more than the clock of the span, no more than the part has left, and no
instant that counts elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.workdays import workday_after
from records.ledger.intervals import Interval, inside, measure, minus, union
from records.ledger.state import Span

ANSWER_WORKDAYS = 3


def due_on(filed: date) -> date:
    """
    Return the last day on which a union may answer what reached it on a day.

    >>> due_on(date(2026, 11, 23)), due_on(date(2026, 11, 27))
    (datetime.date(2026, 11, 26), datetime.date(2026, 12, 2))
    """
    return workday_after(filed, ANSWER_WORKDAYS)


def is_overdue(due: date, today: date) -> bool:
    """
    Tell whether the day for an answer has passed.

    >>> is_overdue(date(2026, 11, 26), date(2026, 11, 26)), is_overdue(date(2026, 11, 26), date(2026, 11, 27))
    (False, True)
    """
    return today > due


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused span: instants in ms since the epoch, positions or None where only the clock was refused."""

    part: UUID
    policy: str
    t: Interval
    positions: Interval | None


@dataclass(frozen=True, slots=True)
class PartSets:
    """What a part has: its length, C, and |K|."""

    nominal_ms: int
    covered: tuple[Interval, ...] = ()
    credited_ms: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What is given back of one part under one policy: the clock it lies in, the positions, the time."""

    part: UUID
    policy: str
    clock: tuple[Interval, ...]
    positions: tuple[Interval, ...]
    ms: int


def shares(
    spans: Sequence[Refused],
    parts: Mapping[UUID, PartSets],
    taken: Iterable[Interval],
    *,
    day: Interval,
    limit_ms: int | None = None,
) -> list[Share]:
    """
    Return what may be given back, in the order of the clock.

    ``taken`` are instants that already count; ``day`` the instants of the day the spans were refused on;
    ``limit_ms`` what the officer gives at most.

    >>> part = UUID(int=1)
    >>> def given(t, positions, sets, taken=(), limit=None):
    ...     spans = [Refused(part, "national@1", t, positions)]
    ...     return sum(s.ms for s in shares(spans, {part: sets}, taken, day=(0, 86_400_000), limit_ms=limit))
    >>> given((0, 60_000), (0, 60_000), PartSets(600_000))
    60000

    Played again since, so nothing is left to give:

    >>> given((0, 60_000), (0, 60_000), PartSets(600_000, ((0, 60_000),), 60_000))
    0

    What was played faster than the clock has no clock of its own; what lies outside the part has nothing to earn:

    >>> given((5, 5), (0, 60_000), PartSets(600_000)), given((0, 60_000), (600_000, 660_000), PartSets(600_000))
    (0, 0)

    An instant counts once, and an officer may give less:

    >>> given((0, 60_000), (0, 60_000), PartSets(600_000), taken=[(40_000, 90_000)])
    40000
    >>> given((0, 60_000), (0, 60_000), PartSets(600_000), limit=15_000)
    15000

    Places of which nothing is given lend no room to time that was refused under another version:

    >>> without_clock = Refused(part, "national@1", (0, 0), (0, 60_000))
    >>> without_place = Refused(part, "national@2", (0, 60_000), None)
    >>> shares([without_clock, without_place], {part: PartSets(600_000)}, [], day=(0, 86_400_000))
    []
    """
    used = union(taken)
    left = limit_ms
    covered = {part: union(sets.covered) for part, sets in parts.items()}
    out: list[Share] = []
    for part, policy in _in_order(spans):
        sets = parts.get(part)
        if sets is None:
            continue
        mine = [s for s in spans if (s.part, s.policy) == (part, policy)]
        clock = minus(inside(union(s.t for s in mine), *day), used)
        places = inside(union(s.positions for s in mine if s.positions), 0, sets.nominal_ms)
        with_these = union([*covered[part], *places])
        ms = min(measure(clock), max(0, measure(with_these) - sets.credited_ms - _given(out, part)))
        if left is not None:
            ms = min(ms, left)
            left -= ms
        if ms > 0:  # only places that an entry names may carry another group's time
            covered[part] = with_these
            out.append(Share(part, policy, tuple(clock), tuple(places), ms))
            used = union([*used, *clock])
    return out


def _given(found: Sequence[Share], part: UUID) -> int:
    return sum(share.ms for share in found if share.part == part)


def _in_order(spans: Iterable[Refused]) -> list[tuple[UUID, str]]:
    return list(dict.fromkeys((s.part, s.policy) for s in sorted(spans, key=lambda s: s.t)))


def still_missed(spans: Iterable[Span], given: Iterable[Interval]) -> list[Span]:
    """
    Return what of missed spans stays missed after instants of them were given: an answer that comes late must not let
    them in once more.

    >>> from records.ledger.state import Context
    >>> span = Span(Context(UUID(int=1), UUID(int=2), "", "default@1"), UUID(int=3), 1, 0, 60_000, ((0, 60_000),))
    >>> [(s.start, s.end, s.path) for s in still_missed([span], [(0, 15_000), (45_000, 60_000)])]
    [(15000, 45000, ((15000, 45000),))]
    >>> still_missed([span], [(0, 60_000)]), still_missed([span], []) == [span]
    ([], True)
    """
    used = union(given)
    left: list[Span] = []
    for span in spans:
        for a, b in minus([(span.start, span.end)], used):
            left.append(span if (a, b) == (span.start, span.end) else span.part_of(a, b))
    return left


def free_ms(start: int, end: int, taken: Iterable[Interval]) -> int:
    """
    Return how much of a stretch of the clock counts nowhere yet.

    >>> free_ms(0, 100, [(20, 50), (40, 60)])
    60
    """
    return measure(minus([(start, end)], union(taken)))
