"""The state of a learner between two beats: what is open, what is pending, what was covered."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StudyState(models.Model):
    """
    One row per learner, and the lock for everything of that learner: chain, clock, pending time, checks.

    Every write raises ``version`` and is refused if another came first. Lists are compact text of ``ledger.codec``;
    the clock, which grows with the window of lateness, is split into a recent and a past column, so that a beat rewrites
    only the recent one.
    """

    learner = models.UUIDField(primary_key=True)
    version = models.BigIntegerField(default=0)
    chain_length = models.BigIntegerField(default=0)
    chain_head = models.BinaryField(null=True, help_text="32 bytes; null before the first entry")
    open_session = models.UUIDField(null=True)
    clock = models.TextField(default="", help_text="recent instants recorded in any fate")
    clock_past = models.TextField(default="")
    granted = models.TextField(
        default="", help_text="instants that officers gave: no beat that arrives later counts on them again"
    )
    pending = models.TextField(default="", help_text="spans that wait for a proof")
    missed = models.TextField(default="", help_text="spans after a missed check, until the window passes")
    judgements = models.TextField(default="", help_text="proofs and misses within the window")
    days = models.TextField(default="", help_text="credited ms of the days within the window, for the cap")
    window_days = models.SmallIntegerField(default=14, help_text="longest lateness + make-up met so far")
    updated_at = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("学习状态")
        constraints = [
            models.CheckConstraint(condition=models.Q(chain_length__gte=0), name="state_chain_length")
        ]


class StudySession(models.Model):
    """
    One sitting with one lesson on one device, opened with a snapshot of the lesson, so that records answers alone.

    ``received`` keeps the sequence numbers of its beats with an 8-byte digest each: the first content of a number
    stands, other content under it is refused, and no raw beat has to be kept for that.
    """

    class End(models.TextChoices):
        CLOSE = "close", _("本人结束")
        SUPERSEDED = "superseded", _("在别处开课")
        WITHDRAWN = "lesson_withdrawn", _("课程下架")
        EXPIRED = "licence_expired", _("离线许可到期")

    uuid = models.UUIDField(primary_key=True)
    learner = models.UUIDField()
    source = models.CharField(max_length=20, default="player", help_text="player or offline")
    is_elder = models.BooleanField(default=False, help_text="长辈版: longer time to answer a check")
    device = models.CharField(max_length=120)
    lesson = models.UUIDField(db_index=True)
    edition = models.UUIDField(null=True)
    activity = models.CharField(max_length=300)
    title = models.CharField(max_length=200)
    course = models.CharField(max_length=80, blank=True, help_text="key for caps and completions")
    course_title = models.CharField(max_length=200, blank=True)
    occupation = models.CharField(max_length=20, blank=True)
    occupation_name = models.CharField(max_length=80, blank=True)
    level = models.SmallIntegerField(null=True)
    parts = models.JSONField(help_text="snapshot: uuid, kind, nominal_ms, title, plays_unseen")
    owner_keys = models.JSONField(
        default=list, help_text="policy owners above the union, e.g. programme:<uuid>"
    )
    policy = models.CharField(max_length=200)
    terms = models.JSONField(help_text="resolved policies, each from an instant on")
    policy_seen = models.BigIntegerField(default=0, help_text="newest policy row known when it was resolved")
    policy_day = models.DateField(help_text="the day it was resolved for")
    union = models.UUIDField(null=True, help_text="at opening")
    opened_at = models.BigIntegerField(help_text="ms since the epoch, the database's clock")
    ended_at = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=20, choices=End, blank=True)
    checks = models.JSONField(default=list, help_text="checks issued to this session and what became of them")
    received = models.TextField(default="", help_text="recent beats: seq and digest")
    received_past = models.TextField(default="")

    class Meta:
        verbose_name = _("学习会话")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, end_reason="")
                | models.Q(ended_at__isnull=False) & ~models.Q(end_reason=""),
                name="session_end_has_reason",
            ),
            models.UniqueConstraint(
                fields=["learner"], condition=models.Q(ended_at__isnull=True), name="session_open_once"
            ),
        ]
        indexes = [models.Index(fields=["learner", "-opened_at"], name="session_of_learner")]


class StudyLicence(models.Model):
    """
    The right to study one lesson on one device without a network, and where its runs stand on our clock.

    It is a session of its own (``StudySession`` of the same uuid, source ``offline``) that ends when the licence does.
    """

    uuid = models.UUIDField(primary_key=True, help_text="of the licence and of its session")
    learner = models.UUIDField()
    device = models.CharField(max_length=120)
    nonce = models.CharField(max_length=32)
    token = models.TextField(help_text="as it was signed")
    issued_at = models.BigIntegerField(help_text="ms since the epoch, the database's clock")
    expires_at = models.BigIntegerField()
    runs = models.JSONField(
        default=dict, help_text="run: at_ms, ms as stated, shift_ms, and parted_ms of the clocks"
    )
    uploaded_at = models.BigIntegerField(null=True, help_text="when something last came")

    class Meta:
        verbose_name = _("离线许可")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("issued_at")), name="licence_has_a_window"
            ),
        ]
        indexes = [models.Index(fields=["learner", "-issued_at"], name="licence_of_learner")]


class PartProgress(models.Model):
    """
    The three sets of one learner and part: C, and of W and K their measures and the instants of W not yet in K.

    Only the newest ``nominal_ms - credited_ms`` of those instants can ever be credited, so only they are kept.
    """

    learner = models.UUIDField()
    part = models.UUIDField()
    lesson = models.UUIDField()
    course = models.CharField(max_length=80, blank=True)
    nominal_ms = models.BigIntegerField()
    covered = models.TextField(default="", help_text="C: positions a-b,c-d")
    covered_ms = models.BigIntegerField(default=0)
    worked_ms = models.BigIntegerField(default=0, help_text="|W|")
    credited_ms = models.BigIntegerField(default=0, help_text="|K|")
    spare = models.TextField(default="", help_text="W without K and capped instants, with their session")
    last_position = models.BigIntegerField(default=0)
    updated_at = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("学习进度")
        constraints = [
            models.UniqueConstraint(fields=["learner", "part"], name="progress_once"),
            models.CheckConstraint(
                condition=models.Q(credited_ms__gte=0)
                & models.Q(credited_ms__lte=models.F("covered_ms"))
                & models.Q(credited_ms__lte=models.F("worked_ms"))
                & models.Q(covered_ms__lte=models.F("nominal_ms")),
                name="progress_credit_within_both_sets",
            ),
        ]
        indexes = [
            models.Index(fields=["learner", "lesson"], name="progress_of_lesson"),
            models.Index(fields=["learner", "course"], name="progress_of_course"),
        ]
