"""
What the rules know of a learner: the clock, the spans that wait, the judgements, the three sets of each part.

Everything here is plain data in memory. ``ledger.codec`` turns it into text for the database and back.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from records.ledger.intervals import Interval, add, cut, free, inside, measure, reach
from records.ledger.terms import Terms


@dataclass(frozen=True, slots=True)
class Context:
    """Where and under which terms a span was played: what its entry will say, and the caps that limit it."""

    session: UUID
    lesson: UUID
    course: str
    policy: str
    daily_cap_ms: int | None = None
    part_cap_ms: int | None = None
    course_cap_ms: int | None = None

    @property
    def has_cap(self) -> bool:
        return not (self.daily_cap_ms is self.part_cap_ms is self.course_cap_ms is None)


@dataclass(slots=True)
class Span:
    """
    A stretch that was played and is not decided for good: pending, or missed while that may still be turned.

    ``start`` and ``end`` are instants, ``path`` the positions laid evenly on them in the order played. It never
    crosses midnight in Shanghai or a change of terms.
    """

    context: Context
    part: UUID
    seq: int
    start: int
    end: int
    path: tuple[Interval, ...]
    is_missed: bool = False
    origin: tuple[int, int, int] | None = None
    """Of a piece of a beat: the beat's first instant, its length and its positions in all, so that however a beat is
    cut each position keeps its instant."""

    def part_of(self, start: int, end: int) -> "Span":
        """Return the piece between two instants with the positions laid on it."""
        base, length, total = self.origin or (self.start, self.end - self.start, measure(self.path))
        first = (self.start - base) * total // length
        path = cut(
            self.path, (start - base) * total // length - first, (end - base) * total // length - first
        )
        return Span(
            self.context, self.part, self.seq, start, end, tuple(path), self.is_missed, (base, length, total)
        )


@dataclass(slots=True)
class Judgement:
    """
    An instant that decides about the time before it.

    kind: ``start`` (the first opening, decides nothing), ``check``, ``question``, ``tap``, ``miss``. ``covers_ms`` and
    ``makeup_ms`` bound what a proof enters. ``next_ms`` is the played time from here to the next check, for the kinds
    that restart the countdown.
    """

    at: int
    kind: str
    session: UUID
    check: str = ""
    covers_ms: int = 0
    makeup_ms: int = 0
    next_ms: int | None = None

    @property
    def is_proof(self) -> bool:
        return self.kind in {"check", "question", "tap"}

    @property
    def restarts(self) -> bool:
        return self.next_ms is not None


@dataclass(slots=True)
class Check:
    """
    One presence check issued to a session: due after so much played time since the judgement before it.

    ``outcome`` is empty while it is open, then ``proof`` or ``miss``. ``held`` is an answer that came before the beats
    which make its check due. ``detail`` is what it asks: see ``ledger.asking.ask``.
    """

    id: str
    after_ms: int
    kind: str = "tap"
    outcome: str = ""
    at: int | None = None
    held: tuple[object, int, int] | None = None
    detail: str = ""


class Clock:
    """
    All instants recorded for a learner, in any session, part or fate.

    The older part is read only when somebody asks for it: most beats are new.
    """

    __slots__ = ("_load_past", "_past", "is_past_changed", "recent")

    def __init__(
        self, recent: list[Interval] | None = None, load_past: Callable[[], list[Interval]] | None = None
    ):
        self.recent = recent or []
        self._load_past = load_past
        self._past: list[Interval] | None = None if load_past else []
        self.is_past_changed = False

    @property
    def past(self) -> list[Interval]:
        if self._past is None:
            self._past = self._load_past() if self._load_past else []
        return self._past

    def _from(self, start: int) -> list[Interval]:
        if self.recent and start >= self.recent[0][0]:
            return self.recent
        return [*self.past, *self.recent]

    def add(self, start: int, end: int) -> None:
        """Take ``[start, end)``; the caller has made sure that it is free."""
        if not self.recent or start >= self.recent[0][0]:
            self.recent = add(self.recent, start, end)
        else:
            self._past = add(self.past, start, end)
            self.is_past_changed = True

    def free(self, start: int, end: int) -> list[Interval]:
        return free(self._from(start), start, end)

    def inside(self, start: int, end: int) -> list[Interval]:
        return inside(self._from(start), start, end)

    def played(self, start: int, end: int) -> int:
        return measure(self.inside(start, end))

    def reach(self, start: int, amount: int) -> int | None:
        return reach(self._from(start), start, amount)

    def shift(self, keep: int) -> None:
        """Move all but the newest ``keep`` intervals to the past."""
        if len(self.recent) > 2 * keep:
            self._past = [*self.past, *self.recent[:-keep]]
            self.recent = self.recent[-keep:]
            self.is_past_changed = True

    def forget(self, before: int) -> None:
        """Forget what ended before an instant; a past that nobody has asked for stays as it is."""
        if self._past and self._past[0][1] <= before:
            self._past = self._past[bisect_right(self._past, before, key=lambda i: i[1]) :]
            self.is_past_changed = True


@dataclass(slots=True)
class PartSets:
    """
    The three sets of one learner and part.

    ``covered`` is C. Of W and K the measures are enough, and the instants of W that may still be credited: ``spare``,
    oldest first, only the newest ``nominal_ms - credited_ms`` of them.
    """

    part: UUID
    lesson: UUID
    course: str
    nominal_ms: int
    covered: list[Interval] = field(default_factory=list)
    covered_ms: int = 0
    worked_ms: int = 0
    credited_ms: int = 0
    spare: list[tuple[int, int, Context]] = field(default_factory=list)
    last_position: int = 0

    def copy(self) -> "PartSets":
        return PartSets(
            self.part, self.lesson, self.course, self.nominal_ms, self.covered, self.covered_ms, self.worked_ms,
            self.credited_ms, list(self.spare), self.last_position,
        )  # fmt: skip


@dataclass(slots=True)
class Learner:
    """A learner's whole state between two beats."""

    clock: Clock = field(default_factory=Clock)
    granted: list[Interval] = field(default_factory=list)
    """Instants that officers gave. They are used like those of the clock, but nobody played on them: a proof does not
    spend what it covers on them, and they bring no check nearer."""
    spans: list[Span] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    days: dict[date, int] = field(default_factory=dict)
    courses: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class SessionPart:
    """What judging needs of a part."""

    kind: str
    nominal_ms: int


@dataclass(slots=True)
class Session:
    """
    A session as the rules see it. ``segments`` are the terms in force, each from an instant on, oldest first; the
    first one holds from the opening.
    """

    uuid: UUID
    lesson: UUID
    course: str
    opened_at: int
    parts: dict[UUID, SessionPart]
    segments: list[tuple[int, Terms]]
    checks: list[Check] = field(default_factory=list)
    ended_at: int | None = None
    end_reason: str = ""

    def terms_at(self, instant: int) -> Terms:
        """Return the terms in force at an instant."""
        found = self.segments[0][1]
        for start, terms in self.segments:
            if start <= instant:
                found = terms
        return found

    def context(self, terms: Terms) -> Context:
        return Context(
            self.uuid,
            self.lesson,
            self.course,
            terms.identity,
            terms.daily_cap_ms,
            terms.part_cap_ms,
            terms.course_cap_ms,
        )


@dataclass(frozen=True, slots=True)
class Beat:
    """One uninterrupted stretch as the player reports it: ms on its clock since opening, positions as played."""

    seq: int
    part: UUID
    t_from: int
    t_to: int
    ranges: tuple[Interval, ...]
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A span that is not credited; ``takes_back`` says that an earlier refusal of it no longer holds."""

    context: Context
    part: UUID
    seq: int | None
    start: int
    end: int
    positions: Interval | None
    reason: str
    takes_back: bool = False


@dataclass(frozen=True, slots=True)
class Taking:
    """Instants that have become credited."""

    context: Context
    part: UUID
    start: int
    end: int


@dataclass(slots=True)
class Outcome:
    """What came of a request: refusals, instants credited, and the positions entered with them."""

    refusals: list[Refusal] = field(default_factory=list)
    takings: list[Taking] = field(default_factory=list)
    entered: list[Span] = field(default_factory=list)
