"""
Facts that cross from one app to another after a commit.

Who publishes knows no consumer: a lower app says what happened, a higher one subscribes when it starts
(``AppConfig.ready``). Each subscriber has rows of its own and deletes what it did, so a consumer that dies in the
middle does it again: handlers are idempotent.
"""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

from core.db import fair_turn, is_postgres
from core.models import OutboxMessage

log = structlog.get_logger(__name__)
Handler = Callable[[Sequence[OutboxMessage]], None]
_SUBSCRIBERS: dict[str, dict[str, Handler]] = {}


def subscribe(topic: str, consumer: str, handler: Handler) -> None:
    """Let ``handler`` have the messages of a topic from now on. ``consumer`` is its app's name, and its key."""
    _SUBSCRIBERS.setdefault(topic, {})[consumer] = handler


def unsubscribe(topic: str, consumer: str) -> None:
    """Take a subscription back: for tests."""
    _SUBSCRIBERS.get(topic, {}).pop(consumer, None)


def publish(topic: str, *, key: str, payload: dict[str, Any] | None = None) -> None:
    """
    Write a fact down in the transaction at hand: one row a subscriber; a topic without subscribers keeps one row
    under its bare name until somebody consumes it.
    """
    names = [f"{topic}>{consumer}" for consumer in _SUBSCRIBERS.get(topic, {})] or [topic]
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(topic=name, key=key, payload=payload or {}) for name in names]
    )
    if not any(call is _wake for _, call, *_ in transaction.get_connection().run_on_commit):
        transaction.on_commit(_wake, robust=True)


@transaction.atomic
def consume(name: str, handler: Handler, *, limit: int = 100) -> int:
    """
    Give the oldest messages under a name to ``handler`` and delete them in one transaction; return how many.

    Two workers never get the same message: on PostgreSQL locked rows are skipped, on SQLite the writer is alone.
    """
    oldest = OutboxMessage.objects.filter(topic=name).order_by("id")
    if is_postgres():
        oldest = oldest.select_for_update(skip_locked=True)
    batch = list(oldest[:limit])
    if batch:
        handler(batch)
        OutboxMessage.objects.filter(pk__in=[m.pk for m in batch]).delete()
    return len(batch)


def deliver(*, limit: int = 100) -> int:
    """
    Give every subscriber what waits for it, until nothing is left; return how many messages were done. A subscriber
    that fails keeps its messages until the next time and holds nobody else up.
    """
    done = 0
    for topic, consumers in list(_SUBSCRIBERS.items()):
        for consumer, handler in list(consumers.items()):
            try:
                batch = limit
                while batch:
                    with fair_turn():
                        batch = consume(f"{topic}>{consumer}", handler, limit=limit)
                    done += batch
            except Exception:
                log.exception("outbox_consumer_failed", topic=topic, consumer=consumer)
    return done


def _wake() -> None:
    """Let a worker deliver soon. Should that fail, the timetable does it within seconds."""
    from core.tasks import deliver_outbox  # tasks import this module

    try:
        deliver_outbox.apply_async(retry=False)
    except (OperationalError, OSError) as error:
        log.warning("outbox_not_woken", error=str(error))
