"""
What an honest judge credits: the twelve invariants of ``docs/study-hours.md`` once more, from the text alone.

Imports nothing of the product. It keeps everything a learner sent in the order of arrival and decides plainly; where
the product keeps counters it keeps sets. Instants are ms since the epoch, days are days in Shanghai.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from benchmarks.attack.stretches import Stretch, along, filled_at, joined, shared, total, without

DAY_MS, SHANGHAI_MS = 86_400_000, 8 * 3_600_000
AHEAD_MS = 2_000
WINDOW_MS = 7 * DAY_MS


def day_of(instant: int) -> int:
    """Return the day in Shanghai that holds an instant, as a number."""
    return (instant + SHANGHAI_MS) // DAY_MS


@dataclass(frozen=True)
class Terms:
    """What the policy in force says, as far as it can bite."""

    name: str = ""
    rate: int = 1_500
    day_cap: int | None = None
    in_time: int = 60_000
    covers: int = 960_000


@dataclass
class Sitting:
    """One session: from ``opened`` until ``ended``. ``checks`` are (id, played ms until it falls due), as sealed."""

    id: str
    opened: int
    parts: dict[str, int]
    kinds: dict[str, str]
    terms: list[tuple[int, Terms]]
    checks: list[tuple[str, int]]
    ended: int | None = None
    is_licence: bool = False
    """Taken along without a network: it ends nobody's session, and has its own end from the beginning."""
    seqs: dict[int, Any] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    judged: dict[str, Proof] = field(default_factory=dict)

    def terms_at(self, instant: int) -> Terms:
        return [terms for start, terms in self.terms if start <= instant or start == self.terms[0][0]][-1]


@dataclass
class Piece:
    """Recorded instants of one part with the positions laid evenly on them: of a beat, or of a piece of one."""

    part: str
    terms: Terms
    start: int
    end: int
    beat: tuple[int, int, tuple[Stretch, ...]]
    """The whole beat's first instant, its length and its path: a cut of instants cuts positions at the same place."""

    @property
    def path(self) -> list[Stretch]:
        first, length, path = self.beat
        much = total(path)
        return along(path, (self.start - first) * much // length, (self.end - first) * much // length)

    def cut(self, start: int, end: int) -> Piece:
        return Piece(self.part, self.terms, start, end, self.beat)


@dataclass
class Proof:
    """A judgement: it decides the instants before ``reach`` that no earlier one decides."""

    at: int
    is_proof: bool
    covers: int
    asks_next: int | None
    """Played time from here to the next check; None where the countdown goes on."""
    is_check: bool


@dataclass
class Sets:
    """C, W and K of a part, and the instants a cap has kept out of K for good."""

    covered: list[Stretch] = field(default_factory=list)
    worked: list[Stretch] = field(default_factory=list)
    credited: list[Stretch] = field(default_factory=list)
    capped: list[Stretch] = field(default_factory=list)


class Judge:
    """Everything one learner sent, and what it is worth."""

    def __init__(self) -> None:
        self.sittings: dict[str, Sitting] = {}
        self.used: list[Stretch] = []
        self.waiting: list[Piece] = []
        self.entered: list[Stretch] = []
        self.sets: dict[str, Sets] = {}
        self.days: dict[int, int] = {}
        self.taps: list[tuple[str, int, int]] = []
        self.questions: dict[tuple[str, str], int] = {}
        self.first_check: tuple[int, int] | None = None
        self.terms_of: list[tuple[Stretch, Terms]] = []

    # What the server received.

    def opened(self, sitting: Sitting) -> None:
        """A session is opened; the learner's other one ends at that instant. Opening it again changes nothing."""
        if sitting.id in self.sittings:
            return
        for other in self.sittings.values():
            if other.ended is None and not sitting.is_licence:
                other.ended = sitting.opened
        self.sittings[sitting.id] = sitting
        if self.first_check is None and sitting.checks:
            self.first_check = (sitting.opened, sitting.checks[0][1])
        for part in sitting.parts:
            self.sets.setdefault(part, Sets())

    def received(
        self, session: str, beats: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]], now: int
    ) -> None:
        """A request arrives: beats first, then answers, then what is decided by them."""
        sitting = self.sittings[session]
        for beat in beats:
            self._beat(sitting, beat, now)
        for answer in answers:
            at = sitting.opened + answer["t"]
            fits = at <= now + AHEAD_MS and (sitting.ended is None or at <= sitting.ended)
            if fits and answer["id"] in sitting.parts:
                if answer["answer"] is not None:
                    self.questions.setdefault((session, answer["id"]), at)
            elif fits:
                sitting.answers[answer["id"]] = answer
                self._judged_checks(sitting)
        self._decide()

    def closed(self, session: str, t: int | None, present: bool, now: int) -> None:
        """A session ends at its own clock or now; the tap proves, once a session."""
        sitting = self.sittings[session]
        at = now if t is None else min(sitting.opened + t, now)
        if sitting.ended is None:
            sitting.ended = at
        if present and at <= sitting.ended and not any(s == session for s, _, _ in self.taps):
            self._tap(sitting, at)
        self._decide()

    def tapped(self, session: str, t: int, now: int) -> None:
        """A tap of somebody without a network, each instant once; the licence goes on."""
        sitting = self.sittings[session]
        at = sitting.opened + t
        fits = now - WINDOW_MS <= at <= now + AHEAD_MS and (sitting.ended is None or at <= sitting.ended)
        if fits and (session, at) not in {(s, known) for s, known, _ in self.taps}:
            self._tap(sitting, at)
        self._decide()

    def _tap(self, sitting: Sitting, at: int) -> None:
        later = [p for p in self._proofs() if p.at >= at]
        if not later or later[0].is_proof:
            self.taps.append((sitting.id, at, sitting.terms_at(at).covers))

    # What it is worth.

    def credit(self) -> dict[tuple[str, int], int]:
        """Return credited ms by part and day."""
        out: dict[tuple[str, int], int] = {}
        for part, sets in self.sets.items():
            for a, b in _by_day(sets.credited):
                out[part, day_of(a)] = out.get((part, day_of(a)), 0) + b - a
        return out

    def credited(self, parts: Sequence[str]) -> int:
        return sum(total(self.sets[p].credited) for p in parts if p in self.sets)

    def pending(self, parts: Sequence[str]) -> int:
        """Return what a proof now would credit to these parts."""
        trial = deepcopy(self)
        room = max((s.terms_at(s.opened).covers for s in self.sittings.values()), default=0)
        last = max((p.at for p in self._reaches()), default=0)
        for piece in trial.waiting:
            if piece.start >= last and room > 0:
                size = min(room, piece.end - piece.start)
                trial._enter(piece.cut(piece.start, piece.start + size))
                room -= size
        return trial.credited(parts) - self.credited(parts)

    def played(self, part: str) -> list[Stretch]:
        """Return the positions of a part that count or wait to: what an honest player may not lose."""
        waiting = [position for piece in self.waiting if piece.part == part for position in piece.path]
        return joined([*self.sets[part].covered, *waiting])

    # How.

    def _beat(self, sitting: Sitting, beat: dict[str, Any], now: int) -> None:
        start, end = sitting.opened + beat["t"][0], sitting.opened + beat["t"][1]
        if beat["seq"] in sitting.seqs or end > now + AHEAD_MS:
            return
        sitting.seqs[beat["seq"]] = beat
        nominal = sitting.parts.get(beat["part"], 0)
        path = [(max(a, 0), min(b, nominal)) for a, b in beat["ranges"] if max(a, 0) < min(b, nominal)]
        is_heard = sitting.kinds.get(beat["part"]) == "audio"
        if end < now - WINDOW_MS or not (beat.get("visible", True) or is_heard):
            return
        terms = sitting.terms_at(start)
        length = min(end - start, total(path))
        if length <= 0:
            return
        end = start + length
        path = along(path, 0, length * terms.rate // 1_000 + min(250, length // 10))
        limit = end if sitting.ended is None else min(end, sitting.ended)
        free = without([(start, limit)], self.used)
        self.used = joined([*self.used, *free])
        borders = [at for at, _ in sitting.terms[1:]]
        for a, b in _by_day(free, borders):
            self.waiting.append(Piece(beat["part"], sitting.terms_at(a), a, b, (start, length, tuple(path))))

    def _proofs(self) -> list[Proof]:
        """Return all judgements in order, from what has been recorded until now."""
        out: list[Proof] = []
        for sitting in self.sittings.values():
            out += self._judged_checks(sitting)
        out.sort(key=lambda p: p.at)
        loose = [(at, covers, False, "") for _, at, covers in self.taps]
        loose += [
            (at, self.sittings[s].terms_at(at).covers, True, s) for (s, _), at in self.questions.items()
        ]
        for at, covers, is_question, session in sorted(loose):
            due = self._due_before(out, at)
            asks = None
            if is_question and (due is None or due > at):
                asks = self._next_of(self.sittings[session])
            out.append(Proof(at, True, covers, asks, False))
            out.sort(key=lambda p: p.at)
        return out

    def _judged_checks(self, sitting: Sitting) -> list[Proof]:
        """Judge the checks of a session in their order; a judgement stands, but for a miss that is turned."""
        out: list[Proof] = []
        start = sitting.opened
        for number, (check, after) in enumerate(sitting.checks):
            answer, known = sitting.answers.get(check), sitting.judged.get(check)
            if answer is not None and (known is None or not known.is_proof):
                seen = sitting.opened + answer["shown"]
                due = self._due_of(sitting, start, after, seen)
                at = sitting.opened + answer["t"]
                terms = sitting.terms_at(at)
                in_time = answer["answer"] is not None and answer["t"] - answer["shown"] <= terms.in_time
                if due is not None and seen >= due and (known is None or in_time):
                    following = sitting.checks[number + 1][1] if number + 1 < len(sitting.checks) else None
                    known = sitting.judged[check] = Proof(at, in_time, terms.covers, following, True)
            if known is None:
                return out
            out.append(known)
            start = max(start, known.at)
        return out

    def _due_of(self, sitting: Sitting, start: int, after: int, seen: int) -> int | None:
        """Return when a check fell due, counted from ``start`` or from the last question that put it off."""
        due = filled_at(self.used, start, after)
        for question in sorted(at for (s, _), at in self.questions.items() if s == sitting.id):
            if start < question <= seen and (due is None or due > question):
                due = filled_at(self.used, question, after)
        return due

    def _next_of(self, sitting: Sitting) -> int | None:
        done = len(self._judged_checks(sitting))
        return sitting.checks[done][1] if done < len(sitting.checks) else None

    def _due_before(self, proofs: list[Proof], at: int) -> int | None:
        """Return when the check fell due that was next at an instant."""
        last = self.first_check
        for proof in proofs:
            if proof.at < at and proof.asks_next is not None:
                last = (proof.at, proof.asks_next)
        return None if last is None else filled_at(self.used, *last)

    def _reaches(self) -> list[Proof]:
        """Return the judgements up to the instants they may decide: no tap passes a check that is open."""
        proofs = self._proofs()
        out = []
        for proof in proofs:
            due = None if proof.is_check else self._due_before(proofs, proof.at)
            reach = proof.at if due is None else min(proof.at, due)
            out.append(Proof(reach, proof.is_proof, proof.covers, proof.asks_next, proof.is_check))
        return sorted(out, key=lambda p: p.at)

    def _decide(self) -> None:
        """Enter what a proof covers, in the order of recording; leave what is missed where it can still be turned."""
        reaches = self._reaches()
        borders = [p.at for p in reaches]
        pieces = [
            piece.cut(a, b) for piece in self.waiting for a, b in _cut([(piece.start, piece.end)], borders)
        ]
        rooms = []
        for number, proof in enumerate(reaches):
            since = borders[number - 1] if number else 0
            done = total(shared(self.entered, [(since, proof.at)])) if since < proof.at else 0
            rooms.append(max(0, proof.covers - done))
        left = []
        for piece in pieces:
            decider = next((n for n, at in enumerate(borders) if at > piece.start), None)
            proven = 0
            if decider is not None and reaches[decider].is_proof:
                in_window = piece.start >= reaches[decider].at - WINDOW_MS
                proven = min(rooms[decider], piece.end - piece.start) if in_window else 0
                rooms[decider] -= proven
            if proven:
                self._enter(piece.cut(piece.start, piece.start + proven))
                self.entered = joined([*self.entered, (piece.start, piece.start + proven)])
            if proven < piece.end - piece.start:
                left.append(piece.cut(piece.start + proven, piece.end))
        self.waiting = left

    def missed(self) -> list[Piece]:
        """Return the pieces a judgement refused: used for good, their positions open again."""
        borders = [p.at for p in self._reaches()]
        return [piece for piece in self.waiting if any(at > piece.start for at in borders)]

    def _enter(self, piece: Piece) -> None:
        """Let instants and positions into C and W; K grows by the newest instants that are not in it yet."""
        sets = self.sets[piece.part]
        sets.covered = joined([*sets.covered, *piece.path])
        sets.worked = joined([*sets.worked, (piece.start, piece.end)])
        self.terms_of.append(((piece.start, piece.end), piece.terms))
        want = min(total(sets.covered), total(sets.worked)) - total(sets.credited)
        open_ = without(sets.worked, [*sets.credited, *sets.capped])
        stretches = [(s, terms) for whole, terms in self.terms_of for s in _by_day(shared([whole], open_))]
        for (a, b), terms in sorted(stretches, key=lambda pair: pair[0], reverse=True):
            if want <= 0:
                break
            a = max(a, b - want)
            room = b - a
            if terms.day_cap is not None:
                room = min(room, max(0, terms.day_cap - self.days.get(day_of(a), 0)))
            sets.credited = joined([*sets.credited, (a, a + room)])
            sets.capped = joined([*sets.capped, (a + room, b)])
            self.days[day_of(a)] = self.days.get(day_of(a), 0) + room
            want -= room


def _cut(stretches: Sequence[Stretch], at: Sequence[int]) -> list[Stretch]:
    out: list[Stretch] = []
    for a, b in stretches:
        points = [a, *sorted({p for p in at if a < p < b}), b]
        out += list(pairwise(points))
    return out


def _by_day(stretches: Sequence[Stretch], at: Sequence[int] = ()) -> list[Stretch]:
    """Return stretches cut at every midnight in Shanghai, and at other instants."""
    out: list[Stretch] = []
    for a, b in stretches:
        first = (day_of(a) + 1) * DAY_MS - SHANGHAI_MS
        out += _cut([(a, b)], [*range(first, b, DAY_MS), *at])
    return out
