"""
学时证明: one page out of a learner's ledger for somebody else, as PDF and JSON, that a public page holds against the
ledger (docs/study-hours.md).
"""

from records.transcripts.operations import issue_transcript, revoke_transcript

__all__ = ["issue_transcript", "revoke_transcript"]
