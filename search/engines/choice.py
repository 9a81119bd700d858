"""Which engine serves, by the settings."""

from functools import cache
from pathlib import Path

from django.conf import settings

from search.engines.base import SearchEngine


@cache
def engine_for(
    url: str, folder: Path, prefix: str, shards: int = 1, replicas: int = 0, timeout_s: float = 0.8
) -> SearchEngine:
    """Return the engine for these settings, one object a process; a module is imported only where it serves."""
    if url:
        from search.engines.elastic import ElasticEngine

        return ElasticEngine(url, prefix, shards=shards, replicas=replicas, timeout_s=timeout_s)
    from search.engines.embedded import EmbeddedEngine

    return EmbeddedEngine(folder, prefix)


def engine() -> SearchEngine:
    """Return the engine of this installation."""
    return engine_for(
        settings.ELASTICSEARCH_URL,
        Path(settings.SEARCH_INDEX_DIR),
        settings.SEARCH_INDEX_PREFIX,
        settings.SEARCH_INDEX_SHARDS,
        settings.SEARCH_INDEX_REPLICAS,
        settings.SEARCH_TIMEOUT_S,
    )
