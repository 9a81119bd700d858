"""What the worker does for core: imports."""

from uuid import UUID

from django.utils import timezone

from core import jobs
from core.importer.models import ImportRun
from core.importer.runs import APPLY, READ, UNDO, apply_run, read_run, undo_run


@jobs.job_handler(READ)
def run_read(job: jobs.RunningJob) -> None:
    run = ImportRun.objects.get(uuid=job.payload["run"])
    if run.state == ImportRun.State.READING:
        read_run(run=run, now=timezone.now(), progress=job.progress)


@jobs.job_handler(APPLY)
def run_apply(job: jobs.RunningJob) -> None:
    run = ImportRun.objects.get(uuid=job.payload["run"])
    if run.state == ImportRun.State.APPLYING:
        apply_run(run=run, now=timezone.now(), by=_by(job), progress=job.progress)


@jobs.job_handler(UNDO)
def run_undo(job: jobs.RunningJob) -> None:
    run = ImportRun.objects.get(uuid=job.payload["run"])
    if run.state == ImportRun.State.UNDOING:
        undo_run(run=run, now=timezone.now(), by=_by(job), progress=job.progress)


def _by(job: jobs.RunningJob) -> UUID | None:
    return UUID(job.payload["by"]) if job.payload["by"] else None
