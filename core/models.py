"""Base models, the audit log, the outbox, messages and the way out to people's phones."""

import uuid

from django.db import models

from core.importer.models import ImportRow, ImportRun
from core.inbox.models import Message, ReadEntries
from core.jobs.models import Job, Pulse

__all__ = [
    "AuditHead",
    "AuditRow",
    "ImportRow",
    "ImportRun",
    "Job",
    "Message",
    "OutboxMessage",
    "Pulse",
    "ReadEntries",
    "SentNotice",
    "UuidModel",
]


class UuidModel(models.Model):
    """``id`` for joins inside, ``uuid`` for everything that leaves the house."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class AuditHead(models.Model):
    """The end of one audit chain; its row is the lock under which the next row is written."""

    stream = models.CharField(max_length=40, primary_key=True)
    n = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=bytes)


class AuditRow(models.Model):
    """
    Who did what, when, from where, on what, with which result. Append-only in the database, chained by hash within a
    stream. It holds uuids and keys, never names or numbers of persons, so that erasure does not have to touch it.
    """

    stream = models.CharField(max_length=40)
    n = models.BigIntegerField()
    at_ms = models.BigIntegerField()
    actor = models.UUIDField(null=True)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=80)
    target = models.CharField(max_length=120, blank=True)
    result = models.CharField(max_length=20, default="ok")
    detail = models.JSONField(default=dict)
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "n"], name="audit_row_place")]
        indexes = [
            models.Index(fields=["target", "id"], name="audit_by_target"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
        ]


class OutboxMessage(models.Model):
    """A fact that another app must learn after the transaction commits. Its consumer deletes what it did."""

    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["topic", "id"], name="outbox_by_topic")]


class SentNotice(models.Model):
    """
    What the console gateway "sent": the demo bar shows it to the person in front of the screen. Emptied after a day.
    """

    recipient_index = models.CharField(max_length=64, db_index=True)
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)
