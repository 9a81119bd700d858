"""A learner, a player and a server in memory: drives the rules as the operations do, with a clock the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from records.ledger.codec import (
    dump_intervals,
    dump_judgements,
    dump_spans,
    dump_spare,
    load_intervals,
    load_judgements,
    load_spans,
    load_spare,
)
from records.ledger.intervals import measure
from records.ledger.presence import (
    first_check_ms,
    open_check,
    pending_credit,
    settle,
    tap,
)
from records.ledger.requests import Answer, Received, receive
from records.ledger.state import (
    Beat,
    Check,
    Clock,
    Judgement,
    Learner,
    Outcome,
    PartSets,
    Refusal,
    Session,
    SessionPart,
    Taking,
)
from records.ledger.terms import Terms

NOON = 1_795_406_400_000  # 2026-11-23 12:00 in Shanghai
LESSON = UUID(int=1)


def part_id(number: int) -> UUID:
    return UUID(int=100 + number)


@dataclass
class World:
    """One learner. ``parts`` are nominal ms; checks fall due after ``interval`` of played time."""

    parts: list[int] = field(default_factory=lambda: [600_000])
    terms: Terms = field(default_factory=Terms)
    interval: int = 600_000
    now: int = NOON
    kinds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.learner = Learner()
        self.sets = {
            part_id(i): PartSets(part_id(i), LESSON, "course", nominal)
            for i, nominal in enumerate(self.parts)
        }
        self.out = Outcome()
        self.known: dict[tuple[UUID, int], Beat] = {}
        self.sessions: list[Session] = []

    def open(self, terms: Terms | None = None, checks: int = 3) -> Session:
        """End the open session at this instant and open another."""
        if self.sessions and self.sessions[-1].ended_at is None:
            self.sessions[-1].ended_at, self.sessions[-1].end_reason = self.now, "superseded"
        if not self.learner.judgements:
            self.learner.judgements = [Judgement(self.now, "start", UUID(int=0), next_ms=self.interval)]
        kinds = self.kinds or ["video"] * len(self.parts)
        number = len(self.sessions)
        first = first_check_ms(self.learner, self.now)
        session = Session(
            UUID(int=1000 + number), LESSON, "course", self.now,
            {part_id(i): SessionPart(kinds[i], n) for i, n in enumerate(self.parts)},
            [(self.now, terms or self.terms)],
            [Check(f"c{number}-{i}", self.interval if i else first) for i in range(checks)],
        )  # fmt: skip
        self.sessions.append(session)
        return session

    def send(
        self,
        session: Session,
        beats: list[Beat] | None = None,
        answers: list[Answer] | None = None,
        now: int | None = None,
    ) -> Received:
        """Deliver a request at ``now``; known beats are left out, as the operations do."""
        self.now = self.now if now is None else now
        fresh = []
        for beat in beats or []:
            if (session.uuid, beat.seq) not in self.known:
                fresh.append(beat)
        unique = {beat.seq: beat for beat in reversed(fresh)}
        fresh = [beat for beat in fresh if unique.pop(beat.seq, None) is not None]
        received = receive(
            self.learner,
            session,
            fresh,
            answers or [],
            now=self.now,
            draw=lambda: self.interval,
            out=self.out,
        )
        for beat in received.recorded:
            self.known[session.uuid, beat.seq] = beat
        if received.must_settle:
            settle(self.learner, self.sets, self.out)
        self.store()
        return received

    def answer(self, session: Session, check: Check, *, shown: int, t: int, answer: object = True) -> str:
        """Answer a check; ``shown`` and ``t`` since the opening."""
        return self.send(session, answers=[Answer(check.id, answer, shown, t)]).answers[check.id]

    def close(self, session: Session, *, t: int | None = None, present: bool = False) -> None:
        at = self.now if t is None else min(session.opened_at + t, self.now)
        if session.ended_at is None:
            session.ended_at, session.end_reason = at, "close"
        if present and tap(self.learner, session, at=at, now=self.now):
            settle(self.learner, self.sets, self.out)

    def prove(self, session: Session | None = None) -> None:
        """Put a proof at this instant that covers everything, whatever the countdown says."""
        terms = self.terms
        self.learner.judgements.append(
            Judgement(
                self.now, "check", (session or self.sessions[-1]).uuid, f"free-{len(self.learner.judgements)}",
                terms.proof_covers_ms, terms.makeup_ms, self.interval,
            )
        )  # fmt: skip
        settle(self.learner, self.sets, self.out)
        self.store()

    def store(self) -> None:
        """Write the state as text and read it back, as between two requests."""
        clock = Clock(load_intervals(dump_intervals(self.learner.clock.inside(0, 1 << 60))))
        self.learner.clock = clock
        pending = dump_spans([s for s in self.learner.spans if not s.is_missed])
        missed = dump_spans([s for s in self.learner.spans if s.is_missed])
        self.learner.spans = load_spans(missed, is_missed=True) + load_spans(pending)
        self.learner.judgements = load_judgements(dump_judgements(self.learner.judgements))
        for sets in self.sets.values():
            sets.spare = load_spare(dump_spare(sets.spare))

    def open_check(self, session: Session) -> Check | None:
        return open_check(self.learner, session, self.now)

    @property
    def credited(self) -> list[int]:
        return [s.credited_ms for s in self.sets.values()]

    @property
    def pending(self) -> list[int]:
        waiting = pending_credit(self.learner, self.sets, self.terms, self.now)
        return [waiting.get(part, (0, []))[0] for part in self.sets]

    @property
    def takings(self) -> list[Taking]:
        return self.out.takings

    @property
    def refusals(self) -> list[Refusal]:
        return self.out.refusals

    def reasons(self) -> dict[str, int]:
        """Return refused ms of positions by reason, less what was taken back."""
        out: dict[str, int] = {}
        for refusal in self.refusals:
            if refusal.positions is not None:
                ms = refusal.positions[1] - refusal.positions[0]
                out[refusal.reason] = out.get(refusal.reason, 0) + (-ms if refusal.takes_back else ms)
        return {reason: ms for reason, ms in out.items() if ms}

    def by_day(self) -> dict[date, int]:
        return {day: ms for day, ms in self.learner.days.items() if ms}


def beat(seq: int, t: tuple[int, int], *ranges: tuple[int, int], part: int = 0, visible: bool = True) -> Beat:
    return Beat(seq, part_id(part), t[0], t[1], tuple(ranges), visible)


def played(seq: int, t: int, position: int, ms: int, *, part: int = 0, rate: int = 1_000) -> Beat:
    """Return a beat of ``ms`` on the clock from ``t``, playing on from ``position`` at so many per mille."""
    return beat(seq, (t, t + ms), (position, position + ms * rate // 1_000), part=part)


def total(takings: list[Taking]) -> int:
    return measure((t.start, t.end) for t in takings)
