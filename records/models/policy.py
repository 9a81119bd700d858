"""Study policies as versioned data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StudyPolicy(models.Model):
    """
    One version of one owner's rules. A null field inherits: from the union above, at last from the default of
    ``ledger.policy``. A version is never edited; a change is a new version with its own instant of effect.
    """

    owner = models.CharField(max_length=80, help_text="national, union:<uuid> or programme:<uuid>")
    version = models.PositiveIntegerField()
    effective_from = models.BigIntegerField(help_text="ms since the epoch")
    max_rate = models.DecimalField(_("计时倍速上限"), max_digits=4, decimal_places=3, null=True, blank=True)
    daily_cap_ms = models.BigIntegerField(_("每日计时上限"), null=True, blank=True)
    part_cap_ms = models.BigIntegerField(_("每段计时上限"), null=True, blank=True)
    course_cap_ms = models.BigIntegerField(_("每门课计时上限"), null=True, blank=True)
    presence_min_ms = models.BigIntegerField(_("确认间隔最短"), null=True, blank=True)
    presence_max_ms = models.BigIntegerField(_("确认间隔最长"), null=True, blank=True)
    presence_timeout_ms = models.BigIntegerField(_("确认等待时间"), null=True, blank=True)
    lateness_days = models.PositiveSmallIntegerField(_("迟到上传天数"), null=True, blank=True)
    makeup_days = models.PositiveSmallIntegerField(_("补学天数"), null=True, blank=True)
    proof_covers_ms = models.BigIntegerField(_("一次确认最多覆盖"), null=True, blank=True)
    complete_ratio = models.DecimalField(_("学完比例"), max_digits=4, decimal_places=3, null=True, blank=True)
    sound_only = models.BooleanField(_("息屏听声也计时"), null=True, blank=True)
    online_share = models.DecimalField(
        _("线上学时占比上限"), max_digits=4, decimal_places=3, null=True, blank=True
    )
    note = models.TextField(_("说明"), blank=True)
    made_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("学时规则")
        constraints = [
            models.UniqueConstraint(fields=["owner", "version"], name="policy_version_once"),
            models.UniqueConstraint(fields=["owner", "effective_from"], name="policy_instant_once"),
            models.CheckConstraint(
                condition=models.Q(max_rate__isnull=True) | models.Q(max_rate__gt=0, max_rate__lte=4),
                name="policy_max_rate",
            ),
            models.CheckConstraint(
                condition=models.Q(complete_ratio__isnull=True)
                | models.Q(complete_ratio__gt=0, complete_ratio__lte=1),
                name="policy_complete_ratio",
            ),
            models.CheckConstraint(
                condition=models.Q(online_share__isnull=True)
                | models.Q(online_share__gte=0, online_share__lte=1),
                name="policy_online_share",
            ),
            models.CheckConstraint(
                condition=(models.Q(lateness_days__isnull=True) | models.Q(lateness_days__lte=31))
                & (models.Q(makeup_days__isnull=True) | models.Q(makeup_days__lte=31)),
                name="policy_windows",
            ),
            models.CheckConstraint(
                condition=models.Q(presence_min_ms__isnull=True)
                | models.Q(presence_max_ms__isnull=True)
                | models.Q(presence_min_ms__gt=0, presence_max_ms__gte=models.F("presence_min_ms")),
                name="policy_presence_interval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner}@{self.version}"
