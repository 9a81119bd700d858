"""A dossier in words, for the page and for the summary in the archive."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from core import display
from core.clock import from_ms
from records import reasons
from records.columns import entry_json
from records.inspection.dossier import Dossier, session_facts
from records.models import Correction, LedgerEntry, Objection, ObjectionStep, StudySession
from records.models.ledger import Reason
from records.queries import refused_ms

_OUTCOMES = {"proof": "answered", "miss": "missed", "void": "void", "open": "open"}


def shown(dossier: Dossier) -> dict[str, Any]:
    """Return what the page and the summary show: totals, devices, checks, and a row for each thing."""
    sessions = [_session(session) for session in dossier.sessions]
    back = {span.takes_back for span in dossier.refused if span.takes_back is not None}
    refused = [span for span in dossier.refused if span.takes_back is None and span.pk not in back]
    return {
        "sessions": sessions,
        "devices": _devices(dossier.sessions),
        "checks": _checks(sessions),
        "entries": [_entry(entry) for entry in dossier.entries],
        "refused": [
            {
                "what": display.spoken(refused_ms([span])),
                "reason": Reason(span.reason).label,
                "why": reasons.why(span.reason),
                "at": _clocks(span.t_from, span.t_to),
                "places": ""
                if span.position_from is None or span.position_to is None
                else f"{display.clock_position(span.position_from)}–{display.clock_position(span.position_to)}",
                "policy": span.policy,
            }
            for span in refused
        ],
        "refused_ms": refused_ms(refused),
        "taken_back": len(back),
        "objections": [
            {
                "state": Objection.State(o.state).label,
                "reason": Reason(o.reason).label,
                "what": display.spoken(o.ms),
                "words": o.words,
                "answer": o.answer,
                "filed": display.moment(from_ms(o.filed_at)),
                "hash": o.evidence_hash,
                "steps": _("、").join(
                    f"{display.moment(from_ms(s.at))} {ObjectionStep.Kind(s.kind).label}"
                    for s in sorted(o.steps.all(), key=lambda step: step.pk)
                ),
            }
            for o in dossier.objections
        ],
        "corrections": [
            {
                "kind": Correction.Kind(c.kind).label,
                "what": f"{'−' if c.ms < 0 else '+'}{display.primes(abs(c.ms))}",
                "state": Correction.State(c.state).label,
                "reason": Correction.Why(c.reason).label,
                "words": c.words,
                "filed_by": str(c.filed_by),
                "decided_by": str(c.decided_by) if c.decided_by else "",
                "evidence": c.evidence.sha256 if c.evidence else "",
            }
            for c in dossier.corrections
        ],
        "policies": [
            {
                "name": str(policy),
                "since": display.moment(from_ms(policy.effective_from)),
                "note": policy.note,
            }
            if policy.effective_from > 0
            else {"name": str(policy), "since": _("一开始"), "note": policy.note}
            for policy in dossier.policies
        ],
    }


def _session(session: StudySession) -> dict[str, Any]:
    found = session_facts(session)
    beats = found["beats"]
    ended = session.ended_at
    return {
        "uuid": found["uuid"],
        "title": session.title,
        "course": session.course_title,
        "device": session.device,
        "source": session.source,
        "opened": display.moment(from_ms(session.opened_at)),
        "ended": f"{from_ms(ended):%H:%M:%S}" if ended is not None else "",
        "end_reason": StudySession.End(session.end_reason).label if session.end_reason else "",
        "beats": beats["received"],
        "beat_numbers": f"{beats['first']}–{beats['last']}" if beats["received"] else "",
        "missing": len(beats["missing"]),
        "checks": found["checks"],
        "policy": session.policy,
    }


def _devices(sessions: Iterable[StudySession]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for session in sessions:
        found[session.device] = found.get(session.device, 0) + 1
    return sorted(
        ((device or _("没有报设备"), n) for device, n in found.items()), key=lambda row: (-row[1], row[0])
    )


def _checks(sessions: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Count the checks that were asked, by what became of them; one that was never due was not asked."""
    found = dict.fromkeys(("answered", "missed", "void", "open"), 0)
    for session in sessions:
        for check in session["checks"]:
            found[_OUTCOMES.get(check["outcome"], "open")] += 1
    return found


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    columns = entry_json(entry)
    return {
        "n": entry.n,
        "kind": LedgerEntry.Kind(entry.kind).label,
        "evidence": LedgerEntry.Evidence(entry.evidence).label,
        "ms": entry.ms,
        "at": _clocks(entry.t_from, entry.t_to),
        "recorded": display.moment(from_ms(entry.recorded_at)),
        "policy": entry.policy,
        "refers_to": entry.refers_to,
        "hash": columns["hash"],
        "prev": columns["prev"],
    }


def _clocks(start: int, end: int) -> str:
    return f"{from_ms(start):%H:%M:%S}–{from_ms(end):%H:%M:%S}"
