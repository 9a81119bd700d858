"""
The bytes of a ledger entry and their hash. Final: a chain that has been written cannot be written again.

The bytes are the entry's fields in column order, without ``hash``: each as ``length:value`` with the length in octets
of the UTF-8 value, and ``-`` for null. Integers are decimal, booleans ``1`` and ``0``, uuids canonical and in lower
case, days ISO 8601, instants ms since the epoch, bytes lower-case hex. The two databases build the same bytes in
``records.db``; ``docs/ledger-format.md`` and ``tests/records/vectors`` publish the format.

>>> field(None), field("焊工"), field(-12), field(True), field(b"\\x0f")
(b'-', b'6:\\xe7\\x84\\x8a\\xe5\\xb7\\xa5', b'3:-12', b'1:1', b'2:0f')
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

SHA256_FORMAT = 1
SM3_FORMAT = 2
ALGORITHMS = {SHA256_FORMAT: "sha256", SM3_FORMAT: "sm3"}
HASHES: dict[int, Callable[[bytes], Any]] = {
    SHA256_FORMAT: hashlib.sha256,
    SM3_FORMAT: lambda octets: hashlib.new("sm3", octets),
}
"""By format number; calling one with bytes returns an object of hashlib."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it is hashed: these names, this order, which is also the order of the columns."""

    format: int
    learner: UUID
    n: int
    kind: str
    source: str
    session: UUID | None
    lesson: UUID | None
    part: UUID | None
    edition: UUID | None
    activity: str
    occupation: str | None
    level: int | None
    t_from: int
    t_to: int
    ranges: str
    ms: int
    day: date
    booked_on: date
    union: UUID | None
    policy: str
    evidence: str
    evidence_ref: str | None
    online: bool
    reason: str | None
    refers_to: int | None
    actor: UUID | None
    approver: UUID | None
    recorded_at: int
    prev: bytes


FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Entry))
_values = attrgetter(*FIELDS)
_AS_WRITTEN = (int, UUID)


def field(value: Any) -> bytes:
    """
    Return one field as it stands in the hashed bytes.

    :raises TypeError: for a value that has no place in an entry.
    """
    if value is None:
        return b"-"
    if isinstance(value, bool):
        text = "1" if value else "0"
    elif isinstance(value, str):
        text = value
    elif isinstance(value, _AS_WRITTEN):
        text = str(value)
    elif isinstance(value, date):
        text = value.isoformat()
    elif isinstance(value, bytes):
        text = value.hex()
    else:
        raise TypeError(f"no form in a ledger entry for {type(value).__name__}")
    octets = text.encode()
    return b"%d:%s" % (len(octets), octets)


def entry_bytes(entry: Entry) -> bytes:
    """Return the bytes that are hashed."""
    return b"".join(map(field, _values(entry)))


def digest(format_number: int, octets: bytes) -> bytes:
    """
    Return the hash of an entry's bytes.

    >>> digest(1, b"").hex()[:8], digest(2, b"").hex()[:8]
    ('e3b0c442', '1ab21d83')

    :raises KeyError: for a format number nobody has defined.
    """
    octets_hash: bytes = HASHES[format_number](octets).digest()
    return octets_hash


def genesis(learner: UUID) -> bytes:
    """Return what stands in ``prev`` of a learner's first entry: 32 zero bytes and the learner's uuid."""
    return bytes(32) + learner.bytes


def ranges_text(ranges: Iterable[tuple[int, int]]) -> str:
    """
    Return positions as they stand in an entry.

    >>> ranges_text([(0, 15000), (20000, 21500)])
    '0-15000,20000-21500'
    """
    return ",".join(f"{a}-{b}" for a, b in ranges)
