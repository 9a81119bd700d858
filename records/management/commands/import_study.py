"""Bring study records of another platform in."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.importer.command import ImportCommand
from records.imports import StudyImporter
from unions.arguments import add_union_argument, union_named


class Command(ImportCommand):
    help = "Import study records of another platform from XLSX or CSV."
    kind = StudyImporter.kind
    applies = True

    def add_scope(self, parser: CommandParser) -> None:
        add_union_argument(parser, "--union", what="the union whose members they are")

    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if not options["union"]:
            raise CommandError("导入哪家工会会员的记录？用 --union 写工会的代码或 uuid。")
        union = union_named(options["union"])
        return f"union:{union.uuid}", {"today": timezone.localdate().isoformat(), "union": union.pk}
