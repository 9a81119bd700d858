"""
The roll-up, every few seconds: its work is in the marks, so a run that is missed or doubled does no harm. The closing of
periods, every hour: what is due is closed, whenever that is found. Figures by filter, every quarter of an hour.
"""

from celery import shared_task

from core.clock import day_of
from core.db import now_ms
from reports import closings, filters, operations


@shared_task(name="reports.roll_up")
def roll_up() -> None:
    operations.roll_up(today=day_of(now_ms()))


@shared_task(name="reports.close_periods")
def close_periods() -> None:
    closings.close_due_periods(now=now_ms())


@shared_task(name="reports.count_filters")
def count_filters() -> None:
    filters.refresh_open_periods(now=now_ms())
