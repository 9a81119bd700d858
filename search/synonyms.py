"""
Other words for the same trade: those that come with the product, and those that editors add in the CMS. They widen
queries, never the index, so a change is in force in every process within ``KEEP_S``, without reindexing.
"""

import time
from threading import Lock

from search.analysis import Synonyms, trade_synonyms
from search.models import TradeWord

KEEP_S = 5.0
_lock = Lock()
_rows: list[tuple[str, str]] = []
_made: Synonyms | None = None
_read_at = float("-inf")


def synonyms() -> Synonyms:
    """Return all synonyms: the same object as long as nothing changes. One query every five seconds."""
    global _rows, _made, _read_at
    if _made is None or time.monotonic() - _read_at > KEEP_S:
        with _lock:
            rows = list(TradeWord.objects.order_by("said").values_list("said", "meant"))
            if _made is None or rows != _rows:
                _made = trade_synonyms().extended(rows)
                _rows = rows
            _read_at = time.monotonic()
    return _made


def forget() -> None:
    """Read them again at the next question: for tests."""
    global _made, _read_at
    _made, _read_at = None, float("-inf")
