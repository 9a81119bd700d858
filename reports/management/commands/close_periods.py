"""Close the months, quarters and years that are due, without waiting for the worker."""

from typing import Any

from core.answering import AnsweringCommand
from core.clock import day_of
from core.db import now_ms
from reports.closings import close_due_periods
from reports.models import PeriodClosing
from reports.operations import roll_up


class Command(AnsweringCommand):
    help = "Close the periods whose day has come, for the whole tree. A closed period is never opened again."

    def handle(self, *args: Any, **options: Any) -> None:
        now = now_ms()
        roll_up(today=day_of(now))
        codes = [period.code for period in close_due_periods(now=now)]
        last = PeriodClosing.objects.order_by("-pk").first()
        self.answer(
            {"closed": codes, "hash": last.hash if last else None},
            f"closed: {', '.join(codes) or 'nothing is due'}",
            as_json=options["json"],
        )
