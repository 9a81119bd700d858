"""
Judging recorded time again under another policy version (docs/study-hours.md, ADR 10): a dry run for whoever thinks of
changing a cap, and an approved recount that writes reversals and new entries. Nothing of the ledger is edited.
"""

from records.recounts.errors import RecountError
from records.recounts.requests import decide_recount, file_recount
from records.recounts.running import candidates, dry_run

__all__ = ["RecountError", "candidates", "decide_recount", "dry_run", "file_recount"]
