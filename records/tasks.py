"""What the study record does by the clock."""

from celery import shared_task

from core.db import now_ms
from records.corrections import escalate_overdue, hand_on_corrections
from records.operations.digests import keep_digests
from records.operations.guests import forget_guests as forget


@shared_task(name="records.forget_guests")
def forget_guests() -> None:
    """Delete what guests studied more than 24 hours ago and nobody claimed."""
    forget(now=now_ms())


@shared_task(name="records.escalate_objections")
def escalate_objections() -> None:
    """
    Hand objections that nobody answered in three working days to the next union up, and corrections of unions that stand
    no more to those who follow them.
    """
    escalate_overdue(now=now_ms())
    hand_on_corrections(now=now_ms())


@shared_task(name="records.digest_ledger")
def digest_ledger() -> None:
    """Keep the signed digest of yesterday, and of days before it that were missed."""
    keep_digests(now=now_ms())
