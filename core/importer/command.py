"""What every import command has in common: ``--template OUT``, a preview without ``--apply``, ``--undo RUN``, ``--json``."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.answering import AnsweringCommand, write_file
from core.importer import runs
from core.importer.models import ImportRow, ImportRun
from core.importer.reading import MAX_BYTES, UnreadableTable

LINES_SHOWN = 20


class ImportCommand(AnsweringCommand, ABC):
    """A command sets ``kind`` and says by :meth:`scope_and_options` where to."""

    kind: str
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_scope(parser)
        parser.add_argument("file", nargs="?", help="XLSX or CSV; without --apply only the preview is shown")
        parser.add_argument(
            "--template",
            metavar="OUT",
            help="write the table to fill in (CSV, or XLSX by its ending) and stop",
        )
        parser.add_argument("--apply", action="store_true", help="do it now")
        parser.add_argument("--undo", metavar="RUN", help="take an applied run back")
        parser.add_argument(
            "--errors", metavar="OUT", help="write the refused lines with their reasons as CSV"
        )

    def add_scope(self, parser: CommandParser) -> None:
        """Add what names the place into which the table is brought."""

    @abstractmethod
    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """
        Return the key of that place and the importer's options.

        :raises CommandError: if the arguments name none.
        """

    def options_of_sample(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what of the importer's options its sample line depends on."""
        return {}

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            self._write_template(options)
            return
        run = self._undone(options["undo"]) if options["undo"] else self._brought_in(options)
        if options["errors"]:
            write_file(options["errors"], runs.error_file(run))
        self.answer(run_as_dict(run), _as_text(run), as_json=options["json"])

    def _write_template(self, options: dict[str, Any]) -> None:
        out = options["template"]
        as_csv = Path(out).suffix.lower() != ".xlsx"
        content = runs.template_file(self.kind, as_csv=as_csv, options=self.options_of_sample(options))
        write_file(out, content)
        self.answer({"template": out}, out, as_json=options["json"])

    def _brought_in(self, options: dict[str, Any]) -> ImportRun:
        if not options["file"]:
            raise CommandError("Name a file, or --template OUT, or --undo RUN.")
        path = Path(options["file"])
        scope, wanted = self.scope_and_options(options)
        try:
            content = read_file(path)
            run = runs.make_run(
                kind=self.kind, content=content, file_name=path.name, scope=scope, options=wanted
            )
        except OSError as error:
            raise CommandError(f"读不了文件 {path}：{error.strerror}") from error
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


def read_file(path: Path) -> bytes:
    """
    Return a file's bytes, without reading one that is too large for a table.

    :raises UnreadableTable: if it is.
    :raises OSError: if it cannot be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableTable(_("文件超过 5 MB。分成几份再传。"))
    return path.read_bytes()


def _outcomes(run: ImportRun) -> dict[str, int]:
    return {o: run.rows.filter(outcome=o).count() for o in ImportRow.Outcome.values if o}


def run_as_dict(run: ImportRun) -> dict[str, Any]:
    wrong = run.rows.exclude(errors=[]).order_by("line")
    return {
        "run": str(run.uuid),
        "state": run.state,
        "rows": run.counts(),
        "outcomes": _outcomes(run),
        "errors": [{"line": row.line, "reasons": row.errors} for row in wrong],
    }


def _as_text(run: ImportRun) -> str:
    done = {name: n for name, n in _outcomes(run).items() if n}
    lines = [f"{run.uuid} {run.state}", *(f"  {name}: {n}" for name, n in {**run.counts(), **done}.items())]
    for row in run.rows.exclude(errors=[]).order_by("line")[:LINES_SHOWN]:
        lines.append(f"  line {row.line}: {'；'.join(row.errors)}")
    return "\n".join(lines)
