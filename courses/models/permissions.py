"""
Who may write which course: its authors (who made it, and the instructors it names) and the lesson editors.

One tester for the whole tree below a course, instead of a row of Wagtail page permissions for each user and course
(1,400 such rows take 49 s). Nobody publishes a page by hand, not even the operator: an edition does.
"""

from functools import cached_property

from django.apps import apps
from django.db.models import Q
from wagtail.models import Page, PagePermissionTester

from accounts.models import User


def authored_paths(user: User) -> tuple[str, ...]:
    """Return the tree paths of the courses that a user writes; asked of the database once a request."""
    if not hasattr(user, "_authored_paths"):
        courses = apps.get_model("courses", "CoursePage").objects.filter(
            Q(owner=user) | Q(instructors__instructor__person__user=user)
        )
        user._authored_paths = tuple(courses.values_list("path", flat=True).distinct())  # type: ignore[attr-defined]
    return user._authored_paths  # type: ignore[attr-defined]


class CourseTreePermissions(PagePermissionTester):
    """What a user may do with a course, a module or a lesson."""

    @cached_property
    def is_author(self) -> bool:
        return self.page.path.startswith(authored_paths(self.user)) if self.user.is_active else False

    @property
    def _may_write(self) -> bool:
        if not self.user.is_active:
            return False
        if self.user.is_superuser or "change" in self.permissions:
            return True
        return "add" in self.permissions and self.is_author

    @cached_property
    def _is_in_an_edition(self) -> bool:
        pages = Page.objects.descendant_of(self.page, inclusive=True).values("pk")
        editions = apps.get_model("courses", "CourseEdition")
        lessons = apps.get_model("courses", "EditionLesson")
        return (
            lessons.objects.filter(page_id__in=pages).exists()
            or editions.objects.filter(course_id=self.page.pk).exists()
        )

    def can_add_subpage(self) -> bool:
        return bool(super().can_add_subpage()) and self._may_write

    def can_edit(self) -> bool:
        return self._may_write

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return self._may_write and not self._is_in_an_edition

    def can_move(self) -> bool:
        return self._may_write

    def can_reorder_children(self) -> bool:
        return self._may_write

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        return False


class CourseTreeMixin:
    """
    For the page types below the course index. No page of theirs is ever reviewed by itself (an edition is, and
    ``setup_cms`` sets no workflow for pages), so the editor need not ask about it sixteen times.
    """

    has_workflow = False
    current_workflow_state = None
    workflow_in_progress = False
    current_workflow_task_state = None
    current_workflow_task = None

    def get_workflow(self) -> None:
        return None

    def permissions_for_user(self, user: User) -> PagePermissionTester:
        return CourseTreePermissions(user, self)
