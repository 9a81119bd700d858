"""
Two engines behind one interface: ``elastic`` where ELASTICSEARCH_URL is given, ``embedded`` else.

Nothing outside this package knows which one answers.
"""

from search.engines.base import (
    BadCursor,
    Hit,
    ResultPage,
    SearchEngine,
    SearchRequest,
    SearchUnavailable,
    Sort,
    Stored,
)
from search.engines.choice import engine, engine_for

__all__ = [
    "BadCursor",
    "Hit",
    "ResultPage",
    "SearchEngine",
    "SearchRequest",
    "SearchUnavailable",
    "Sort",
    "Stored",
    "engine",
    "engine_for",
]
