"""
Who may write which course: its authors (who made it, and the instructors it names) and the lesson editors.

One tester for the whole tree below a course, instead of a row of Wagtail page permissions for each user and course
(1,400 such rows take 49 s). Nobody publishes a page by hand, not even the operator: an edition does.
"""

from functools import cached_property
from typing import cast

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from wagtail.locks import BaseLock
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


class ReviewLock(BaseLock):
    """
    On every page of a course while its next edition is under review: what stands in the editor is what is read, and a
    remark stays at its place. The author may take the edition back.
    """

    def for_user(self, user: User) -> bool:
        return True

    def get_message(self, user: User) -> str:
        return str(_("这门课正在审，现在改不了。要改，到“单元和课时”里撤回送审。"))

    def get_locked_by(self, user: User) -> str:
        return str(_("在审，锁着"))

    def get_description(self, user: User) -> str:
        return str(_("审完、退回或撤回以后，就能接着改。"))


def course_above(page: Page) -> Page | None:
    """
    Return the course that a page is or stands in, with ``is_in_review``: whether its next edition waits for a reviewer.
    One query; asked again of the same object, buttons, menus and locks of one view cost nothing.
    """
    if not hasattr(page, "_course_above"):
        courses = apps.get_model("courses", "CoursePage").objects
        waiting = apps.get_model("courses", "ReviewTurn").objects.filter(
            ended_at__isnull=True, edition__course=OuterRef("pk")
        )
        found = courses.ancestor_of(page, inclusive=True).annotate(is_in_review=Exists(waiting))
        page._course_above = found.first()
    course: Page | None = page._course_above
    return course


def is_in_review(page: Page) -> bool:
    """Tell whether a page belongs to a course whose next edition waits for a reviewer."""
    course = course_above(page)
    return course is not None and bool(course.is_in_review)


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
    def _is_in_review(self) -> bool:
        return is_in_review(self.page)

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
        return bool(super().can_add_subpage()) and self._may_write and not self._is_in_review

    def can_edit(self) -> bool:
        return self._may_write

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return self._may_write and not self._is_in_an_edition

    def can_move(self) -> bool:
        return self._may_write and not self._is_in_review

    def can_reorder_children(self) -> bool:
        return self._may_write and not self._is_in_review

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

    def get_lock(self) -> BaseLock | None:
        page = cast(Page, self)
        return ReviewLock(page) if is_in_review(page) else super().get_lock()  # type: ignore[misc]

    def permissions_for_user(self, user: User) -> PagePermissionTester:
        return CourseTreePermissions(user, self)
