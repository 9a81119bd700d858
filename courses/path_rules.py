"""
A ladder of courses by level, and where a learner stands on it: what is done, what is next, what is locked and why.

A prerequisite advises, unless it is set to bar: then the course cannot be begun before the other one is done. Plain
values; courses are named by number.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

DONE, BEGUN, NEXT, OPEN, ADVISED, LOCKED = "done", "begun", "next", "open", "advised", "locked"


@dataclass(frozen=True)
class Need:
    """Another course to do before; ``bars``: the course cannot be begun without."""

    course: int
    bars: bool = False


@dataclass(frozen=True)
class Step:
    """A course on a ladder, at a level (its rank), with what is to be done before."""

    course: int
    rank: int
    is_required: bool = True
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a learner stands with a step. ``missing`` are the courses to do before, those that bar first."""

    step: Step
    state: str
    missing: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rung:
    """A level of a ladder: how many required courses it has and how many of them are done."""

    rank: int
    required: int
    done: int

    @property
    def left(self) -> int:
        return self.required - self.done


def places(
    steps: Sequence[Step], *, done: Collection[int], begun: Collection[int] = (), from_rank: int = 0
) -> list[Place]:
    """
    Return the steps in their order, each with its state. One of them at most is ``next``: the required step to take up
    now, at ``from_rank`` (the learner's own level) or above it; what somebody has begun comes before what is new.

    >>> one, two = Step(1, 2), Step(2, 2, needs=(Need(1),))
    >>> three = Step(3, 3, needs=(Need(2, bars=True), Need(1)))
    >>> [p.state for p in places([one, two, three], done=set())]
    ['next', 'advised', 'locked']
    >>> [p.state for p in places([one, two, three], done={1}, begun={1, 2})]
    ['done', 'begun', 'locked']
    >>> places([one, two, three], done={1})[2].missing
    (2,)
    >>> [p.state for p in places([one, two, three], done={1, 2})]
    ['done', 'done', 'next']
    >>> [p.state for p in places([one, two, three], done=set(), from_rank=3)]
    ['open', 'advised', 'locked']
    """
    found = [_place(step, done, begun) for step in steps]
    wanted = [p for p in found if p.step.is_required and p.step.rank >= from_rank]
    if any(p.state == BEGUN for p in wanted):
        return found
    first = next((p for p in wanted if p.state == OPEN), None)
    return [Place(p.step, NEXT) if p is first else p for p in found]


def _place(step: Step, done: Collection[int], begun: Collection[int]) -> Place:
    if step.course in done:
        return Place(step, DONE)
    needs = [need for need in step.needs if need.course not in done]
    missing = tuple(need.course for need in sorted(needs, key=lambda need: not need.bars))
    if step.course in begun:
        return Place(step, BEGUN, missing)
    if any(need.bars for need in needs):
        return Place(step, LOCKED, missing)
    return Place(step, ADVISED if needs else OPEN, missing)


def rungs(steps: Iterable[Step], *, done: Collection[int]) -> list[Rung]:
    """
    Return the levels of a ladder, lowest skill first.

    >>> rungs([Step(1, 2), Step(2, 2), Step(3, 2, is_required=False), Step(4, 3)], done={1, 3})
    [Rung(rank=2, required=2, done=1), Rung(rank=3, required=1, done=0)]
    """
    ranks: dict[int, list[Step]] = {}
    for step in steps:
        ranks.setdefault(step.rank, []).append(step)
    return [
        Rung(
            rank,
            sum(1 for step in of if step.is_required),
            sum(1 for step in of if step.is_required and step.course in done),
        )
        for rank, of in sorted(ranks.items())
    ]


def standing(levels: Sequence[Rung], *, own_rank: int | None) -> Rung | None:
    """
    Return the level a learner works at: the lowest with something left, of those not below the own level (who holds a
    certificate need not go back); None when nothing is left.

    >>> two, three = Rung(2, 2, 1), Rung(3, 4, 1)
    >>> standing([two, three], own_rank=None).rank, standing([two, three], own_rank=3).left
    (2, 3)
    >>> standing([Rung(2, 1, 1)], own_rank=None), standing([two], own_rank=5)
    (None, None)
    """
    return next((rung for rung in levels if rung.left and rung.rank >= (own_rank or 0)), None)


def circle_in(needs: Iterable[tuple[int, int]]) -> list[int]:
    """
    Return courses that wait for each other in a circle, in that order; empty if none do. A pair is a course and one it
    needs.

    >>> circle_in([(3, 2), (2, 1), (1, 3)])
    [1, 3, 2]
    >>> circle_in([(3, 2), (3, 1), (2, 1)])
    []
    """
    before: dict[int, list[int]] = {}
    for course, need in needs:
        before.setdefault(course, []).append(need)
    fine: set[int] = set()
    for start in sorted(before):
        way: list[int] = []
        if circle := _circle_from(start, before, way, fine):
            return circle
    return []


def _circle_from(course: int, before: dict[int, list[int]], way: list[int], fine: set[int]) -> list[int]:
    if course in way:
        return way[way.index(course) :]
    if course in fine:
        return []
    way.append(course)
    for need in before.get(course, ()):
        if circle := _circle_from(need, before, way, fine):
            return circle
    way.pop()
    fine.add(course)
    return []
