"""
The named workers' months of study as plans: who sits down when, with which lesson, and what goes wrong. Pure: the day
of loading is an argument, and nothing lies after it.

A plan says what a person does, never what it is worth: ``playing`` plays it, and the rules of the study record decide.

The month that runs holds what fits between its first day and the instant of loading. On the 1st that is a morning's
worth or nothing, and what does not fit was done in the last days of the month before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from core.clock import day_of, day_start_ms, month_start

Key = tuple[str, str]
"""A lesson: the slug of its course and its own."""

MINUTE = 60_000
LOCKED_MS = 200_000
"""How long the screen was locked: 3′20″."""
CHECK_EVERY_MS = 300_000
"""Played time between two checks for these people: the policy's shortest, so that a plan knows what a miss costs."""
ANSWER_MS = 60_000
MISSED_MS = CHECK_EVERY_MS + ANSWER_MS
"""What a missed check takes back: the time since the answer before it, and the minute in which nobody came."""
AWAY_MS = 8 * MINUTE
BETWEEN_MS = 2 * MINUTE
SHORTEST_MS = 90_000
"""A lesson is worth beginning for so long."""
MOST_A_DAY, MOST_BEFORE, TODAY = 12, 6, 2
"""Lessons on one day: at the most in a young month, on the days before such a month, on the day of loading; on other days
a story says how many."""
MARGIN_MS = 5 * MINUTE
"""The last sitting ends so long before loading."""
SHIFTS_MS = tuple(minutes * MINUTE for minutes in (20 * 60 + 5, 12 * 60 + 35, 7 * 60 + 5))
"""When there is time to study: it goes round with the shifts."""
RETURNS_EVERY, RETURN_MS, SENDING_MS = 6, (22 * 60 + 40) * MINUTE, 3_000
"""Who works below ground is back in the network every so many days, at this time, and sends one lesson after the other."""
MORNING_MS, AFTERNOON_MS = (6 * 60 + 20) * MINUTE, 16 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Sitting:
    """
    One session: a lesson played from its beginning to ``until_ms`` of its timeline, once through.

    ``at`` is the instant of opening in ms. ``locked`` and ``missed`` say what goes wrong on the way: the screen is
    locked for ``LOCKED_MS``, which are played again at the end, or a check finds nobody there. ``arrives_after_ms`` is
    how long the phone had no network afterwards.
    """

    lesson: Key
    until_ms: int
    at: int = 0
    locked: bool = False
    missed: bool = False
    arrives_after_ms: int = 0

    @property
    def takes_ms(self) -> int:
        """How long it takes by the clock on the wall."""
        return self.until_ms + (LOCKED_MS if self.locked else 0) + (AWAY_MS if self.missed else 0)

    @property
    def counts_ms(self) -> int:
        """What it should come to, if it is the first time that the lesson is played and it is sent in time."""
        return self.until_ms - (MISSED_MS if self.missed else 0)


@dataclass(frozen=True, slots=True)
class Story:
    """
    A person's study. ``earlier`` are the lessons of the months before this one, oldest first; ``lessons`` those of this
    month, of which as many are played as come to ``month_ms``; ``begun`` are left half-way to make up the rest, the
    last one at the very end. ``is_below_ground``: played without a network, sent after the shift; ``too_late`` is a
    lesson that was sent when it was no longer taken.
    """

    person: str
    month_ms: int
    lessons: tuple[Key, ...]
    begun: tuple[Key, ...]
    earlier: tuple[tuple[Key, ...], ...] = ()
    locked: Key | None = None
    missed: Key | None = None
    is_below_ground: bool = False
    a_day: int = 3
    too_late: Key | None = None


def plan(story: Story, *, now: int, lengths: Mapping[Key, int], since: date) -> list[Sitting]:
    """
    Return what a person does, oldest first, all of it over before ``now`` (ms) and on or after the day ``since``, from
    which on the person is a member. ``lengths`` are those of the lessons in ms.
    """
    today = day_of(now)
    month = _this_month(story, lengths)
    placed = _place(month, now=now, story=story)
    for back, lessons in enumerate(reversed(story.earlier), start=1):
        whole = [_sitting(story, key, lengths[key]) for key in lessons]
        placed += _place_earlier(whole, _months_before(today, back), story=story)
    if story.too_late:
        # Eight days without a network, in the middle of last month.
        late = replace(
            _sitting(story, story.too_late, lengths[story.too_late]), arrives_after_ms=8 * 24 * 60 * MINUTE
        )
        placed += _from(_months_before(today, 1) + timedelta(days=10), AFTERNOON_MS, [late])
    placed = sorted((s for s in placed if day_of(s.at) >= since), key=lambda sitting: sitting.at)
    return _sent_on_return(placed, now=now) if story.is_below_ground else placed


def _sent_on_return(sittings: Sequence[Sitting], *, now: int) -> list[Sitting]:
    """Return what has been sent by ``now``: all of some days in one go; the newest may still be on the phone."""
    out = []
    for number, sitting in enumerate(sittings):
        if not sitting.arrives_after_ms:
            day = day_of(sitting.at)
            day += timedelta(days=RETURNS_EVERY - 1 - day.toordinal() % RETURNS_EVERY)
            sent = day_start_ms(day) + RETURN_MS + number * SENDING_MS
            sitting = replace(sitting, arrives_after_ms=sent - sitting.at - sitting.takes_ms)
        if sitting.at + sitting.takes_ms + sitting.arrives_after_ms + MARGIN_MS <= now:
            out.append(sitting)
    return out


def _sitting(story: Story, key: Key, until_ms: int) -> Sitting:
    return Sitting(key, until_ms, locked=key == story.locked, missed=key == story.missed)


def _this_month(story: Story, lengths: Mapping[Key, int]) -> list[Sitting]:
    """Return the sittings of this month in order; together they count exactly ``month_ms``, if there are so many lessons."""
    sittings: list[Sitting] = []
    left = story.month_ms
    first, last = (story.begun[0], story.begun[-1])
    most = lengths[last] - SHORTEST_MS
    for key in story.lessons:
        sitting = _sitting(story, key, lengths[key])
        if left - sitting.counts_ms < SHORTEST_MS:
            break
        sittings.append(sitting)
        left -= sitting.counts_ms
    if left <= most or len(story.begun) == 1:
        return [*sittings, Sitting(last, min(left, most))]
    half = min(left // 2, lengths[first] - SHORTEST_MS)
    return [*sittings, Sitting(first, half), Sitting(last, min(left - half, most))]


def _place(sittings: Sequence[Sitting], *, now: int, story: Story) -> list[Sitting]:
    """Lay a month's sittings on its days, the last ones today; what the month is too young for lies before it."""
    today = day_of(now)
    days = [month_start(today) + timedelta(days=n) for n in range(today.day - 1)]
    most_today = TODAY if len(days) > TODAY else MOST_A_DAY
    rest, placed = list(sittings), []
    for count in range(min(most_today, len(rest)), 0, -1):
        tried = _from(today, MORNING_MS + _jitter(story.person, today), rest[-count:])
        if tried[-1].at + tried[-1].takes_ms + MARGIN_MS <= now:
            placed, rest = tried, rest[:-count]
            break
    used = _study_days(days, len(rest), story)
    fits = min(len(rest), MOST_A_DAY * len(used))
    placed += _on_days(rest[len(rest) - fits :], used, key=story.person)
    rest = rest[: len(rest) - fits]
    before = month_start(today)
    while rest:
        before -= timedelta(days=1)
        some, rest = rest[-MOST_BEFORE:], rest[:-MOST_BEFORE]
        placed += _on_days(some, [before], key=story.person)
    return placed


def _place_earlier(sittings: Sequence[Sitting], first: date, *, story: Story) -> list[Sitting]:
    """Lay sittings on the first three weeks of a month; its last days belong to what a young month is too short for."""
    days = [first + timedelta(days=n) for n in range(1, 23)]
    used = _study_days(days, len(sittings), story)
    return _on_days(sittings, used, key=story.person)


def _study_days(days: Sequence[date], sittings: int, story: Story) -> list[date]:
    """Return the days of so many sittings: spread over all of these, below ground every other one of the last."""
    count = -(-sittings // story.a_day)
    return _spread(days[-2 * count :] if count and story.is_below_ground else days, count)


def _spread(days: Sequence[date], count: int) -> list[date]:
    """
    Return so many of these days, evenly apart, the last one among them; all, if there are no more.

    >>> [day.day for day in _spread([date(2026, 11, n) for n in range(1, 11)], 4)]
    [2, 5, 7, 10]
    """
    count = min(count, len(days))
    return [days[(n + 1) * len(days) // count - 1] for n in range(count)]


def _on_days(sittings: Sequence[Sitting], days: Sequence[date], *, key: str) -> list[Sitting]:
    placed = []
    for n, day in enumerate(days):
        some = sittings[n * len(sittings) // len(days) : (n + 1) * len(sittings) // len(days)]
        placed += _from(day, SHIFTS_MS[day.toordinal() % len(SHIFTS_MS)] + _jitter(key, day), some)
    return placed


def _from(day: date, since_midnight: int, sittings: Sequence[Sitting]) -> list[Sitting]:
    """Return sittings one after the other from a time of a day on."""
    at, out = day_start_ms(day) + since_midnight, []
    for sitting in sittings:
        out.append(replace(sitting, at=at))
        at += sitting.takes_ms + BETWEEN_MS
    return out


def _jitter(key: str, day: date) -> int:
    return Random(f"{key} {day}").randrange(9 * MINUTE)  # noqa: S311  # a demo, no secret


def _months_before(day: date, count: int) -> date:
    at = day.year * 12 + day.month - 1 - count
    return date(at // 12, at % 12 + 1, 1)
