"""Bring a union's roll in."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.importer.command import ImportCommand
from unions.arguments import add_union_argument, union_named
from unions.imports import MEMBERS


class Command(ImportCommand):
    help = "Import members of a union from XLSX or CSV."
    kind = MEMBERS

    def add_scope(self, parser: CommandParser) -> None:
        add_union_argument(parser, "--union", what="the union whose roll it is")

    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if not options["union"]:
            raise CommandError("导入到哪家工会？用 --union 写工会的代码或 uuid。")
        union = union_named(options["union"])
        if not union.kind.is_primary:
            raise CommandError("会员只能导入基层工会。")
        return f"union:{union.uuid}", {"today": timezone.localdate().isoformat(), "union": union.pk}
