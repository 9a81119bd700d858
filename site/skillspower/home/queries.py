"""What the first page shows, in the shapes its templates ask for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.api import Person
from core import display, kept
from core.clock import day_of, month_start
from core.trades import trade_of
from courses.api import (
    CourseCard,
    Learning,
    art_of,
    current_editions,
    learning_of,
    published_cards,
    standing_of,
)
from courses.models import EditionLesson
from courses.rules import is_complete
from instructors.api import InstructorCard, card_of, listed
from programmes.api import programmes_of_chain
from programmes.models import Programme, ProgrammeLesson
from records.api import (
    MAKE_UP_DAYS,
    Filter,
    PartDone,
    day_times,
    done_of,
    make_up,
    own_progress,
    own_refusals,
)
from reports.rules import Period, PeriodKind, goal_ms
from unions.api import Union, chain_of, current_notices, membership_on, path_ids

CARDS = 4
FIRST_LESSONS = 3
DUTIES = 3
MOST_BEGUN = 50
"""So many courses somebody has begun are looked at for what is due."""
OVERDUE = timedelta(days=30)
"""So long what was asked by a day that has gone still stands under what is to be done."""
NOTICES = 3
SHORT_MS = 8 * 60_000
"""A lesson for somebody new: over before the tea is cold."""
SOON = timedelta(days=7)
Context = dict[str, Any]
_SHAPE = crc32(repr([f.name for card in (CourseCard, InstructorCard) for f in fields(card)]).encode())
"""A release whose cards have other fields does not take up those that an older one has kept."""


def anonymous_home() -> Context:
    """Return courses, instructors and a sample lesson for a guest."""

    def shelves() -> Context:
        sample = _lessons().filter(parts__kind="video").order_by("edition_id", "position").first()
        return {
            "courses": published_cards(limit=CARDS),
            "instructors": [card_of(profile) for profile in listed()[:CARDS]],
            "sample": _lesson_card(sample) if sample else None,
        }

    return kept.kept(kept.CATALOGUE, f"shelves:{_SHAPE}:{get_language()}", shelves)


def worker_home(*, person: Person, now_ms: int) -> Context:
    """Return what a worker goes on with, this month's time against the union's goal, and what is due."""
    today = day_of(now_ms)
    progress = own_progress(person.uuid)
    done = done_of(progress)
    begun = learning_of(person, progress=done, limit=MOST_BEGUN)
    resume = next((learning for learning in begun if learning.lesson_url), None)
    first = month_start(today)
    times = day_times(person.uuid, first, today)
    recent = own_refusals(person.uuid, Filter(first=today - timedelta(days=MAKE_UP_DAYS)))
    earned = make_up(person.uuid, now_ms, recent, progress=progress)
    to_make_up = [item for item in earned if item.from_day <= today]
    counted = sum(times.values())
    membership = membership_on(person.uuid, today)
    union = membership.union if membership else None
    chain = path_ids(union.path) if union else []
    goal = _goal(union, today)
    is_new = not progress and not counted
    lessons = [] if resume else _first_lessons(person.occupation_code)
    return {
        "is_new": is_new,
        "resume": _resume(resume) if resume else next((_first(card) for card in lessons if not is_new), None),
        "first_lessons": lessons if is_new else [],
        "month": {
            "label": _("本月"),
            "counted_ms": counted,
            "pending_ms": 0,
            # What the ruler says can be made up: not what was refused and has been played again since.
            "refused_ms": sum(item.ms for item in to_make_up),
            "goal_ms": goal,
            # To the whole minutes that are shown: what is counted and what is left make the goal.
            "left_ms": max(0, goal - counted // display.MINUTE_MS * display.MINUTE_MS),
            "days": [
                {"day": n, "counted_ms": times.get(first.replace(day=n), 0)} for n in range(1, today.day + 1)
            ],
        },
        "make_up": {"ms": sum(item.ms for item in to_make_up), "url": "/records/"} if to_make_up else None,
        "duties": sorted(
            [*courses_due(begun, today), *duties_of(chain, today, done)], key=lambda duty: duty["due_on"]
        )[:DUTIES],
        "notices": _notices(chain, today),
        "standing": standing_of(person, progress=done),
        "for_you": {"why": _("你的工种"), "courses": _own_trade(person.occupation_code)},
    }


def _lessons() -> Any:
    return EditionLesson.objects.filter(edition__in=current_editions()).select_related(
        "edition__course", "edition__occupation", "edition__level"
    )


def _lesson_card(lesson: EditionLesson) -> Context:
    edition = lesson.edition
    return {
        "title": lesson.title,
        "url": f"/learn/{lesson.lesson}/",
        "trade": trade_of(edition.occupation_id),
        "rank": edition.level_id,
        "art": art_of(edition),
        "level": edition.level.label,
        "occupation": edition.occupation.name,
        "ms": lesson.duration_ms,
        "size": lesson.byte_size,
    }


def _first_lessons(occupation: str) -> list[Context]:
    """Return short lessons, those of the own trade first."""
    short = _lessons().filter(duration_ms__lt=SHORT_MS).order_by("edition_id", "position")
    own = list(short.filter(edition__occupation=occupation)[:FIRST_LESSONS]) if occupation else []
    if len(own) < FIRST_LESSONS:
        own += list(short.exclude(pk__in=[lesson.pk for lesson in own])[: FIRST_LESSONS - len(own)])
    return [_lesson_card(lesson) for lesson in own]


def _first(card: Context) -> Context:
    """Return a short lesson for somebody who has begun nothing else, in the shape of :func:`_resume`."""
    return {
        **card,
        "course": f"{card['occupation']} {card['level']}",
        "left_ms": card["ms"],
        "is_begun": False,
    }


def _resume(learning: Learning) -> Context:
    return {
        "is_begun": True,
        "title": learning.lesson_title,
        "url": learning.lesson_url,
        "course": learning.course_title,
        "instructor": learning.instructor,
        "left_ms": learning.left_ms,
        "size": learning.size,
        "trade": learning.trade,
        "rank": learning.rank,
        "art": learning.art,
    }


def _own_trade(occupation: str) -> list[CourseCard]:
    if not occupation:
        return []
    name = f"trade:{occupation}:{_SHAPE}:{get_language()}"
    return kept.kept(kept.CATALOGUE, name, lambda: published_cards(limit=3, occupation=occupation))


def _goal(union: Union | None, today: date) -> int:
    """Return what the nearest union with a goal asks of a member this month, 0 where none asks anything."""
    if union is None:
        return 0

    def nearest_first() -> list[tuple[int | None, list[int] | None]]:
        return [(u.annual_target_ms, u.month_targets_ms) for u in reversed(chain_of(union))]

    month = Period(PeriodKind.MONTH, month_start(today))
    for annual_ms, months_ms in kept.kept(kept.TREE, f"goals:{union.path}", nearest_first):
        goal = goal_ms(annual_ms=annual_ms, months_ms=months_ms, period=month)
        if goal is not None:
            return goal
    return 0


def _notices(chain: Sequence[int], today: date) -> list[Context]:
    """Return the newest notices of a member's unions, for the place below what is due."""
    lines = current_notices(chain, today, limit=NOTICES)
    return [{"title": n.title, "url": f"/notices/{n.uuid}/", "on": n.published_at} for n in lines]


def duties_of(chain: Sequence[int], today: date, done: Sequence[PartDone]) -> list[Context]:
    """
    Return what the programmes of a member's unions (their ids) still ask, the one due first at the top, each with the
    lesson to go on with. What is done is not due any more.
    """
    if not chain:
        return []
    asked = _asked_of(chain, today)
    parts = _parts({lesson for lessons in asked.values() for lesson in lessons})
    covered = {row.part: row.covered_ms for row in done}
    found = []
    for programme, lessons in asked.items():
        left = {}
        for lesson in lessons:
            of = parts[lesson]
            if of and not is_complete((covered.get(part, 0), ms) for part, ms in of):
                left[lesson] = sum(ms - min(covered.get(part, 0), ms) for part, ms in of)
        if left:
            found.append(_duty(programme, left, today))
    return found


def _asked_of(chain: Sequence[int], today: date) -> dict[Programme, list[UUID]]:
    """Return the lessons of the programmes that run for a member of these unions, what ends first at the top."""

    def read() -> dict[Programme, list[UUID]]:
        asked: dict[Programme, list[UUID]] = defaultdict(list)
        running = programmes_of_chain(ids=chain, on=today)
        rows = ProgrammeLesson.objects.filter(programme__in=running).select_related("programme__union")
        for row in rows.order_by("programme__ends_on", "programme", "pk"):
            asked[row.programme].append(row.lesson)
        return dict(asked)

    return kept.kept(kept.NOTICES, f"asked:{today}:{'-'.join(map(str, chain))}", read)


def _duty(programme: Programme, left: dict[UUID, int], today: date) -> Context:
    """Return one line of what is due; ``left`` are the lessons to do, in order, with the ms that are missing."""
    ends_on = programme.ends_on
    return {
        "programme": programme,
        "title": programme.title,
        "url": f"/learn/{next(iter(left))}/",
        "due_on": ends_on,
        "due": _("{day}前").format(day=_day(ends_on, today)),
        "left": _left(len(left), sum(left.values())),
        "soon": ends_on - today <= SOON,
    }


def courses_due(begun: Sequence[Learning], today: date) -> list[Context]:
    """Return the courses a union asked somebody to study by a day and that are not done, in the shape of a duty."""
    return [
        {
            "course": learning,
            "title": learning.course_title,
            "url": learning.lesson_url,
            "due_on": learning.due_on,
            "due": _("已过 {day}").format(day=_day(learning.due_on, today))
            if learning.due_on < today
            else _("{day}前").format(day=_day(learning.due_on, today)),
            "left": _left(learning.lessons_left, learning.ms_left),
            "soon": learning.due_on - today <= SOON,
        }
        for learning in begun
        if learning.due_on and learning.lesson_url and learning.due_on >= today - OVERDUE
    ]


def _day(on: date, today: date) -> str:
    short = _("{month}月{day}日").format(month=on.month, day=on.day)
    return short if on.year == today.year else display.full_day(on)


def _left(lessons: int, ms: int) -> str:
    return _("还剩 {n} 节，约 {time}").format(
        n=lessons, time=display.study_minutes_text(max(display.MINUTE_MS, ms))
    )


def _parts(lessons: set[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """Return the parts of these lessons in the editions of today, each with its length in ms; a lesson nobody can open has none."""

    def read(names: Sequence[str]) -> dict[str, list[tuple[UUID, int]]]:
        found: dict[str, list[tuple[UUID, int]]] = {name: [] for name in names}
        rows = EditionLesson.objects.filter(
            edition__in=current_editions(), lesson__in=[_lesson_of(name) for name in names]
        )
        for lesson, part, ms in rows.values_list("lesson", "parts__uuid", "parts__nominal_ms"):
            found[f"timed:{lesson}"] += [(part, ms)] if part else []
        return found

    named = kept.kept_many(kept.CATALOGUE, [f"timed:{lesson}" for lesson in sorted(lessons)], read)
    return {_lesson_of(name): facts for name, facts in named.items()}


def _lesson_of(name: str) -> UUID:
    return UUID(name.partition(":")[2])
