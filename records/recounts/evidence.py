"""What the record keeps of a learner's time, as the stretches that a recount judges again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from core.clock import day_start_ms
from records.ledger import codec
from records.ledger.intervals import Interval, union
from records.ledger.terms import Terms, Version
from records.models import Correction, LedgerEntry, Objection, RecountLine, RefusedSpan, StudySession
from records.operations.policies import PERMILLE, owners_above, terms_for
from records.policies.fields import FIELDS
from records.recounts.rules import Caps, Stretch
from unions.api import union_of

CAP_REASONS = ("day_cap", "part_cap", "course_cap")
REASON = "recount"
"""Key that reversals and entries of a recount carry."""
_GIVEN = frozenset({"officer", "objection"})
"""Sources of grants that spent room of a day when they were entered."""
_CANNOT = {
    PERMILLE.get(name, name): name for name, known in FIELDS.items() if known.judges and not known.is_cap
}
"""Fields of resolved terms that decided before there was a stretch, and their columns."""


@dataclass(slots=True)
class Found:
    """A stretch with what names it in the record: its first entry or its refused spans, and what stands for it now."""

    stretch: Stretch
    session: UUID | None
    union: UUID | None
    t: Interval
    recorded: Terms | None = None
    judged_by: Terms | None = None
    entry: LedgerEntry | None = None
    spans: list[RefusedSpan] = field(default_factory=list)
    stands: LedgerEntry | None = None
    refused: list[int] = field(default_factory=list)
    """Refused spans that stand for it now, by id."""

    @property
    def beyond(self) -> list[str]:
        """The fields that differ between the terms it was recorded under and those it is judged by, and are no caps."""
        if self.recorded is None or self.judged_by is None:
            return []
        return [
            column
            for name, column in _CANNOT.items()
            if getattr(self.recorded, name) != getattr(self.judged_by, name)
        ]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which time is judged: by what version, of which days, of the members of which unions (None: of all)."""

    version: Version
    day_from: date
    day_to: date
    unions: frozenset[UUID] | None = None


class Resolver:
    """The terms that would hold with the version in force, kept by union, day and programmes: they repeat for many."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._terms: dict[tuple[UUID | None, date, tuple[str, ...], bool], list[tuple[int, Terms]]] = {}
        self._reached: dict[tuple[UUID | None, date], bool] = {}

    def reaches(self, union: UUID | None, day: date, owner_keys: Sequence[str]) -> bool:
        """Tell whether the version's owner has a say for these members on a day."""
        if self.version.owner in owner_keys:
            return True
        if (union, day) not in self._reached:
            self._reached[union, day] = self.version.owner in owners_above(union, on=day)
        return self._reached[union, day]

    def terms(
        self, union: UUID | None, day: date, owner_keys: Sequence[str], is_elder: bool, at: int
    ) -> Terms:
        """Return the terms at an instant of a day."""
        key = (union, day, tuple(owner_keys), is_elder)
        if key not in self._terms:
            self._terms[key] = terms_for(
                union=union,
                owner_keys=owner_keys,
                since=day_start_ms(day),
                is_elder=is_elder,
                instead=self.version,
            )
        return [terms for begin, terms in self._terms[key] if begin <= at][-1]


def stretches_of(learner: UUID, scope: Scope, resolver: Resolver) -> list[Found]:
    """Return a learner's stretches in the order of recording; those of the scope have the caps they are judged by."""
    entries = list(LedgerEntry.objects.filter(learner=learner).order_by("n"))
    lines = list(RecountLine.objects.filter(learner=learner).order_by("pk"))
    found = [
        *_credited(learner, entries, lines),
        *_refused(learner, lines, {entry.n: entry for entry in entries}),
    ]
    found.sort(key=lambda each: each[0])
    sessions = _sessions({each.session for _, each in found if each.session})
    out = []
    homes: dict[date, UUID | None] = {}
    for _, each in found:
        session = sessions.get(each.session) if each.session else None
        if session is None:
            out.append(each)
            continue
        if each.entry is None:
            day = each.stretch.day
            if day not in homes:
                homes[day] = union_of(learner, day)
            each.union = homes[day]
        out.append(_judged(each, session, scope, resolver))
    return out


def _judged(each: Found, session: "_Session", scope: Scope, resolver: Resolver) -> Found:
    """Return the stretch with its course and, if it lies in the scope and may change, its caps."""
    stretch = each.stretch
    caps = None
    in_scope = scope.day_from <= stretch.day <= scope.day_to and (
        scope.unions is None or each.union in scope.unions
    )
    is_free = stretch.caps is not None
    if in_scope and is_free and resolver.reaches(each.union, stretch.day, session.owner_keys):
        terms = resolver.terms(each.union, stretch.day, session.owner_keys, session.is_elder, each.t[0])
        each.recorded = session.terms.get(each.entry.policy if each.entry else each.spans[0].policy)
        each.judged_by = terms
        caps = Caps(terms.daily_cap_ms, terms.part_cap_ms, terms.course_cap_ms)
    each.stretch = Stretch(
        stretch.part, session.course, stretch.day, stretch.ms, stretch.credited, stretch.standing,
        stretch.positions, caps,
    )  # fmt: skip
    return each


@dataclass(frozen=True, slots=True)
class _Session:
    course: str
    owner_keys: tuple[str, ...]
    is_elder: bool
    terms: dict[str, Terms]


def _sessions(uuids: Iterable[UUID]) -> dict[UUID, _Session]:
    columns = ("uuid", "course", "owner_keys", "is_elder", "terms")
    return {
        row["uuid"]: _Session(
            row["course"],
            tuple(row["owner_keys"]),
            row["is_elder"],
            {terms.identity: terms for _, terms in codec.load_segments(row["terms"])},
        )
        for row in StudySession.objects.filter(pk__in=list(uuids)).values(*columns)
    }


_Placed = tuple[tuple[int, int, int], Found]


def _credited(learner: UUID, entries: Sequence[LedgerEntry], lines: Sequence[RecountLine]) -> list[_Placed]:
    """Return the entries that credited a stretch first, and grants that spent room, with what stands for each."""
    by_n = {entry.n: entry for entry in entries}
    moved = {e.refers_to: e for e in entries if e.kind == LedgerEntry.Kind.ATTRIBUTION and e.ms > 0}
    back = {e.refers_to for e in entries if e.kind == LedgerEntry.Kind.REVERSAL} | _being_corrected(learner)
    newest = {line.root_entry: line for line in lines if line.root_entry is not None}
    out: list[_Placed] = []
    for entry in entries:
        is_study = entry.kind == LedgerEntry.Kind.STUDY and entry.reason != REASON
        is_grant = entry.kind == LedgerEntry.Kind.GRANT and entry.source in _GIVEN
        if not is_study and not is_grant:
            continue
        line = newest.get(entry.n)
        stands = _standing(by_n, moved, entry if line is None else by_n.get(line.entry or 0))
        is_corrected = stands is not None and stands.n in back
        standing = entry.ms if line is None else line.after_ms
        stretch = Stretch(
            entry.part, "", entry.day, entry.ms, entry.ms, standing, _ranges(entry.ranges),
            Caps() if is_study and not is_corrected else None,
        )  # fmt: skip
        each = Found(
            stretch, entry.session, (stands or entry).union, (entry.t_from, entry.t_to), entry=entry, stands=stands,
            refused=[line.span] if line is not None and line.span is not None else [],
        )  # fmt: skip
        out.append(((entry.recorded_at, 0, entry.n), each))
    return out


def _refused(learner: UUID, lines: Sequence[RecountLine], by_n: dict[int, LedgerEntry]) -> list[_Placed]:
    """Return the stretches that a cap kept out when they were recorded, with what stands for each."""
    rows = list(RefusedSpan.objects.filter(learner=learner, reason__in=CAP_REASONS).order_by("pk"))
    if not rows:
        return []
    made = {line.span for line in lines if line.span is not None}
    upheld = set(
        Objection.objects.filter(
            learner=learner, state=Objection.State.UPHELD, reason__in=CAP_REASONS
        ).values_list("spans__span", flat=True)
    )
    moved = {e.refers_to: e for e in by_n.values() if e.kind == LedgerEntry.Kind.ATTRIBUTION and e.ms > 0}
    back = {e.refers_to for e in by_n.values() if e.kind == LedgerEntry.Kind.REVERSAL}
    back |= _being_corrected(learner)
    newest = {line.root_span: line for line in lines if line.root_span is not None}
    groups: dict[tuple[Any, ...], list[RefusedSpan]] = {}
    for row in rows:
        if row.takes_back is None and row.pk not in made:
            key = (row.session, row.part, row.t_from, row.t_to, row.reason, row.recorded_at)
            groups.setdefault(key, []).append(row)
    out: list[_Placed] = []
    for group in groups.values():
        first = group[0]
        line = newest.get(first.pk)
        stands = _standing(by_n, moved, by_n.get(line.entry or 0) if line else None)
        is_settled = any(row.pk in upheld for row in group) or (stands is not None and stands.n in back)
        positions = union(
            (row.position_from, row.position_to)
            for row in group
            if row.position_from is not None and row.position_to is not None
        )
        stretch = Stretch(
            first.part, "", first.day, first.t_to - first.t_from, 0, line.after_ms if line else 0, tuple(positions),
            None if is_settled else Caps(),
        )  # fmt: skip
        standing = [row.pk for row in group] if line is None else [line.span] if line.span is not None else []
        each = Found(
            stretch,
            first.session,
            None,
            (first.t_from, first.t_to),
            spans=group,
            stands=stands,
            refused=standing,
        )
        out.append(((first.recorded_at, 1, first.pk), each))
    return out


def _being_corrected(learner: UUID) -> set[int | None]:
    """Return the entries whose correction waits for a second person: they are left to those two."""
    waiting = Correction.objects.filter(learner=learner, state=Correction.State.FILED, entry__isnull=False)
    return set(waiting.values_list("entry", flat=True))


def _standing(
    by_n: dict[int, LedgerEntry], moved: dict[int | None, LedgerEntry], entry: LedgerEntry | None
) -> LedgerEntry | None:
    """Return the entry that stands for one: where its time was attributed, the one that gave it to the union."""
    return moved.get(entry.n, entry) if entry is not None else None


def _ranges(text: str) -> tuple[Interval, ...]:
    """Return positions from the form of an entry, ``a-b,c-d``."""
    pairs = (piece.split("-") for piece in text.split(",") if piece)
    return tuple((int(a), int(b)) for a, b in pairs)
