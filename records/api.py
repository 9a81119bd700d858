"""
The only door to the study record for other apps.

The app that owns lessons calls ``register_lesson_resolver``; its snapshot names the owners of policies that judge the
lesson besides the union. Policies are written with ``issue_policy``. ``append_entries`` is for hours that were not earned
by playing.
"""

from records.corrections import (
    CorrectionError,
    answer_objection,
    decide_correction,
    escalate_overdue,
    file_grant,
    file_objection,
    file_reversal,
    outcome_figures,
    overdue_count,
)
from records.corrections.queries import DUTY as CORRECTIONS_DUTY
from records.devices import GuestDevice, guest_device
from records.ledger.asking import Question, single_choice
from records.ledger.chain import Draft, Link
from records.ledger.kinds import Counted, EvidenceMissing, earned_otherwise, share_online
from records.ledger.periods import booked_on, closed_from, is_closed, next_month
from records.ledger.snapshot import LessonSnapshot, PartSnapshot
from records.operations.beats import Answer, Beat, SessionNotFound, Totals, UnknownCheck, accept_beats
from records.operations.digests import last_digest_day
from records.operations.entries import (
    EntryRefused,
    append_entries,
    append_entries_of_many,
    attribution,
    reversal_of,
)
from records.operations.holding import ClockTaken, free_clock
from records.operations.partitions import make_partitions
from records.operations.policies import issue_policy, terms_for, terms_now
from records.operations.sessions import (
    CheckMissed,
    LessonNotOpen,
    Opened,
    PartState,
    SessionTaken,
    answer_presence,
    close_session,
    end_sessions_of_lesson,
    open_session,
    register_lesson_resolver,
    resolve_lesson,
)
from records.progress import LessonsDone, PartDone, done_of, lessons_done, part_progress
from records.queries import (
    MAKE_UP_DAYS,
    Filter,
    MakeUp,
    counted_time,
    day_times,
    make_up,
    own_progress,
    own_refusals,
)
from records.rollups import (
    Touched,
    entries_booked,
    entry_words,
    forget_rollups,
    mark_everything,
    number_and_time,
    period_times,
    roll_up,
    time_booked,
    titles_of,
)
from records.transcripts.pdf import NotSet, set_sheet

__all__ = [
    "CORRECTIONS_DUTY",
    "MAKE_UP_DAYS",
    "Answer",
    "Beat",
    "CheckMissed",
    "ClockTaken",
    "CorrectionError",
    "Counted",
    "Draft",
    "EntryRefused",
    "EvidenceMissing",
    "Filter",
    "GuestDevice",
    "LessonNotOpen",
    "LessonSnapshot",
    "LessonsDone",
    "Link",
    "MakeUp",
    "NotSet",
    "Opened",
    "PartDone",
    "PartSnapshot",
    "PartState",
    "Question",
    "SessionNotFound",
    "SessionTaken",
    "Totals",
    "Touched",
    "UnknownCheck",
    "accept_beats",
    "answer_objection",
    "answer_presence",
    "append_entries",
    "append_entries_of_many",
    "attribution",
    "booked_on",
    "close_session",
    "closed_from",
    "counted_time",
    "day_times",
    "decide_correction",
    "done_of",
    "earned_otherwise",
    "end_sessions_of_lesson",
    "entries_booked",
    "entry_words",
    "escalate_overdue",
    "file_grant",
    "file_objection",
    "file_reversal",
    "forget_rollups",
    "free_clock",
    "guest_device",
    "is_closed",
    "issue_policy",
    "last_digest_day",
    "lessons_done",
    "make_partitions",
    "make_up",
    "mark_everything",
    "next_month",
    "number_and_time",
    "open_session",
    "outcome_figures",
    "overdue_count",
    "own_progress",
    "own_refusals",
    "part_progress",
    "period_times",
    "register_lesson_resolver",
    "resolve_lesson",
    "reversal_of",
    "roll_up",
    "set_sheet",
    "share_online",
    "single_choice",
    "terms_for",
    "terms_now",
    "time_booked",
    "titles_of",
]
