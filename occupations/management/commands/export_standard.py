"""Write an occupational standard as the workbook that import_standard reads."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.answering import AnsweringCommand, write_file
from occupations.models import OccupationalStandard
from occupations.queries.standards import content_of, level_labels, standard_in_force
from occupations.sheets import workbook

REFUSED = 2


class Command(AnsweringCommand):
    help = "Export an occupational standard as XLSX; importing the file again changes nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("code", help="code of the occupation, like 6-18-02-04")
        parser.add_argument("file", help="where to write the XLSX")
        parser.add_argument(
            "--edition", help="this edition; otherwise the one in force today, else the newest"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        editions = OccupationalStandard.objects.filter(occupation=options["code"]).select_related(
            "occupation"
        )
        if options["edition"]:
            standard = editions.filter(edition=options["edition"]).first()
        else:
            today = timezone.localdate()
            standard = (
                standard_in_force(occupation=options["code"], on=today)
                or editions.order_by("-active_from", "-pk").first()
            )
        if standard is None:
            raise CommandError(f"没有 {options['code']} 的这一版标准。", returncode=REFUSED)
        content = content_of(standard)
        write_file(options["file"], workbook(content, name=standard.occupation.name, labels=level_labels()))
        self.answer(
            {"file": options["file"], "occupation": standard.occupation_id, "edition": standard.edition},
            f"{options['file']}：{standard}",
            as_json=options["json"],
        )
