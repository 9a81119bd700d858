"""Bring a union's roll in."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.importer.command import ImportCommand
from unions import queries
from unions.exceptions import UnionNotFound
from unions.imports import MEMBERS


class Command(ImportCommand):
    help = "Import members of a union from XLSX or CSV."
    kind = MEMBERS

    def add_scope(self, parser: CommandParser) -> None:
        parser.add_argument("--union", help="code or uuid of the union whose roll it is")

    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        try:
            union = queries.find_union(options["union"] or "")
        except UnionNotFound as error:
            raise CommandError(str(error)) from error
        if not union.kind.is_primary:
            raise CommandError("会员只能导入基层工会。")
        return f"union:{union.uuid}", {"today": timezone.localdate().isoformat(), "union": union.pk}
