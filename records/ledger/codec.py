"""
The state of a learner as compact text, and back.

Numbers are written as differences: an interval set is ``[first, length, gap, length …]``. The text is not hashed and may
change; ``StudyState`` and ``PartProgress`` are rebuilt from nothing else, so a change needs a data migration.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from records.ledger.intervals import Interval
from records.ledger.state import Check, Context, Judgement, Span
from records.ledger.terms import Terms


def _dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def dump_intervals(intervals: Iterable[Interval]) -> str:
    """
    >>> dump_intervals([(1000, 1010), (1020, 1025)])
    '1000,10,10,5'
    """
    out = []
    at = 0
    for a, b in intervals:
        out += [a - at, b - a]
        at = b
    return ",".join(map(str, out))


def load_intervals(text: str) -> list[Interval]:
    """
    >>> load_intervals("1000,10,10,5")
    [(1000, 1010), (1020, 1025)]
    """
    if not text:
        return []
    numbers = iter(map(int, text.split(",")))
    out = []
    at = 0
    for gap, length in zip(numbers, numbers, strict=True):
        a = at + gap
        at = a + length
        out.append((a, at))
    return out


class _Table:
    """Contexts, sessions and parts by number, so that each is written once."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._known: dict[Any, int] = {}

    def number(self, key: Any, row: Any) -> int:
        if key not in self._known:
            self._known[key] = len(self.rows)
            self.rows.append(row)
        return self._known[key]


def _context_row(context: Context) -> list[Any]:
    return [
        context.session.hex,
        context.lesson.hex,
        context.course,
        context.policy,
        context.daily_cap_ms,
        context.part_cap_ms,
        context.course_cap_ms,
    ]


def _context(row: Sequence[Any]) -> Context:
    return Context(UUID(row[0]), UUID(row[1]), *row[2:])


def dump_spans(spans: Sequence[Span]) -> str:
    if not spans:
        return ""
    contexts, parts = _Table(), _Table()
    rows = []
    base = spans[0].start
    context, part, number, place = None, None, 0, 0
    for span in spans:
        # Neighbours share context and part: comparing is cheaper than hashing them each time.
        if span.context is not context:
            context = span.context
            number = contexts.number(context, _context_row(context))
        if span.part is not part:
            part = span.part
            place = parts.number(part, part.hex)
        row: list[Any] = [
            number,
            place,
            span.seq,
            span.start - base,
            span.end - span.start,
        ]
        for a, b in span.path:
            row += [a, b - a]
        if span.origin is not None:
            row.append([span.start - span.origin[0], *span.origin[1:]])
        rows.append(row)
        base = span.end
    return _dumps([spans[0].start, contexts.rows, parts.rows, rows])


def load_spans(text: str, *, is_missed: bool = False) -> list[Span]:
    if not text:
        return []
    base, context_rows, part_rows, rows = json.loads(text)
    contexts = [_context(row) for row in context_rows]
    parts = [UUID(part) for part in part_rows]
    spans = []
    for context, part, seq, gap, length, *path in rows:
        start = base + gap
        base = start + length
        origin = path.pop() if path and isinstance(path[-1], list) else None
        positions = tuple((path[i], path[i] + path[i + 1]) for i in range(0, len(path), 2))
        span = Span(contexts[context], parts[part], seq, start, base, positions, is_missed)
        if origin is not None:
            span.origin = (start - origin[0], origin[1], origin[2])
        spans.append(span)
    return spans


def dump_spare(spare: Sequence[tuple[int, int, Context]]) -> str:
    if not spare:
        return ""
    contexts = _Table()
    rows = []
    base = spare[0][0]
    for a, b, context in spare:
        rows.append([contexts.number(context, _context_row(context)), a - base, b - a])
        base = b
    return _dumps([spare[0][0], contexts.rows, rows])


def load_spare(text: str) -> list[tuple[int, int, Context]]:
    if not text:
        return []
    base, context_rows, rows = json.loads(text)
    contexts = [_context(row) for row in context_rows]
    spare = []
    for context, gap, length in rows:
        a = base + gap
        base = a + length
        spare.append((a, base, contexts[context]))
    return spare


def dump_judgements(judgements: Sequence[Judgement]) -> str:
    if not judgements:
        return ""
    return _dumps(
        [[j.at, j.kind, j.session.hex, j.check, j.covers_ms, j.makeup_ms, j.next_ms] for j in judgements]
    )


def load_judgements(text: str) -> list[Judgement]:
    if not text:
        return []
    return [Judgement(at, kind, UUID(session), *rest) for at, kind, session, *rest in json.loads(text)]


def dump_days(days: dict[date, int]) -> str:
    return _dumps({day.isoformat(): ms for day, ms in days.items()}) if days else ""


def load_days(text: str) -> dict[date, int]:
    return {date.fromisoformat(day): ms for day, ms in json.loads(text).items()} if text else {}


def dump_checks(checks: Sequence[Check]) -> list[dict[str, Any]]:
    return [
        {"id": c.id, "after_ms": c.after_ms, "kind": c.kind, "outcome": c.outcome, "at": c.at, "held": c.held}
        | ({"detail": c.detail} if c.detail else {})
        for c in checks
    ]


def load_checks(rows: Sequence[dict[str, Any]]) -> list[Check]:
    return [
        Check(
            row["id"],
            row["after_ms"],
            row["kind"],
            row["outcome"],
            row["at"],
            tuple(row["held"]) if row["held"] else None,
            row.get("detail", ""),
        )
        for row in rows
    ]


def dump_segments(segments: Sequence[tuple[int, Terms]]) -> list[list[Any]]:
    return [[start, terms.as_json()] for start, terms in segments]


def load_segments(rows: Sequence[Sequence[Any]]) -> list[tuple[int, Terms]]:
    return [(start, Terms(**numbers)) for start, numbers in rows]
