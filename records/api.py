"""The only door to the study record for other apps."""

from records.ledger.chain import Draft, Link
from records.ledger.periods import booked_on, is_closed, next_month
from records.ledger.snapshot import LessonSnapshot, PartSnapshot
from records.operations.entries import EntryRefused, append_entries, attribution, reversal_of
from records.rollups import (
    Touched,
    entries_booked,
    forget_rollups,
    mark_everything,
    period_times,
    roll_up,
    time_booked,
    titles_of,
)

__all__ = [
    "Draft",
    "EntryRefused",
    "LessonSnapshot",
    "Link",
    "PartSnapshot",
    "Touched",
    "append_entries",
    "attribution",
    "booked_on",
    "entries_booked",
    "forget_rollups",
    "is_closed",
    "mark_everything",
    "next_month",
    "period_times",
    "reversal_of",
    "roll_up",
    "time_booked",
    "titles_of",
]
