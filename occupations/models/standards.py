"""
Occupational standards: what somebody of an occupation must be able to do and know, level by level.

A standard is an edition: courses map their lessons to requirements of one. Once published its content is frozen (the
database refuses, ``occupations/db.py``); only its validity may still change. Functions and tasks stand below a level,
because published standards number and name them anew at each level.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from core.models import UuidModel
from occupations.models.classification import Occupation, SkillLevel
from occupations.rules import HOURS_MOST, PERCENT


def _percent(name: str, label: Any) -> Any:
    return models.PositiveSmallIntegerField(label, default=0, help_text=_("百分数，0 到 100"))


def _percent_check(*fields: str, name: str) -> models.CheckConstraint:
    inside = Q()
    for field in fields:
        inside &= Q(**{f"{field}__range": (0, PERCENT)})
    return models.CheckConstraint(condition=inside, name=name)


class OccupationalStandard(UuidModel, models.Model):
    """
    One edition of an occupation's standard. A draft (``published_at`` is null) may change in everything; a published
    one is in force on the days of its validity, at most one of an occupation on any day.
    """

    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="standards", verbose_name=_("职业")
    )
    edition = models.CharField(
        _("版本"), max_length=20, help_text=_("例如 2026 年版。内容改了，就要换一个版本。")
    )
    is_example = models.BooleanField(
        _("示例"), default=True, help_text=_("不是国家公布的文本。打上勾，每一页都会写明。")
    )
    source = models.CharField(
        _("来源"), max_length=300, blank=True, help_text=_("谁编的，依据什么；国家公布的写文号。")
    )
    licence = models.CharField(_("许可"), max_length=100, blank=True)
    definition = models.TextField(_("职业定义"), blank=True)
    active_from = models.DateField(_("生效日期"), null=True, blank=True)
    active_to = models.DateField(_("失效日期"), null=True, blank=True, help_text=_("从这天起不再有效"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("职业标准")
        verbose_name_plural = _("职业标准")
        constraints = [
            models.UniqueConstraint(fields=["occupation", "edition"], name="standard_edition_once"),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gt=F("active_from")),
                name="standard_validity_forward",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(active_from__isnull=False),
                name="standard_published_has_begin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occupation} {self.edition}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class StandardBasic(models.Model):
    """A basic requirement of all levels: professional ethics, or basic knowledge."""

    class Kind(models.TextChoices):
        ETHICS = "ethics", _("职业道德")
        KNOWLEDGE = "knowledge", _("基础知识")

    standard = models.ForeignKey(OccupationalStandard, on_delete=models.CASCADE, related_name="basics")
    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard", "kind", "number"], name="standard_basic_once")
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def code(self) -> str:
        """2.1.x is ethics, 2.2.x basic knowledge: the numbering of published standards."""
        return f"2.{1 if self.kind == self.Kind.ETHICS else 2}.{self.number}"


class StandardLevel(models.Model):
    """
    One level of a standard: hours of training, who may teach it, and the two basic rows of the theory column of the
    weighting table. Its other rows are the functions'.
    """

    class Title(models.TextChoices):
        NONE = "", _("不看职称")
        MIDDLE = "middle", _("中级职称")
        SENIOR = "senior", _("高级职称")

    standard = models.ForeignKey(OccupationalStandard, on_delete=models.CASCADE, related_name="levels")
    level = models.ForeignKey(SkillLevel, on_delete=models.PROTECT, related_name="+")
    hours = models.PositiveSmallIntegerField(
        _("培训学时"), default=0, help_text=_("标准学时，一学时 45 分钟")
    )
    ethics_weight = _percent("ethics", _("职业道德"))
    basics_weight = _percent("basics", _("基础知识"))
    teacher_level = models.ForeignKey(
        SkillLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("教的人至少是")
    )
    teacher_years = models.PositiveSmallIntegerField(_("持证年数"), default=0)
    teacher_title = models.CharField(
        _("或者有"), max_length=10, choices=Title, default=Title.NONE, blank=True
    )

    class Meta:
        ordering = ["level_id"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "level"], name="standard_level_once"),
            models.CheckConstraint(condition=Q(hours__range=(0, HOURS_MOST)), name="standard_level_hours"),
            _percent_check("ethics_weight", "basics_weight", name="standard_level_weights"),
        ]

    def __str__(self) -> str:
        return self.level.label


class LevelSize(models.Model):
    """
    How many requirements a level of a published standard has: counted once, because it is frozen. So the coverage map
    of all occupations need not count 150,000 rows each time.
    """

    standard_level = models.OneToOneField(
        StandardLevel, primary_key=True, on_delete=models.CASCADE, related_name="size"
    )
    requirements = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(requirements__gt=0), name="level_size_positive")]


class StandardFunction(models.Model):  # type: ignore[django-manager-missing]  # of a ClusterableModel
    """职业功能 of a level, and its row of the weighting table."""

    standard_level = models.ForeignKey(StandardLevel, on_delete=models.CASCADE, related_name="functions")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("职业功能"), max_length=60)
    theory_weight = _percent("theory", _("理论知识"))
    skill_weight = _percent("skill", _("技能要求"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["standard_level", "number"], name="standard_function_once"),
            models.UniqueConstraint(fields=["standard_level", "name"], name="standard_function_name_once"),
            _percent_check("theory_weight", "skill_weight", name="standard_function_weights"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class StandardTask(ClusterableModel):
    """工作内容 of a function. One with a danger wants a safety notice in each lesson that teaches it."""

    function = models.ForeignKey(
        StandardFunction, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("职业功能")
    )
    number = models.PositiveSmallIntegerField(_("编号"))
    name = models.CharField(_("工作内容"), max_length=80)
    is_hazardous = models.BooleanField(
        _("有危险"), default=False, help_text=_("教这一项的课时要有安全提示。")
    )

    class Meta:
        verbose_name = _("工作内容")
        verbose_name_plural = _("工作内容和要求")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["function", "number"], name="standard_task_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def code(self) -> str:
        return f"{self.function.number}.{self.number}"


class StandardRequirement(UuidModel, models.Model):
    """技能要求 or 相关知识要求 of a task, numbered by themselves: what a lesson is mapped to."""

    class Kind(models.TextChoices):
        SKILL = "skill", _("技能要求")
        KNOWLEDGE = "knowledge", _("相关知识要求")

    task = ParentalKey(StandardTask, on_delete=models.CASCADE, related_name="requirements")
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(_("编号"))
    text = models.CharField(_("要求"), max_length=400)

    class Meta:
        verbose_name = _("要求")
        ordering = ["-kind", "number"]  # skill before knowledge, as standards print them
        constraints = [
            models.UniqueConstraint(fields=["task", "kind", "number"], name="standard_requirement_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def code(self) -> str:
        return f"{self.task.code}.{self.number}"
