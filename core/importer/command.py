"""What every import command has in common: ``--template OUT``, a preview without ``--apply``, ``--undo RUN``, ``--json``."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.importer import runs
from core.importer.models import ImportRun
from core.importer.reading import UnreadableTable


class ImportCommand(BaseCommand):
    """A command sets ``kind`` and says by :meth:`scope_and_options` where to."""

    kind: str
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_scope(parser)
        parser.add_argument("file", nargs="?", help="XLSX or CSV; without --apply only the preview is shown")
        parser.add_argument(
            "--template", metavar="OUT", help="write the empty table (.xlsx or .csv) and stop"
        )
        parser.add_argument("--apply", action="store_true", help="do it now")
        parser.add_argument("--undo", metavar="RUN", help="take an applied run back")
        parser.add_argument(
            "--errors", metavar="OUT", help="write the refused lines with their reasons as CSV"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def add_scope(self, parser: CommandParser) -> None:
        """Add what names the place into which the table is brought."""

    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            out = Path(options["template"])
            out.write_bytes(runs.template_file(self.kind, as_csv=out.suffix == ".csv"))
            self.stdout.write(str(out))
            return
        run = self._undone(options["undo"]) if options["undo"] else self._brought_in(options)
        if options["errors"]:
            Path(options["errors"]).write_bytes(runs.error_file(run))
        outcomes = {o: run.rows.filter(outcome=o).count() for o in ("done", "failed", "undone", "kept")}
        if options["json"]:
            answer = {"run": str(run.uuid), "state": run.state, "rows": run.counts(), "outcomes": outcomes}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.stdout.write(f"{run.uuid} {run.state}")
        for name, n in {**run.counts(), **{k: v for k, v in outcomes.items() if v}}.items():
            self.stdout.write(f"  {name}: {n}")
        for row in run.rows.exclude(errors=[]).order_by("line")[:20]:
            self.stdout.write(f"  line {row.line}: {'；'.join(row.errors)}")

    def _brought_in(self, options: dict[str, Any]) -> ImportRun:
        if not options["file"]:
            raise CommandError("Name a file, or --template OUT, or --undo RUN.")
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        scope, wanted = self.scope_and_options(options)
        try:
            run = runs.make_run(
                kind=self.kind, content=path.read_bytes(), file_name=path.name, scope=scope, options=wanted
            )
        except UnreadableTable as error:
            raise CommandError(str(error)) from error
        return runs.apply_run(run=run, now=timezone.now()) if options["apply"] else run

    def _undone(self, text: str) -> ImportRun:
        try:
            run = ImportRun.objects.filter(uuid=UUID(text), kind=self.kind).first()
        except ValueError:
            run = None
        if run is None or run.state != ImportRun.State.APPLIED:
            raise CommandError(f"There is no applied run {text}.")
        return runs.undo_run(run=run, now=timezone.now())
