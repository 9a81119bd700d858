"""
How the rest of the system knows that a worker lives: each writes its row every few seconds.

A thread of the worker's main process writes it, not a task: long jobs may fill the pool for minutes without the
worker being any less alive. The same place starts the timetable as a thread where the worker is the only one, because
a timetable process of its own would survive the kill of its worker and keep time twice.
"""

import os
import threading
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import Celery
from celery.beat import EmbeddedService
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from core.jobs.models import Pulse

log = structlog.get_logger(__name__)
FORGOTTEN_AFTER = timedelta(days=1)


def start(*, worker: str, app: Celery) -> None:
    """Start the pulse of a worker; with WORKER_KEEPS_TIME=1 in the environment also the timetable."""
    threading.Thread(target=_beat_for_ever, args=[worker], name="pulse", daemon=True).start()
    if os.environ.get("WORKER_KEEPS_TIME") == "1":
        timetable: Any = EmbeddedService(
            app, thread=True, max_interval=1, schedule_filename=settings.CELERY_BEAT_SCHEDULE_FILENAME
        )
        timetable.daemon = True
        timetable.start()


def beat(*, worker: str, now: datetime) -> None:
    """Write that a worker lives, and forget workers that have long been gone."""
    Pulse.objects.update_or_create(worker=worker, defaults={"beat_at": now})
    Pulse.objects.filter(beat_at__lt=now - FORGOTTEN_AFTER).delete()


def newest() -> datetime | None:
    """Return when any worker was last known to live."""
    return Pulse.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()


def _beat_for_ever(worker: str) -> None:
    pause = threading.Event()
    while True:
        try:
            beat(worker=worker, now=timezone.now())
        except DatabaseError as error:
            log.warning("pulse_not_written", error=str(error))
            connection.close()
        pause.wait(2 * settings.JOB_HEARTBEAT_SECONDS)
