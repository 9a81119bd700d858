"""What the first page shows, in the shapes its templates ask for."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.api import Person
from core.clock import day_of, month_start
from core.trades import trade_of
from courses.api import Learning, current_editions, learning_of, published_cards
from courses.models import EditionLesson
from instructors.api import card_of, listed
from programmes.api import programmes_of
from programmes.models import ProgrammeLesson
from records.api import Filter, day_times, make_up, own_refusals
from reports.rules import Period, PeriodKind, goal_ms
from unions.api import chain_of, membership_on

CARDS = 4
FIRST_LESSONS = 3
SHORT_MS = 8 * 60_000
"""A lesson for somebody new: over before the tea is cold."""
SOON = timedelta(days=7)
Context = dict[str, Any]


def anonymous_home() -> Context:
    """Return courses, instructors and a sample lesson for a guest."""
    sample = _lessons().filter(parts__kind="video").order_by("edition_id", "position").first()
    return {
        "courses": published_cards(limit=CARDS),
        "instructors": [card_of(profile) for profile in listed()[:CARDS]],
        "sample": _lesson_card(sample) if sample else None,
    }


def worker_home(*, person: Person, now_ms: int) -> Context:
    """Return what a worker goes on with, this month's time against the union's goal, and what is due."""
    today = day_of(now_ms)
    begun = learning_of(person)
    resume = next((learning for learning in begun if learning.lesson_url), None)
    first = month_start(today)
    times = day_times(person.uuid, first, today)
    refused = own_refusals(person.uuid, Filter(first=first))
    to_make_up = make_up(person.uuid, now_ms)
    counted = sum(times.values())
    goal = _goal(person.uuid, today)
    own_trade = published_cards(limit=3, occupation=person.occupation_code) if person.occupation_code else []
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
        "duties": _duties(person.uuid, today),
        "for_you": {"why": _("你的工种"), "courses": own_trade},
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


def _goal(person: UUID, today: date) -> int:
    """Return what the nearest union with a goal asks of a member this month, 0 where none asks anything."""
    membership = membership_on(person, today)
    if membership is None:
        return 0
    month = Period(PeriodKind.MONTH, month_start(today))
    for union in reversed(chain_of(membership.union)):
        goal = goal_ms(annual_ms=union.annual_target_ms, months_ms=union.month_targets_ms, period=month)
        if goal is not None:
            return goal
    return 0


def _duties(person: UUID, today: date) -> list[Context]:
    """Return the programmes that run for this person, the one due first at the top."""
    first = ProgrammeLesson.objects.filter(programme=OuterRef("pk")).order_by("pk").values("lesson")[:1]
    return [
        {
            "title": programme.title,
            "url": f"/learn/{programme.first_lesson}/",
            "due": _("{month}月{day}日前").format(month=programme.ends_on.month, day=programme.ends_on.day),
            "soon": programme.ends_on - today <= SOON,
        }
        for programme in programmes_of(person=person, on=today).annotate(first_lesson=Subquery(first))[:3]
    ]
