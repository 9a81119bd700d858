import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.clock import from_ms
from records.ledger.format import FIELDS
from records.management.commands.verify_ledger import learner_named
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


class Command(BaseCommand):
    help = "Print the ledger of one learner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--learner", metavar="LOGIN", required=True, help="login, or uuid of the person")
        parser.add_argument("--json", action="store_true", help="every column of every entry")

    def handle(self, *args: Any, **options: Any) -> None:
        learner = learner_named(options["learner"])
        entries = LedgerEntry.objects.filter(learner=learner).order_by("n")
        if options["json"]:
            body = {"learner": str(learner), "entries": [entry_json(entry) for entry in entries]}
            self.stdout.write(json.dumps(body, ensure_ascii=False))
            return
        for entry in entries:
            minutes, seconds = divmod(abs(entry.ms) // 1_000, 60)
            sign = "-" if entry.ms < 0 else "+"
            line = f"{entry.n:>5} {entry.day} {entry.kind:<11} {sign}{minutes}′{seconds:02}″ {entry.policy}"
            self.stdout.write(f"{line} {bytes(entry.hash).hex()[:12]}")
