"""What is written once: credited time, and time that was not credited with the reason why."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """
    One entry of a learner's chain: final columns in their final order, hashed in that order (``ledger.format``).

    Partitioned by month of recording on PostgreSQL, hence the key (month, id) and no foreign key to it; an entry is
    named by (learner, n). The table is made by hand in ``0002``; nobody holds more than SELECT and INSERT on it.
    No name, number or free text is in it, so a person's erasure does not break the chain.
    """

    class Kind(models.TextChoices):
        STUDY = "study", _("学习")
        REVERSAL = "reversal", _("冲正")
        GRANT = "grant", _("补记")
        ATTRIBUTION = "attribution", _("归属")
        ATTENDANCE = "attendance", _("面授")
        IMPORT = "import", _("导入")
        PRACTICE = "practice", _("实操")
        STATEMENT = "statement", _("外部记录")

    class Evidence(models.TextChoices):
        BEATS = "beats", _("播放记录")
        OFFLINE = "offline", _("离线播放记录")
        PRESENCE_QR = "presence_qr", _("扫码签到")
        INSTRUCTOR = "instructor", _("讲师确认")
        LEADER = "leader", _("班组长确认")
        IMPORT = "import", _("导入文件")
        XAPI = "xapi", _("外部系统")
        MASTER = "master", _("师傅确认")

    pk = models.CompositePrimaryKey("month", "id")
    format = models.SmallIntegerField(help_text="1: SHA-256; 2: SM3, the same bytes")
    learner = models.UUIDField()
    n = models.BigIntegerField(help_text="place in the learner's chain, from 1")
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.CharField(max_length=40, help_text="key of what it came from: player, offline, class …")
    session = models.UUIDField(null=True)
    lesson = models.UUIDField(null=True)
    part = models.UUIDField(null=True)
    edition = models.UUIDField(null=True)
    activity = models.CharField(max_length=300, help_text="IRI")
    occupation = models.CharField(max_length=20, null=True)  # noqa: DJ001 (null is a value of the hashed bytes)
    level = models.SmallIntegerField(null=True, help_text="rank 1–8")
    t_from = models.BigIntegerField(help_text="ms since the epoch")
    t_to = models.BigIntegerField()
    ranges = models.TextField(help_text="positions a-b,c-d in ms")
    ms = models.BigIntegerField(help_text="signed")
    day = models.DateField(help_text="when studied, Asia/Shanghai")
    booked_on = models.DateField(help_text="the first open day for that union's period")
    union = models.UUIDField(null=True)
    policy = models.CharField(max_length=200)
    evidence = models.CharField(max_length=12, choices=Evidence)
    evidence_ref = models.CharField(max_length=64, null=True, help_text="SHA-256, hex")  # noqa: DJ001
    online = models.BooleanField()
    reason = models.CharField(max_length=40, null=True, help_text="a key, never free text")  # noqa: DJ001
    refers_to = models.BigIntegerField(null=True, help_text="n of the entry this one corrects")
    actor = models.UUIDField(null=True)
    approver = models.UUIDField(null=True)
    recorded_at = models.BigIntegerField(help_text="ms since the epoch, the database's clock")
    prev = models.BinaryField()
    hash = models.BinaryField()
    month = models.DateField(help_text="first day of the month of recording, Asia/Shanghai")
    id = models.BigIntegerField()

    class Meta:
        verbose_name = _("学时记录")


class Reason(models.TextChoices):
    """
    Why a span was not credited: the closed list of the API and the keys of the plain words shown to the learner.
    """

    AHEAD_OF_CLOCK = "ahead_of_clock", _("时间还没到")
    TOO_LATE = "too_late", _("传上来太晚")
    CLOCK_USED = "clock_used", _("这段时间已经记过")
    FASTER_THAN_CLOCK = "faster_than_clock", _("播放过快的部分")
    NOT_VISIBLE = "not_visible", _("页面不在眼前")
    OUTSIDE_PART = "outside_part", _("不在这节课的范围内")
    SUPERSEDED = "superseded", _("已在另一台设备上开课")
    AFTER_CLOSE = "after_close", _("这次学习已经结束")
    SEQ_REUSED = "seq_reused", _("同一编号前后不一致")
    MISSED_CHECK = "missed_check", _("没等到你点确认")
    DAY_CAP = "day_cap", _("当天已学满")
    PART_CAP = "part_cap", _("这一段已计满")
    COURSE_CAP = "course_cap", _("这门课已计满")
    LESSON_WITHDRAWN = "lesson_withdrawn", _("课程已下架")
    LICENCE_EXPIRED = "licence_expired", _("离线许可已过期")


class RefusedSpan(models.Model):
    """
    A span that was not credited, with its reason. Append-only, not hashed.

    ``takes_back`` names an earlier row: the answer to a missed check that was given in time but arrived late makes
    the span count after all. Both rows stay; the pair is not shown to the learner.
    """

    learner = models.UUIDField()
    session = models.UUIDField()
    seq = models.BigIntegerField(null=True)
    lesson = models.UUIDField()
    part = models.UUIDField()
    position_from = models.BigIntegerField(null=True, help_text="ms; null where only the clock was refused")
    position_to = models.BigIntegerField(null=True)
    t_from = models.BigIntegerField(help_text="ms since the epoch")
    t_to = models.BigIntegerField()
    reason = models.CharField(max_length=20, choices=Reason)
    policy = models.CharField(max_length=200)
    day = models.DateField()
    takes_back = models.BigIntegerField(null=True)
    recorded_at = models.BigIntegerField()

    class Meta:
        verbose_name = _("未计时段")
        constraints = [
            models.CheckConstraint(condition=models.Q(reason__in=Reason.values), name="refused_reason_known"),
            models.CheckConstraint(
                condition=models.Q(t_to__gte=models.F("t_from")), name="refused_clock_forwards"
            ),
            models.CheckConstraint(
                condition=models.Q(position_from__isnull=True, position_to__isnull=True)
                | models.Q(position_to__gte=models.F("position_from")),
                name="refused_positions_forwards",
            ),
        ]
        indexes = [
            models.Index(fields=["learner", "day"], name="refused_of_learner"),
            models.Index(fields=["session", "seq"], name="refused_of_beat"),
        ]
