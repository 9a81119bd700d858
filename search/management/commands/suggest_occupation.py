"""Read job titles from standard input, one a line; print for each the occupations that may be meant."""

import sys
from typing import Any

from core.answering import AnsweringCommand
from search.trades.suggest import suggest_occupation


class Command(AnsweringCommand):
    help = "Find the occupations that job titles stand for: one title a line on standard input, an answer a line."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in sys.stdin:
            title = line.strip()
            found = suggest_occupation(title) if title else ()
            names = "，".join(f"{f.name}（{f.code}）" for f in found)
            self.answer(
                {"title": title, "codes": [f.code for f in found], "names": [f.name for f in found]},
                f"{title}：{names or '没有找到'}",
                as_json=options["json"],
            )
