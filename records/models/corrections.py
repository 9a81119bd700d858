"""
Objections of learners and corrections of officers. Nothing of the ledger is edited: what comes of them is new entries.

What was filed and what was decided is final in the database too: see ``records.db.corrections``. A union is a uuid
here as in the ledger; who may see and decide is asked of ``unions.api.officer_scope`` in ``records.corrections.queries``.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import UuidModel
from records.models.ledger import Reason, RefusedSpan

DAY_MS = 86_400_000
_SHA256 = r"^[0-9a-f]{64}$"


class EvidenceFile(UuidModel):
    """A photo or paper that was filed with an objection or a correction. Append-only; the file lies under its hash."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=120, help_text="below the uploads")
    content_type = models.CharField(max_length=40)
    byte_size = models.BigIntegerField()
    filed_by = models.UUIDField(help_text="Person.uuid")
    filed_at = models.BigIntegerField(help_text="ms since the epoch")

    class Meta:
        verbose_name = _("佐证文件")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=_SHA256), name="evidence_file_hash"),
            models.CheckConstraint(condition=Q(byte_size__gt=0), name="evidence_file_size"),
        ]


class Objection(UuidModel):
    """
    “我有异议”: a learner holds that refused spans of one session, day and reason should count.

    ``evidence`` is what the record knew of them at filing, frozen; ``evidence_hash`` is the SHA-256 of its canonical
    JSON. ``union`` is whom it was sent to, ``desk`` the one that has to answer until ``due_on``: after that day the next
    one up.
    """

    class State(models.TextChoices):
        FILED = "filed", _("待答复")
        PROPOSED = "proposed", _("待复核")
        UPHELD = "upheld", _("成立")
        NOT_UPHELD = "not_upheld", _("不成立")

    OPEN = ("filed", "proposed")

    learner = models.UUIDField()
    session = models.UUIDField()
    lesson = models.UUIDField()
    day = models.DateField()
    reason = models.CharField(max_length=20, choices=Reason)
    policy = models.CharField(max_length=200)
    ms = models.BigIntegerField(help_text="what was not counted, as the learner saw it")
    words = models.CharField(max_length=200)
    photo = models.ForeignKey(EvidenceFile, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.JSONField()
    evidence_hash = models.CharField(max_length=64)
    filed_at = models.BigIntegerField(help_text="ms since the epoch")
    union = models.UUIDField(help_text="the union it was sent to")
    state = models.CharField(max_length=12, choices=State, default=State.FILED)
    desk = models.UUIDField(help_text="union that has to answer")
    due_on = models.DateField(help_text="last day for it")
    escalations = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=400, blank=True)
    answered_by = models.UUIDField(null=True, help_text="Person.uuid")
    answered_at = models.BigIntegerField(null=True)
    first_entry = models.BigIntegerField(null=True, help_text="n of the first entry that came of it")

    class Meta:
        verbose_name = _("异议")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["filed", "proposed", "upheld", "not_upheld"]),
                name="objection_state_known",
            ),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="objection_reason_known"),
            models.CheckConstraint(condition=~Q(words=""), name="objection_has_words"),
            models.CheckConstraint(condition=Q(evidence_hash__regex=_SHA256), name="objection_hash"),
            models.CheckConstraint(condition=Q(ms__gte=0), name="objection_ms"),
            models.CheckConstraint(
                condition=Q(state="filed", answered_at__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="") & ~Q(state="filed"),
                name="objection_answer_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("learner")),
                name="objection_not_judge_in_own_cause",
            ),
            models.CheckConstraint(
                condition=Q(state="upheld", first_entry__isnull=False)
                | ~Q(state="upheld") & Q(first_entry__isnull=True),
                name="objection_upheld_has_entry",
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "state", "due_on"], name="objection_of_desk"),
            models.Index(fields=["union", "state"], name="objection_of_union"),
            models.Index(fields=["learner", "-filed_at"], name="objection_of_learner"),
            models.Index(fields=["state", "due_on"], name="objection_by_due"),
        ]


class ObjectionSpan(models.Model):
    """A refused span that an objection is about; a span can be objected to once."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="spans")
    span = models.OneToOneField(RefusedSpan, on_delete=models.PROTECT, related_name="objection")


class ObjectionStep(models.Model):
    """What happened to an objection, in order. Append-only."""

    class Kind(models.TextChoices):
        FILED = "filed", _("提出异议")
        PROPOSED = "proposed", _("工会认为成立，等第二个人复核")
        RETURNED = "returned", _("复核没有通过，退回重新答复")
        ESCALATED = "escalated", _("过了三个工作日，转到上一级工会")
        UPHELD = "upheld", _("异议成立")
        NOT_UPHELD = "not_upheld", _("异议不成立")

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.BigIntegerField(help_text="ms since the epoch")
    actor = models.UUIDField(null=True, help_text="Person.uuid; null when the clock did it")
    desk = models.UUIDField(help_text="union that had to answer from then on")
    words = models.CharField(max_length=400, blank=True)


class Correction(UuidModel):
    """
    A reversal of an entry, or a grant of time, filed by one officer and approved or refused by another.

    A reversal takes the whole entry back and, where a part of it stands, grants ``kept_ms`` again in the same act.
    ``union`` is what the entry gets, the learner's on that day; ``desk`` whose officers may decide.
    """

    class Kind(models.TextChoices):
        REVERSAL = "reversal", _("冲销")
        GRANT = "grant", _("补录")

    class State(models.TextChoices):
        FILED = "filed", _("待复核")
        APPROVED = "approved", _("已入账")
        REFUSED = "refused", _("没有通过")

    class Why(models.TextChoices):
        """Keys that the ledger keeps; free text stays here."""

        OBJECTION = "objection_upheld", _("学员的异议成立")
        DEVICE = "device_fault", _("设备或网络故障")
        SYSTEM = "system_fault", _("系统差错")
        CLASSROOM = "classroom", _("线下集中学习")
        DUPLICATE = "duplicate", _("重复计时")
        NOT_IN_PERSON = "not_in_person", _("不是本人学的")
        MISTAKE = "mistake", _("录入有误")

    learner = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind)
    entry = models.BigIntegerField(null=True, help_text="n of the entry that is reversed")
    kept_ms = models.BigIntegerField(default=0, help_text="what of the reversed entry stands")
    ms = models.BigIntegerField(help_text="signed: what the learner's total changes by")
    day = models.DateField()
    began_at = models.BigIntegerField(help_text="ms since the epoch: when the time was studied")
    union = models.UUIDField(null=True)
    desk = models.UUIDField()
    reason = models.CharField(max_length=20, choices=Why)
    words = models.CharField(max_length=400)
    objection = models.ForeignKey(Objection, null=True, on_delete=models.PROTECT, related_name="corrections")
    evidence = models.ForeignKey(EvidenceFile, null=True, on_delete=models.PROTECT, related_name="+")
    filed_by = models.UUIDField(help_text="Person.uuid")
    filed_at = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.FILED)
    decided_by = models.UUIDField(null=True, help_text="Person.uuid: the second person")
    decided_at = models.BigIntegerField(null=True)
    decision = models.CharField(max_length=400, blank=True)
    first_entry = models.BigIntegerField(null=True, help_text="n of the first entry that was written")
    last_entry = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("更正")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="reversal", entry__isnull=False, ms__lt=0, kept_ms__gte=0, objection__isnull=True
                )
                | Q(kind="grant", entry__isnull=True, ms__gt=0, kept_ms=0),
                name="correction_kind_fits",
            ),
            models.CheckConstraint(
                condition=Q(ms__lte=DAY_MS, ms__gte=-DAY_MS), name="correction_within_a_day"
            ),
            models.CheckConstraint(
                condition=Q(objection__isnull=False) | Q(evidence__isnull=False),
                name="correction_has_evidence",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="correction_has_words"),
            models.CheckConstraint(
                condition=Q(
                    state="filed", decided_by__isnull=True, decided_at__isnull=True, first_entry__isnull=True
                )
                | Q(
                    state="refused",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    first_entry__isnull=True,
                )
                & ~Q(decision="")
                | Q(
                    state="approved",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    first_entry__isnull=False,
                    last_entry__gte=F("first_entry"),
                ),
                name="correction_decision_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("filed_by")),
                name="correction_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(filed_by=F("learner"))
                & (Q(decided_by__isnull=True) | ~Q(decided_by=F("learner"))),
                name="correction_not_in_own_cause",
            ),
            models.UniqueConstraint(
                fields=["learner", "entry"],
                condition=Q(state__in=["filed", "approved"], entry__isnull=False),
                name="correction_of_entry_once",
            ),
            models.UniqueConstraint(
                fields=["objection"],
                condition=Q(state__in=["filed", "approved"], objection__isnull=False),
                name="correction_of_objection_once",
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "state", "filed_at"], name="correction_of_desk"),
            models.Index(fields=["learner", "-filed_at"], name="correction_of_learner"),
        ]
