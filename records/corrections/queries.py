"""
Reading objections and corrections. An officer's queries begin with ``desks_of``: the unions in which the officer may do
the duty, today's subtrees, as everywhere (``unions.api.officer_scope``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.api import User
from core.clock import day_of, day_start_ms, month_start
from records.corrections.rules import PartSets, Refused, Share, shares
from records.learners import own_chains
from records.ledger.codec import load_intervals, load_spans
from records.ledger.intervals import Interval
from records.ledger.terms import DAY_MS
from records.models import (
    Correction,
    EvidenceFile,
    LedgerEntry,
    Objection,
    ObjectionSpan,
    PartProgress,
    RefusedSpan,
    StudySession,
    StudyState,
)
from unions.api import Union, officer_scope, union_above

DUTY = "training"
"""Who looks after the training of a union answers for the time of its learners; write for every act."""
_TOOK_INSTANTS = {"missed_check", "day_cap", "part_cap", "course_cap"}
"""Refused after they were recorded: the learner's clock holds these instants because of the refused span itself."""
_INSIDE_A_SESSION = {*_TOOK_INSTANTS, "not_visible"}
"""What may lie in a gap between the credited instants of one entry of its own session."""


def desks_of(
    officer: User, *, write: bool = False, below: Union | None = None, on: date | None = None
) -> QuerySet[Union, Any]:
    """Return the uuids of the unions whose objections and corrections an officer may see, or ``write``: decide."""
    scope = officer_scope(officer, DUTY, write=write, on=on)
    if below is not None:
        scope = scope.filter(path__startswith=below.path)
    return scope.values("uuid")


def objections_seen_by(officer: User, *, below: Union | None = None) -> QuerySet[Objection]:
    """Return the objections an officer may read: those that wait here, and those that were sent here."""
    desks = desks_of(officer, below=below)
    left = _left_to(desks, Objection.objects.filter(state__in=Objection.OPEN))
    return Objection.objects.filter(Q(desk__in=desks) | Q(union__in=desks) | Q(desk__in=left))


def corrections_seen_by(officer: User, *, below: Union | None = None) -> QuerySet[Correction]:
    """Return the corrections an officer may read: also what waits where a union stands no more, and who follows it does."""
    desks = desks_of(officer, below=below)
    left = _left_to(desks, Correction.objects.filter(state=Correction.State.FILED))
    return Correction.objects.filter(Q(desk__in=desks) | Q(desk__in=left))


def _left_to(desks: QuerySet[Union, Any], waiting: QuerySet[Any]) -> list[UUID]:
    """Return the unions that stand no more, for which something waits, and whose matters have come to one of ``desks``."""
    closed = Union.objects.filter(path="", uuid__in=waiting.values("desk")).values_list("uuid", flat=True)
    heirs = {uuid: standing_desk(uuid) for uuid in closed}
    if not heirs:
        return []
    standing = {heir for heir in heirs.values() if heir is not None}
    mine = set(desks.filter(uuid__in=standing).values_list("uuid", flat=True))
    return [uuid for uuid, heir in heirs.items() if heir in mine]


def standing_desk(desk: UUID) -> UUID | None:
    """
    Return the union that acts for a desk today: itself while it stands, else its successor's line or the union above, None
    if nothing of them stands.
    """
    seen: set[UUID] = set()
    at: UUID | None = desk
    while at is not None and at not in seen:
        if Union.objects.filter(uuid=at).exclude(path="").exists():
            return at
        seen.add(at)
        at = union_above(at)
    return None


def refused_together(learner: UUID, span: int) -> list[RefusedSpan]:
    """
    Return a refused span of a learner with those of the same session, day and reason, as the own page shows them in one
    row; without what was taken back or objected to before. Empty if there is no such span.
    """
    first = RefusedSpan.objects.filter(pk=span, learner=learner, takes_back=None).first()
    if first is None:
        return []
    group = RefusedSpan.objects.filter(
        learner=learner, session=first.session, day=first.day, reason=first.reason
    )
    rows = list(group.order_by("t_from", "pk").prefetch_related("objection"))
    back = {row.takes_back for row in rows if row.takes_back is not None}
    return [
        row for row in rows if row.takes_back is None and row.pk not in back and not hasattr(row, "objection")
    ]


def span_named(learner: UUID, session: UUID, reason: str, day: date | None) -> tuple[int | None, bool]:
    """
    Return the first refused span of a session with a reason (on a day) that can be objected to, and whether there are
    any that were objected to already.
    """
    rows = RefusedSpan.objects.filter(learner=learner, session=session, reason=reason)
    if day is not None:
        rows = rows.filter(day=day)
    found = list(rows.order_by("day", "t_from", "pk").select_related("objection"))
    back = {row.takes_back for row in found if row.takes_back is not None}
    mine = [row for row in found if row.takes_back is None and row.pk not in back]
    free = [row.pk for row in mine if not hasattr(row, "objection")]
    return (free[0] if free else None), len(free) < len(mine)


def spans_of(objection: Objection) -> list[RefusedSpan]:
    """
    Return the refused spans an objection is about, in the order of the clock; without what was taken back since it was
    filed, because an answer that came late proved it.
    """
    spans = RefusedSpan.objects.filter(objection__objection=objection).order_by("t_from", "pk")
    later = RefusedSpan.objects.filter(learner=objection.learner, session=objection.session)
    back = set(later.filter(takes_back__isnull=False).values_list("takes_back", flat=True))
    return [span for span in spans if span.pk not in back]


def shares_of(
    *, learner: UUID, spans: Sequence[RefusedSpan], session: StudySession, limit_ms: int | None = None
) -> list[Share]:
    """Return what of refused spans of one session and day can be given back now."""
    if not spans:
        return []
    first = spans[0]
    start = day_start_ms(first.day)
    progress = {
        row.part: row
        for row in PartProgress.objects.filter(learner=learner, part__in={span.part for span in spans})
    }
    parts = {}
    for part in session.parts:
        uuid = UUID(part["uuid"])
        row = progress.get(uuid)
        parts[uuid] = PartSets(
            part["nominal_ms"],
            tuple(load_intervals(row.covered)) if row else (),
            row.credited_ms if row else 0,
        )
    refused = [
        Refused(
            span.part,
            span.policy,
            (span.t_from, span.t_to),
            None
            if span.position_from is None or span.position_to is None
            else (span.position_from, span.position_to),
        )
        for span in spans
    ]
    own = session.uuid if first.reason in _INSIDE_A_SESSION else None
    taken = counted_instants(learner, start, start + DAY_MS, without=own, waiting=True)
    if first.reason not in _TOOK_INSTANTS:
        taken += _recorded_instants(learner)
    return shares(refused, parts, taken, day=(start, start + DAY_MS), limit_ms=limit_ms)


def counted_instants(
    learner: UUID, start: int, end: int, *, without: UUID | None = None, waiting: bool = False
) -> list[Interval]:
    """
    Return the stretches of a learner's clock in which something counts: those of the entries that stand, but for beats
    of the session ``without`` in whose stretch there are gaps; with ``waiting`` also what waits for a proof.
    """
    days = LedgerEntry.objects.filter(
        learner=learner,
        day__gte=day_of(start),
        day__lte=day_of(end - 1),
        month__gte=month_start(day_of(start)),
    )
    rows = days.filter(t_to__gt=start, t_from__lt=end)
    columns = rows.values_list("n", "kind", "refers_to", "session", "t_from", "t_to", "ms")
    entries = list(columns.exclude(kind=LedgerEntry.Kind.ATTRIBUTION))
    back = {refers for _, kind, refers, *_ in entries if kind == LedgerEntry.Kind.REVERSAL}
    taken = [
        (a, b)
        for n, kind, _, session, a, b, ms in entries
        if kind != LedgerEntry.Kind.REVERSAL
        and n not in back
        and not (kind == LedgerEntry.Kind.STUDY and without is not None and session == without and ms < b - a)
    ]
    if waiting:
        state = StudyState.objects.filter(pk=learner).only("pending").first()
        taken += [(span.start, span.end) for span in (load_spans(state.pending) if state else [])]
    return taken


def _recorded_instants(learner: UUID) -> list[Interval]:
    """Return what the learner's clock holds, in any fate, as far back as it is kept."""
    clock = StudyState.objects.filter(pk=learner).values_list("clock_past", "clock").first()
    return [interval for text in clock or () for interval in load_intervals(text)]


@dataclass(frozen=True, slots=True)
class OutcomeFigure:
    """What became of the objections to one reason under one policy version."""

    reason: str
    policy: str
    filed: int
    open: int
    upheld: int
    not_upheld: int

    @property
    def upheld_permille(self) -> int | None:
        """Share of upheld among answered ones in thousandths, cut; None while none is answered."""
        answered = self.upheld + self.not_upheld
        return self.upheld * 1_000 // answered if answered else None


def outcome_figures() -> list[OutcomeFigure]:
    """Return the outcomes by reason and policy version, the most filed first. One query."""
    rows = Objection.objects.values_list("reason", "policy").annotate(
        filed=Count("pk"),
        open=Count("pk", filter=Q(state__in=Objection.OPEN)),
        upheld=Count("pk", filter=Q(state=Objection.State.UPHELD)),
        not_upheld=Count("pk", filter=Q(state=Objection.State.NOT_UPHELD)),
    )
    return sorted((OutcomeFigure(*row) for row in rows), key=lambda f: (-f.filed, f.reason, f.policy))


def overdue_count(today: date) -> int:
    """Return how many open objections are past their day: the clock escalates them, but not above the top."""
    return Objection.objects.filter(state__in=Objection.OPEN, due_on__lt=today).count()


def objection_of_span(learner: UUID, span: int) -> UUID | None:
    """Return the objection of a learner's refused span, or None."""
    # By the pk, not the relation: a number too large for the column is found nowhere instead of failing on SQLite.
    rows = ObjectionSpan.objects.filter(span__pk=span, objection__learner=learner)
    return rows.values_list("objection__uuid", flat=True).first()


def file_seen_by(user: User, file: UUID) -> EvidenceFile | None:
    """
    Return a file if the user filed the objection it belongs to, is the learner of the correction, or may see either as an
    officer.
    """
    mine = own_chains(user.person)
    of_objection = Objection.objects.filter(photo__uuid=file)
    of_correction = Correction.objects.filter(evidence__uuid=file)
    seen = (
        of_objection.filter(learner__in=mine).exists()
        or of_correction.filter(learner__in=mine).exists()
        or objections_seen_by(user).filter(photo__uuid=file).exists()
        or corrections_seen_by(user).filter(evidence__uuid=file).exists()
    )
    return EvidenceFile.objects.filter(uuid=file).first() if seen else None
