"""Who writes to the index now, and what a rebuild must write again. What is found lies in the engine, not here."""

from django.db import models


class IndexState(models.Model):
    """
    One row: the lease of the one who writes, and the rebuild that is running.

    Two writers at once could load a thing in its old and its new state and store the old one last.
    """

    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    rebuild = models.UUIDField(null=True)
    rebuild_began_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="index_state_is_one"),
            models.CheckConstraint(
                condition=models.Q(rebuild__isnull=True, rebuild_began_at__isnull=True)
                | models.Q(rebuild__isnull=False, rebuild_began_at__isnull=False),
                name="index_rebuild_began",
            ),
        ]


class IndexReplay(models.Model):
    """A thing that was written to the old index while a new one was being built: it is written again to the new."""

    key = models.CharField(max_length=120)
