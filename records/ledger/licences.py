"""
An offline licence as text that is signed, and where the runs of a device without a network lie on our clock.

A licence's clock begins when the licence is issued. A device counts on it by its monotonic clock while a page lives, and
by its wall clock from one page to the next; somebody may set that one meanwhile. Plain Python: no key, no database.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from records.ledger.intervals import Interval

VERSION = 1


class NotALicence(ValueError):
    """The text is no licence of ours; nothing is said about its signature."""


class RunsNotInOrder(ValueError):
    """Two runs of a device overlap, or a beat lies in none of them: no device counts like that."""


@dataclass(frozen=True, slots=True)
class Run:
    """One unbroken life of a device's monotonic clock: from ``at`` ms on the licence's clock, ``ms`` long."""

    number: int
    at: int
    ms: int

    @property
    def end(self) -> int:
        return self.at + self.ms


def octets_of(body: Mapping[str, Any]) -> bytes:
    """
    Return the bytes of a licence that are signed.

    >>> octets_of({"nonce": "a", "licence": "b"})
    b'{"licence":"b","nonce":"a"}'
    """
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def token_of(body: Mapping[str, Any], key: str, signature: bytes) -> str:
    """
    Return a licence with its key and signature as one word.

    >>> token_of({"v": 1}, "k1", b"\\x01")
    'k1.eyJ2IjoxfQ.AQ'
    """
    return ".".join([key, _text(octets_of(body)), _text(signature)])


def read_token(token: str) -> tuple[dict[str, Any], str, bytes, bytes]:
    """
    Return the licence, the id of its key, the signature and the bytes it was made of.

    :raises NotALicence: if it is not of this shape.
    """
    try:
        key, body, signature = token.rsplit(".", 2)
        octets = _octets(body)
        read = json.loads(octets)
        if not isinstance(read, dict) or read.get("v") != VERSION:
            raise NotALicence
        return read, key, _octets(signature), octets
    except (ValueError, binascii.Error, RecursionError) as error:
        raise NotALicence(str(error)) from error


def shifts_of(
    runs: Sequence[Run], known: Mapping[int, int], elapsed: int, free: Sequence[Interval] = ()
) -> dict[int, int]:
    """
    Return how far each run has to be moved so that it lies in the past and before the next one, in ms; 0 or less.

    ``elapsed`` is our time since the licence was issued. A phone whose clock was put forward says that it studied
    tomorrow: that was today, at the latest time of what is ``free`` of the learner's clock (on the licence's clock) where it
    fits, as what lies on other lessons' time would not count. A run that is ``known`` stays where it was placed first,
    however often it comes. Where there is no room the beats are judged where they are stated or end with ``elapsed``: what lies
    ahead of our clock is not counted.

    >>> shifts_of([Run(1, 0, 600), Run(2, 5_000, 300)], {}, 6_000)
    {1: 0, 2: 0}
    >>> shifts_of([Run(1, 0, 600), Run(2, 5_000, 300)], {}, 1_000)
    {1: 0, 2: -4300}
    >>> shifts_of([Run(1, 400, 600), Run(2, 1_000, 300)], {2: -100}, 9_000)
    {1: -100, 2: -100}

    The last 400 ms are another lesson's:

    >>> shifts_of([Run(1, 5_000, 300)], {}, 1_000, [(0, 600)])
    {1: -4700}
    """
    limit = elapsed
    out: dict[int, int] = {}
    for run in reversed(runs):
        shift = known[run.number] if run.number in known else _shift(run, limit, free)
        out[run.number] = shift
        limit = min(limit, run.at + shift)
    return dict(sorted(out.items()))


def _shift(run: Run, limit: int, free: Sequence[Interval]) -> int:
    if run.end <= limit:
        return 0
    for start, end in reversed(free):
        last = min(end, limit)
        if last - start >= run.ms:
            return last - run.end
    return max(-run.at, min(0, limit - run.end))


def check_order(runs: Sequence[Run]) -> None:
    """
    Make sure that runs have rising numbers and do not overlap.

    :raises RunsNotInOrder: if not.

    >>> check_order([Run(1, 0, 600), Run(2, 500, 300)])
    Traceback (most recent call last):
    ...
    records.ledger.licences.RunsNotInOrder: 2
    """
    end, number = 0, -1
    for run in runs:
        if run.at < end or run.number <= number:
            raise RunsNotInOrder(run.number)
        end, number = run.end, run.number


def shift_at(runs: Iterable[Run], shifts: Mapping[int, int], start: int, end: int) -> int:
    """
    Return by how much a stretch on the licence's clock has to be moved: by as much as the run it lies in.

    :raises RunsNotInOrder: if it lies in none.
    """
    for run in runs:
        if run.at <= start and end <= run.end:
            return shifts[run.number]
    raise RunsNotInOrder(start)


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
