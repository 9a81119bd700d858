from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from core.answering import AnsweringCommand
from core.db import is_postgres
from records.db import months_from
from records.operations.partitions import make_partitions

FURTHEST = 600


class Command(AnsweringCommand):
    help = "Make the ledger's partitions of the coming months, each with its own triggers (PostgreSQL, as the owner)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--months", type=int, default=24, help=f"how far ahead, this month included; 1 to {FURTHEST}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["months"] <= FURTHEST:
            raise CommandError(f"--months is a number from 1 to {FURTHEST}.")
        if not is_postgres():
            self.answer(
                {"database": connection.vendor, "made": [], "ahead": 0},
                f"{connection.vendor}: the ledger is one table, nothing to do",
                as_json=options["json"],
            )
            return
        months = months_from(timezone.localdate().replace(day=1), options["months"])
        made = [{"month": f"{m.month:%Y-%m}", "moved": m.moved} for m in make_partitions(months=months)]
        lines = [
            f"{m['month']}"
            + (f": {m['moved']} entries moved from the default partition" if m["moved"] else "")
            for m in made
        ]
        lines.append(f"{len(made)} partitions made, {len(months)} months ahead stand")
        self.answer(
            {"database": connection.vendor, "made": made, "ahead": len(months)},
            "\n".join(lines),
            as_json=options["json"],
        )
