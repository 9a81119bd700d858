"""Learning paths: a ladder of courses for an occupation, level by level, with what comes before what."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from core.models import UuidModel
from courses.models.pages import CoursePage
from occupations.models import Occupation, SkillLevel


class LearningPath(UuidModel, ClusterableModel):  # type: ignore[django-manager-missing]  # of a ClusterableModel
    """The one ladder of an occupation. Learners see it once it is public."""

    occupation = models.OneToOneField(
        Occupation, on_delete=models.PROTECT, related_name="learning_path", verbose_name=_("职业")
    )
    summary = models.TextField(
        _("怎么走"), max_length=300, blank=True, help_text=_("一两句话：从哪里学起，每一级学完能做什么。")
    )
    is_public = models.BooleanField(
        _("公开"), default=False, help_text=_("不勾就是草稿，学员看不到，也不管先后。")
    )

    class Meta:
        verbose_name = _("学习路径")
        verbose_name_plural = _("学习路径")

    def __str__(self) -> str:
        return str(self.occupation)


class PathCourse(Orderable):
    """A course on a ladder, at one of its levels; in the order of learning."""

    path = ParentalKey(LearningPath, on_delete=models.CASCADE, related_name="steps")
    level = models.ForeignKey(SkillLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("等级"))
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+", verbose_name=_("课程"))
    is_required = models.BooleanField(
        _("必学"), default=True, help_text=_("不勾是选学，不算在“还差几门”里。")
    )

    class Meta(Orderable.Meta):
        constraints: list[Any] = [models.UniqueConstraint(fields=["path", "course"], name="path_course_once")]

    def __str__(self) -> str:
        return str(self.course)


class PathPrerequisite(models.Model):
    """A course of a ladder that comes after another one of it: as advice, or so that it cannot be begun before."""

    path = ParentalKey(LearningPath, on_delete=models.CASCADE, related_name="prerequisites")
    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="+", verbose_name=_("学这门")
    )
    needs = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="+", verbose_name=_("之前先学")
    )
    bars = models.BooleanField(
        _("没学完不能开始"), default=False, help_text=_("不勾只是提醒，学员可以先学后面的。")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path", "course", "needs"], name="path_prerequisite_once"),
            models.CheckConstraint(condition=~Q(course=F("needs")), name="path_prerequisite_not_itself"),
        ]
