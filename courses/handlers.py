"""What the worker does for this app."""

from uuid import UUID

from django.utils import timezone

from core import jobs
from courses.operations import publish_edition
from courses.operations.review import PUBLISH_JOB


@jobs.job_handler(PUBLISH_JOB)
def run_publish(job: jobs.RunningJob) -> None:
    """Publish the edition that the job names; one that is published already needs nothing."""
    publish_edition(edition=UUID(job.payload["edition"]), now=timezone.now())
