"""
Objections of learners and corrections of officers (docs/study-hours.md, ADR 0008). Nothing of the ledger is edited: what
comes of them is new entries with two names and the hash of the evidence.
"""

from records.corrections.corrections import decide_correction, file_grant, file_reversal
from records.corrections.errors import CorrectionError
from records.corrections.objections import (
    answer_objection,
    escalate_overdue,
    file_objection,
    hand_on_corrections,
)
from records.corrections.queries import outcome_figures, overdue_count

__all__ = [
    "CorrectionError",
    "answer_objection",
    "decide_correction",
    "escalate_overdue",
    "file_grant",
    "file_objection",
    "file_reversal",
    "hand_on_corrections",
    "outcome_figures",
    "overdue_count",
]
