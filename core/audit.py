"""
The audit log: who did what, when, from where, on what, with which result.

Rows are appended and chained by hash within a stream, so that a row that was changed, taken out or put in later is
found by :func:`verify`. The database refuses UPDATE and DELETE; the chain is for those who own the database. A row
holds uuids and keys, never a name or a number of a person: erasure must not need to touch it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from core.db import move_audit_head
from core.models import AuditHead, AuditRow

FORMAT = "a1"


@dataclass(frozen=True)
class Broken:
    """The first row of a stream that is not what was written, and why it is known."""

    stream: str
    n: int
    reason: str


def address_of(request: HttpRequest | None) -> str:
    """
    Return the address a request came from. Behind ``TRUSTED_PROXIES`` proxies of ours it is the entry that the
    outermost of them wrote into X-Forwarded-For; what stands left of it anybody may have made up.
    """
    if request is None:
        return ""
    count = settings.TRUSTED_PROXIES
    hops = [h.strip() for h in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if h.strip()]
    address = hops[-count] if 0 < count <= len(hops) else request.META.get("REMOTE_ADDR", "")
    return str(address)[:45]


def first_hash(stream: str) -> bytes:
    """Return what the first row of a stream is chained to."""
    return hashlib.sha256(f"{FORMAT}\0{stream}".encode()).digest()


def row_hash(row: AuditRow) -> bytes:
    """
    Return the SHA-256 of a row: its UTF-8 fields in a fixed order, each as ``length:bytes``, null as ``-``, then the
    hash of the row before it.
    """
    detail = json.dumps(row.detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    actor = str(row.actor) if row.actor else None
    fields = [
        FORMAT, row.stream, str(row.n), str(row.at_ms), actor, row.address, row.action, row.target, row.result, detail,
    ]  # fmt: skip
    parts = [b"-" if f is None else b"%d:%s" % (len(f.encode()), f.encode()) for f in fields]
    return hashlib.sha256(b"".join(parts) + bytes(row.prev)).digest()


@transaction.atomic
def record(
    *,
    stream: str,
    action: str,
    actor: UUID | None = None,
    target: str = "",
    request: HttpRequest | None = None,
    address: str = "",
    result: str = "ok",
    detail: dict[str, Any] | None = None,
) -> AuditRow:
    """
    Append a row to a stream. ``actor`` is the uuid of a Person, ``target`` a key like ``union:<uuid>``.

    The head of the stream stays locked until the transaction around it ends, so write to at most one stream in a
    transaction, as its last act.

    :raises ValueError: if ``detail`` holds a number that is not whole, which databases round differently.
    """
    detail = json.loads(json.dumps(detail or {}, default=str), parse_float=_refuse_float)
    moved = move_audit_head(stream)
    while moved is None:
        AuditHead.objects.bulk_create(
            [AuditHead(stream=stream, hash=first_hash(stream))], ignore_conflicts=True
        )
        moved = move_audit_head(stream)
    n, prev, at_ms = moved
    row = AuditRow(
        stream=stream,
        n=n,
        at_ms=at_ms,
        actor=actor,
        address=address or address_of(request),
        action=action,
        target=target,
        result=result,
        detail=detail,
        prev=prev,
    )
    row.hash = row_hash(row)
    row.save(force_insert=True)
    AuditHead.objects.filter(stream=stream).update(hash=row.hash)
    return row


def _refuse_float(text: str) -> float:
    raise ValueError(f"audit detail holds whole numbers only, not {text}")


def verify(stream: str) -> Broken | None:
    """Return the first broken row of a stream, or None when the whole chain is as it was written."""
    prev, n = first_hash(stream), 0
    for row in AuditRow.objects.filter(stream=stream).order_by("n").iterator(chunk_size=2_000):
        n += 1
        if row.n != n:
            return Broken(stream, n, "missing")
        if bytes(row.prev) != prev:
            return Broken(stream, n, "not chained to the row before it")
        if row_hash(row) != bytes(row.hash):
            return Broken(stream, n, "content changed")
        prev = bytes(row.hash)
    head = AuditHead.objects.filter(stream=stream).first()
    if head is not None and head.n != n:
        return Broken(stream, n + 1, "cut off at the end")
    if head is not None and n and bytes(head.hash) != prev:
        return Broken(stream, n, "not what the head says")
    return None


def streams() -> list[str]:
    """Return the names of all streams that have a row or a head."""
    rows = AuditRow.objects.order_by().values_list("stream", flat=True).distinct()
    return sorted({*rows, *AuditHead.objects.values_list("stream", flat=True)})


def verify_all() -> Iterator[tuple[str, int, Broken | None]]:
    """Yield each stream with its number of rows and what is broken in it."""
    for stream in streams():
        yield stream, AuditRow.objects.filter(stream=stream).count(), verify(stream)
