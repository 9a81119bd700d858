"""When a return is due and what its hash is. Pure."""

import hashlib
import json
from datetime import date
from typing import Any

from reports.rules import Period, PeriodKind

KINDS = (PeriodKind.MONTH, PeriodKind.YEAR)
DUE_DAY = 5


def due_on(period: Period) -> date:
    """
    Return the day by which a return is due: the 5th of the month after the one in which the period closed.

    >>> due_on(Period(PeriodKind.MONTH, date(2026, 10, 1))), due_on(Period(PeriodKind.YEAR, date(2026, 1, 1)))
    (datetime.date(2026, 12, 5), datetime.date(2027, 2, 5))
    """
    year, month = divmod(period.end.year * 12 + period.end.month, 12)
    return date(year, month + 1, DUE_DAY)


def content_hash(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a document, however its keys are ordered."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
