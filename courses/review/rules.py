"""Who reviews what, and until when: pure functions over plain values."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.workdays import is_workday, workday_after, workdays_between

SOON_WORKDAYS = 1
"""Who has the turn is reminded when so many working days are left, the last one not counted."""


def covers(trade: str, occupation: str) -> bool:
    """
    Tell whether a trade, written as the beginning of a code, holds an occupation.

    >>> covers("", "6-18-02-04"), covers("6-18", "6-18-02-04"), covers("6-1", "6-18-02-04"), covers("4", "6-18-02-04")
    (True, True, False, False)
    """
    return not trade or occupation == trade or occupation.startswith(f"{trade}-")


@dataclass(frozen=True)
class Duty:
    """A reviewer's duty as far as picking needs it."""

    reviewer: int
    trade: str
    union: UUID | None


def pick(
    duties: Iterable[Duty],
    *,
    occupation: str,
    unions: Collection[UUID],
    barred: Collection[int],
    load: Mapping[int, int],
) -> int | None:
    """
    Return the reviewer for a course: of those whose duty covers it and who had no hand in it, the one whose duty is the
    narrowest (first by trade, then by union), then who has the fewest open turns. ``unions`` is the chain of the
    union it comes from, nearest first.

    >>> near, far = UUID(int=1), UUID(int=2)
    >>> duties = [Duty(1, "", None), Duty(2, "6-18", None), Duty(3, "6-18", far), Duty(4, "6-18-02", UUID(int=9))]
    >>> ask = dict(occupation="6-18-02-04", unions=[near, far], load={})
    >>> pick(duties, barred=(), **ask), pick(duties, barred={3}, **ask), pick(duties, barred={1, 2, 3}, **ask)
    (3, 2, None)
    >>> pick([Duty(1, "", None), Duty(2, "", None)], barred=(), occupation="4-01", unions=[], load={1: 2})
    2
    """
    place: dict[UUID | None, int] = {union: n for n, union in enumerate(unions)}
    found = [
        (-len(duty.trade), place.get(duty.union, len(place)), load.get(duty.reviewer, 0), duty.reviewer)
        for duty in duties
        if covers(duty.trade, occupation)
        and (duty.union is None or duty.union in place)
        and duty.reviewer not in barred
    ]
    return min(found)[3] if found else None


def due(started_on: date, workdays: int) -> date:
    """
    Return the last day for a turn that began on a day: so many working days after it.

    >>> due(date(2026, 11, 20), 5), due(date(2026, 9, 30), 1)
    (datetime.date(2026, 11, 27), datetime.date(2026, 10, 8))
    """
    return workday_after(started_on, max(workdays, 1))


def workdays_left(today: date, due_on: date) -> int:
    """
    Return how many working days are left after today; below zero: so many have gone since the last day.

    >>> workdays_left(date(2026, 11, 23), date(2026, 11, 24)), workdays_left(date(2026, 11, 24), date(2026, 11, 24))
    (1, 0)
    >>> workdays_left(date(2026, 11, 30), date(2026, 11, 27)), workdays_left(date(2026, 11, 28), date(2026, 11, 27))
    (-1, 0)
    """
    if today <= due_on:
        return workdays_between(today, due_on) + is_workday(due_on) - is_workday(today)
    return -(workdays_between(due_on, today) + is_workday(today) - is_workday(due_on))


def is_reminder_due(today: date, due_on: date, reminded_on: date | None) -> bool:
    """
    Tell whether to remind: once when the last day is near, on a working day.

    >>> friday = date(2026, 11, 27)
    >>> [is_reminder_due(date(2026, 11, day), friday, None) for day in (25, 26, 27)]
    [False, True, True]
    >>> is_reminder_due(friday, friday, date(2026, 11, 26))
    False
    """
    return reminded_on is None and is_workday(today) and 0 <= workdays_left(today, due_on) <= SOON_WORKDAYS
