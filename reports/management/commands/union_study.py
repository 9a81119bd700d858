"""Print the figures of a union for a period, as the officer's page and the API show them."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.answering import AnsweringCommand
from reports.filter_table import filtered_dict
from reports.filters import filtered_for
from reports.http import BY
from reports.models import Dimension
from reports.queries import study_report
from reports.rules import BadPeriod, PeriodKind, parse_period, period_of
from reports.tables import BY_CHILD, BY_MONTH, as_dict, csv_lines, rows_of
from unions.api import Line, add_union_argument, union_named


class Command(AnsweringCommand):
    help = "Print the figures of a union and of the unions below it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_union_argument(parser, "--union", required=True)
        parser.add_argument("--period", help="2026, 2026-Q4, 2026-11 or 2026-11-23; default: this month")
        parser.add_argument("--line", choices=Line.values, default=Line.ADMINISTRATIVE.value)
        parser.add_argument("--by", choices=BY, default=BY_CHILD, help="rows of --json")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        union = union_named(options["union"])
        try:
            text = options["period"]
            period = parse_period(text) if text else period_of(PeriodKind.MONTH, today)
        except BadPeriod as error:
            raise CommandError(f"no period {error}: write 2026, 2026-Q4, 2026-11 or 2026-11-23") from error
        report = study_report(union=union, period=period, line=options["line"], today=today)
        if options["json"]:
            by = options["by"]
            if by in (BY_CHILD, BY_MONTH):
                body = as_dict(report, by=by)
            else:
                shown = filtered_for(
                    None,
                    union=union,
                    period=period,
                    line=options["line"],
                    dimension=Dimension(by),
                    today=today,
                )
                body = filtered_dict(report, shown, by=by)
            self.answer(body, "", as_json=True)
            return
        for line in csv_lines(report, rows_of(report)):
            self.stdout.write(line, ending="")
