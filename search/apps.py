from collections.abc import Sequence

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = "搜索"

    def ready(self) -> None:
        """Learn from the apps below what has changed, and tell whether the engine stands."""
        from core import health, outbox
        from core.models import OutboxMessage
        from search import signal_handlers
        from search.engines import engine
        from search.operations import TOPICS, request_update

        def consume(messages: Sequence[OutboxMessage]) -> None:
            request_update(keys=[TOPICS[message.topic.partition(">")[0]](message) for message in messages])

        signal_handlers.connect()
        for topic in TOPICS:
            outbox.subscribe(topic, self.name, consume)
        health.register_part("search", lambda: engine().ensure_index())
