"""
From entries to what a learner has in a day, month, quarter and year.

``roll_up`` takes marks and recomputes; it never adds to what stands there. What hangs on it above (figures of unions)
is told what was touched and does its part in the same transaction.
"""

from records.rollups.operations import Touched, forget_rollups, mark_everything, roll_up
from records.rollups.queries import (
    entries_booked,
    entry_words,
    number_and_time,
    period_times,
    time_booked,
    titles_of,
)

__all__ = [
    "Touched",
    "entries_booked",
    "entry_words",
    "forget_rollups",
    "mark_everything",
    "number_and_time",
    "period_times",
    "roll_up",
    "time_booked",
    "titles_of",
]
