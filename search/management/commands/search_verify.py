"""Compare the search index with the database, and write anew what differs."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.answering import AnsweringCommand
from search.engines import SearchUnavailable, engine
from search.operations import IndexBusy
from search.verify import SAMPLE, compare, repair

SHOWN = 20
DIFFERS = 3


class Command(AnsweringCommand):
    help = "Compare the search index with the database, and write anew what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--check", action="store_true", help="only compare; exit 3 when something differs"
        )
        parser.add_argument(
            "--sample", type=int, default=SAMPLE, help="so many rows are compared byte by byte"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = compare(sample=max(options["sample"], 0), seed=timezone.now().toordinal())
            repaired = 0 if options["check"] else repair(found, clock=timezone.now)
            left = compare() if repaired else found
        except (IndexBusy, SearchUnavailable) as failed:
            raise CommandError(str(failed)) from failed
        body = {
            "engine": engine().name,
            "rows": found.rows,
            "compared": found.compared,
            "missing": len(found.missing),
            "extra": len(found.extra),
            "stale": len(found.stale),
            "keys": [*found.missing, *found.extra, *found.stale][:SHOWN],
            "repaired": repaired,
            "equal": not left,
        }
        text = (
            f"{found.rows} rows, {found.compared} compared byte by byte: {len(found.missing)} missing, "
            f"{len(found.extra)} too many, {len(found.stale)} stale; {repaired} things written anew"
        )
        self.answer(body, text, as_json=options["json"])
        if left:
            raise CommandError("the index differs from the database", returncode=DIFFERS)
