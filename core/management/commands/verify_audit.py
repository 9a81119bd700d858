"""Walk the chains of the audit log and name the first broken row of each."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import audit


class Command(BaseCommand):
    help = "Verify the hash chains of the audit log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stream", help="only this stream")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        checked = [
            {
                "stream": stream,
                "rows": rows,
                "broken_at": broken.n if broken else None,
                "reason": broken.reason if broken else None,
            }
            for stream, rows, broken in audit.verify_all()
            if options["stream"] in (None, stream)
        ]
        broken_streams = [c for c in checked if c["broken_at"] is not None]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not broken_streams, "streams": checked}, ensure_ascii=False))
        else:
            for c in checked:
                state = "ok" if c["broken_at"] is None else f"broken at row {c['broken_at']}: {c['reason']}"
                self.stdout.write(f"{c['stream']}: {c['rows']} rows, {state}")
        if broken_streams:
            raise CommandError("The audit log is not as it was written.", returncode=2)
