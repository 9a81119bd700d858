"""What the worker does for this app, and what it hears from unions."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs, outbox
from core.models import OutboxMessage
from courses.api import CourseNotOpen
from programmes.assignments import operations
from programmes.models import Assignment
from unions.api import CONFIRMED, Union


@jobs.job_handler(operations.TAKE_IN_JOB)
def run_take_in(job: jobs.RunningJob) -> None:
    """Enrol and tell whom an assignment asks."""
    try:
        operations.take_in(assignment=_assignment(job), now=timezone.now(), progress=job.progress)
    except CourseNotOpen as error:
        raise jobs.JobFailed(_("这门课现在不能学。")) from error


@jobs.job_handler(operations.WITHDRAW_JOB)
def run_withdraw(job: jobs.RunningJob) -> None:
    """Put enrolments back after an assignment was withdrawn."""
    operations.release(assignment=_assignment(job), now=timezone.now())


def _assignment(job: jobs.RunningJob) -> Assignment:
    found = Assignment.objects.select_related("union", "course")
    return found.get(uuid=job.payload["assignment"])


def new_members(messages: Sequence[OutboxMessage]) -> None:
    """Ask who has just joined what the union asks of everybody."""
    unions = Union.objects.in_bulk([UUID(m.payload["union"]) for m in messages], field_name="uuid")
    for message in messages:
        union = unions.get(UUID(message.payload["union"]))
        if union is not None and union.path:
            operations.take_in_late_comers(
                now=timezone.now(), person=UUID(message.payload["person"]), union=union
            )


outbox.subscribe(CONFIRMED, "programmes", new_members)
