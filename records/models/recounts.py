"""
Time that was judged again under another policy: who asked, who approved, and what became of each stretch.

The ledger itself only grows: a recount writes reversals and new entries. The lines here say which of them stands for a
stretch now, so that a later recount finds it; they are append-only like the ledger.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import UuidModel
from records.models.policy import StudyPolicy


class Recount(UuidModel):
    """
    The request to judge the time of some days by a policy version, filed by one officer, decided by another.

    ``union`` and everything below it is whose time is judged; ``preview`` what a dry run had found when it was filed.
    """

    class State(models.TextChoices):
        FILED = "filed", _("待复核")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("没有通过")

    policy = models.ForeignKey(StudyPolicy, on_delete=models.PROTECT, related_name="recounts")
    union = models.UUIDField(help_text="whose members, with everything below; also whose officers decide")
    day_from = models.DateField()
    day_to = models.DateField(help_text="the last day of it")
    words = models.CharField(max_length=400)
    preview = models.JSONField(help_text="figures of the dry run")
    filed_by = models.UUIDField(help_text="Person.uuid")
    filed_at = models.BigIntegerField(help_text="ms since the epoch")
    state = models.CharField(max_length=8, choices=State, default=State.FILED)
    decided_by = models.UUIDField(null=True, help_text="Person.uuid: the second person")
    decided_at = models.BigIntegerField(null=True)
    decision = models.CharField(max_length=400, blank=True)
    job = models.UUIDField(null=True, help_text="the background work that enters it")

    class Meta:
        verbose_name = _("重算")
        constraints = [
            models.CheckConstraint(condition=Q(day_to__gte=F("day_from")), name="recount_days_forwards"),
            models.CheckConstraint(condition=~Q(words=""), name="recount_has_words"),
            models.CheckConstraint(
                condition=Q(state="filed", decided_by__isnull=True, decided_at__isnull=True, job__isnull=True)
                | Q(state="refused", decided_by__isnull=False, decided_at__isnull=False, job__isnull=True)
                & ~Q(decision="")
                | Q(
                    state="approved",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    job__isnull=False,
                ),
                name="recount_decision_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("filed_by")),
                name="recount_second_person",
            ),
        ]
        indexes = [models.Index(fields=["union", "-filed_at"], name="recount_of_union")]


class RecountedLearner(models.Model):
    """What a recount came to for one learner whose time changed. Written with the entries, once: append-only."""

    recount = models.ForeignKey(Recount, on_delete=models.PROTECT, related_name="learners")
    learner = models.UUIDField()
    before_ms = models.BigIntegerField(help_text="of the stretches that changed")
    after_ms = models.BigIntegerField()
    first_entry = models.BigIntegerField(help_text="n of the first entry that was written")
    last_entry = models.BigIntegerField()
    recorded_at = models.BigIntegerField(help_text="ms since the epoch")

    class Meta:
        verbose_name = _("重算到的会员")
        constraints = [
            models.UniqueConstraint(fields=["recount", "learner"], name="recounted_once"),
            models.CheckConstraint(
                condition=Q(before_ms__gte=0, after_ms__gte=0, last_entry__gte=F("first_entry")),
                name="recounted_figures",
            ),
        ]


class RecountLine(models.Model):
    """
    What stands for a stretch after a recount. The stretch is named by the first entry that credited it (``root_entry``)
    or by the first refused span that kept it out (``root_span``). The newest line of a stretch holds. Append-only.
    """

    recount = models.ForeignKey(Recount, on_delete=models.PROTECT, related_name="lines")
    learner = models.UUIDField()
    root_entry = models.BigIntegerField(null=True, help_text="n")
    root_span = models.BigIntegerField(null=True)
    before_ms = models.BigIntegerField()
    after_ms = models.BigIntegerField()
    entry = models.BigIntegerField(
        null=True, help_text="n of the entry that stands; null: nothing is credited"
    )
    span = models.BigIntegerField(
        null=True, help_text="the refused span that stands; null: nothing is refused"
    )

    class Meta:
        verbose_name = _("重算的时段")
        constraints = [
            models.CheckConstraint(
                condition=Q(root_entry__isnull=False, root_span__isnull=True)
                | Q(root_entry__isnull=True, root_span__isnull=False),
                name="recount_line_has_root",
            ),
            models.CheckConstraint(
                condition=Q(before_ms__gte=0, after_ms__gte=0) & ~Q(before_ms=F("after_ms")),
                name="recount_line_changes",
            ),
            models.CheckConstraint(
                condition=Q(after_ms=0, entry__isnull=True) | Q(after_ms__gt=0, entry__isnull=False),
                name="recount_line_entry",
            ),
        ]
        indexes = [models.Index(fields=["learner"], name="recount_line_of_learner")]
