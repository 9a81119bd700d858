"""
Which period an entry is booked in.

A month's figures close for the whole tree at one instant, 15 days after the month's end (lateness and make-up are 14
together). What is earned in it but arrives later is booked on the first day of the first month that is still open.
"""

from datetime import date, timedelta

CLOSES_AFTER_DAYS = 15


def next_month(first: date) -> date:
    """
    Return the first day of the month after the one that begins on ``first``.

    >>> next_month(date(2026, 12, 1))
    datetime.date(2027, 1, 1)
    """
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def closed_from(month: date) -> date:
    """
    Return the first day on which the month that begins on ``month`` is closed.

    >>> closed_from(date(2026, 10, 1))
    datetime.date(2026, 11, 16)
    """
    return next_month(month) + timedelta(days=CLOSES_AFTER_DAYS)


def is_closed(month: date, on: date) -> bool:
    """
    Tell whether the month that begins on ``month`` is closed on a day.

    October closes with the end of 15 November:

    >>> is_closed(date(2026, 10, 1), date(2026, 11, 15)), is_closed(date(2026, 10, 1), date(2026, 11, 16))
    (False, True)
    """
    return on >= closed_from(month)


def booked_on(day: date, recorded_on: date) -> date:
    """
    Return the first open day for the union figures of time studied on ``day`` and recorded on ``recorded_on``.

    >>> booked_on(date(2026, 10, 31), date(2026, 11, 15)).isoformat()
    '2026-10-31'
    >>> booked_on(date(2026, 10, 31), date(2026, 11, 16)).isoformat()
    '2026-11-01'
    >>> booked_on(date(2025, 3, 9), date(2026, 11, 10)).isoformat()
    '2026-10-01'
    """
    month = day.replace(day=1)
    if not is_closed(month, recorded_on):
        return day
    while is_closed(month, recorded_on):
        month = next_month(month)
    return month
