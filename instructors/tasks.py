"""What the teaching pool does by the clock."""

from celery import shared_task

from core.clock import day_of
from core.db import now_ms
from instructors.operations import refresh_all


@shared_task(name="instructors.refresh_standing")
def refresh_standing() -> None:
    """Work out again who may teach what: years of holding a certificate pass, standards come into force."""
    refresh_all(on=day_of(now_ms()))
