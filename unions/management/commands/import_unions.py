"""Bring a part of the tree in."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.importer.command import ImportCommand
from unions import queries
from unions.exceptions import UnionNotFound
from unions.imports import TREE


class Command(ImportCommand):
    help = "Import unions and their places on the administrative line from XLSX or CSV."
    kind = TREE

    def add_scope(self, parser: CommandParser) -> None:
        parser.add_argument("--below", help="code or uuid of the union below which all must stand")

    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        today = timezone.localdate().isoformat()
        if not options["below"]:
            return "unions", {"today": today, "root": None}
        try:
            union = queries.find_union(options["below"])
        except UnionNotFound as error:
            raise CommandError(str(error)) from error
        return f"union:{union.uuid}", {"today": today, "root": union.pk}
