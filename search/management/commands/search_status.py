"""Say how the search index stands: which engine, how many rows, what waits, how much differs from the database."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from core.answering import AnsweringCommand
from search.engines import SearchUnavailable
from search.verify import index_status


class Command(AnsweringCommand):
    help = "Say how the search index stands."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            status = index_status(now=timezone.now())
        except SearchUnavailable as failed:
            raise CommandError(str(failed)) from failed
        types = {kind: {"index": here, "database": there} for kind, (here, there) in status.by_type.items()}
        body = {
            "engine": status.engine,
            "index": status.index,
            "schema": status.schema,
            "rows": status.rows,
            "types": types,
            "waiting": status.waiting,
            "lag_ms": status.lag_ms,
            "drift": status.drift,
            "rebuilding": status.rebuilding,
        }
        lines = [f"{status.index} ({status.engine}): {status.rows} rows"]
        lines += [f"{kind}: {n['index']} of {n['database']}" for kind, n in types.items()]
        lines.append(f"{status.waiting} changes wait, the oldest for {status.lag_ms / 1000:.1f} s")
        self.answer(body, "\n".join(lines), as_json=options["json"])
