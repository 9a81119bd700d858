"""Read job titles from standard input, one a line; print for each the occupations that may be meant."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from search.trades.suggest import suggest_occupation


class Command(BaseCommand):
    help = "Find the occupations that job titles stand for: one title a line on standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        for line in sys.stdin:
            title = line.strip()
            found = suggest_occupation(title) if title else ()
            if options["json"]:
                answer = {"title": title, "codes": [f.code for f in found], "names": [f.name for f in found]}
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            else:
                names = "，".join(f"{f.name}（{f.code}）" for f in found)
                self.stdout.write(f"{title}：{names or '没有找到'}")
