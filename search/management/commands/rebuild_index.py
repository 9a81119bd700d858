"""Build the search index anew from the database and put it in place of the old one, without a pause."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from search.engines import SearchUnavailable, engine
from search.operations import IndexBusy, rebuild_index


class Command(BaseCommand):
    help = "Build the search index anew from the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            rows = rebuild_index(clock=timezone.now)
        except (IndexBusy, SearchUnavailable) as failed:
            raise CommandError(str(failed)) from failed
        seconds = time.perf_counter() - started
        if options["json"]:
            self.stdout.write(
                json.dumps({"engine": engine().name, "rows": rows, "seconds": round(seconds, 3)})
            )
        else:
            self.stdout.write(f"{rows} rows in the {engine().name} index, {seconds:.1f} s")
