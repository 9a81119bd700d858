"""
The number on the bell: unread messages, and unread entries of the sources that ring.

Every page shows it, so it is kept for a minute; a person's own messages change it at once.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import caches
from django.db import transaction
from django.db.models import Q
from redis.exceptions import RedisError

from core.inbox.entries import live_entries
from core.inbox.models import Message

KEPT_S = 60
log = structlog.get_logger(__name__)


def bell_count(user: Any, now: datetime) -> int:
    """Return how much waits to be read by a user: no statement for a minute after it was asked."""
    cache, key = caches["shared"], _key(user.person.uuid)
    try:
        known: int | None = cache.get(key)
    except (RedisError, OSError):
        log.warning("bell_unreachable")
        return _count(user, now)
    if known is None:
        known = _count(user, now)
        try:
            cache.set(key, known, KEPT_S)
        except (RedisError, OSError):
            log.warning("bell_unreachable")
    return known


def _count(user: Any, now: datetime) -> int:
    unread = Message.objects.filter(recipient=user.person.uuid, state=Message.State.UNREAD)
    rows = unread.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).count()
    return rows + sum(entry.is_new for entry in live_entries(user, now, ringing_only=True))


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
    return f"bell:{person}"
