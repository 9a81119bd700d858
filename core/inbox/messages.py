"""Messages as rows: putting them in, settling them, marking them read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from core.inbox import bell
from core.inbox.models import Message

_A_BATCH = 1_000
_RENEWED = (
    "title",
    "body",
    "url",
    "action",
    "source",
    "source_name",
    "state",
    "created_at",
    "done_at",
    "expires_at",
)


def send(*, to: UUID, kind: str, title: str, **more: Any) -> Message:
    """
    Put a message into a person's inbox and return it; with a ``key`` that is known there, the one that has it.

    ``more`` is what :func:`send_to_many` takes.

    :raises ValueError: as :func:`send_to_many` does.
    """
    message = _message(to, kind, title, **{k: v for k, v in more.items() if k != "renew"})
    if message.key is None:
        message.save(force_insert=True)
        bell.forget([to])
        return message
    _put([message], renew=bool(more.get("renew")))
    return Message.objects.get(recipient=to, key=message.key)


def send_to_many(*, to: Iterable[UUID], kind: str, title: str, renew: bool = False, **more: Any) -> int:
    """
    Put the same message into many inboxes with one statement a thousand; return to how many persons.

    ``more``: ``body``; ``url``, the one thing to do (a path of this site), and ``action``, what it is called;
    ``source``, the key of who sends it, and ``source_name``, its name; ``is_task``, when it stays open until
    :func:`settle`; ``expires_at``; ``at``, when it was sent (default: now); ``key``, which names the matter: who has
    a message of that key gets none again. ``renew`` makes that one new instead, unread and open, with these words.

    For a few named persons. What goes to all members of a union is a source, not rows (see the module's text).

    :raises ValueError: if the url leads elsewhere, or a task has none.
    """
    rows = [_message(uuid, kind, title, **more) for uuid in dict.fromkeys(to)]
    _put(rows, renew=renew)
    return len(rows)


def settle(*, key: str, at: datetime | None = None, to: UUID | None = None) -> int:
    """
    Note that the matter of a key is done, for everybody who was told (or for one person); return how many messages
    that closed.
    """
    rows = Message.objects.filter(key=key).exclude(state=Message.State.DONE)
    if to is not None:
        rows = rows.filter(recipient=to)
    told = list(rows.values_list("recipient", flat=True))
    if told:
        rows.update(state=Message.State.DONE, done_at=at or timezone.now())
        bell.forget(told)
    return len(told)


def messages_of(person: UUID) -> models.QuerySet[Message]:
    """Return a person's messages, newest first."""
    return Message.objects.filter(recipient=person).order_by("-created_at", "-id")


def unread_count(person: UUID) -> int:
    """Return how many messages of a person wait to be read. The bell counts more: :func:`core.inbox.bell_count`."""
    return Message.objects.filter(recipient=person, state=Message.State.UNREAD).count()


def mark(*, person: UUID, message: UUID, state: str) -> bool:
    """Set the state of one's own message; False when there is no such message in this inbox. Done stays done."""
    own = Message.objects.filter(recipient=person, uuid=message).exclude(state=Message.State.DONE)
    done_at = timezone.now() if state == Message.State.DONE else None
    changed = bool(own.update(state=state, done_at=done_at))
    bell.forget([person])
    return changed


def mark_all_read(*, person: UUID) -> int:
    """Set every unread message to read; return how many. Tasks stay open."""
    unread = Message.objects.filter(recipient=person, state=Message.State.UNREAD)
    count = unread.update(state=Message.State.READ)
    bell.forget([person])
    return count


def _message(
    to: UUID,
    kind: str,
    title: str,
    *,
    body: str = "",
    url: str = "",
    action: str = "",
    source: str = "",
    source_name: str = "",
    key: str = "",
    is_task: bool = False,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> Message:
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError("a message leads to a page of this site")
    if is_task and not url:
        raise ValueError("a task names the page where it is done")
    return Message(
        recipient=to,
        kind=kind,
        key=key[:120] or None,
        title=title[:200],
        body=body,
        url=url,
        action=action[:40],
        source=source[:120],
        source_name=source_name[:120],
        is_task=is_task,
        expires_at=expires_at,
        created_at=at or timezone.now(),
    )


def _put(rows: list[Message], *, renew: bool) -> None:
    if renew:
        Message.objects.bulk_create(
            rows,
            batch_size=_A_BATCH,
            update_conflicts=True,
            unique_fields=["key", "recipient"],
            update_fields=_RENEWED,
        )
    else:
        Message.objects.bulk_create(rows, batch_size=_A_BATCH, ignore_conflicts=True)
    bell.forget([row.recipient for row in rows])
