"""Training programmes of unions. A programme may own a study policy, which can only be stricter than the union's."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import UuidModel
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
