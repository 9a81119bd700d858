"""What follows a decision of Wagtail's workflow that our code does not make itself."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver
from wagtail.models import TaskState
from wagtail.signals import task_rejected

from core import inbox
from courses.models import CourseEdition
from courses.operations import tell_sent_back
from courses.operations.review import returned_key


@receiver(task_rejected, dispatch_uid="courses.tell_sent_back")
def on_rejected(instance: TaskState, **kwargs: Any) -> None:
    edition = instance.workflow_state.content_object
    # Who took it back needs no message.
    if isinstance(edition, CourseEdition) and instance.finished_by_id != edition.submitted_by_id:
        tell_sent_back(edition, remark=instance.comment)


@receiver(post_delete, sender=CourseEdition, dispatch_uid="courses.settle_returned")
def on_deleted(instance: CourseEdition, **kwargs: Any) -> None:
    """What no longer exists cannot be mended: its author has nothing left to do."""
    inbox.settle(key=returned_key(instance))
