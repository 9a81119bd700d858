"""Bring the figures of all unions up to date now, without waiting for the worker."""

import time
from typing import Any

from core.answering import AnsweringCommand
from core.clock import day_of
from core.db import now_ms
from reports.operations import roll_up


class Command(AnsweringCommand):
    help = "Roll up all study, memberships and places that figures of unions do not show yet."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        marks = roll_up(today=day_of(now_ms()))
        seconds = round(time.monotonic() - began, 3)
        self.answer(
            {"marks": marks, "seconds": seconds},
            f"{marks} marks done in {seconds} s",
            as_json=options["json"],
        )
