"""What the worker does for this app."""

from uuid import UUID

from django.utils import timezone

from core import jobs
from courses.operations import publish_edition
from courses.operations.review import PUBLISH_JOB
from courses.operations.withdraw import END_SESSIONS_JOB, end_sessions


@jobs.job_handler(PUBLISH_JOB)
def run_publish(job: jobs.RunningJob) -> None:
    """Publish the edition that the job names; one that is published already needs nothing."""
    publish_edition(edition=UUID(job.payload["edition"]), now=timezone.now())


@jobs.job_handler(END_SESSIONS_JOB)
def run_end_sessions(job: jobs.RunningJob) -> None:
    """End the sessions of withdrawn lessons that the withdrawing process did not come to."""
    end_sessions(lessons=[UUID(lesson) for lesson in job.payload["lessons"]])
