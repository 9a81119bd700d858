"""Walk the chains of the audit log and name the first broken row of each."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from core import audit
from core.answering import AnsweringCommand


class Command(AnsweringCommand):
    help = "Verify the hash chains of the audit log."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--stream", help="only this stream")

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
        states = [
            "ok" if c["broken_at"] is None else f"broken at row {c['broken_at']}: {c['reason']}"
            for c in checked
        ]
        self.answer(
            {"ok": not broken_streams, "streams": checked},
            "\n".join(
                f"{c['stream']}: {c['rows']} rows, {state}" for c, state in zip(checked, states, strict=True)
            ),
            as_json=options["json"],
        )
        if broken_streams:
            raise CommandError("The audit log is not as it was written.", returncode=2)
