"""What the message centre keeps: messages, and which entries of sources somebody has read."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message: who it is for and from, what to do, where it stands."""

    class State(models.TextChoices):
        UNREAD = "unread", _("未读")
        READ = "read", _("已读")
        DONE = "done", _("已办")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient = models.UUIDField(help_text="Person.uuid; core knows no persons")
    kind = models.CharField(max_length=60, help_text="what it is about, a dot, what happened: join.confirmed")
    key = models.CharField(  # noqa: DJ001  # no key, no conflict: NULL is what ON CONFLICT lets pass
        max_length=120, null=True, blank=True, help_text="the matter; one message a person and matter"
    )
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True, help_text="the one thing to do: a path of this site")
    action = models.CharField(max_length=40, blank=True, help_text="what it is called: 去审核")
    source = models.CharField(max_length=120, blank=True, help_text="key of who sent it: union:<uuid>")
    source_name = models.CharField(max_length=120, blank=True, help_text="its name at that time")
    is_task = models.BooleanField(default=False, help_text="open until it is settled, not until it is read")
    state = models.CharField(max_length=10, choices=State, default=State.UNREAD)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="nothing is to be done any more")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "recipient"], name="message_once_a_matter"),
            models.CheckConstraint(
                condition=models.Q(state__in=["unread", "read", "done"]), name="message_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", done_at__isnull=False)
                | (~models.Q(state="done") & models.Q(done_at__isnull=True)),
                name="message_done_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(url="")
                | (models.Q(url__startswith="/") & ~models.Q(url__startswith="//")),
                name="message_url_of_this_site",
            ),
            models.CheckConstraint(
                condition=models.Q(is_task=False) | ~models.Q(url=""), name="message_task_can_be_done"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="message_inbox"),
            models.Index(fields=["recipient"], condition=models.Q(state="unread"), name="message_unread"),
        ]


class ReadEntries(models.Model):
    """
    Which entries of sources a person has read: one row a person. Keys that no source returns any more are dropped at
    the next reading, so it stays as small as what is current.
    """

    person = models.UUIDField(unique=True, help_text="Person.uuid")
    keys = models.JSONField(default=list)
