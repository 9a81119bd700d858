"""
Training programmes of unions, and courses that a union asks its members to study. A programme may own a study policy, which can only be stricter than the union's.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from core.models import UuidModel
from courses.models import CoursePage
from occupations.models import Occupation, SkillLevel
from unions.models import Union


class Programme(UuidModel):
    """A union's plan of lessons for a period. Its policy in ``records`` is named by :attr:`policy_owner`."""

    union = models.ForeignKey(Union, on_delete=models.PROTECT, related_name="programmes")
    title = models.CharField(_("名称"), max_length=120)
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("培训计划")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="programme_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def policy_owner(self) -> str:
        return f"programme:{self.uuid}"


class ProgrammeLesson(models.Model):
    """A lesson that belongs to a programme, by uuid: its sessions are judged by the programme's policy too."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="lessons")
    lesson = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "lesson"], name="programme_lesson_once")]


class Assignment(UuidModel):
    """
    A union asks its members to study a course by a day: chosen ones, all of the unit, or those of a trade and level.

    Who is asked stands in :class:`AssignedPerson`, written by a job. Until ``takes_in_until`` those who join the union,
    or come into the trade and level, later are taken in, too; None: nobody later.
    """

    class Reach(models.TextChoices):
        CHOSEN = "chosen", _("选人")
        UNIT = "unit", _("全单位")
        RULE = "rule", _("按职业和等级")

    union = models.ForeignKey(Union, on_delete=models.PROTECT, related_name="assignments")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+")
    reach = models.CharField(_("给谁"), max_length=8, choices=Reach)
    occupation = models.ForeignKey(
        Occupation, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("职业")
    )
    level = models.ForeignKey(
        SkillLevel, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("技能等级")
    )
    due_on = models.DateField(_("哪天前学完"))
    takes_in_until = models.DateField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("学课安排")
        indexes = [models.Index(fields=["union", "-created_at"], name="assignment_of_union")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reach="rule", occupation__isnull=False)
                | models.Q(reach="rule", level__isnull=False)
                | models.Q(reach__in=["chosen", "unit"], occupation__isnull=True, level__isnull=True),
                name="assignment_rule_names_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(takes_in_until__isnull=True)
                | (models.Q(takes_in_until__lte=models.F("due_on")) & ~models.Q(reach="chosen")),
                name="assignment_takes_in_before_due",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="assignment_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.course.title


class AssignedPerson(models.Model):
    """Somebody whom an assignment asks. ``is_enrolled_by_it``: had not begun the course before."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="persons")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    assigned_at = models.DateTimeField()
    is_told = models.BooleanField(default=False, help_text="enrolled and told; a job does both")
    is_enrolled_by_it = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "person"], name="assigned_person_once")]
        indexes = [
            models.Index(
                fields=["assignment"], condition=models.Q(is_told=False), name="assigned_person_waiting"
            )
        ]
