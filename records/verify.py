"""
Checking the ledger: every entry's bytes, as the database holds them, against its hash and the entry before it.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Protocol
from uuid import UUID

from django.db import connections

from core.db import snapshot
from records.db import ENTRIES_A_BATCH, Batch, ChainRow, batches, read_chains, read_ends
from records.ledger.format import HASHES, genesis
from records.ledger.heads import Head


class UnsupportedHash(RuntimeError):
    """An entry carries a hash that this system cannot compute."""


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first entry of a chain that is not what it should be. ``n`` is its place, or the place that is empty."""

    learner: UUID
    n: int
    why: str

    def __str__(self) -> str:
        return f"learner {self.learner} entry {self.n}: {self.why}"


@dataclass(slots=True)
class Verdict:
    """What a check found."""

    chains: int = 0
    entries: int = 0
    bad: BadEntry | None = None


class Watch(Protocol):
    """
    Somebody who follows the walk because of what chains were like earlier: the holder of a digest.

    ``before`` is an instant: the watch is told the head of each chain as it was then; None: it asks for places itself.
    """

    before: int | None

    def place(self, learner: UUID) -> int | BadEntry:
        """Return the entry of this chain whose hash it wants, 0 for none, or what is wrong before this learner."""

    def tell(self, learner: UUID, head: Head | None) -> BadEntry | None:
        """Hear the chain's head at the instant or the place; None: the chain is shorter than the place."""


MOST_PROCESSES = 4
_AHEAD = 2
"""Stretches that wait for each process, so that none is idle while the next one is looked for."""


def processes_for(entries: int) -> int:
    """Return in how many processes so many entries are best checked here: starting one takes as long as some thousands."""
    return max(1, min(MOST_PROCESSES, os.cpu_count() or 1, entries // ENTRIES_A_BATCH))


def verify(
    learners: Sequence[UUID] | None = None, *, watch: Watch | None = None, processes: int = 1
) -> Verdict:
    """
    Check the chains of these learners, or of all, until the first bad entry.

    A chain begins with its learner, each entry carries the hash of the one before it, and the last one is the head in
    the learner's row: an entry that was changed, taken out, put in or cut from the end is found. Chains are read in
    stretches, each within one snapshot, so a ledger that is being written to is checked in little memory and without
    waiting for anybody. With several ``processes`` as many stretches are checked at once, and the first bad entry is the same; a
    ``watch`` follows the learners in their order, in one process. Not inside a transaction, which other processes cannot see.

    :raises UnsupportedHash: at an entry hashed with SM3 where OpenSSL was built without it.
    """
    verdict = Verdict()
    checked = (
        (_checked(batch, watch) for batch in batches(learners))
        if watch is not None or processes == 1
        else _checked_side_by_side(batches(learners), processes)
    )
    for part in checked:
        verdict.chains += part.chains
        verdict.entries += part.entries
        verdict.bad = part.bad
        if verdict.bad is not None:
            break
    return verdict


def _checked(batch: Batch, watch: Watch | None = None) -> Verdict:
    verdict = Verdict()
    with snapshot():
        read_ends(batch)
        verdict.bad = _check(batch, verdict, watch)
    return verdict


def _checked_side_by_side(stretches: Iterator[Batch], processes: int) -> Iterator[Verdict]:
    """Yield the verdicts in the order of the stretches. Who stops listening has those checked for nothing that were begun."""
    connections.close_all()  # a session that two processes use is nobody's
    # Forked: what Django has been told, as the database's name in a test, holds in them as well.
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork"))
    try:
        pool.submit(
            os.getpid
        ).result()  # the first task starts them all, before this one opens a session again
        begun: list[Future[Verdict]] = []
        for _ in range(processes * _AHEAD):
            begun += [pool.submit(_checked, batch) for batch in islice(stretches, 1)]
        while begun:
            verdict = begun.pop(0).result()
            begun += [pool.submit(_checked, batch) for batch in islice(stretches, 1)]
            yield verdict
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(slots=True)
class _Chain:
    """A chain that was walked to its end: so many entries, hash of the last one, and how it stood at place or instant."""

    learner: UUID
    n: int
    head: str
    then: Head | None


def _check(batch: Batch, verdict: Verdict, watch: Watch | None) -> BadEntry | None:
    for key, rows in groupby(read_chains(batch), key=itemgetter(0)):
        verdict.chains += 1
        learner = UUID(key)
        place = watch.place(learner) if watch else 0
        if isinstance(place, BadEntry):
            return place
        chain = _walk(learner, rows, place, watch.before if watch else None)
        if isinstance(chain, BadEntry):
            verdict.entries += chain.n - 1
            return chain
        verdict.entries += chain.n
        if bad := _bad_end(chain, *batch.ends.pop(key, (0, ""))):
            return bad
        if watch is not None and (place or watch.before) and (bad := watch.tell(learner, chain.then)):
            return bad
    if batch.ends:
        return BadEntry(UUID(min(batch.ends)), 1, "is missing, and the whole chain with it")
    return None


def _walk(learner: UUID, rows: Iterable[ChainRow], place: int, before: int | None) -> _Chain | BadEntry:
    n, prev = 0, genesis(learner).hex()
    then: Head | None = None
    for _, n_of_row, number, octets, prev_of_row, own, recorded_at, fits in rows:
        if before is not None and recorded_at >= before and then is None:
            then = Head(learner, n, prev)
        n += 1
        if n_of_row != n:
            return BadEntry(learner, n, f"is missing, {n_of_row} follows")
        if prev_of_row != prev:
            return BadEntry(learner, n, "does not carry the hash of the entry before it")
        if _hash(number, octets) != own:
            return BadEntry(learner, n, "is not what was hashed")
        if not fits:
            return BadEntry(learner, n, "lies in another month than it was recorded in")
        prev = own
        if n == place:
            then = Head(learner, n, own)
    if before is not None and then is None:
        then = Head(learner, n, prev)
    return _Chain(learner, n, prev, then)


def _hash(number: int, octets: bytes) -> str | None:
    """Return the hash as hex; None for a format number nobody has defined."""
    try:
        found: str = HASHES[number](octets).hexdigest()
    except KeyError:
        return None
    except ValueError as error:
        raise UnsupportedHash("OpenSSL here was built without SM3, by which entries are hashed.") from error
    return found


def _bad_end(chain: _Chain, length: int, head: str) -> BadEntry | None:
    if chain.n < length:
        return BadEntry(chain.learner, chain.n + 1, f"is missing: the chain has {length} entries")
    if chain.n > length or head != chain.head:
        return BadEntry(chain.learner, chain.n, "is not the end that the learner's row knows")
    return None
