"""Bring a union's roll in."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.importer.command import ImportCommand
from unions.arguments import add_union_argument, union_named
from unions.imports import MEMBERS
from unions.models import Union


class Command(ImportCommand):
    help = "Import members of a union from XLSX or CSV."
    kind = MEMBERS
    applies = True

    def add_scope(self, parser: CommandParser) -> None:
        add_union_argument(parser, "--union", what="the union whose roll it is")

    def scope_and_options(self, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if not options["union"]:
            raise CommandError("导入到哪家工会？用 --union 写工会的代码或 uuid。")
        union = union_named(options["union"])
        # The operator may move members from anywhere; an officer only from unions of the own posts.
        tops = Union.objects.filter(depth=1).exclude(path="").values_list("path", flat=True)
        today = timezone.localdate().isoformat()
        return f"union:{union.uuid}", {"today": today, "union": union.pk, "movable": list(tops)}

    def options_of_sample(self, options: dict[str, Any]) -> dict[str, Any]:
        return self.scope_and_options(options)[1] if options["union"] else {}
