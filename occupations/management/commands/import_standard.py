"""Bring an occupational standard in."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.answering import AnsweringCommand, write_file
from core.importer import runs
from core.importer.command import read_file, run_as_dict
from core.importer.models import ImportRow, ImportRun
from core.importer.reading import UnreadableTable
from occupations.imports import STANDARD
from occupations.queries.standards import level_labels
from occupations.sheets import template

REFUSED = 2
LINES_SHOWN = 50


class Command(AnsweringCommand):
    help = "Import an occupational standard from its workbook: all of it or nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", help="XLSX of one standard")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen, change nothing")
        parser.add_argument("--template", metavar="OUT", help="write the workbook to fill in and stop")
        parser.add_argument("--undo", metavar="RUN", help="take an import back")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["template"]:
            labels = level_labels()
            if not labels:
                raise CommandError("还没有职业和等级。先运行 load_occupations。")
            write_file(options["template"], template(labels=labels))
            self.answer({"template": options["template"]}, options["template"], as_json=options["json"])
            return
        run = self._undone(options["undo"]) if options["undo"] else self._brought_in(options)
        self.answer(run_as_dict(run), _as_text(run), as_json=options["json"])
        wrong = [reason for row in run.rows.exclude(errors=[]).order_by("line") for reason in row.errors]
        if wrong:
            raise CommandError("\n".join(wrong[:LINES_SHOWN]), returncode=REFUSED)

    def _brought_in(self, options: dict[str, Any]) -> ImportRun:
        if not options["file"]:
            raise CommandError("写上要导入的文件，或者 --template OUT，或者 --undo RUN。", returncode=REFUSED)
        path = Path(options["file"])
        try:
            run = runs.make_run(
                kind=STANDARD, content=read_file(path), file_name=path.name, scope="standards"
            )
        except OSError as error:
            raise CommandError(f"读不了文件 {path}：{error.strerror}", returncode=REFUSED) from error
        except UnreadableTable as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        is_refused = run.rows.filter(action=ImportRow.Action.REFUSED).exists()
        if options["dry_run"] or is_refused:
            return run
        return runs.apply_run(run=run, now=timezone.now())

    def _undone(self, text: str) -> ImportRun:
        try:
            run = ImportRun.objects.filter(uuid=UUID(text), kind=STANDARD).first()
        except ValueError:
            run = None
        if run is None or run.state != ImportRun.State.APPLIED:
            raise CommandError(f"没有编号是 {text}、已经导入的一次导入。", returncode=REFUSED)
        return runs.undo_run(run=run, now=timezone.now())


def _as_text(run: ImportRun) -> str:
    counts = "，".join(f"{ImportRow.Action(key).label} {n}" for key, n in run.counts().items())
    return f"{run.uuid} {run.get_state_display()}：{counts}"
