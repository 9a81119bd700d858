"""
Checking the ledger: every entry's bytes, as the database holds them, against its hash and the entry before it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from core.db import snapshot
from records.db import Batch, ChainRow, batches, read_chains, read_ends
from records.ledger.format import HASHES, genesis


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first entry of a chain that is not what it should be. ``n`` is its place, or the place that is empty."""

    learner: UUID
    n: int
    why: str

    def __str__(self) -> str:
        return f"learner {self.learner} entry {self.n}: {self.why}"


@dataclass(frozen=True, slots=True)
class Head:
    """A chain as it stood at an instant: so many entries, the last one with this hash (hex)."""

    learner: UUID
    n: int
    hash: str


@dataclass(slots=True)
class Verdict:
    """What a check found."""

    chains: int = 0
    entries: int = 0
    bad: BadEntry | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """
    Somebody who is told of each chain as it stood before an instant, by learner, and may find it wrong: the holder of a
    digest. A chain that had no entry then is not told.
    """

    before: int
    tell: Callable[[Head], BadEntry | None]


def verify(learners: Sequence[UUID] | None = None, *, watch: Watch | None = None) -> Verdict:
    """
    Check the chains of these learners, or of all, until the first bad entry.

    A chain begins with its learner, each entry carries the hash of the one before it, and the last one is the head in
    the learner's row: an entry that was changed, taken out, put in or cut from the end is found. Chains are read in
    stretches, each within one snapshot, so a ledger that is being written to is checked in little memory and without
    waiting for anybody.
    """
    verdict = Verdict()
    for batch in batches(learners):
        with snapshot():
            read_ends(batch)
            verdict.bad = _check(batch, verdict, watch)
        if verdict.bad is not None:
            break
    return verdict


@dataclass(slots=True)
class _Chain:
    """A chain that was walked to its end: so many entries, hash of the last one, and how it stood at an instant."""

    learner: UUID
    n: int
    head: str
    then: tuple[int, str]


def _check(batch: Batch, verdict: Verdict, watch: Watch | None) -> BadEntry | None:
    for key, rows in groupby(read_chains(batch), key=itemgetter(0)):
        verdict.chains += 1
        chain = _walk(UUID(key), rows, watch.before if watch else None)
        if isinstance(chain, BadEntry):
            verdict.entries += chain.n - 1
            return chain
        verdict.entries += chain.n
        if bad := _bad_end(chain, *batch.ends.pop(key, (0, ""))):
            return bad
        if watch is not None and chain.then[0] and (bad := watch.tell(Head(chain.learner, *chain.then))):
            return bad
    if batch.ends:
        return BadEntry(UUID(min(batch.ends)), 1, "is missing, and the whole chain with it")
    return None


def _walk(learner: UUID, rows: Iterable[ChainRow], until: int | None) -> _Chain | BadEntry:
    n, prev = 0, genesis(learner).hex()
    then: tuple[int, str] | None = None
    for _, n_of_row, number, octets, prev_of_row, own, recorded_at, fits in rows:
        n += 1
        if n_of_row != n:
            return BadEntry(learner, n, f"is missing, {n_of_row} follows")
        if prev_of_row != prev:
            return BadEntry(learner, n, "does not carry the hash of the entry before it")
        if number not in HASHES or HASHES[number](octets).hexdigest() != own:
            return BadEntry(learner, n, "is not what was hashed")
        if not fits:
            return BadEntry(learner, n, "lies in another month than it was recorded in")
        if until is not None and recorded_at >= until and then is None:
            then = (n - 1, prev)
        prev = own
    return _Chain(learner, n, prev, then or (n, prev))


def _bad_end(chain: _Chain, length: int, head: str) -> BadEntry | None:
    if chain.n < length:
        return BadEntry(chain.learner, chain.n + 1, f"is missing: the chain has {length} entries")
    if chain.n > length or head != chain.head:
        return BadEntry(chain.learner, chain.n, "is not the end that the learner's row knows")
    return None
