"""
How times and dates are shown to people. Durations come as integer milliseconds and are cut once, here, downwards.

Pure but for the language of the active translation; the source language is Chinese.
"""

import datetime as dt

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

SECOND_MS = 1_000
MINUTE_MS = 60_000
STUDY_HOUR_MS = 45 * MINUTE_MS
"""One 学时. A national constant of this site (design: study hours)."""


def minutes(ms: int) -> str:
    """
    Return whole minutes as a figure.

    >>> minutes(110_459_999), minutes(59_999)
    ('1,840', '0')
    """
    return f"{_whole(ms, MINUTE_MS):,}"


def study_hours(ms: int) -> str:
    """
    Return 学时 with one decimal, cut.

    >>> study_hours(2_700_000), study_hours(2_969_999), study_hours(110_400_000)
    ('1.0', '1.0', '40.8')
    """
    tenths = _whole(ms, STUDY_HOUR_MS // 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10:,}.{abs(tenths) % 10}"


def study_minutes_text(ms: int) -> str:
    """
    >>> study_minutes_text(5_760_000)
    '96 分钟'
    """
    return _("%(number)s 分钟") % {"number": minutes(ms)}


def study_hours_text(ms: int) -> str:
    """
    >>> study_hours_text(8_100_000), study_hours_text(5_160_000)
    ('3 学时', '1.9 学时')
    """
    return _("%(number)s 学时") % {"number": study_hours(ms).removesuffix(".0")}


def spoken(ms: int) -> str:
    """
    Return a length of time as one says it, to the second below an hour, to the minute above.

    >>> spoken(200_900), spoken(360_000), spoken(45_000), spoken(4_320_000), spoken(3_600_000), spoken(0)
    ('3 分 20 秒', '6 分钟', '45 秒', '1 小时 12 分', '1 小时', '0 秒')
    """
    whole_minutes, seconds = divmod(_whole(ms, SECOND_MS), 60)
    hours, rest = divmod(whole_minutes, 60)
    if hours and rest:
        return _("%(h)d 小时 %(m)d 分") % {"h": hours, "m": rest}
    if hours:
        return _("%(h)d 小时") % {"h": hours}
    if rest and seconds:
        return _("%(m)d 分 %(s)d 秒") % {"m": rest, "s": seconds}
    if rest:
        return _("%(m)d 分钟") % {"m": rest}
    return _("%(s)d 秒") % {"s": seconds}


def primes(ms: int) -> str:
    """
    Return minutes and seconds as on a drawing.

    >>> primes(490_000), primes(6_000), primes(4_500_000)
    ('8′10″', '0′06″', '75′00″')
    """
    whole_minutes, seconds = divmod(_whole(ms, SECOND_MS), 60)
    return f"{whole_minutes}′{seconds:02d}″"


def clock_position(ms: int) -> str:
    """
    Return a place in a recording.

    >>> clock_position(130_000), clock_position(3_725_000)
    ('2:10', '1:02:05')
    """
    whole_minutes, seconds = divmod(_whole(ms, SECOND_MS), 60)
    hours, rest = divmod(whole_minutes, 60)
    return f"{hours}:{rest:02d}:{seconds:02d}" if hours else f"{rest}:{seconds:02d}"


def file_size(size: int) -> str:
    """
    >>> file_size(4_194_304), file_size(1_040_000), file_size(180_000), file_size(1_610_612_736)
    ('4 MB', '1 MB', '176 KB', '1.5 GB')
    """
    if size >= 1 << 30:
        return f"{size / (1 << 30):.1f} GB"
    if size >= 1_000_000:
        return f"{round(size / (1 << 20))} MB"
    return f"{max(1, round(size / 1024))} KB"


def day(value: dt.date | dt.datetime) -> str:
    """
    >>> day(dt.date(2026, 11, 23))
    '11月23日 周一'
    """
    on = _local(value)
    return f"{date_format(on, pgettext('date format', 'n月j日'))} {weekday(on)}"


def full_day(value: dt.date | dt.datetime) -> str:
    """
    >>> full_day(dt.date(2026, 11, 3))
    '2026年11月3日'
    """
    return date_format(_local(value), pgettext("date format", "Y年n月j日"))


def deadline(value: dt.date | dt.datetime, today: dt.date) -> str:
    """
    Return the last day for something; its year only where that is another one.

    >>> deadline(dt.date(2026, 11, 3), dt.date(2026, 11, 1)), deadline(dt.date(2027, 1, 3), dt.date(2026, 11, 1))
    ('11月3日', '2027年1月3日')
    """
    on = _local(value)
    return date_format(on, pgettext("date format", "n月j日")) if on.year == today.year else full_day(on)


def month(value: dt.date | dt.datetime) -> str:
    """
    >>> month(dt.date(2026, 11, 3))
    '2026年11月'
    """
    return date_format(_local(value), pgettext("date format", "Y年n月"))


def moment(value: dt.datetime) -> str:
    """
    >>> moment(dt.datetime(2026, 11, 20, 17, 10))
    '11月20日 周五 17:10'
    """
    on = _local(value)
    return f"{day(on)} {date_format(on, 'H:i')}"


_WEEKDAYS = (
    gettext_noop("周一"),
    gettext_noop("周二"),
    gettext_noop("周三"),
    gettext_noop("周四"),
    gettext_noop("周五"),
    gettext_noop("周六"),
    gettext_noop("周日"),
)


def weekday(value: dt.date) -> str:
    return _(_WEEKDAYS[value.weekday()])


def _local(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    return timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value


def _whole(ms: int, unit: int) -> int:
    """Cut towards zero, so that a reversal of 30 s is not shown as a minute."""
    return -(-ms // unit) if ms < 0 else ms // unit
