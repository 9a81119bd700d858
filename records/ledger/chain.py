"""Entries become links: each carries the hash of the one before it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from records.ledger.format import Entry, digest, entry_bytes, genesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to enter: an entry without its place in the chain. ``booked_on`` None: by the calendar."""

    kind: str
    source: str
    activity: str
    t_from: int
    t_to: int
    ms: int
    day: date
    policy: str
    evidence: str
    ranges: str = ""
    session: UUID | None = None
    lesson: UUID | None = None
    part: UUID | None = None
    edition: UUID | None = None
    occupation: str | None = None
    level: int | None = None
    union: UUID | None = None
    evidence_ref: str | None = None
    online: bool = True
    reason: str | None = None
    refers_to: int | None = None
    actor: UUID | None = None
    approver: UUID | None = None
    booked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its place, with its own hash."""

    entry: Entry
    hash: bytes


def link(
    drafts: Iterable[Draft],
    *,
    learner: UUID,
    length: int,
    head: bytes | None,
    recorded_at: int,
    book: Callable[[date], date],
    format_number: int,
) -> list[Link]:
    """
    Return the drafts as the next links of a learner's chain.

    ``length`` and ``head`` are those of the chain before; ``head`` is None before the first entry. ``book`` returns
    ``booked_on`` for a day.
    """
    prev = genesis(learner) if head is None else bytes(head)
    links = []
    for n, draft in enumerate(drafts, start=length + 1):
        entry = Entry(
            format=format_number,
            learner=learner,
            n=n,
            kind=draft.kind,
            source=draft.source,
            session=draft.session,
            lesson=draft.lesson,
            part=draft.part,
            edition=draft.edition,
            activity=draft.activity,
            occupation=draft.occupation,
            level=draft.level,
            t_from=draft.t_from,
            t_to=draft.t_to,
            ranges=draft.ranges,
            ms=draft.ms,
            day=draft.day,
            booked_on=draft.booked_on or book(draft.day),
            union=draft.union,
            policy=draft.policy,
            evidence=draft.evidence,
            evidence_ref=draft.evidence_ref,
            online=draft.online,
            reason=draft.reason,
            refers_to=draft.refers_to,
            actor=draft.actor,
            approver=draft.approver,
            recorded_at=recorded_at,
            prev=prev,
        )
        prev = digest(format_number, entry_bytes(entry))
        links.append(Link(entry, prev))
    return links
