from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from core.answering import AnsweringCommand
from core.db import is_postgres, owner_cursor
from core.ownership import grant_runtime, has_own_owner
from records.db import add_partition, missing_partitions, months_from

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
        made = []
        with owner_cursor() as cursor:
            for month in missing_partitions(cursor, months):
                with cursor.connection.transaction():
                    moved = add_partition(cursor, month)
                made.append({"month": f"{month:%Y-%m}", "moved": moved})
            if made and has_own_owner():
                grant_runtime(cursor)
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
