"""What the first page shows, in the shapes its templates ask for."""

from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from zlib import crc32

from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.api import Person
from core import kept
from core.clock import day_of, month_start
from core.trades import trade_of
from courses.api import CourseCard, Learning, current_editions, learning_of, published_cards
from courses.models import EditionLesson
from instructors.api import InstructorCard, card_of, listed
from programmes.api import programmes_of_chain
from programmes.models import ProgrammeLesson
from records.api import MAKE_UP_DAYS, Filter, day_times, done_of, make_up, own_progress, own_refusals
from reports.rules import Period, PeriodKind, goal_ms
from unions.api import Union, chain_of, membership_on, path_ids

CARDS = 4
FIRST_LESSONS = 3
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
    begun = learning_of(person, progress=done_of(progress))
    resume = next((learning for learning in begun if learning.lesson_url), None)
    first = month_start(today)
    times = day_times(person.uuid, first, today)
    recent = own_refusals(person.uuid, Filter(first=today - timedelta(days=MAKE_UP_DAYS)))
    refused = [span for span in recent if span.day >= first]
    to_make_up = make_up(person.uuid, now_ms, recent, progress=progress)
    counted = sum(times.values())
    membership = membership_on(person.uuid, today)
    union = membership.union if membership else None
    goal = _goal(union, today)
    return {
        "resume": _resume(resume) if resume else None,
        "first_lessons": [] if resume else _first_lessons(person.occupation_code),
        "month": {
            "label": _("本月"),
            "counted_ms": counted,
            "pending_ms": 0,
            "refused_ms": sum(span.t_to - span.t_from for span in refused),
            "goal_ms": goal,
            "left_ms": max(0, goal - counted),
            "days": [
                {"day": n, "counted_ms": times.get(first.replace(day=n), 0)} for n in range(1, today.day + 1)
            ],
        },
        "make_up": {"ms": sum(item.ms for item in to_make_up), "url": "/records/"} if to_make_up else None,
        "duties": _duties(union, today),
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
        "level": edition.level.label,
        "occupation": edition.occupation.name,
        "ms": lesson.duration_ms,
        "size": lesson.byte_size,
    }


def _first_lessons(occupation: str) -> list[Context]:
    """Return short lessons, those of the own trade first."""
    short = _lessons().filter(duration_ms__lte=SHORT_MS).order_by("edition_id", "position")
    own = list(short.filter(edition__occupation=occupation)[:FIRST_LESSONS]) if occupation else []
    if len(own) < FIRST_LESSONS:
        own += list(short.exclude(pk__in=[lesson.pk for lesson in own])[: FIRST_LESSONS - len(own)])
    return [_lesson_card(lesson) for lesson in own]


def _resume(learning: Learning) -> Context:
    return {
        "title": learning.lesson_title,
        "url": learning.lesson_url,
        "course": learning.course_title,
        "instructor": learning.instructor,
        "left_ms": learning.left_ms,
        "size": learning.size,
        "trade": learning.trade,
        "rank": learning.rank,
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


def _duties(union: Union | None, today: date) -> list[Context]:
    """Return the programmes that run for members of a union, the one due first at the top."""
    if union is None:
        return []
    first = ProgrammeLesson.objects.filter(programme=OuterRef("pk")).order_by("pk").values("lesson")[:1]
    running = programmes_of_chain(ids=path_ids(union.path), on=today)
    return [
        {
            "title": programme.title,
            "url": f"/learn/{programme.first_lesson}/",
            "due": _("{month}月{day}日前").format(month=programme.ends_on.month, day=programme.ends_on.day),
            "soon": programme.ends_on - today <= SOON,
        }
        for programme in running.annotate(first_lesson=Subquery(first))[:3]
    ]
