"""Make all roll-ups again from ledger, memberships and places. Pages show smaller figures until it is done."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.clock import day_of
from core.db import now_ms
from reports.operations import rebuild


class Command(BaseCommand):
    help = "Rebuild DailyStudy, LearnerPeriod and the figures of all unions; closed periods stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print {marks, seconds}")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        marks = rebuild(today=day_of(now_ms()))
        seconds = round(time.monotonic() - began, 3)
        if options["json"]:
            self.stdout.write(json.dumps({"marks": marks, "seconds": seconds}))
        else:
            self.stdout.write(f"rebuilt from {marks} marks in {seconds} s")
