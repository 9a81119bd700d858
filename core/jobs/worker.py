"""Running one job: heartbeats beside it, its end in the row."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from core.jobs import operations
from core.jobs.operations import ClaimLost, JobFailed, RunningJob

log = structlog.get_logger(__name__)


@contextmanager
def _heartbeat(running: RunningJob) -> Iterator[None]:
    """Beat from a thread of its own (and its own connection), because a handler may be silent for minutes."""
    ended = threading.Event()

    def run() -> None:
        try:
            while not ended.wait(operations.heartbeat_every().total_seconds()):
                try:
                    if not operations.beat(running=running):
                        return
                except DatabaseError as error:
                    # A busy database is no sign of death; the next beat may come through.
                    log.warning("job_beat_failed", job=str(running.uuid), error=str(error))
                    connection.close()
        finally:
            connection.close()

    # In a test the connection belongs to the test's transaction and must not be used from elsewhere.
    thread = None if connection.in_atomic_block else threading.Thread(target=run, daemon=True)
    if thread:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if thread:
            thread.join()


_heavy_work = threading.Lock()


def run_job(job_id: int) -> None:
    """Claim a job and do it. Not getting it is normal: another worker was faster, or it has ended."""
    if not operations.is_heavy(job_id):
        _run(job_id)
    elif _heavy_work.acquire(blocking=False):
        try:
            _run(job_id)
        finally:
            _heavy_work.release()
        operations.wake_for_next_heavy(now=timezone.now())
    # Else it stays queued: whoever holds the lock wakes a worker for it, and the sweeper does.


def _run(job_id: int) -> None:
    if not connection.in_atomic_block:
        close_old_connections()
    running = operations.claim(job_id=job_id, clock=timezone.now)
    if running is None:
        return
    handler = operations.handler_of(running.kind)
    if handler is None:
        operations.give_up(running=running, error=f"no handler for {running.kind}", is_final=False)
        return
    try:
        with _heartbeat(running):
            result = handler(running)
    except ClaimLost:
        log.warning("job_claim_lost", job=str(running.uuid), kind=running.kind)
    except JobFailed as error:
        operations.give_up(running=running, error=str(error), is_final=True)
    except Exception as error:
        # Whatever a handler raises is told in the row and in the log, and tried again; only a kill may lose it.
        log.exception("job_attempt_failed", job=str(running.uuid), kind=running.kind, attempt=running.attempt)
        operations.give_up(running=running, error=f"{type(error).__name__}: {error}", is_final=False)
    else:
        operations.finish(running=running, result=result)
