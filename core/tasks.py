"""The tasks of core: running a job that somebody woke us for, and the sweeper."""

import sqlite3
from contextlib import closing
from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from core import outbox
from core.jobs import operations, pulse
from core.jobs.worker import run_job

log = structlog.get_logger(__name__)


@shared_task(name=operations.RUN_TASK)
def run(job_id: int) -> None:
    run_job(job_id)


@worker_ready.connect
def _start_pulse(sender: Any, **kwargs: Any) -> None:
    pulse.start(worker=sender.hostname, app=sender.app)


@shared_task(name="core.jobs.sweep")
def sweep() -> None:
    operations.sweep(now=timezone.now())
    _purge_embedded_broker()


@shared_task(name="core.outbox.deliver")
def deliver_outbox() -> None:
    outbox.deliver()


def _purge_embedded_broker() -> None:
    """
    Delete the messages that were delivered. The broker without a server only hides them, and reads slower with each.
    """
    if not settings.CELERY_BROKER_URL.startswith("sqla+sqlite:///"):
        return
    path = settings.CELERY_BROKER_URL.removeprefix("sqla+sqlite:///")
    try:
        with closing(sqlite3.connect(path, timeout=5)) as broker, broker:
            known = broker.execute("SELECT 1 FROM sqlite_master WHERE name = 'kombu_message'").fetchone()
            if known:
                broker.execute("DELETE FROM kombu_message WHERE visible = 0")
    except sqlite3.OperationalError as error:  # workers keep it busy: the next sweep comes in seconds
        log.warning("broker_not_purged", error=str(error))
