"""What follows a decision of Wagtail's workflow that our code does not make itself."""

from typing import Any

from django.dispatch import receiver
from wagtail.models import TaskState
from wagtail.signals import task_rejected

from courses.models import CourseEdition
from courses.operations import tell_sent_back


@receiver(task_rejected, dispatch_uid="courses.tell_sent_back")
def on_rejected(instance: TaskState, **kwargs: Any) -> None:
    edition = instance.workflow_state.content_object
    if isinstance(edition, CourseEdition):
        tell_sent_back(edition, remark=instance.comment)
