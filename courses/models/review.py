"""The reviewers' step in Wagtail's workflow, with the one rule Wagtail does not have: nobody reviews own work."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, Revision, TaskState

from accounts.models import User
from courses.models.editions import CourseEdition


def authors_of(edition: CourseEdition) -> set[int]:
    """
    Return the ids of the users who wrote or submitted what an edition contains, of whoever made the course, and of the
    instructors it names.
    """
    named = [edition.course_revision_id, *edition.lessons.values_list("revision_id", flat=True)]
    writers = Revision.objects.filter(pk__in=named, user__isnull=False).values_list("user_id", flat=True)
    teachers = edition.instructors.filter(instructor__person__user__isnull=False)
    users = teachers.values_list("instructor__person__user", flat=True)
    return {edition.submitted_by_id, *writers, *users, *filter(None, [edition.course.owner_id])}


class ReviewTask(AbstractGroupApprovalTask):
    """
    Somebody of a group approves an edition, or sends it back with a remark; never who wrote or submitted it. Who in the
    group has the turn, and the six points, are ``courses.review``'s; Wagtail's own buttons are not offered.
    """

    workdays = models.PositiveSmallIntegerField(
        _("几个工作日内审完"), default=5, db_default=5, help_text=_("从轮到这一环节的下一个工作日算起。")
    )
    asks_points = models.BooleanField(
        _("逐项审六个方面"),
        default=False,
        db_default=False,
        help_text=_("内容、形式、意识形态、视频格式、视频质量、版权，每项都要有结论。"),
    )

    admin_form_fields = [*AbstractGroupApprovalTask.admin_form_fields, "workdays", "asks_points"]

    class Meta:
        verbose_name = _("审核环节")
        verbose_name_plural = _("审核环节")

    @classmethod
    def get_description(cls) -> str:
        return str(_("由指定的一组人审核；写课的人和送审的人不能审自己的课。"))

    def has_reviewer(self, user: User) -> bool:
        """Tell whether somebody is of the step's group at all."""
        return user.is_active and (user.is_superuser or self._user_in_groups(user))

    def may_review(self, edition: CourseEdition, user: User) -> bool:
        """Tell whether somebody may decide on an edition now: has the turn (or nobody has it by name), and no hand in it."""
        if not self.has_reviewer(user):
            return False
        turn = edition.turns.filter(ended_at__isnull=True).first()
        if turn is not None and turn.reviewer_id not in {None, user.pk} and not user.is_superuser:
            return False
        return user.pk not in authors_of(edition)

    def get_actions(self, obj: CourseEdition, user: User) -> list[tuple[str, Any, bool]]:
        return []

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> None:
        # ``courses.review.deciding`` has asked before it calls this; code that does not must not get past it either.
        if not self.may_review(task_state.workflow_state.content_object, user):
            raise PermissionDenied
        if action_name == "approve" and self.asks_points:
            points = task_state.review_turn.points if hasattr(task_state, "review_turn") else None
            if points is None or points.exclude(verdict="mend").count() < SIX:
                raise PermissionDenied
        super().on_action(task_state, user, action_name, **kwargs)


SIX = 6
"""Points of content review: ``ReviewPoint.Point`` has as many, and a test says so."""
