"""Holding the ledger against a digest of an earlier day: no chain may have been rewritten or cut since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from records.ledger.heads import Head, NotADigest, Tally
from records.operations.digests import Digest
from records.verify import BadEntry, Verdict, verify


@dataclass(frozen=True, slots=True)
class BadBucket:
    """A difference in a stretch of learners, of whom the digest alone cannot say which: their heads are not at hand."""

    prefix: str
    why: str

    def __str__(self) -> str:
        return f"learners whose uuid begins with {self.prefix or 'anything'}: {self.why}"


def verify_against(
    digest: Digest, learners: Sequence[UUID] | None = None
) -> tuple[Verdict, BadBucket | None]:
    """
    Check chains as ``verify`` does, and that each still contains the head that the digest has, at that length.

    :raises NotADigest: if the heads beside the digest are not those it was signed for, or if single learners are asked
        for and their heads are not at hand.
    """
    if digest.has_heads:
        with digest.heads() as heads:
            watch = _Expected(heads, str(digest.body["day"]), None if learners is None else set(learners))
            verdict = verify(learners, watch=watch)
            if verdict.bad is None:
                verdict.bad = watch.rest()
            return verdict, None
    if learners is not None:
        raise NotADigest(
            "its file of heads is not beside it: without it only the whole ledger can be checked"
        )
    counted = _Counted(digest)
    verdict = verify(watch=counted)
    return verdict, counted.difference() if verdict.bad is None else None


class _Expected:
    """The heads of a digest, one after the other beside the learners that are walked in the same order."""

    before: int | None = None

    def __init__(self, heads: Iterator[Head], day: str, only: set[UUID] | None) -> None:
        self._heads = heads if only is None else (head for head in heads if head.learner in only)
        self._next = next(self._heads, None)
        self._day = day

    def place(self, learner: UUID) -> int | BadEntry:
        if self._next is None or self._next.learner > learner:
            return 0
        if self._next.learner < learner:
            return self._gone(self._next)
        return self._next.n

    def tell(self, learner: UUID, head: Head | None) -> BadEntry | None:
        expected, self._next = self._next, next(self._heads, None)
        if expected is None:
            return None
        if head is None:
            return BadEntry(
                learner, expected.n, f"is missing: the digest of {self._day} has {expected.n} entries"
            )
        if head != expected:
            return BadEntry(learner, head.n, f"does not have the hash that the digest of {self._day} has")
        return None

    def rest(self) -> BadEntry | None:
        """Return the first learner of the digest who was not met; reads the rest, so that all of it is checked."""
        missing = self._next
        for _ in self._heads:
            pass
        return None if missing is None else self._gone(missing)

    def _gone(self, head: Head) -> BadEntry:
        return BadEntry(
            head.learner, 1, f"is missing: the digest of {self._day} has {head.n} entries of this learner"
        )


class _Counted:
    """The heads of today's ledger as of the digest's instant, added up to be compared bucket by bucket."""

    def __init__(self, digest: Digest) -> None:
        self._body = digest.body
        self.before: int | None = self._body["before_ms"]
        self._tally = Tally(digits=self._body["digits"], algorithm=self._body["algorithm"])

    def place(self, learner: UUID) -> int | BadEntry:
        return 0

    def tell(self, learner: UUID, head: Head | None) -> BadEntry | None:
        if head is not None and head.n:
            self._tally.add(head)
        return None

    def difference(self) -> BadBucket | None:
        for number, (mine, signed) in enumerate(zip(self._tally.buckets, self._body["buckets"], strict=True)):
            if mine != signed:
                digits = self._body["digits"]
                why = f"a chain is not the one that the digest of {self._body['day']} has"
                return BadBucket(f"{number:0{digits}x}" if digits else "", why)
        return None
