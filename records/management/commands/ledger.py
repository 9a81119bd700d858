from typing import Any

from django.core.management.base import CommandParser

from core.answering import AnsweringCommand
from records.columns import entry_json
from records.management.commands.verify_ledger import learner_named
from records.models import LedgerEntry


def entry_line(entry: LedgerEntry) -> str:
    """Return an entry for people: number, day, kind, time, policy and the beginning of its hash."""
    minutes, seconds = divmod(abs(entry.ms) // 1_000, 60)
    sign = "-" if entry.ms < 0 else "+"
    line = f"{entry.n:>5} {entry.day} {entry.kind:<11} {sign}{minutes}′{seconds:02}″ {entry.policy}"
    return f"{line} {bytes(entry.hash).hex()[:12]}"


class Command(AnsweringCommand):
    help = "Print the ledger of one learner."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--learner", metavar="LOGIN", required=True, help="login, or uuid of the person")

    def handle(self, *args: Any, **options: Any) -> None:
        learner = learner_named(options["learner"])
        entries = list(LedgerEntry.objects.filter(learner=learner).order_by("n"))
        body = {"learner": str(learner), "entries": [entry_json(entry) for entry in entries]}
        self.answer(body, "\n".join(map(entry_line, entries)), as_json=options["json"])
