"""
Checking the ledger: every entry's bytes, as the database builds them, against its hash and the entry before it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from core.db import sql_value
from records.db import chain_rows_sql
from records.ledger.format import digest, genesis
from records.models import StudyState

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first entry of a chain that is not what it should be. ``n`` is its place, or the place that is empty."""

    learner: UUID
    n: int
    why: str

    def __str__(self) -> str:
        return f"learner {self.learner} entry {self.n}: {self.why}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found."""

    chains: int
    entries: int
    bad: BadEntry | None


def verify(learners: Iterable[UUID] | None = None) -> Verdict:
    """
    Check the chains of these learners, or of all, until the first bad entry.

    A chain begins with its learner, each entry carries the hash of the one before it, and the last one is the head in
    the learner's row: an entry that was changed, taken out, put in or cut from the end is found.
    """
    wanted = None if learners is None else sorted(set(learners))
    if wanted == []:
        return Verdict(0, 0, None)
    ends = _ends(wanted)
    chains = entries = 0
    learner: UUID | None = None
    n, prev = 0, b""
    for row_learner, row_n, number, octets, row_prev, row_hash, fits in _rows(wanted):
        current = row_learner if isinstance(row_learner, UUID) else UUID(row_learner)
        if current != learner:
            if learner is not None and (bad := _bad_end(learner, n, prev, ends)):
                return Verdict(chains, entries, bad)
            learner, n, prev = current, 0, genesis(current)
            chains += 1
        if row_n != n + 1:
            return Verdict(chains, entries, BadEntry(current, n + 1, f"is missing, {row_n} follows"))
        if bytes(row_prev) != prev:
            return Verdict(
                chains, entries, BadEntry(current, row_n, "does not carry the hash of the entry before it")
            )
        if digest(number, bytes(octets)) != bytes(row_hash):
            return Verdict(chains, entries, BadEntry(current, row_n, "is not what was hashed"))
        if not fits:
            return Verdict(
                chains, entries, BadEntry(current, row_n, "lies in another month than it was recorded in")
            )
        n, prev = row_n, bytes(row_hash)
        entries += 1
    if learner is not None and (bad := _bad_end(learner, n, prev, ends)):
        return Verdict(chains, entries, bad)
    if ends:
        missing = min(ends)
        return Verdict(chains, entries, BadEntry(missing, 1, "is missing, and the whole chain with it"))
    return Verdict(chains, entries, None)


def _bad_end(learner: UUID, n: int, prev: bytes, ends: dict[UUID, tuple[int, bytes]]) -> BadEntry | None:
    length, head = ends.pop(learner, (0, b""))
    if n < length:
        return BadEntry(learner, n + 1, f"is missing: the chain has {length} entries")
    if n > length or head != prev:
        return BadEntry(learner, n, "is not the end that the learner's row knows")
    return None


def _ends(learners: list[UUID] | None) -> dict[UUID, tuple[int, bytes]]:
    rows = StudyState.objects.filter(chain_length__gt=0)
    if learners is not None:
        rows = rows.filter(pk__in=learners)
    return {
        learner: (length, bytes(head or b""))
        for learner, length, head in rows.values_list("learner", "chain_length", "chain_head").iterator(CHUNK)
    }


def _rows(learners: list[UUID] | None) -> Iterator[tuple]:
    where = "" if learners is None else "WHERE learner IN ({})".format(", ".join(["%s"] * len(learners)))
    values = [] if learners is None else [sql_value(learner) for learner in learners]
    with connection.chunked_cursor() as cursor:
        cursor.execute(chain_rows_sql(connection.vendor, where), values)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
