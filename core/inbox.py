"""A person's message centre. Core knows no persons: a recipient is the uuid of one."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models

from core.models import Message


def send(*, to: UUID, kind: str, title: str, body: str = "", url: str = "", source: str = "") -> Message:
    """Put a message into a person's inbox. ``url`` is the one thing to do, a path of this site."""
    return Message.objects.create(
        recipient=to, kind=kind, title=title[:200], body=body, url=url, source=source[:120]
    )


def send_to_many(
    *, to: Iterable[UUID], kind: str, title: str, body: str = "", url: str = "", source: str = ""
) -> int:
    """Put the same message into many inboxes with one statement a thousand; return how many."""
    rows = [
        Message(recipient=uuid, kind=kind, title=title[:200], body=body, url=url, source=source[:120])
        for uuid in to
    ]
    Message.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)


def messages_of(person: UUID) -> models.QuerySet[Message]:
    """Return a person's messages, newest first."""
    return Message.objects.filter(recipient=person).order_by("-created_at", "-id")


def unread_count(person: UUID) -> int:
    """Return how many messages wait to be read: the number on the bell."""
    return Message.objects.filter(recipient=person, state=Message.State.UNREAD).count()


def mark(*, person: UUID, message: UUID, state: str) -> bool:
    """Set the state of one's own message; False when there is no such message in this inbox. Done stays done."""
    own = Message.objects.filter(recipient=person, uuid=message).exclude(state=Message.State.DONE)
    return bool(own.update(state=state))


def mark_all_read(*, person: UUID) -> int:
    """Set everything unread to read; return how many."""
    return Message.objects.filter(recipient=person, state=Message.State.UNREAD).update(
        state=Message.State.READ
    )
