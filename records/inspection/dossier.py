"""Everything the record holds about one person and day. Read only; the number of queries does not depend on the day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from core.clock import day_start_ms, from_ms, month_start
from records.corrections.evidence import received_numbers
from records.ledger.codec import load_spans
from records.ledger.intervals import inside, measure, union
from records.ledger.terms import DAY_MS
from records.models import (
    Correction,
    EvidenceFile,
    LedgerEntry,
    Objection,
    RefusedSpan,
    StudyPolicy,
    StudySession,
    StudyState,
)
from unions.api import Union, membership_on

LONGEST_SEGMENT = 5_000
"""Entries of other days that may lie between two of this day: more are left out, and the archive says so."""


@dataclass(frozen=True)
class Dossier:
    """
    One person's day. ``chains`` are the uuids under which the person has studied; ``segment`` is the stretch of each
    chain from the first to the last entry of the day, so that its links can be checked; ``heads`` are ``(learner, length,
    hash in hex)`` as the chains stand now.
    """

    person: UUID
    name: str
    day: date
    chains: Sequence[UUID]
    home: Union | None
    sessions: Sequence[StudySession]
    entries: Sequence[LedgerEntry]
    segment: Sequence[LedgerEntry]
    is_segment_whole: bool
    heads: Sequence[tuple[UUID, int, str]]
    refused: Sequence[RefusedSpan]
    pending_ms: int
    objections: Sequence[Objection]
    corrections: Sequence[Correction]
    files: Sequence[EvidenceFile]
    policies: Sequence[StudyPolicy]

    @property
    def is_empty(self) -> bool:
        """Tell whether the record knows nothing of this day."""
        return not (self.sessions or self.entries or self.refused or self.objections or self.corrections)

    @property
    def credited_ms(self) -> int:
        """What counts on this day: attributions only move time between unions."""
        return sum(e.ms for e in self.entries if e.kind != LedgerEntry.Kind.ATTRIBUTION)

    @property
    def unions(self) -> set[UUID]:
        """Unions that the day belongs to: the one of the membership, and those that its entries were given to."""
        return {e.union for e in self.entries if e.union} | ({self.home.uuid} if self.home else set())


def read_dossier(*, person: UUID, name: str, chains: Iterable[UUID], day: date) -> Dossier:
    """Read a person's day. ``name`` is what may be shown of the name; empty where it may not."""
    learners = sorted(chains)
    start = day_start_ms(day)
    end = start + DAY_MS
    own = Q(learner__in=learners)
    entries = list(
        LedgerEntry.objects.filter(own, day=day, month__gte=month_start(day)).order_by("learner", "n")
    )
    refused = list(RefusedSpan.objects.filter(own, day=day).order_by("t_from", "pk"))
    named = {e.session for e in entries if e.session} | {r.session for r in refused}
    sessions = list(
        StudySession.objects.filter(
            own, Q(opened_at__gte=start, opened_at__lt=end) | Q(pk__in=named)
        ).order_by("opened_at", "pk")
    )
    objections = list(
        Objection.objects.filter(own, day=day)
        .select_related("photo")
        .prefetch_related("steps", "spans")
        .order_by("filed_at", "pk")
    )
    corrections = list(
        Correction.objects.filter(own, day=day)
        .select_related("evidence", "objection")
        .order_by("filed_at", "pk")
    )
    states = list(
        StudyState.objects.filter(pk__in=learners)
        .order_by("pk")
        .only("learner", "chain_length", "chain_head", "pending")
    )
    segment, is_whole = _segment(entries)
    home = membership_on(person, day)
    files = {o.photo_id: o.photo for o in objections if o.photo} | {
        c.evidence_id: c.evidence for c in corrections if c.evidence
    }
    return Dossier(
        person=person,
        name=name,
        day=day,
        chains=learners,
        home=home.union if home else None,
        sessions=sessions,
        entries=entries,
        segment=segment,
        is_segment_whole=is_whole,
        heads=[(s.learner, s.chain_length, bytes(s.chain_head or b"").hex()) for s in states],
        refused=refused,
        pending_ms=_pending_ms(states, start, end),
        objections=objections,
        corrections=corrections,
        files=sorted(files.values(), key=lambda file: file.pk),
        policies=_policies(sessions, entries, refused),
    )


def _segment(entries: Sequence[LedgerEntry]) -> tuple[list[LedgerEntry], bool]:
    """Return the stretch of each chain that holds these entries, and whether all of it is there. One query."""
    ends: dict[UUID, tuple[int, int]] = {}
    for entry in entries:
        first, last = ends.get(entry.learner, (entry.n, entry.n))
        ends[entry.learner] = (min(first, entry.n), max(last, entry.n))
    if not ends:
        return [], True
    if sum(last - first + 1 for first, last in ends.values()) > LONGEST_SEGMENT:
        return list(entries), False
    wanted = Q()
    for learner, (first, last) in ends.items():
        wanted |= Q(learner=learner, n__gte=first, n__lte=last)
    return list(LedgerEntry.objects.filter(wanted).order_by("learner", "n")), True


def _pending_ms(states: Iterable[StudyState], start: int, end: int) -> int:
    """Return how much of the day's clock waits for a proof."""
    waiting = [(span.start, span.end) for state in states for span in load_spans(state.pending)]
    return measure(inside(union(waiting), start, end))


def _policies(
    sessions: Iterable[StudySession], entries: Iterable[LedgerEntry], refused: Iterable[RefusedSpan]
) -> list[StudyPolicy]:
    """Return the versions that judged this day, by owner and version. One query."""
    judged = [*(s.policy for s in sessions), *(e.policy for e in entries), *(r.policy for r in refused)]
    names = {name for identity in judged for name in identity.split("+")}
    wanted = Q(pk__in=[])
    for name in names:
        owner, _at, version = name.rpartition("@")
        if owner and version.isdecimal():
            wanted |= Q(owner=owner, version=int(version))
    return list(StudyPolicy.objects.filter(wanted).order_by(F("owner"), F("version")))


def session_facts(session: StudySession) -> dict[str, Any]:
    """
    Return a session as it is shown and packed: what it was opened with, how its beats arrived, and what became of its
    checks. Ids of checks are left out: they are sealed.
    """
    numbers = received_numbers(session)
    known = set(numbers)
    missing = [n for n in range(numbers[0], numbers[-1]) if n not in known][:100] if numbers else []
    return {
        "uuid": str(session.uuid),
        "learner": str(session.learner),
        "source": session.source,
        "device": session.device,
        "is_elder": session.is_elder,
        "lesson": str(session.lesson),
        "edition": _text(session.edition),
        "activity": session.activity,
        "title": session.title,
        "course_title": session.course_title,
        "occupation": session.occupation or None,
        "occupation_name": session.occupation_name or None,
        "level": session.level,
        "parts": [
            {key: part.get(key) for key in ("uuid", "kind", "title", "nominal_ms")} for part in session.parts
        ],
        "union": _text(session.union),
        "policy": session.policy,
        "terms": session.terms,
        "opened_at": instant(session.opened_at),
        "ended_at": None if session.ended_at is None else instant(session.ended_at),
        "end_reason": session.end_reason or None,
        "beats": {
            "received": len(numbers),
            "first": numbers[0] if numbers else None,
            "last": numbers[-1] if numbers else None,
            "missing": missing,
        },
        "checks": [
            {
                "after_ms": check["after_ms"],
                "kind": check["kind"],
                "outcome": check["outcome"] or "open",
                "at": None if check["at"] is None else instant(check["at"]),
            }
            for check in session.checks
        ],
    }


def refusal_facts(span: RefusedSpan) -> dict[str, Any]:
    """Return a refused span with all its columns."""
    return {
        "id": span.pk,
        "learner": str(span.learner),
        "session": str(span.session),
        "seq": span.seq,
        "lesson": str(span.lesson),
        "part": str(span.part),
        "positions": None if span.position_from is None else [span.position_from, span.position_to],
        "t_from": instant(span.t_from),
        "t_to": instant(span.t_to),
        "reason": span.reason,
        "policy": span.policy,
        "takes_back": span.takes_back,
        "recorded_at": instant(span.recorded_at),
    }


def objection_facts(objection: Objection) -> dict[str, Any]:
    """Return an objection with its course, and the evidence as it was frozen when it was filed."""
    return {
        "uuid": str(objection.uuid),
        "learner": str(objection.learner),
        "session": str(objection.session),
        "reason": objection.reason,
        "policy": objection.policy,
        "ms": objection.ms,
        "words": objection.words,
        "photo": objection.photo.sha256 if objection.photo else None,
        "spans": sorted(link.span_id for link in objection.spans.all()),
        "filed_at": instant(objection.filed_at),
        "state": objection.state,
        "due_on": objection.due_on.isoformat(),
        "escalations": objection.escalations,
        "answer": objection.answer,
        "answered_by": _text(objection.answered_by),
        "answered_at": None if objection.answered_at is None else instant(objection.answered_at),
        "first_entry": objection.first_entry,
        "evidence": objection.evidence,
        "evidence_hash": objection.evidence_hash,
        "steps": [
            {
                "kind": step.kind,
                "at": instant(step.at),
                "actor": _text(step.actor),
                "desk": str(step.desk),
                "words": step.words,
            }
            for step in sorted(objection.steps.all(), key=lambda step: step.pk)
        ],
    }


def correction_facts(correction: Correction) -> dict[str, Any]:
    """Return a correction: what was filed, by whom, and what the second person decided."""
    return {
        "uuid": str(correction.uuid),
        "learner": str(correction.learner),
        "kind": correction.kind,
        "entry": correction.entry,
        "ms": correction.ms,
        "kept_ms": correction.kept_ms,
        "union": _text(correction.union),
        "reason": correction.reason,
        "words": correction.words,
        "objection": str(correction.objection.uuid) if correction.objection else None,
        "evidence": correction.evidence.sha256 if correction.evidence else None,
        "filed_by": str(correction.filed_by),
        "filed_at": instant(correction.filed_at),
        "state": correction.state,
        "decided_by": _text(correction.decided_by),
        "decided_at": None if correction.decided_at is None else instant(correction.decided_at),
        "decision": correction.decision,
        "first_entry": correction.first_entry,
        "last_entry": correction.last_entry,
    }


def policy_facts(policy: StudyPolicy) -> dict[str, Any]:
    """Return a version as it was issued; null inherits."""
    skipped = {"id", "created_at", "effective_from", "made_by"}
    values = {f.attname: getattr(policy, f.attname) for f in policy._meta.fields if f.attname not in skipped}
    return {
        **{
            name: value if isinstance(value, bool | int | None) else str(value)
            for name, value in values.items()
        },
        "effective_from": instant(policy.effective_from),
        "made_by": _text(policy.made_by),
    }


def instant(ms: int) -> str:
    """Return an instant as RFC 3339 with offset."""
    return from_ms(ms).isoformat(timespec="milliseconds")


def _text(uuid: UUID | None) -> str | None:
    return str(uuid) if uuid else None
