"""Reading a person's ledger for a transcript, and for the page that holds an issued one against it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from accounts.api import Person
from core.clock import day_of, from_ms, month_start
from occupations.api import occupation_names
from records.models import LedgerEntry, StudySession, StudyState, Transcript
from records.transcripts.rules import Line, Standing, Sums, number_of, sums_of

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain of a person as it stands: so many entries, hash of the last one in hex."""

    learner: UUID
    entries: int
    head: str


def chains_of(learners: Collection[UUID]) -> list[Chain]:
    """Return the chains that have an entry, by learner. One query."""
    states = StudyState.objects.filter(pk__in=list(learners), chain_length__gt=0).order_by("pk")
    return [
        Chain(learner, n, bytes(head or b"").hex())
        for learner, n, head in states.values_list("learner", "chain_length", "chain_head")
    ]


def read_sums(chains: Sequence[Chain], first: date, last: date) -> Sums:
    """Add up what these chains hold up to their heads in these days, both included. Two queries."""
    if not chains:
        return sums_of([])
    learners = [chain.learner for chain in chains]
    sessions = StudySession.objects.filter(learner__in=learners).values_list("uuid", "course_title", "title")
    titles: dict[UUID | None, str] = {uuid: course or title for uuid, course, title in sessions}
    rows = _entries(first, last).filter(_up_to(chains))
    columns = rows.values_list("day", "kind", "occupation", "session", "online", "ms")
    return sums_of(
        Line(day, kind, occupation or "", titles.get(session, ""), online, ms)
        for day, kind, occupation, session, online, ms in columns
    )


def _entries(first: date, last: date) -> QuerySet[LedgerEntry]:
    """Return the entries of these days that give or take time; an entry is recorded on its day or later."""
    days = LedgerEntry.objects.filter(day__range=(first, last), month__gte=month_start(first))
    return days.exclude(kind=LedgerEntry.Kind.ATTRIBUTION).order_by()


def _up_to(chains: Sequence[Chain]) -> Q:
    known = Q()
    for chain in chains:
        known |= Q(learner=chain.learner, n__lte=chain.entries)
    return known


def first_day_of(learners: Collection[UUID]) -> date | None:
    """Return the day of a person's first credited minute, None for who has none."""
    days = LedgerEntry.objects.filter(learner__in=list(learners)).order_by("day")
    return days.values_list("day", flat=True).first()


def document_of(
    *,
    uuid: UUID,
    address: str,
    person: Person,
    union: str,
    days: tuple[date, date],
    chains: Sequence[Chain],
    sums: Sums,
    now: int,
    valid_days: int,
) -> dict[str, Any]:
    """Return the document that is signed: whole ms, days, instants, hashes; nothing that is only for the eye."""
    issued_on = day_of(now)
    names = occupation_names([code for code, _ms in sums.by_occupation if code])
    return {
        "format": FORMAT,
        "kind": "transcript",
        "site": settings.SITE_URL,
        "number": number_of(uuid, issued_on),
        "verify": address,
        "issued_at": from_ms(now).isoformat(timespec="milliseconds"),
        "expires_on": (issued_on + timedelta(days=valid_days)).isoformat(),
        "holder": {"name": person.name, "union": union},
        "days": {"from": days[0].isoformat(), "to": days[1].isoformat()},
        "total_ms": sums.total_ms,
        "days_studied": sums.days,
        "entries": sums.entries,
        "online_ms": sums.online_ms,
        "offline_ms": sums.offline_ms,
        "by_occupation": [
            {"code": code, "name": names.get(code, code), "ms": ms} for code, ms in sums.by_occupation
        ],
        "by_course": [{"title": title, "ms": ms} for title, ms in sums.by_course],
        "by_kind": [{"kind": kind, "ms": ms} for kind, ms in sums.by_kind],
        "by_month": [{"month": month, "ms": ms} for month, ms in sums.by_month],
        "chains": [{"entries": chain.entries, "head": chain.head} for chain in chains],
    }


def standing_of(transcript: Transcript) -> Standing:
    """Hold an issued transcript against the ledger. Two queries, however many chains and entries there are."""
    chains = [Chain(UUID(learner), n, head) for learner, n, head in transcript.chains]
    heads = Q(pk__in=[])
    for chain in chains:
        heads |= Q(learner=chain.learner, n=chain.entries)
    found = LedgerEntry.objects.filter(heads).order_by().values_list("learner", "hash")
    by_learner = {learner: bytes(octets).hex() for learner, octets in found}
    known = _up_to(chains)
    back = Q(kind=LedgerEntry.Kind.REVERSAL)
    rows = _entries(transcript.first_day, transcript.last_day)
    now = rows.filter(learner__in=[chain.learner for chain in chains]).aggregate(
        then=Sum("ms", filter=known),
        added=Sum("ms", filter=~known & ~back),
        taken=Sum("ms", filter=~known & back),
    )
    agrees = all(by_learner.get(chain.learner) == chain.head for chain in chains)
    return Standing(
        agrees and (now["then"] or 0) == transcript.ms, transcript.ms, now["added"] or 0, now["taken"] or 0
    )
