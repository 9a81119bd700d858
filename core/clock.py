"""
The calendar of the house: instants are integer milliseconds since the epoch, days are days in Asia/Shanghai.

>>> day_of(1_767_196_799_999).isoformat(), day_of(1_767_196_800_000).isoformat()
('2025-12-31', '2026-01-01')
"""

from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had no summer time since 1991, so a fixed offset is exact for every day this system can hold."""

_OFFSET_MS, _DAY_MS, _FIRST_DAY = 8 * 3_600_000, 86_400_000, date(1970, 1, 1)

MS_PER_STUDY_HOUR = 2_700_000
"""One 学时 is 45 minutes of credited time (design §4)."""


def to_ms(instant: datetime) -> int:
    """
    Return an aware instant as whole milliseconds since the epoch, cut downwards.

    >>> to_ms(datetime(1970, 1, 1, 0, 0, 1, 999, tzinfo=UTC))
    1000
    """
    return int((instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))


def from_ms(ms: int) -> datetime:
    """Return the aware instant (Asia/Shanghai) of milliseconds since the epoch."""
    return datetime(1970, 1, 1, tzinfo=UTC).astimezone(SHANGHAI) + timedelta(milliseconds=ms)


def day_of(ms: int) -> date:
    """Return the day in Asia/Shanghai that holds an instant."""
    return _FIRST_DAY + timedelta(days=(ms + _OFFSET_MS) // _DAY_MS)


def day_start_ms(day: date) -> int:
    """
    Return the first instant of a day in Asia/Shanghai.

    >>> day_start_ms(date(2026, 1, 1))
    1767196800000
    """
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))


def month_start(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)
