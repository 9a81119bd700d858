"""Recount the figures of unions from ledger, memberships and places, and name the first that differs."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.answering import AnsweringCommand
from core.clock import day_of
from core.db import now_ms
from reports.recount.checking import NeverStill, check_figures
from reports.rules import BadPeriod, parse_period
from unions.api import add_union_argument, union_named


class Command(AnsweringCommand):
    help = "Recount the figures of unions by statements of their own, and stop at the first difference."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_union_argument(parser, "--union")
        parser.add_argument(
            "--period", help="2026, 2026-Q4, 2026-11 or 2026-11-23; default: all that have figures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        union = union_named(options["union"]) if options["union"] else None
        try:
            period = parse_period(options["period"]) if options["period"] else None
        except BadPeriod as error:
            raise CommandError(f"no period {error}: write 2026, 2026-Q4, 2026-11 or 2026-11-23") from error
        try:
            checked = check_figures(today=day_of(now_ms()), union=union, period=period)
        except NeverStill as error:
            raise CommandError(
                "study comes in faster than it is rolled up; try again when it is quieter"
            ) from error
        found = checked.difference
        self.answer(
            {
                "ok": found is None,
                "periods": checked.periods,
                "rows": checked.rows,
                "difference": None
                if found is None
                else {
                    "period": found.period.code,
                    "union": str(found.union),
                    "line": found.line or None,
                    "figure": found.figure,
                    "kept": found.kept,
                    "counted": found.counted,
                },
            },
            f"{checked.rows} rows of {checked.periods} periods compared, "
            + ("all exact" if found is None else "stopped"),
            as_json=options["json"],
        )
        if found is not None:
            raise CommandError(str(found))
