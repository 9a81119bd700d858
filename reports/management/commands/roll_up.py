"""Bring the figures of all unions up to date now, without waiting for the worker."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.clock import day_of
from core.db import now_ms
from reports.operations import roll_up


class Command(BaseCommand):
    help = "Roll up all study, memberships and places that figures of unions do not show yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print {marks, seconds}")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        marks = roll_up(today=day_of(now_ms()))
        seconds = round(time.monotonic() - began, 3)
        if options["json"]:
            self.stdout.write(json.dumps({"marks": marks, "seconds": seconds}))
        else:
            self.stdout.write(f"{marks} marks done in {seconds} s")
