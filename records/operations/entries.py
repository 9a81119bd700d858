"""Entries that are not study of a lesson, and the writing of all of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from core.clock import day_of, month_start
from core.db import now_ms
from records.db import lock_chain, lock_chains, move_chain, move_chains, write_links
from records.ledger.chain import Draft, Link, link
from records.ledger.periods import booked_on
from records.models import LedgerEntry, StudyState
from records.operations.hashing import format_in_force
from records.operations.holding import hold

BATCH = 500
"""Entries in one statement: 33 values each, and SQLite takes 32,766."""


class EntryRefused(Exception):
    """The entry may not be written; the message says why."""


@transaction.atomic
def append_entries(*, learner: UUID, drafts: Sequence[Draft], now: int | None = None) -> list[Link]:
    """
    Append entries to a learner's chain and mark the learner-days for the roll-up.

    ``now`` is the instant of recording in ms; None takes the database's clock.

    :raises EntryRefused: if a reversal names no entry, an entry twice, or not the whole of it.
    :raises ClockTaken: if a class or a practice lies on instants that are recorded already.
    """
    if not drafts:
        return []
    length, head = lock_chain(learner)
    recorded_at = now_ms() if now is None else now
    _check_reversals(learner, drafts)
    hold({learner: drafts}, now=recorded_at)
    recorded_on = day_of(recorded_at)
    links = link(
        drafts,
        learner=learner,
        length=length,
        head=head,
        recorded_at=recorded_at,
        book=lambda day: booked_on(day, recorded_on),
        format_number=format_in_force(),
    )
    write_links(links)
    move_chain(learner, length, links)
    return links


@transaction.atomic
def append_entries_of_many(*, drafts: Mapping[UUID, Sequence[Draft]], now: int | None = None) -> int:
    """
    Append entries of many learners, each to the own chain, in a few statements, and return how many: for taking over
    another system's records. Corrections are not for here: they are looked at one by one.

    ``now`` is the instant of recording in ms; None takes the database's clock.

    :raises EntryRefused: if an entry corrects another one.
    :raises ClockTaken: if a class or a practice lies on instants that are recorded already.
    """
    recorded_at = now_ms() if now is None else now
    recorded_on = day_of(recorded_at)
    wanted = {learner: own for learner, own in drafts.items() if own}
    if any(draft.refers_to is not None for own in wanted.values() for draft in own):
        raise EntryRefused("a correction is appended by itself")
    chains = lock_chains(wanted)
    hold(wanted, now=recorded_at)
    links = [
        each
        for learner, (length, head) in chains.items()
        for each in link(
            wanted[learner],
            learner=learner,
            length=length,
            head=head,
            recorded_at=recorded_at,
            book=lambda day: booked_on(day, recorded_on),
            format_number=format_in_force(),
        )
    ]
    for start in range(0, len(links), BATCH):
        write_links(links[start : start + BATCH])
    move_chains({learner: length for learner, (length, _) in chains.items()}, links)
    return len(links)


def _check_reversals(learner: UUID, drafts: Sequence[Draft]) -> None:
    """Refuse a reversal of nothing, a second one, or one that copies another day, union, policy, part or time."""
    named = [d.refers_to or 0 for d in drafts if d.kind == LedgerEntry.Kind.REVERSAL]
    if not named:
        return
    if len(set(named)) != len(named):
        raise EntryRefused("an entry is reversed once")
    known = LedgerEntry.objects.filter(learner=learner)
    if known.filter(kind=LedgerEntry.Kind.REVERSAL, refers_to__in=named).exists():
        raise EntryRefused("an entry is reversed once")
    originals = {e.n: e for e in known.filter(n__in=named)}
    for draft in drafts:
        if draft.kind != LedgerEntry.Kind.REVERSAL:
            continue
        original = originals.get(draft.refers_to or 0)
        if original is None or original.kind == LedgerEntry.Kind.REVERSAL:
            raise EntryRefused("a reversal names an entry of the same learner")
        copied = ("day", "union", "policy", "part")
        if draft.ms != -original.ms or any(getattr(draft, c) != getattr(original, c) for c in copied):
            raise EntryRefused("a reversal copies day, union, policy and part, with the opposite time")


def reversal_of(entry: LedgerEntry, *, reason: str, actor: UUID, approver: UUID | None = None) -> Draft:
    """Return the draft that takes an entry back: same day, union, policy and part, opposite time."""
    return Draft(
        kind=LedgerEntry.Kind.REVERSAL,
        source=entry.source,
        session=entry.session,
        lesson=entry.lesson,
        part=entry.part,
        edition=entry.edition,
        activity=entry.activity,
        occupation=entry.occupation,
        level=entry.level,
        t_from=entry.t_from,
        t_to=entry.t_to,
        ranges=entry.ranges,
        ms=-entry.ms,
        day=entry.day,
        union=entry.union,
        policy=entry.policy,
        evidence=entry.evidence,
        evidence_ref=entry.evidence_ref,
        online=entry.online,
        reason=reason,
        refers_to=entry.n,
        actor=actor,
        approver=approver,
    )


def last_day_with_union(learner: UUID) -> date | None:
    """
    Return the day of a learner's last entry that belongs to a union: no membership may begin before it, because what a
    union has earned stays its own.
    """
    rows = LedgerEntry.objects.filter(learner=learner, union__isnull=False)
    return rows.aggregate(last=Max("day"))["last"]


def last_days_with_union(learners: Sequence[UUID]) -> dict[UUID, date]:
    """Return :func:`last_day_with_union` of those who have one; who has no chain costs no look into the ledger."""
    found: dict[UUID, date] = {}
    for start in range(0, len(learners), 1_000):
        part = learners[start : start + 1_000]
        begun = StudyState.objects.filter(learner__in=part, chain_length__gt=0)
        chains = list(begun.values_list("learner", flat=True))
        if chains:
            rows = LedgerEntry.objects.filter(learner__in=chains, union__isnull=False)
            found.update(rows.values_list("learner").annotate(last=Max("day")))
    return found


@transaction.atomic
def attribute_to_union(*, learner: UUID, union: UUID, from_day: date, actor: UUID | None = None) -> int:
    """
    Give the time a learner studied without a union, from the day of the application on, to the union that confirmed
    it; return how many entries. Doing it again changes nothing.
    """
    lock_chain(learner)
    known = LedgerEntry.objects.filter(learner=learner, month__gte=month_start(from_day))
    done = set(known.filter(kind=LedgerEntry.Kind.ATTRIBUTION).values_list("refers_to", flat=True))
    open_entries = known.filter(union=None, day__gte=from_day).exclude(kind=LedgerEntry.Kind.ATTRIBUTION)
    drafts: list[Draft] = []
    for entry in open_entries.order_by("n"):
        if entry.n not in done:
            drafts += attribution(entry, union=union, actor=actor, from_day=from_day)
    append_entries(learner=learner, drafts=drafts)
    return len(drafts) // 2


def attribution(
    entry: LedgerEntry, *, union: UUID, actor: UUID | None, from_day: date
) -> tuple[Draft, Draft]:
    """
    Return the two drafts that give an unassigned entry to a union: from unassigned, and to the union, opposite ms.

    ``from_day`` is the day of the application; earlier time stays unassigned.

    :raises EntryRefused: if the entry has a union already or is older than the application.
    """
    if entry.union is not None:
        raise EntryRefused("the entry belongs to a union already")
    if entry.day < from_day:
        raise EntryRefused("the entry is older than the application")
    fields = {name: getattr(entry, name) for name in ("session", "lesson", "part", "edition", "activity")}
    fields |= {
        name: getattr(entry, name) for name in ("occupation", "level", "t_from", "t_to", "ranges", "day")
    }
    fields |= {
        name: getattr(entry, name) for name in ("policy", "evidence", "evidence_ref", "online", "source")
    }
    common = {**fields, "kind": LedgerEntry.Kind.ATTRIBUTION, "reason": "union_confirmed"}
    taken = Draft(**common, ms=-entry.ms, union=None, refers_to=entry.n, actor=actor)
    given = Draft(**common, ms=entry.ms, union=union, refers_to=entry.n, actor=actor)
    return taken, given
