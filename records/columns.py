"""A ledger entry with all its columns, for programs and for archives."""

from typing import Any

from core.clock import from_ms
from records.ledger.format import FIELDS
from records.models import LedgerEntry


def entry_json(entry: LedgerEntry) -> dict[str, Any]:
    """Return an entry with all its columns: uuids, days and instants as text, hashes in hex, ranges as pairs."""
    out: dict[str, Any] = {}
    for name in (*FIELDS, "hash"):
        value = getattr(entry, name)
        if name in {"prev", "hash"}:
            out[name] = bytes(value).hex()
        elif name in {"t_from", "t_to", "recorded_at"}:
            out[name] = from_ms(value).isoformat(timespec="milliseconds")
        elif name == "ranges":
            out[name] = [[int(x) for x in pair.split("-")] for pair in value.split(",") if pair]
        elif value is None or isinstance(value, bool | int):
            out[name] = value
        else:
            out[name] = str(value)
    return out
