"""Learning paths: the ladder of an occupation as everybody sees it, and where somebody stands on it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from zlib import crc32

from django.db.models import Count, Prefetch
from django.utils.translation import get_language

from accounts.models import Person
from core import kept
from core.trades import trade_of
from courses.models import LearningPath, PathCourse
from courses.path_rules import BEGUN, LOCKED, NEXT, Need, Place, Rung, Step, places, rungs, standing
from courses.queries.cards import CourseCard, course_cards
from courses.queries.learning import courses_done
from courses.queries.served import current_editions
from instructors.api import InstructorCard
from records.api import PartDone


@dataclass(frozen=True)
class Ladder:
    """A public path: its steps in order, whose courses are online, and the cards of these by the course's id."""

    occupation: str
    name: str
    summary: str
    steps: tuple[Step, ...]
    cards: dict[int, CourseCard]
    labels: dict[int, str]


@dataclass(frozen=True)
class PathStep:
    """A course on somebody's ladder; ``missing`` are the courses to do before."""

    card: CourseCard
    state: str
    is_required: bool
    missing: tuple[CourseCard, ...]


@dataclass(frozen=True)
class PathLevel:
    """A level of somebody's ladder. ``is_here``: the one to work at; ``is_own``: the level the person said to hold."""

    rank: int
    label: str
    rung: Rung
    is_here: bool
    is_own: bool
    steps: tuple[PathStep, ...]


@dataclass(frozen=True)
class Standing:
    """
    Where somebody stands: ``left`` required courses are missing at the level to work at; ``next`` is the one to go on
    with (``is_begun``) or to begin.
    """

    occupation: str
    name: str
    rank: int
    label: str
    left: int
    next: CourseCard | None
    is_begun: bool = False
    is_done: bool = False


_SHAPE = crc32(
    repr([f.name for kind in (Ladder, Step, CourseCard, InstructorCard) for f in fields(kind)]).encode()
)
"""A release whose ladders have other fields does not take up those that an older one has kept."""


def ladder_of(occupation: str) -> Ladder | None:
    """Return the public ladder of an occupation; kept until a course or a path changes."""
    return kept.kept(
        kept.CATALOGUE, f"ladder:{_SHAPE}:{occupation}:{get_language()}", lambda: _read(occupation)
    )


def _read(occupation: str) -> Ladder | None:
    steps = PathCourse.objects.select_related("level").order_by("level", "sort_order", "pk")
    path = (
        LearningPath.objects.filter(occupation=occupation, is_public=True)
        .select_related("occupation")
        .prefetch_related(Prefetch("steps", steps), "prerequisites")
        .first()
    )
    if path is None:
        return None
    rows = list(path.steps.all())
    cards = {
        card.id: card
        for card in course_cards(current_editions().filter(course__in=[r.course_id for r in rows]))
    }
    needs: dict[int, list[Need]] = {}
    for one in path.prerequisites.all():
        if one.needs_id in cards:  # nobody waits for a course that cannot be taken
            needs.setdefault(one.course_id, []).append(Need(one.needs_id, one.bars))
    return Ladder(
        occupation=occupation,
        name=path.occupation.name,
        summary=path.summary,
        steps=tuple(
            Step(row.course_id, row.level_id, row.is_required, tuple(needs.get(row.course_id, ())))
            for row in rows
            if row.course_id in cards
        ),
        cards=cards,
        labels={row.level_id: row.level.label for row in rows},
    )


def climbed(
    ladder: Ladder, person: Person | None, *, progress: Sequence[PartDone] | None = None
) -> tuple[list[PathLevel], Standing | None]:
    """
    Return the ladder's levels, lowest skill first, as one person sees them, and where that person stands. ``progress``
    is all of the person's, if the caller has it.
    """
    taken = courses_done(person, courses=ladder.cards, progress=progress) if person else {}
    done = {course for course, one in taken.items() if one.is_done}
    begun = {course for course, one in taken.items() if one.is_begun}
    own = own_rank(ladder, person)
    levels = rungs(ladder.steps, done=done)
    here = standing(levels, own_rank=own) if person else None
    placed = places(ladder.steps, done=done, begun=begun, from_rank=own or 0)
    if person is None:
        placed = [Place(p.step, "", p.missing) for p in placed]
    found = [
        PathLevel(
            rank=rung.rank,
            label=ladder.labels[rung.rank],
            rung=rung,
            is_here=rung == here,
            is_own=rung.rank == own,
            steps=tuple(_step(p, ladder) for p in placed if p.step.rank == rung.rank),
        )
        for rung in levels
    ]
    return found, _standing(ladder, here, placed, levels) if person else None


def _step(place: Place, ladder: Ladder) -> PathStep:
    return PathStep(
        card=ladder.cards[place.step.course],
        state=place.state,
        is_required=place.step.is_required,
        missing=tuple(ladder.cards[course] for course in place.missing),
    )


def _standing(ladder: Ladder, here: Rung | None, placed: list[Place], levels: list[Rung]) -> Standing | None:
    if not levels:
        return None
    at = here or levels[-1]
    wanted = [p for p in placed if p.step.is_required and p.step.rank >= at.rank]
    now = next((p for state in (BEGUN, NEXT) for p in wanted if p.state == state), None)
    return Standing(
        occupation=ladder.occupation,
        name=ladder.name,
        rank=at.rank,
        label=ladder.labels[at.rank],
        left=here.left if here else 0,
        next=ladder.cards[now.step.course] if now else None,
        is_begun=now is not None and now.state == BEGUN,
        is_done=here is None,
    )


def own_rank(ladder: Ladder, person: Person | None) -> int | None:
    """Return the level a person holds in the ladder's occupation, as the person said."""
    if person is None or person.occupation_code != ladder.occupation:
        return None
    return person.level_rank


def standing_of(person: Person, *, progress: Sequence[PartDone] | None = None) -> Standing | None:
    """Return where somebody stands on the ladder of the own trade; None without a trade or a ladder."""
    ladder = ladder_of(person.occupation_code) if person.occupation_code else None
    return climbed(ladder, person, progress=progress)[1] if ladder and ladder.steps else None


def barring(*, person: Person, course: int, occupation: str) -> list[CourseCard]:
    """Return the courses that a person must do before this one may be begun: none for who is on it already."""
    ladder = ladder_of(occupation)
    if ladder is None or not any(s.course == course and any(n.bars for n in s.needs) for s in ladder.steps):
        return []
    taken = courses_done(person, courses=ladder.cards)
    done = {pk for pk, one in taken.items() if one.is_done}
    place = next(p for p in places(ladder.steps, done=done, begun=taken) if p.step.course == course)
    if place.state != LOCKED:
        return []
    barred = {need.course for need in place.step.needs if need.bars}
    return [ladder.cards[pk] for pk in place.missing if pk in barred]


@dataclass(frozen=True)
class PathLine:
    """A public ladder in a list."""

    occupation: str
    name: str
    summary: str
    trade: str
    courses: int


def public_paths() -> list[PathLine]:
    """Return the public ladders by occupation. One statement."""
    rows = LearningPath.objects.filter(is_public=True).order_by("occupation").annotate(n=Count("steps"))
    return [
        PathLine(code, name, summary, trade_of(code), n)
        for code, name, summary, n in rows.values_list("occupation", "occupation__name", "summary", "n")
    ]
