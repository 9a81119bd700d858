"""
The number on the bell: unread messages, and unread entries of the sources that ring; and what of it waits to be done.

Every page shows it, so it is kept for a minute; a person's own messages change it at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zlib import crc32

import structlog
from django.core.cache import caches
from django.db import transaction
from django.db.models import Q
from redis.exceptions import RedisError

from core.inbox.entries import Entry, entry_of, live_entries
from core.inbox.models import Message

KEPT_S = 60
TASKS = 3
_SHAPE = crc32(repr([field.name for field in fields(Entry)]).encode())
"""A release whose entries have other fields does not take up those that an older one has kept."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Waiting:
    """How much is unread, and the tasks to name on the first page: late ones first, at most ``TASKS``."""

    unread: int
    tasks: tuple[Entry, ...]


def bell_count(user: Any, now: datetime) -> int:
    """Return how much waits to be read by a user: no statement for a minute after it was asked."""
    return _waiting(user, now).unread


def open_tasks(user: Any, now: datetime) -> tuple[Entry, ...]:
    """Return what others wait for a user to do, for the first page: what the bell knows, so it costs nothing more."""
    return _waiting(user, now).tasks


def _waiting(user: Any, now: datetime) -> _Waiting:
    cache, key = caches["shared"], _key(user.person.uuid)
    try:
        known: _Waiting | None = cache.get(key)
    except (RedisError, OSError):
        log.warning("bell_unreachable")
        return _ask(user, now)
    if known is None:
        known = _ask(user, now)
        try:
            cache.set(key, known, KEPT_S)
        except (RedisError, OSError):
            log.warning("bell_unreachable")
    return known


def _ask(user: Any, now: datetime) -> _Waiting:
    own = Message.objects.filter(recipient=user.person.uuid)
    own = own.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    live = live_entries(user, now, ringing_only=True)
    unread = own.filter(state=Message.State.UNREAD).count() + sum(entry.is_new for entry in live)
    stored = own.filter(is_task=True).exclude(state=Message.State.DONE).order_by("-created_at", "-pk")[:TASKS]
    tasks = [entry_of(message, now) for message in stored] + [entry for entry in live if entry.is_open_task]
    tasks.sort(key=lambda entry: (not entry.is_late, entry.at))
    return _Waiting(unread, tuple(tasks[:TASKS]))


def forget(persons: Iterable[UUID]) -> None:
    """Count anew for these persons: now for this transaction, and for everybody when it has committed."""
    keys = [_key(person) for person in persons]
    _delete(keys)
    if keys and transaction.get_connection().in_atomic_block:
        transaction.on_commit(partial(_delete, keys), robust=True)


def _delete(keys: list[str]) -> None:
    try:
        caches["shared"].delete_many(keys)
    except (RedisError, OSError):
        log.warning("bell_unreachable")


def _key(person: UUID) -> str:
    return f"waiting:{_SHAPE}:{person}"
