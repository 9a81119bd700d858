"""What the worker does for this app."""

from uuid import UUID

from django.utils import timezone

from core import jobs
from courses.models import CoursePackage
from courses.operations import packages, publish_edition
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


@jobs.job_handler(packages.PACK_JOB)
def run_pack(job: jobs.RunningJob) -> None:
    """Pack the course of an export."""
    packages.run_export(package=_package(job), now=timezone.now(), progress=job.progress)


@jobs.job_handler(packages.LOOK_JOB)
def run_look(job: jobs.RunningJob) -> None:
    """Look at a package that came in."""
    packages.look(package=_package(job), now=timezone.now(), progress=job.progress)


@jobs.job_handler(packages.IMPORT_JOB)
def run_import(job: jobs.RunningJob) -> None:
    """Bring in a package that was accepted."""
    packages.run_import(package=_package(job), now=timezone.now(), progress=job.progress)


@jobs.job_handler(packages.UNDO_JOB)
def run_undo(job: jobs.RunningJob) -> None:
    """Take an import back, unless somebody has begun to work on it."""
    try:
        packages.undo(package=_package(job), now=timezone.now())
    except packages.WrongState as error:
        package = _package(job)
        CoursePackage.objects.filter(pk=package.pk).update(state=CoursePackage.State.IMPORTED)
        raise jobs.JobFailed(str(error)) from error


def _package(job: jobs.RunningJob) -> CoursePackage:
    return CoursePackage.objects.select_related("created_by__person", "course").get(
        uuid=job.payload["package"]
    )
