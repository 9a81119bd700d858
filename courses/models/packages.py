"""Courses that went out or came in as a file (docs/course-package.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import UuidModel
from courses.models.pages import CoursePage


class CoursePackage(UuidModel):
    """
    One export or import and how far it is. ``file`` is the package's name below the uploads, empty once it was tidied
    away; ``report`` what the page shows; ``made`` the ids of the files an import added to the library, by kind.
    """

    class State(models.TextChoices):
        PACKING = "packing", _("正在打包")
        PACKED = "packed", _("已打包")
        LOOKING = "looking", _("正在检查")
        READY = "ready", _("等你确认")
        REFUSED = "refused", _("不能导入")
        IMPORTING = "importing", _("正在导入")
        IMPORTED = "imported", _("已导入")
        UNDOING = "undoing", _("正在撤销")
        UNDONE = "undone", _("已撤销")
        FAILED = "failed", _("没有成功")

    RUNNING = (State.PACKING, State.LOOKING, State.IMPORTING, State.UNDOING)

    state = models.CharField(max_length=10, choices=State)
    course = models.ForeignKey(CoursePage, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=255, blank=True)
    file_name = models.CharField(max_length=200, blank=True, help_text="as it was called where it came from")
    file = models.CharField(max_length=200, blank=True, help_text="storage key")
    report = models.JSONField(default=dict)
    made = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("课程包")
        indexes = [models.Index(fields=["created_by", "-created_at"], name="course_package_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        *("packing", "packed", "looking", "ready", "refused"),
                        *("importing", "imported", "undoing", "undone", "failed"),
                    ]
                ),
                name="course_package_state",
            )
        ]

    def __str__(self) -> str:
        return self.title or self.file_name

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING
