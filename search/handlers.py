"""Work in the background: see ``search.operations``."""

from django.utils import timezone

from core.jobs import RunningJob, job_handler
from search.engines import SearchUnavailable
from search.operations import (
    POSTPONE,
    REBUILD,
    UPDATE,
    IndexBusy,
    rebuild_index,
    request_update,
    update_index,
)


@job_handler(UPDATE)
def update(job: RunningJob) -> dict[str, object]:
    """Write what changed. While the engine is down the work is handed on, so it never runs out of attempts."""
    keys = job.payload["keys"]
    try:
        return {"things": update_index(keys=keys, clock=timezone.now)}
    except (SearchUnavailable, IndexBusy) as failed:
        request_update(keys=keys, not_before=timezone.now() + POSTPONE)
        return {"postponed": str(failed)}


@job_handler(REBUILD)
def rebuild(job: RunningJob) -> dict[str, int]:
    return {"rows": rebuild_index(clock=timezone.now)}
