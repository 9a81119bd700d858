"""What follows a reviewer's decision."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import WorkflowState
from wagtail.workflows import publish_workflow_state

from accounts.models import User
from core import inbox, jobs
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


def _author_of(edition: CourseEdition) -> UUID:
    return edition.submitted_by.person.uuid


def tell_published(edition: CourseEdition) -> None:
    """Let who sent an edition to review know that learners see it."""
    inbox.send(
        to=_author_of(edition),
        kind="course.published",
        title=_("《%(title)s》审核通过，已经发布") % {"title": edition.title},
        body=_("学员现在看到的就是这一版。"),
        url=reverse("courses:course", args=[edition.course.slug]),
        action=_("去看看"),
        source=f"edition:{edition.uuid}",
        source_name=_("课程审核"),
        key=f"course.published:{edition.uuid}",
        at=edition.published_at,
    )


def tell_sent_back(edition: CourseEdition, *, remark: str) -> None:
    """Let who sent an edition to review know what the reviewer wants changed; it is done when it is sent again."""
    inbox.send(
        to=_author_of(edition),
        kind="course.returned",
        title=_("《%(title)s》退回修改") % {"title": edition.title},
        body=remark or _("审核的人没有写意见，可以当面问一问。"),
        url=reverse("course_desk", args=[edition.course_id]),
        action=_("去改"),
        source=f"edition:{edition.uuid}",
        source_name=_("课程审核"),
        key=returned_key(edition),
        is_task=True,
        renew=True,
    )


def returned_key(edition: CourseEdition) -> str:
    """The matter of an edition that was sent back: settled when it is sent to review again."""
    return f"course.returned:{edition.uuid}"
