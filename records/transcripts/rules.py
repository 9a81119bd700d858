"""What a transcript says, as plain Python: which days, which sums, and how it stands to the ledger of today."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from core.clock import month_start

CODE = re.compile(r"[A-Za-z0-9_-]{22}")
LONGEST_DAYS = 366 * 60
SHOWN = {"by_occupation": 6, "by_course": 10, "by_month": 12}
"""Rows of a table that fit on one page; the rest is one row without a key."""


class TranscriptError(Exception):
    """A transcript cannot be issued as asked."""


class NothingToCertify(TranscriptError):
    """No credited time lies in these days."""


class DaysWrong(TranscriptError):
    """The days do not make a period that has begun."""


def new_code() -> str:
    """Return a code of 128 random bits: 22 letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(16)


def code_hash(code: str) -> str:
    """
    Return what a code is found by.

    >>> code_hash("a")[:12]
    'ca978112ca1b'
    """
    return hashlib.sha256(code.encode()).hexdigest()


def number_of(uuid: UUID, issued_on: date) -> str:
    """
    Return the number that people read out; it opens nothing.

    >>> number_of(UUID(int=255), date(2026, 11, 23))
    'XS-20261123-0000FF'
    """
    return f"XS-{issued_on:%Y%m%d}-{uuid.hex[-6:].upper()}"


def checked_days(first: date, last: date, today: date) -> tuple[date, date]:
    """
    Return the days of a transcript, cut at today: nothing is certified that has not been.

    :raises DaysWrong: if they end before they begin, begin after today, or are more than a working life.

    >>> checked_days(date(2026, 1, 1), date(2026, 12, 31), date(2026, 11, 23))
    (datetime.date(2026, 1, 1), datetime.date(2026, 11, 23))
    """
    if first > last or first > today or last - first > timedelta(days=LONGEST_DAYS):
        raise DaysWrong
    return first, min(last, today)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as far as a transcript reads it. Attributions are left out: they only move time between unions."""

    day: date
    kind: str
    occupation: str
    course: str
    online: bool
    ms: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Whole ms; tables are pairs of key and ms, the largest first (months: the newest first)."""

    total_ms: int
    days: int
    entries: int
    online_ms: int
    offline_ms: int
    by_occupation: Sequence[tuple[str, int]]
    by_course: Sequence[tuple[str, int]]
    by_kind: Sequence[tuple[str, int]]
    by_month: Sequence[tuple[str, int]]


def sums_of(lines: Iterable[Line]) -> Sums:
    """
    Add up entries. Every table adds up to the total, also where its smaller rows are one row under the empty key.

    >>> day = date(2026, 11, 20)
    >>> got = sums_of([Line(day, "study", "6-18", "焊", True, 5), Line(day, "reversal", "6-18", "焊", True, -2)])
    >>> got.total_ms, got.days, got.by_kind, got.by_course
    (3, 1, [('study', 5), ('reversal', -2)], [('焊', 3)])
    """
    tables: dict[str, dict[str, int]] = {"occupation": {}, "course": {}, "kind": {}, "month": {}}
    days: dict[date, int] = {}
    total = entries = online = 0
    for line in lines:
        entries += 1
        total += line.ms
        online += line.ms if line.online else 0
        days[line.day] = days.get(line.day, 0) + line.ms
        keys = {
            "occupation": line.occupation,
            "course": line.course,
            "kind": line.kind,
            "month": month_start(line.day).isoformat()[:7],
        }
        for table, key in keys.items():
            tables[table][key] = tables[table].get(key, 0) + line.ms
    return Sums(
        total,
        sum(1 for ms in days.values() if ms > 0),
        entries,
        online,
        total - online,
        _cut(_largest(tables["occupation"]), SHOWN["by_occupation"]),
        _cut(_largest(tables["course"]), SHOWN["by_course"]),
        _largest(tables["kind"]),
        _cut(sorted(tables["month"].items(), reverse=True), SHOWN["by_month"]),
    )


def _largest(table: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(((key, ms) for key, ms in table.items() if ms), key=lambda row: (-row[1], row[0]))


def _cut(rows: list[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Return the first rows, and what the others add up to under the empty key."""
    named = [row for row in rows if row[0]]
    rest = sum(ms for key, ms in rows if not key) + sum(ms for _key, ms in named[most:])
    return named[:most] + ([("", rest)] if rest else [])


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How a transcript stands to the ledger of today, in ms.

    ``agrees``: every chain still holds the entry whose hash the transcript names, and the entries up to it add up to what
    it says. ``added_ms`` was entered since in the same days, ``taken_ms`` (≤ 0) was reversed since.
    """

    agrees: bool
    issued_ms: int
    added_ms: int
    taken_ms: int

    @property
    def now_ms(self) -> int:
        return self.issued_ms + self.added_ms + self.taken_ms

    @property
    def word(self) -> str:
        """
        >>> Standing(True, 5, 0, 0).word, Standing(True, 5, 1, 0).word, Standing(True, 5, 1, -5).word
        ('same', 'added', 'corrected')
        >>> Standing(False, 5, 0, 0).word
        'differs'
        """
        if not self.agrees:
            return "differs"
        return "corrected" if self.taken_ms else "added" if self.added_ms else "same"
