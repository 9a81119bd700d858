"""The roll-up, every few seconds: its work is in the marks, so a run that is missed or doubled does no harm."""

from celery import shared_task

from core.clock import day_of
from core.db import now_ms
from reports import operations


@shared_task(name="reports.roll_up")
def roll_up() -> None:
    operations.roll_up(today=day_of(now_ms()))
