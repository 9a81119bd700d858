"""Make all roll-ups again from ledger, memberships and places. Pages show smaller figures until it is done."""

import time
from typing import Any

from core.answering import AnsweringCommand
from core.clock import day_of
from core.db import now_ms
from reports.operations import rebuild


class Command(AnsweringCommand):
    help = "Rebuild DailyStudy, LearnerPeriod and the figures of all unions; closed periods stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        marks = rebuild(today=day_of(now_ms()))
        seconds = round(time.monotonic() - began, 3)
        self.answer(
            {"marks": marks, "seconds": seconds},
            f"rebuilt from {marks} marks in {seconds} s",
            as_json=options["json"],
        )
