"""What the record knew of refused spans when they were objected to, frozen as one document with a hash."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.clock import from_ms
from records.models import RefusedSpan, StudySession

FORMAT = 1


def frozen_evidence(
    *,
    spans: Sequence[RefusedSpan],
    session: StudySession,
    words: str,
    photo_hash: str | None,
    filed_at: int,
) -> dict[str, Any]:
    """
    Return the document: session and device, each span with number of its beat, positions (ms), clock, reason and policy,
    how many beats the player had sent, and what became of the checks. Ids of checks are left out: they are sealed.
    """
    titles = {UUID(part["uuid"]): part for part in session.parts}
    numbers = received_numbers(session)
    return {
        "format": FORMAT,
        "filed_at": _instant(filed_at),
        "words": words,
        "photo": photo_hash,
        "learner": str(session.learner),
        "session": {
            "uuid": str(session.uuid),
            "source": session.source,
            "device": session.device,
            "is_elder": session.is_elder,
            "lesson": str(session.lesson),
            "edition": str(session.edition) if session.edition else None,
            "activity": session.activity,
            "title": session.title,
            "course_title": session.course_title,
            "opened_at": _instant(session.opened_at),
            "ended_at": None if session.ended_at is None else _instant(session.ended_at),
            "end_reason": session.end_reason,
        },
        "spans": [_span(span, titles.get(span.part, {})) for span in spans],
        "sent": {
            "beats": len(numbers),
            "first": min(numbers, default=None),
            "last": max(numbers, default=None),
            "checks": [
                {
                    "after_ms": check["after_ms"],
                    "kind": check["kind"],
                    "outcome": check["outcome"] or "open",
                    "at": None if check["at"] is None else _instant(check["at"]),
                }
                for check in session.checks
            ],
        },
    }


def evidence_hash(document: dict[str, Any]) -> str:
    """
    Return the SHA-256 of a document's canonical JSON: keys sorted, no spaces, UTF-8.

    >>> evidence_hash({"b": 1, "a": "学"}) == evidence_hash({"a": "学", "b": 1})
    True
    """
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def received_numbers(session: StudySession) -> list[int]:
    """Return the numbers of the beats a session has received, in order."""
    text = ",".join((session.received_past, session.received.lstrip("*")))
    return sorted(int(item.partition(":")[0]) for item in text.split(",") if item)


def _span(span: RefusedSpan, part: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": span.seq,
        "part": str(span.part),
        "part_title": part.get("title", ""),
        "part_kind": part.get("kind", ""),
        "positions": None if span.position_from is None else [span.position_from, span.position_to],
        "t": [_instant(span.t_from), _instant(span.t_to)],
        "reason": span.reason,
        "policy": span.policy,
        "recorded_at": _instant(span.recorded_at),
    }


def _instant(ms: int) -> str:
    return from_ms(ms).isoformat(timespec="milliseconds")
