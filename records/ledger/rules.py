"""
Which minute counts.

A player is not to be trusted: it may send the same beat twice, run in two tabs, claim an hour in a minute or yesterday
for today. These functions place a beat on the learner's clock, cut away what cannot count, and let a part's credit grow
to min(|C|, |W|), the positions covered and the time spent on them. They are a pure, deterministic function of what the
server received and when; invariant numbers are those of ``docs/study-hours.md``.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from uuid import UUID

from core.clock import day_of, day_start_ms
from records.ledger.intervals import Interval, add, cut, free, inside, measure, minus, union
from records.ledger.state import (
    Beat,
    Context,
    Learner,
    Outcome,
    PartSets,
    Refusal,
    Session,
    Span,
    Taking,
)
from records.ledger.terms import DAY_MS

AHEAD_TOLERANCE_MS = 2_000
LONGEST_BEAT_MS = 300_000
RATE_SLACK_MS = 250
NO_CAP_MS = 2**62

_END_REASON = {"close": "after_close"}
"""An end's reason is the refusal's, except that what lies after one's own close has a word of its own."""


def allowed_positions(played_ms: int, max_rate_permille: int) -> int:
    """
    Return how many ms of positions so much time may cover (invariant 3).

    The slack is for a player's rounding. It is a tenth of the time for short beats, so dust of 1 ms covers 1 ms:

    >>> allowed_positions(10_000, 1_500), allowed_positions(1_000, 1_000), allowed_positions(1, 1_000)
    (15250, 1100, 1)
    """
    return played_ms * max_rate_permille // 1_000 + min(RATE_SLACK_MS, played_ms // 10)


def clip_path(path: Iterable[Interval], nominal_ms: int) -> tuple[list[Interval], list[Interval]]:
    """
    Return the path inside ``[0, nominal)`` and what of it lies outside.

    >>> clip_path([(-5, 5), (90, 120)], 100)
    ([(0, 5), (90, 100)], [(-5, 0), (100, 120)])
    """
    kept, outside = [], []
    for a, b in path:
        x, y = max(a, 0), min(b, nominal_ms)
        if x >= y:
            outside.append((a, b))
            continue
        kept.append((x, y))
        outside += [(p, q) for p, q in ((a, x), (y, b)) if p < q]
    return kept, outside


def judge_beat(learner: Learner, session: Session, beat: Beat, *, now: int, out: Outcome) -> bool:
    """
    Place a beat on the learner's clock and keep what may count as spans that wait for a proof.

    ``now`` is the instant of arrival. Return False when the beat is not recorded at all, because it ends later than
    its own clock; then its sequence number may come again. Invariants 1, 3, 5 and the visibility of 6.
    """
    start, end = session.opened_at + beat.t_from, session.opened_at + beat.t_to
    terms = session.terms_at(start)
    place = _Place(session.context(terms), beat, out)
    if end > now + AHEAD_TOLERANCE_MS:
        place.refuse(beat.ranges, start, end, "ahead_of_clock")
        return False
    if end < now - terms.lateness_ms:
        place.refuse(beat.ranges, start, end, "too_late")
        return True
    part = session.parts.get(beat.part)
    path, outside = clip_path(beat.ranges, part.nominal_ms if part else 0)
    place.refuse(outside, start, start, "outside_part")
    if part is None:
        return True
    if not beat.visible and not (part.kind == "audio" and terms.sound_only):
        place.refuse(path, start, end, "not_visible")
        return True
    # Only as much of the clock counts as was played on it (1), and only as much is played as the clock allows (3).
    end = start + min(end - start, measure(path))
    allowed = allowed_positions(end - start, terms.max_rate_permille)
    place.refuse(cut(path, allowed, measure(path)), end, end, "faster_than_clock")
    path = cut(path, 0, allowed)
    whole = Span(place.context, beat.part, beat.seq, start, end, tuple(path))
    for a, b, reason in _pieces(learner, session, start, end):
        piece = whole if (a, b) == (start, end) else whole.part_of(a, b)
        if reason:
            place.refuse(piece.path, a, b, reason)
            continue
        learner.clock.add(a, b)
        piece.context = session.context(session.terms_at(a))
        learner.spans.append(piece)
    return True


def _pieces(learner: Learner, session: Session, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the pieces of ``[start, end)`` in order, each with the reason that refuses it or with none."""
    limit = end if session.ended_at is None else max(start, min(end, session.ended_at))
    gaps = learner.clock.free(start, limit)
    used = learner.clock.inside(start, limit)
    if given := inside(learner.granted, start, limit):
        gaps, used = minus(gaps, given), union([*used, *given])
    pieces = [(a, b, "clock_used") for a, b in used]
    borders = [at for at, _ in session.segments[1:]]
    for a, b in gaps:
        points = sorted({a, b, *(p for p in (*borders, *_midnights(a, b)) if a < p < b)})
        pieces += [(p, q, "") for p, q in pairwise(points)]
    if limit < end:
        pieces.append((limit, end, _END_REASON.get(session.end_reason, session.end_reason)))
    yield from sorted(pieces)


def _midnights(start: int, end: int) -> Iterator[int]:
    at = day_start_ms(day_of(start)) + DAY_MS
    while at < end:
        yield at
        at += DAY_MS


class _Place:
    """Writes refusals of one beat."""

    def __init__(self, context: Context, beat: Beat, out: Outcome) -> None:
        self.context, self.beat, self.out = context, beat, out

    def refuse(self, path: Iterable[Interval], start: int, end: int, reason: str) -> None:
        for positions in path:
            self.out.refusals.append(
                Refusal(self.context, self.beat.part, self.beat.seq, start, end, positions, reason)
            )


def enter(learner: Learner, sets: Mapping[UUID, PartSets], span: Span, out: Outcome) -> None:
    """
    Let a proven span into C and W of its part and let the credit grow (invariants 2 and 7).

    The growth takes the newest instants of W that are not in K yet. What a cap keeps out of K stays in W and can never
    be credited; playing the part again earns it.
    """
    part = sets[span.part]
    for a, b in span.path:
        new = measure(free(part.covered, a, b))
        if new:
            part.covered = add(part.covered, a, b)
            part.covered_ms += new
    part.worked_ms += span.end - span.start
    insort(part.spare, (span.start, span.end, span.context), key=_start)
    if span.path:
        part.last_position = span.path[-1][1]
    out.entered.append(span)
    want = min(part.covered_ms, part.worked_ms) - part.credited_ms
    # A cap refuses each instant once, and no more of them than would have been credited: else a beat of 1 ms above a
    # cap would write a refusal for every ms that was ever played twice.
    refusable = want
    kept: list[tuple[int, int, Context]] = []
    while want > 0 and part.spare:
        a, b, context = part.spare.pop()
        first = max(a, b - want)
        room, reason = _room(learner, part, context, day_of(first))
        middle = first + min(b - first, room)
        if first < middle:
            _credit(learner, part, Taking(context, span.part, first, middle), out)
            want -= middle - first
        last = max(middle, b - refusable)
        if last < b:
            _refuse_capped(span, context, last, b, reason, out)
            refusable -= b - last
        kept += [(x, y, context) for x, y in ((middle, last), (a, first)) if x < y]
    part.spare += reversed(kept)
    _forget_spare(part)


def _start(spare: tuple[int, int, Context]) -> int:
    return spare[0]


def _credit(learner: Learner, part: PartSets, taking: Taking, out: Outcome) -> None:
    ms = taking.end - taking.start
    day = day_of(taking.start)
    part.credited_ms += ms
    learner.days[day] = learner.days.get(day, 0) + ms
    learner.courses[part.course] = learner.courses.get(part.course, 0) + ms
    out.takings.append(taking)


def _room(learner: Learner, part: PartSets, context: Context, day: date) -> tuple[int, str]:
    """Return how much more may be credited, and the cap that says so."""
    room, reason = NO_CAP_MS, ""
    for cap, spent, word in (
        (context.daily_cap_ms, learner.days.get(day, 0), "day_cap"),
        (context.part_cap_ms, part.credited_ms, "part_cap"),
        (context.course_cap_ms, learner.courses.get(part.course, 0), "course_cap"),
    ):
        if cap is not None and cap - spent < room:
            room, reason = max(0, cap - spent), word
    return room, reason


def _refuse_capped(span: Span, context: Context, start: int, end: int, reason: str, out: Outcome) -> None:
    is_own = span.start <= start and end <= span.end and context == span.context
    path = span.part_of(start, end).path if is_own else ()
    seq = span.seq if is_own else None
    for positions in path or (None,):
        out.refusals.append(Refusal(context, span.part, seq, start, end, positions, reason))


def _forget_spare(part: PartSets) -> None:
    """Keep only the newest instants that may still be credited: the credit never passes the part's length."""
    keep = part.nominal_ms - part.credited_ms
    if not part.spare or (keep > 0 and measure((a, b) for a, b, _ in part.spare) <= keep):
        return
    kept: list[tuple[int, int, Context]] = []
    for a, b, context in reversed(part.spare):
        if keep <= 0:
            break
        kept.append((max(a, b - keep), b, context))
        keep -= b - a
    part.spare = kept[::-1]


def is_complete(sets: Mapping[UUID, PartSets], parts: Mapping[UUID, int], complete_permille: int) -> bool:
    """
    Tell whether every part of a lesson is covered to the policy's share. ``parts`` are the nominal ms by part.

    Judged by C, never by credit: who plays faster is done sooner and earns less.
    """
    return bool(parts) and all(
        part in sets and sets[part].covered_ms * 1_000 >= nominal * complete_permille
        for part, nominal in parts.items()
    )
