from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from core.db import is_postgres, owner_cursor
from core.ownership import grant_runtime, has_own_owner
from records.db import add_partition, missing_partitions, months_from


class Command(BaseCommand):
    help = "Make the ledger's partitions of the coming months, each with its own triggers (PostgreSQL, as the owner)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, default=24, help="how far ahead, this month included")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_postgres():
            self.stdout.write(f"{connection.vendor}: the ledger is one table, nothing to do")
            return
        months = months_from(timezone.localdate().replace(day=1), max(1, options["months"]))
        with owner_cursor() as cursor:
            missing = missing_partitions(cursor, months)
            for month in missing:
                with cursor.connection.transaction():
                    moved = add_partition(cursor, month)
                self.stdout.write(
                    f"{month:%Y-%m}"
                    + (f": {moved} entries moved from the default partition" if moved else "")
                )
            if missing and has_own_owner():
                grant_runtime(cursor)
        self.stdout.write(f"{len(missing)} partitions made, {len(months)} months ahead stand")
