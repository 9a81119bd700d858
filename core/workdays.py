"""
Working days of the mainland: weekends, public holidays, and the days that are worked instead (调休).

The State Council announces the holidays of a year in November of the year before, and the package that knows them
follows; until it is upgraded, days of a year it does not know count from Monday to Friday.
"""

from datetime import date, timedelta

import chinese_calendar

SATURDAY = 5


def is_workday(day: date) -> bool:
    """
    Tell whether offices work on a day.

    >>> is_workday(date(2026, 10, 1)), is_workday(date(2026, 10, 10)), is_workday(date(2026, 10, 11))
    (False, True, False)
    >>> is_workday(date(2199, 1, 3)), is_workday(date(2199, 1, 5))
    (True, False)
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year whose holidays are not known
        return day.weekday() < SATURDAY


def workdays_between(first: date, before: date) -> int:
    """
    Return how many working days lie from ``first`` to the day before ``before``.

    >>> workdays_between(date(2026, 11, 19), date(2026, 11, 24)), workdays_between(date(2026, 11, 21), date(2026, 11, 23))
    (3, 0)
    """
    return sum(is_workday(first + timedelta(days=n)) for n in range((before - first).days))


def workday_after(day: date, count: int) -> date:
    """
    Return the last of ``count`` working days that begin on the day after ``day``.

    >>> workday_after(date(2026, 11, 23), 3), workday_after(date(2026, 9, 30), 3)
    (datetime.date(2026, 11, 26), datetime.date(2026, 10, 10))
    """
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
