"""What happens when the last reviewer has approved."""

from wagtail.models import WorkflowState
from wagtail.workflows import publish_workflow_state

from accounts.models import User
from core import jobs
from courses.models import CourseEdition

PUBLISH_JOB = "courses.publish_edition"


def finish_review(workflow_state: WorkflowState, user: User | None = None) -> None:
    """Queue the publishing of the edition that a workflow has approved; anything else is published in Wagtail's way."""
    edition = workflow_state.content_object
    if not isinstance(edition, CourseEdition):
        publish_workflow_state(workflow_state, user=user)
        return
    jobs.enqueue(
        kind=PUBLISH_JOB,
        payload={"edition": str(edition.uuid)},
        by=user.person.uuid if user else None,
        dedupe_key=f"edition:{edition.uuid}",
    )
