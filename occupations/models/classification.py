"""Occupations of the 2022 classification (职业分类大典), their groups and the eight skill levels (新八级工)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OccupationGroup(models.Model):
    """大类, 中类 or 小类: levels 1, 2 and 3 of the code."""

    code = models.CharField(max_length=7, primary_key=True)
    name = models.CharField(max_length=120, blank=True)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        verbose_name = _("职业类别")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Occupation(models.Model):
    """
    细类: the unit of a national occupational standard. The list changes each year, so a row has a validity and a
    successor and is never deleted.
    """

    code = models.CharField(_("代码"), max_length=10, primary_key=True)
    name = models.CharField(_("名称"), max_length=80)
    group = models.ForeignKey(OccupationGroup, on_delete=models.PROTECT, related_name="occupations")
    is_digital = models.BooleanField(_("数字职业"), default=False)
    is_green = models.BooleanField(_("绿色职业"), default=False)
    aliases = models.TextField(_("别名"), blank=True, help_text="one a line")
    definition = models.TextField(_("定义"), blank=True)
    edition = models.CharField(max_length=10, default="2022")
    source = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )

    class Meta:
        verbose_name = _("职业")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[1-8]-[0-9]{2}-[0-9]{2}-[0-9]{2}$"),
                name="occupation_code_form",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SkillLevel(models.Model):
    """
    One of the eight levels. Sort by ``rank`` (1 to 8, rising with skill), never by the digit of the label, which falls.
    """

    rank = models.PositiveSmallIntegerField(primary_key=True)
    code = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=10)
    label = models.CharField(max_length=20)
    certificate_digit = models.CharField(max_length=1, blank=True)
    is_high_skill = models.BooleanField(default=False)
    how_obtained = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("技能等级")
        constraints = [
            models.CheckConstraint(condition=models.Q(rank__range=(1, 8)), name="skill_level_rank")
        ]

    def __str__(self) -> str:
        return self.label
