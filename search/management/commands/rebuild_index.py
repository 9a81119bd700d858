"""Build the search index anew from the database and put it in place of the old one, without a pause."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from core.answering import AnsweringCommand
from search.engines import SearchUnavailable, engine
from search.operations import IndexBusy, rebuild_index


class Command(AnsweringCommand):
    help = "Build the search index anew from the database."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            rows = rebuild_index(clock=timezone.now)
        except (IndexBusy, SearchUnavailable) as failed:
            raise CommandError(str(failed)) from failed
        seconds = time.perf_counter() - started
        name = engine().name
        self.answer(
            {"engine": name, "rows": rows, "seconds": round(seconds, 3)},
            f"{rows} rows in the {name} index, {seconds:.1f} s",
            as_json=options["json"],
        )
