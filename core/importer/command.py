"""What every import command has in common: ``--template OUT``, a preview, ``--undo RUN``, ``--errors OUT``, ``--json``."""

import argparse
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.answering import AnsweringCommand, write_file
from core.importer import runs
from core.importer.base import BulkImporter, importer_of
from core.importer.models import ImportRun
from core.importer.reading import MAX_BYTES, UnreadableTable

LINES_SHOWN = 20
ERRORS_SHOWN = 1_000


class ImportCommand(AnsweringCommand, ABC):
    """A command sets ``kind`` and says by :meth:`scope_and_options` where to."""

    kind: str
    applies = False
    """Whether a file is brought in without being asked for: then ``--dry-run`` shows the preview, else ``--apply`` does it."""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_scope(parser)
        parser.add_argument("file", nargs="?", help="XLSX or CSV")
        parser.add_argument(
            "--template",
            metavar="OUT",
            help="write the table to fill in (CSV, or XLSX by its ending) and stop",
        )
        if self.applies:
            parser.add_argument(
                "--dry-run", action="store_true", help="show what would happen, change nothing"
            )
            parser.add_argument(
                "--apply", action="store_true", help=argparse.SUPPRESS
            )  # said before --dry-run was
        else:
            parser.add_argument("--apply", action="store_true", help="do it; else only the preview is shown")
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
        errors_file = self._write_errors(run, options["errors"])
        body = run_as_dict(run)
        if self.applies:
            body |= {**run.counts(), "errors_file": errors_file}
        self.answer(body, _as_text(run, errors_file), as_json=options["json"])

    def _write_errors(self, run: ImportRun, out: str | None) -> str | None:
        """
        Write the lines that did not go through where we were told; a table of any length without being told, because
        nobody reads a hundred thousand reasons on a screen.
        """
        is_bulk = isinstance(importer_of(run.kind), BulkImporter)
        if not out and not (is_bulk and runs.lines_of(run).exclude(errors=[]).exists()):
            return None
        path = Path(out) if out else Path(settings.VAR_DIR) / "imports" / f"{run.uuid}.csv"
        try:
            if not out:
                path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                if not out:
                    path.chmod(0o600)
                runs.write_error_file(run, file)
        except OSError as error:
            raise CommandError(f"写不了文件 {path}：{error.strerror}") from error
        return str(path)

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
            if not isinstance(importer_of(self.kind), BulkImporter):
                read_file(path)
            run = runs.make_run(kind=self.kind, path=path, file_name=path.name, scope=scope, options=wanted)
        except OSError as error:
            raise CommandError(f"读不了文件 {path}：{error.strerror}") from error
        except UnreadableTable as error:
            raise CommandError(str(error)) from error
        is_wanted = not options["dry_run"] if self.applies else options["apply"]
        return runs.apply_run(run=run, now=timezone.now()) if is_wanted else run

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


def run_as_dict(run: ImportRun) -> dict[str, Any]:
    wrong = runs.lines_of(run).exclude(errors=[]).order_by("line")[:ERRORS_SHOWN]
    return {
        "run": str(run.uuid),
        "state": run.state,
        "rows": run.counts(),
        "outcomes": runs.outcomes_of(run),
        "errors": [{"line": row.line, "reasons": row.errors} for row in wrong],
    }


def _as_text(run: ImportRun, errors_file: str | None) -> str:
    done = {name: n for name, n in runs.outcomes_of(run).items() if n}
    lines = [f"{run.uuid} {run.state}", *(f"  {name}: {n}" for name, n in {**run.counts(), **done}.items())]
    for row in runs.lines_of(run).exclude(errors=[]).order_by("line")[:LINES_SHOWN]:
        lines.append(f"  line {row.line}: {'；'.join(row.errors)}")
    if errors_file:
        lines.append(f"  all of them: {errors_file}")
    return "\n".join(lines)
