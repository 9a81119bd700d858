"""
The digest of a day: what an inspector takes home to show later that no chain was rewritten or cut.

It speaks of the heads of all chains: one line each, ``learner n hash``, in the order of the learners' uuids. The
digest carries the hash of all these lines, and one hash for each of 1 to 4,096 buckets of learners (by the first hex
digits of the uuid), so it stays under 300 kB for any number of learners and still says where a difference lies. With
the lines themselves, which it carries where there are few, it says whose chain it is.

>>> digits_for(50), digits_for(5_000_000)
(1, 3)
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

FORMAT = "skillspower-ledger-digest-1"
MOST_LINES_INSIDE = 2_000
LEARNERS_A_BUCKET = 16
MOST_DIGITS = 3


class NotADigest(ValueError):
    """The file is no digest of a ledger, or not as it was signed; the message says which."""


@dataclass(frozen=True, slots=True)
class Head:
    """A chain as it stood at an instant: so many entries, the last one with this hash (hex)."""

    learner: UUID
    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.learner} {self.n} {self.hash}"

    @classmethod
    def of(cls, line: str) -> "Head":
        """
        Read a line.

        :raises ValueError: if it is none.
        """
        learner, n, own = line.split(" ")
        return cls(UUID(learner), int(n), own)


def digits_for(learners: int) -> int:
    """Return how many hex digits of a uuid name its bucket, so that about 16 learners share one."""
    digits = 0
    while digits < MOST_DIGITS and LEARNERS_A_BUCKET ** (digits + 1) < learners:
        digits += 1
    return digits


class Tally:
    """Adds up heads, which come in the order of their learners, to the hashes of a digest."""

    def __init__(self, *, digits: int, algorithm: str) -> None:
        self.digits = digits
        self.learners = self.entries = 0
        self._all = hashlib.new(algorithm)
        self._buckets = [hashlib.new(algorithm) for _ in range(16**digits)]

    def add(self, head: Head) -> None:
        line = f"{head}\n".encode()
        self.learners += 1
        self.entries += head.n
        self._all.update(line)
        self._buckets[self.bucket_of(head.learner)].update(line)

    def bucket_of(self, learner: UUID) -> int:
        return learner.int >> (128 - 4 * self.digits)

    @property
    def all(self) -> str:
        return self._all.hexdigest()

    @property
    def buckets(self) -> list[str]:
        return [bucket.hexdigest() for bucket in self._buckets]


def canonical(body: Any) -> bytes:
    """
    Return JSON in the one form that is signed: keys in order, no spaces, UTF-8.

    >>> canonical({"b": "焊", "a": 1}).decode()
    '{"a":1,"b":"焊"}'
    """
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed_file(body: dict[str, Any], key: str, signature: bytes) -> bytes:
    """Return the file: the body as it was signed, then the signature, so that both can be cut out with ``sed``."""
    tail = canonical({"key": key, "value": base64.b64encode(signature).decode()})
    return b'{"body":' + canonical(body) + b',"signature":' + tail + b"}\n"


def read_file(octets: bytes) -> tuple[dict[str, Any], str, bytes]:
    """
    Return body, key id and signature of a digest's file.

    :raises NotADigest: if the file is none.
    """
    try:
        document = json.loads(octets)
        body, signature = document["body"], document["signature"]
        if body["format"] != FORMAT:
            raise NotADigest(f"its format is {body['format']!r}, not {FORMAT}")
        missing = {
            "algorithm",
            "buckets",
            "day",
            "digits",
            "entries",
            "heads",
            "learners",
            "recorded_before",
        } - set(body)
        if missing:
            raise NotADigest(f"{', '.join(sorted(missing))} is missing in it")
        return body, signature["key"], base64.b64decode(signature["value"], validate=True)
    except NotADigest:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise NotADigest("it is no JSON document with a body and a signature") from error


def heads_in(lines: Iterable[str]) -> Iterator[Head]:
    """
    Read lines as heads.

    :raises NotADigest: at a line that is none.
    """
    for number, line in enumerate(lines, start=1):
        try:
            yield Head.of(line.rstrip("\n"))
        except ValueError as error:
            raise NotADigest(f"line {number} of its heads is none") from error
