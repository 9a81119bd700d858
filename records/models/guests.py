"""Study before signing in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GuestSession(models.Model):
    """
    One sitting of somebody who has not signed in: what it was opened with, and the answers it gave to checks.

    It waits with its beats for 24 hours. Only what was sent is kept, never what came of it: that is worked out anew by
    the rules, for the page now, and for the person who claims it later under the person's own terms.
    """

    uuid = models.UUIDField(primary_key=True)
    device = models.CharField(max_length=64, help_text="SHA-256 of the device's secret, hex")
    lesson = models.UUIDField(db_index=True)
    snapshot = models.JSONField(help_text="the lesson as it was opened")
    is_elder = models.BooleanField(default=False)
    terms = models.JSONField(help_text="resolved policies, each from an instant on")
    opened_at = models.BigIntegerField(help_text="ms since the epoch, the database's clock")
    seen_at = models.BigIntegerField(help_text="when it last sent something")
    ended_at = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=20, blank=True)
    checks = models.JSONField(default=list, help_text="checks issued, not what became of them")
    answers = models.JSONField(default=list, help_text="[id, answer, shown, t] in the order received")
    tapped_at = models.BigIntegerField(null=True, help_text="the tap that ends a lesson")

    class Meta:
        verbose_name = _("游客会话")
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=models.Q(ended_at__isnull=True), name="guest_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["device", "opened_at"], name="guest_session_of_device"),
            models.Index(fields=["seen_at"], name="guest_session_by_age"),
        ]


class GuestSpan(models.Model):
    """
    A beat of somebody who has not signed in, accepted but worth nothing yet: a guest has no ledger and no chain.

    It waits for 24 hours under the key of its device; on signing in there it is judged like any other beat, and what
    nobody claimed is deleted.
    """

    device = models.CharField(max_length=64, help_text="SHA-256 of the device's secret, hex")
    session = models.UUIDField()
    seq = models.BigIntegerField()
    lesson = models.UUIDField()
    part = models.UUIDField()
    snapshot = models.JSONField(help_text="the lesson as it was opened")
    opened_at = models.BigIntegerField()
    t_from = models.BigIntegerField(help_text="ms on the player's clock since opening")
    t_to = models.BigIntegerField()
    ranges = models.TextField(help_text="positions a-b,c-d in ms, in the order played")
    visible = models.BooleanField()
    received_at = models.BigIntegerField()

    class Meta:
        verbose_name = _("游客学习")
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="guest_beat_once"),
            models.CheckConstraint(
                condition=models.Q(t_to__gte=models.F("t_from")), name="guest_clock_forwards"
            ),
        ]
        indexes = [
            models.Index(fields=["device", "received_at"], name="guest_of_device"),
            models.Index(fields=["received_at"], name="guest_by_age"),
        ]
