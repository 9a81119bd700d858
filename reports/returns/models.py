"""What was handed in, and every step it took."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import UuidModel


class UnionReturn(UuidModel):
    """The return of a union for a period. Handed in again after it was sent back, it is the same row with new content."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("已上报，等上级看")
        ACCEPTED = "accepted", _("上级已收下")
        RETURNED = "returned", _("上级退回，要改")

    union = models.ForeignKey("unions.Union", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=[("month", _("月报")), ("year", _("年报"))])
    start = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.SUBMITTED)
    version = models.PositiveSmallIntegerField(default=1)
    content = models.JSONField(help_text="the document, as reports.tables.as_dict gives it")
    hash = models.CharField(max_length=64, help_text="SHA-256 of the document")
    closing_hash = models.CharField(
        max_length=64, blank=True, help_text="of the closing, if the period was closed"
    )
    remark = models.CharField(max_length=500, blank=True, help_text="why it was sent back")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("上报")
        constraints = [
            models.UniqueConstraint(fields=["union", "kind", "start"], name="union_return_once"),
            models.CheckConstraint(
                condition=~models.Q(state="returned") | ~models.Q(remark=""), name="union_return_says_why"
            ),
            models.CheckConstraint(
                condition=models.Q(state="submitted", answered_at__isnull=True)
                | models.Q(answered_at__isnull=False, answered_by__isnull=False),
                name="union_return_answered",
            ),
        ]
        indexes = [models.Index(fields=["kind", "start"], name="union_return_of_period")]


class ReturnStep(models.Model):
    """One step of a return: who did what when, with what words and which document. Append-only."""

    of = models.ForeignKey(UnionReturn, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=9, choices=UnionReturn.State)
    version = models.PositiveSmallIntegerField()
    hash = models.CharField(max_length=64)
    remark = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
