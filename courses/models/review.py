"""The reviewers' step in Wagtail's workflow, with the one rule Wagtail does not have: nobody reviews own work."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, Revision, TaskState

from accounts.models import User
from courses.models.editions import CourseEdition


def authors_of(edition: CourseEdition) -> set[int]:
    """Return the ids of the users who wrote or submitted what an edition contains."""
    named = [edition.course_revision_id, *edition.lessons.values_list("revision_id", flat=True)]
    writers = Revision.objects.filter(pk__in=named, user__isnull=False).values_list("user_id", flat=True)
    return {edition.submitted_by_id, *writers}


class ReviewTask(AbstractGroupApprovalTask):
    """Somebody of a group approves an edition, or sends it back with a remark; never who wrote or submitted it."""

    class Meta:
        verbose_name = _("审核环节")
        verbose_name_plural = _("审核环节")

    @classmethod
    def get_description(cls) -> str:
        return str(_("由指定的一组人审核；写课的人和送审的人不能审自己的课。"))

    def may_review(self, edition: CourseEdition, user: User) -> bool:
        return (user.is_superuser or self._user_in_groups(user)) and user.pk not in authors_of(edition)

    def get_actions(self, obj: CourseEdition, user: User) -> list[tuple[str, Any, bool]]:
        if not self.may_review(obj, user):
            return []
        return [
            ("approve", _("通过"), False),
            ("approve", _("通过并附意见"), True),
            ("reject", _("退回修改"), True),
        ]

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        # Wagtail asks get_actions before it calls this; code that does not must not get past it either.
        if not self.may_review(task_state.workflow_state.content_object, user):
            raise PermissionDenied
        super().on_action(task_state, user, action_name, **kwargs)
