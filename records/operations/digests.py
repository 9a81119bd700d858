"""Making, keeping and reading the ledger's signed daily digests."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from core.clock import day_of, day_start_ms, from_ms
from core.db import snapshot
from core.keys import UnknownKey, public_key, sign
from records.db import count_chains, heads_before
from records.ledger.format import ALGORITHMS
from records.ledger.heads import (
    FORMAT,
    MOST_LINES_INSIDE,
    Head,
    NotADigest,
    Tally,
    canonical,
    digits_for,
    heads_in,
    read_file,
    signed_file,
)
from records.operations.hashing import format_in_force

MOST_DAYS_MADE_UP = 31
_ENDING = ".heads.gz"


class DayNotBegun(ValueError):
    """There is no digest of a day that lies ahead."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest whose signature holds. ``lines`` is the file of its heads where they are not inside; None: not at hand."""

    body: dict[str, Any]
    lines: Path | None

    @property
    def has_heads(self) -> bool:
        return "lines" in self.body or self.lines is not None

    @contextmanager
    def heads(self) -> Iterator[Iterator[Head]]:
        """
        Yield the heads of all learners, in order.

        :raises NotADigest: where they are read, if they are not the ones that were signed for.
        """
        if "lines" in self.body:
            yield self._checked(self.body["lines"])
        elif self.lines is not None:
            with gzip.open(self.lines, "rt", encoding="ascii") as lines:
                yield self._checked(lines)

    def _checked(self, lines: Any) -> Iterator[Head]:
        tally = Tally(digits=0, algorithm=self.body["algorithm"])
        try:
            for head in heads_in(lines):
                tally.add(head)
                yield head
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise NotADigest("its file of heads cannot be read") from error
        if tally.all != self.body["heads"]:
            raise NotADigest("its heads are not those that were signed for")


def write_digest(day: date, out: Path, *, now: int) -> dict[str, Any]:
    """
    Write the digest of a day to ``out``: every chain as it stood when the day ended, or stands now on the day itself.
    Where the heads do not fit inside they go to a file beside it. Return the signed body.

    The same day gives the same heads whenever it is asked, as long as nobody has tampered with the ledger.

    :raises DayNotBegun: for a day after today.
    """
    before = min(day_start_ms(day + timedelta(days=1)), now)
    if day > day_of(now):
        raise DayNotBegun(str(day))
    algorithm = ALGORITHMS[format_in_force()]
    inside: list[str] = []
    with snapshot():
        learners = count_chains()
        tally = Tally(digits=digits_for(learners), algorithm=algorithm)
        if learners <= MOST_LINES_INSIDE:
            for head in heads_before(before):
                tally.add(head)
                inside.append(str(head))
        else:
            with _written(beside(out)) as lines:
                for head in heads_before(before):
                    tally.add(head)
                    lines.write(f"{head}\n")
    body: dict[str, Any] = {
        "format": FORMAT,
        "site": settings.SITE_URL,
        "day": str(day),
        "recorded_before": from_ms(before).isoformat(timespec="milliseconds"),
        "before_ms": before,
        "algorithm": algorithm,
        "learners": tally.learners,
        "entries": tally.entries,
        "heads": tally.all,
        "digits": tally.digits,
        "buckets": tally.buckets,
    }
    if learners <= MOST_LINES_INSIDE:
        body["lines"] = inside
        beside(out).unlink(missing_ok=True)
    unfinished = out.with_name(f"{out.name}.unfinished")
    unfinished.write_bytes(signed_file(body, *sign(canonical(body))))
    unfinished.replace(out)
    return body


def read_digest(path: Path, *, key: Ed25519PublicKey | None = None) -> Digest:
    """
    Read a digest. ``key`` is the public key an inspector brought; None takes the registry's.

    :raises NotADigest: if it is none, or is not as it was signed.
    :raises OSError: if the file cannot be read.
    """
    body, key_id, signature = read_file(path.read_bytes())
    try:
        (key or public_key(key_id)).verify(signature, canonical(body))
    except UnknownKey as error:
        raise NotADigest(f"it was signed with the key {key_id!r}, which is not in the registry") from error
    except InvalidSignature as error:
        raise NotADigest("it is not as it was signed") from error
    known = (beside(path), beside(kept_path(date.fromisoformat(body["day"]))))
    return Digest(body, next((file for file in known if file.is_file()), None))


def keep_digests(*, now: int) -> list[date]:
    """
    Write the digest of yesterday, and of every day since the first one kept that has none; return the days.

    The oldest of the missed days come first, ``MOST_DAYS_MADE_UP`` a night, so that each is made up in time. One that
    somebody asked for before its day was over, and that was kept, speaks of a part of it: it is written anew.
    """
    yesterday = day_of(now) - timedelta(days=1)
    first = min((day for day in _days_kept() if day <= yesterday), default=yesterday)
    days = [first + timedelta(days=number) for number in range((yesterday - first).days)]
    wanted = [day for day in days if not _is_kept(day)][:MOST_DAYS_MADE_UP]
    if not _is_kept(yesterday):
        wanted.append(yesterday)
    for day in wanted:
        kept_path(day).parent.mkdir(parents=True, exist_ok=True)
        write_digest(day, kept_path(day), now=now)
    return wanted


def _days_kept() -> list[date]:
    """Return the days of the digests that lie where they are kept, whole or not."""
    names = kept_path(date.min).parent.glob("ledger-????-??-??.json")
    found = []
    for path in names:
        try:
            found.append(date.fromisoformat(path.stem.removeprefix("ledger-")))
        except ValueError:
            continue
    return found


def last_digest_day() -> date | None:
    """Return the newest day whose digest is kept on this machine, or None."""
    kept = Path(settings.VAR_DIR, "digests").glob("ledger-????-??-??.json")
    return max((date.fromisoformat(path.stem.removeprefix("ledger-")) for path in kept), default=None)


def _is_kept(day: date) -> bool:
    """Tell whether the digest of a whole day is kept; one that cannot be read is somebody's to look at, and stays."""
    path = kept_path(day)
    if not path.is_file():
        return False
    try:
        body, _, _ = read_file(path.read_bytes())
    except NotADigest:
        return True
    return body.get("before_ms") == day_start_ms(day + timedelta(days=1))


def kept_path(day: date) -> Path:
    """Return where the digest of a day is kept."""
    return Path(settings.VAR_DIR) / "digests" / f"ledger-{day}.json"


def beside(path: Path) -> Path:
    """Return where the heads of a digest lie if they are not inside."""
    return path.with_name(path.name.removesuffix(".json") + _ENDING)


@contextmanager
def _written(path: Path) -> Iterator[TextIO]:
    unfinished = path.with_name(f"{path.name}.unfinished")
    with gzip.open(unfinished, "wt", encoding="ascii", compresslevel=1, newline="\n") as lines:
        yield lines
    unfinished.replace(path)
