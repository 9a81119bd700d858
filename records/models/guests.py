"""Study before signing in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
