"""Bring a part of the tree in."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.importer.command import ImportCommand
from unions.arguments import add_union_argument, union_named
from unions.imports import TREE
from unions.models import UnionKind
from unions.operations import load_kinds


class Command(ImportCommand):
    help = "Import unions and their places on the administrative line from XLSX or CSV."
    kind = TREE

    def add_scope(self, parser: CommandParser) -> None:
        add_union_argument(parser, "--below", what="the union below which all must stand")

    def options_of_sample(self, options: dict[str, Any]) -> dict[str, Any]:
        return self.scope_and_options(options)[1]

    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if not UnionKind.objects.exists():  # on a new system this is the first command about unions
            load_kinds()
        today = timezone.localdate().isoformat()
        if not options["below"]:
            return "unions", {"today": today, "root": None}
        union = union_named(options["below"])
        return f"union:{union.uuid}", {"today": today, "root": union.pk}
