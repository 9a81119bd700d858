"""Print the figures of a union for a period, as the officer's page and the API show them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reports.queries import study_report
from reports.rules import BadPeriod, PeriodKind, parse_period, period_of
from reports.tables import BY_CHILD, BY_MONTH, as_dict, csv_lines, rows_of
from unions.api import Line, UnionNotFound, find_union


class Command(BaseCommand):
    help = "Print the figures of a union and of the unions below it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--union", required=True, help="code or uuid")
        parser.add_argument("--period", help="2026, 2026-Q4, 2026-11 or 2026-11-23; default: this month")
        parser.add_argument("--line", choices=Line.values, default=Line.ADMINISTRATIVE.value)
        parser.add_argument("--by", choices=[BY_CHILD, BY_MONTH], default=BY_CHILD, help="rows of --json")
        parser.add_argument("--json", action="store_true", help="print what the API answers, else CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        try:
            union = find_union(options["union"])
            text = options["period"]
            period = parse_period(text) if text else period_of(PeriodKind.MONTH, today)
        except UnionNotFound as error:
            raise CommandError(f"no union {options['union']}") from error
        except BadPeriod as error:
            raise CommandError(f"no period {error}: write 2026, 2026-Q4, 2026-11 or 2026-11-23") from error
        report = study_report(union=union, period=period, line=options["line"], today=today)
        if options["json"]:
            self.stdout.write(json.dumps(as_dict(report, by=options["by"]), ensure_ascii=False))
        else:
            for line in csv_lines(report, rows_of(report)):
                self.stdout.write(line, ending="")
