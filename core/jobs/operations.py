"""
Accepting, claiming and ending jobs. Each change of state is one UPDATE with its condition in the WHERE clause, so two
workers, or a worker and the sweeper, cannot both believe that they made it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q
from kombu.exceptions import OperationalError

from core.jobs.models import Job

RUN_TASK = "core.jobs.run"

log = structlog.get_logger(__name__)
Handler = Callable[["RunningJob"], Any]
_handlers: dict[str, Handler] = {}
_heavy: set[str] = set()


class JobFailed(Exception):
    """Raised by a handler whose work cannot succeed by trying again. The message is shown to whoever asked for it."""


class ClaimLost(Exception):
    """This worker was taken for dead, or the job was cancelled: stop, and write nothing more."""


@dataclass
class RunningJob:
    """What a handler sees of its job."""

    id: int
    uuid: UUID
    kind: str
    payload: dict[str, Any]
    attempt: int
    claim: UUID
    clock: Callable[[], datetime]
    _told: datetime | None = field(default=None, repr=False)

    def progress(self, done: int, total: int, message: str = "") -> None:
        """
        Tell how far the work is, at most once a second.

        :raises ClaimLost: if the job is no longer this worker's.
        """
        now = self.clock()
        if self._told is not None and now - self._told < timedelta(seconds=1):
            return
        self._told = now
        held = Job.objects.filter(id=self.id, claim=self.claim, state=Job.State.RUNNING)
        if not held.update(done=done, total=total, message=message[:200], heartbeat_at=now):
            raise ClaimLost


def job_handler(kind: str, *, is_heavy: bool = False) -> Callable[[Handler], Handler]:
    """
    Register the function that does one kind of job. It may be killed at any point and called again: what it does twice
    must come out as once.

    Of the heavy kinds (minutes of all processors) a worker does one at a time, so that short work never waits behind
    six videos.
    """

    def register(handler: Handler) -> Handler:
        known = _handlers.setdefault(kind, handler)
        if known is not handler:
            raise ValueError(f"two handlers for {kind!r}")
        if is_heavy:
            _heavy.add(kind)
        return handler

    return register


def heartbeat_every() -> timedelta:
    """A worker shows this often that it lives; after six missed beats it counts as dead."""
    return timedelta(seconds=settings.JOB_HEARTBEAT_SECONDS)


def stale_after() -> timedelta:
    return 6 * heartbeat_every()


def wake_again_after() -> timedelta:
    """A message that woke nobody for this long counts as lost."""
    return 4 * heartbeat_every()


def wake_again_at_most_after() -> timedelta:
    """So often it is sent again, even if the job has been waiting for hours."""
    return 15 * wake_again_after()


def handler_of(kind: str) -> Handler | None:
    return _handlers.get(kind)


def is_heavy(job_id: int) -> bool:
    return bool(_heavy) and Job.objects.filter(id=job_id, kind__in=_heavy).exists()


def wake_for_next_heavy(*, now: datetime) -> None:
    """Wake a worker for the heavy job that has waited longest, if one is due."""
    due = Job.objects.filter(kind__in=_heavy, state=Job.State.QUEUED, run_after__lte=now).order_by("id")
    job_id = due.values_list("id", flat=True).first()
    if job_id is not None:
        wake_worker(job_id)


def enqueue(
    *,
    kind: str,
    payload: dict[str, Any],
    by: UUID | None = None,
    dedupe_key: str = "",
    max_attempts: int = 5,
    run_after: datetime | None = None,
) -> Job:
    """
    Accept a job. When the surrounding transaction commits, the job ends sooner or later, whatever is killed meanwhile.

    ``by`` is the uuid of the person to whom its progress is shown. While a job with the same ``dedupe_key`` is queued or
    running, that one is returned.
    """
    extra = {"run_after": run_after} if run_after else {}
    active = Job.objects.filter(dedupe_key=dedupe_key, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if dedupe_key and (known := active.first()):
        return known
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                payload=payload,
                created_by=by,
                dedupe_key=dedupe_key,
                max_attempts=max_attempts,
                **extra,
            )
    except IntegrityError:  # another request was faster by a moment
        return active.get()
    transaction.on_commit(lambda: wake_worker(job.id))
    return job


def wake_worker(job_id: int) -> None:
    """Send the message that wakes a worker. A broker that is away is no error: the sweeper sends again."""
    from core.tasks import run  # tasks import this module

    try:
        run.apply_async(args=[job_id], retry=False)
    except (OperationalError, OSError) as error:
        log.warning("job_not_sent", job=job_id, error=str(error))


def claim(*, job_id: int, clock: Callable[[], datetime]) -> RunningJob | None:
    """Return the job for the caller to run, or None when it is not due, ended or in another's living hands."""
    now, mine = clock(), uuid4()
    free = Q(state=Job.State.QUEUED, run_after__lte=now) | Q(
        state=Job.State.RUNNING, heartbeat_at__lt=now - stale_after(), attempt__lt=F("max_attempts")
    )
    taken = Job.objects.filter(free, id=job_id).update(
        state=Job.State.RUNNING, claim=mine, heartbeat_at=now, attempt=F("attempt") + 1
    )
    if not taken:
        return None
    job = Job.objects.get(id=job_id)
    return RunningJob(job.id, job.uuid, job.kind, job.payload, job.attempt, mine, clock)


def _held(running: RunningJob) -> Any:
    return Job.objects.filter(id=running.id, claim=running.claim, state=Job.State.RUNNING)


def beat(*, running: RunningJob) -> bool:
    """Show that the worker lives; False when the job is no longer its own."""
    return bool(_held(running).update(heartbeat_at=running.clock()))


def finish(*, running: RunningJob, result: Any) -> bool:
    """End a job as done; False when it is no longer this worker's."""
    return bool(
        _held(running).update(
            state=Job.State.DONE, result=result, error="", message="", ended_at=running.clock()
        )
    )


def give_up(*, running: RunningJob, error: str, is_final: bool) -> None:
    """End a job as failed, or queue it again with growing distance while attempts are left."""
    now = running.clock()
    held = _held(running)
    if not is_final and held.filter(attempt__lt=F("max_attempts")).update(
        state=Job.State.QUEUED,
        error=error,
        run_after=now + timedelta(seconds=2**running.attempt),
        sent_at=now,
    ):
        return
    held.update(state=Job.State.FAILED, error=error, ended_at=now)


def cancel(*, job: Job, now: datetime) -> bool:
    """Cancel a job that has not ended. Its worker learns it at the next progress."""
    active = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return bool(active.update(state=Job.State.CANCELLED, ended_at=now))


def sweep(*, now: datetime) -> list[int]:
    """
    Find jobs whose message or worker was lost and wake a worker again; fail those that killed their worker each time.

    Return the ids of the jobs for which a worker was woken.
    """
    dead = Q(state=Job.State.RUNNING, heartbeat_at__lt=now - stale_after())
    Job.objects.filter(dead, attempt__gte=F("max_attempts")).update(
        state=Job.State.FAILED, ended_at=now, error="the worker died in each attempt"
    )
    # A job may wait because all workers are busy. To send again for each of a thousand every few seconds would fill the
    # broker faster than workers empty it, so the distance doubles: it has waited since twice as long as until then.
    unheard = Q(state=Job.State.QUEUED, run_after__lte=now) & (
        Q(sent_at__lt=now - wake_again_at_most_after())
        | Q(sent_at__lte=ExpressionWrapper(now - (F("sent_at") - F("run_after")), DateTimeField()))
    )
    waiting = Job.objects.filter(dead | unheard, sent_at__lt=now - wake_again_after())
    ids = list(waiting.order_by("id").values_list("id", flat=True)[:500])
    Job.objects.filter(id__in=ids).update(sent_at=now)
    for job_id in ids:
        wake_worker(job_id)
    return ids
