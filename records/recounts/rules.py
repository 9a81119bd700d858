"""
How much of recorded stretches counts under other caps. Plain Python: no clock, no database.

What the record keeps of played time are **stretches**: time that was credited (an entry) and time that a cap kept out (a
refused span), each wanted by its part when it was entered. Caps are the only thing of a policy that decides between the
two, and they decide in the order of recording, so they can be put to the same stretches again: that is a recount. What a
faster player, an unanswered check or a late upload lost was cut away before there was a stretch, by numbers that no longer
exist; no recount can bring it back or take it away.

A recount judges each stretch as ``ledger.rules.enter`` would have: as much as the caps have room for and the part still
wants, P − K, with P = min(C, W) as far as the stretches show it at that moment. What it does not judge it leaves room for: a part
that was earned again on a day after those judged is not credited for both, and nothing is given that would come to more than a cap
together with what stands after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from records.ledger.intervals import Interval, measure, union

NO_CAP_MS = 2**62


@dataclass(frozen=True, slots=True)
class Caps:
    """The caps a stretch is judged by, in ms; None is no cap."""

    day: int | None = None
    part: int | None = None
    course: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """
    Time in the order of its recording. ``ms`` is all of it, ``credited`` what was credited when it was recorded, ``standing``
    what is credited now, after recounts. ``caps`` None: it is not judged again and stays as it stands. A grant is a
    stretch without a part, or with one where an objection gave it: it spends room and obeys no cap.
    """

    part: UUID | None
    course: str
    day: date
    ms: int
    credited: int
    standing: int
    positions: tuple[Interval, ...] = ()
    caps: Caps | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a stretch gets under its caps, and how much more the part wanted that a cap keeps out: ``day_cap``, …"""

    ms: int
    refused_ms: int = 0
    reason: str = ""


@dataclass(slots=True)
class _Part:
    covered: list[Interval] = field(default_factory=list)
    worked: int = 0
    credited: int = 0
    now: int = 0
    most: int = 0
    """What it may come to in all: |C|, or what stands for it if that is more, as by a grant."""
    fixed: int = 0
    """Of what is still to come, what stands and is not judged."""


def recount(stretches: Sequence[Stretch], covered_ms: Mapping[UUID, int]) -> list[Judged]:
    """
    Return what each stretch gets. ``covered_ms`` is |C| of each part as it is known now, the most a part can be worth.

    >>> part, monday = UUID(int=1), date(2026, 11, 23)
    >>> def of(ms, credited, caps, begin=0):
    ...     return Stretch(part, "course", monday, ms, credited, credited, ((begin, begin + ms),), caps)
    >>> [j.ms for j in recount([of(60, 60, Caps(day=40)), of(30, 30, Caps(day=40), 60)], {part: 90})]
    [40, 0]

    The cap is taken away: what it kept out counts, and what was played again for it no longer does.

    >>> capped = [of(40, 40, Caps()), of(20, 0, Caps(), 40), of(20, 20, Caps(), 40)]
    >>> [j.ms for j in recount(capped, {part: 60})]
    [40, 20, 0]

    Unless what was played again is not judged: then it has that time already.

    >>> [j.ms for j in recount([*capped[:2], of(20, 20, None, 40)], {part: 60})]
    [40, 0, 20]

    A cap is raised for a day that has another one's time after it: both together come to no more than the new cap.

    >>> [j.ms for j in recount([of(60, 40, Caps(course=70)), of(30, 30, None, 60)], {part: 90})]
    [40, 30]
    """
    parts: dict[UUID, _Part] = {}
    for stretch in stretches:
        if stretch.part is not None:
            each = parts.setdefault(stretch.part, _Part())
            each.most += stretch.standing
            each.fixed += stretch.standing if stretch.caps is None else 0
    for uuid, each in parts.items():
        each.most = max(each.most, covered_ms.get(uuid, NO_CAP_MS))
    days: dict[date, int] = {}
    courses: dict[str, int] = {}
    to_come = _ToCome()
    for stretch in stretches:
        to_come.add(stretch, 1)
    out = []
    for stretch in stretches:
        part = parts[stretch.part] if stretch.part is not None else None
        to_come.add(stretch, -1)
        if part is not None:
            part.fixed -= stretch.standing if stretch.caps is None else 0
            part.covered = union([*part.covered, *stretch.positions])
            part.worked += stretch.ms
            part.credited += stretch.credited
        if stretch.caps is None:
            judged = Judged(stretch.standing)
        else:
            judged = _judge(stretch, part, days, courses, to_come, covered_ms)
        days[stretch.day] = days.get(stretch.day, 0) + judged.ms
        if part is not None:
            part.now += judged.ms
            courses[stretch.course] = courses.get(stretch.course, 0) + judged.ms
        out.append(judged)
    return out


def _judge(
    stretch: Stretch,
    part: _Part | None,
    days: Mapping[date, int],
    courses: Mapping[str, int],
    to_come: "_ToCome",
    covered_ms: Mapping[UUID, int],
) -> Judged:
    caps = stretch.caps or Caps()
    wanted = stretch.ms
    spent = 0
    if part is not None and stretch.part is not None:
        shown = max(part.credited, min(measure(part.covered), part.worked))
        shown = min(shown, covered_ms.get(stretch.part, shown))
        wanted = max(0, min(shown, part.most - part.fixed) - part.now)
        spent = part.now
    room, reason = NO_CAP_MS, ""
    for cap, used, stands, word in (
        (caps.day, days.get(stretch.day, 0), to_come.days.get(stretch.day, 0), "day_cap"),
        (caps.part, spent, part.fixed if part is not None else 0, "part_cap"),
        (caps.course, courses.get(stretch.course, 0), to_come.courses.get(stretch.course, 0), "course_cap"),
    ):
        if cap is None:
            continue
        # What stands after it takes room from what would be given, not from what this stretch has already.
        here = max(cap - used - stands, min(cap - used, stretch.standing), 0)
        if here < room:
            room, reason = here, word
    most = min(stretch.ms, wanted)
    return Judged(most) if most <= room else Judged(room, most - room, reason)


@dataclass(slots=True)
class _ToCome:
    """What stands and is not judged, of the stretches that are still to come: by day and by course."""

    days: dict[date, int] = field(default_factory=dict)
    courses: dict[str, int] = field(default_factory=dict)

    def add(self, stretch: Stretch, sign: int) -> None:
        if stretch.caps is None:
            self.days[stretch.day] = self.days.get(stretch.day, 0) + sign * stretch.standing
            if stretch.part is not None:
                self.courses[stretch.course] = self.courses.get(stretch.course, 0) + sign * stretch.standing


@dataclass(frozen=True, slots=True)
class Figures:
    """What a recount comes to: learners looked at, learners who change, ms they gain and lose (both positive)."""

    learners: int = 0
    changed: int = 0
    gained_ms: int = 0
    lost_ms: int = 0
    beyond: tuple[str, ...] = ()
    """Fields that differ and that no recount can judge."""

    def plus(self, changes: Iterable[int], beyond: Iterable[str] = ()) -> "Figures":
        """
        Return the figures with one learner more, whose stretches change by so many ms each.

        >>> Figures().plus([5, -3]).plus([])
        Figures(learners=2, changed=1, gained_ms=5, lost_ms=3, beyond=())
        """
        deltas = [change for change in changes if change]
        return Figures(
            self.learners + 1,
            self.changed + bool(deltas),
            self.gained_ms + sum(d for d in deltas if d > 0),
            self.lost_ms - sum(d for d in deltas if d < 0),
            tuple(sorted({*self.beyond, *beyond})),
        )

    def as_json(self) -> dict[str, object]:
        return {
            "learners": self.learners,
            "changed": self.changed,
            "gained_ms": self.gained_ms,
            "lost_ms": self.lost_ms,
            "beyond": list(self.beyond),
        }
