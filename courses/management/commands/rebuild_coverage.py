"""``bin/manage rebuild_coverage``: count again what every course teaches of the standards."""

from typing import Any

from core.answering import AnsweringCommand
from courses.operations import rebuild_coverage


class Command(AnsweringCommand):
    help = "Count again, from the published editions alone, which requirements of the standards each course teaches."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        courses, rows = rebuild_coverage()
        self.answer(
            {"courses": courses, "rows": rows},
            f"数了 {courses} 门课，写了 {rows} 行。",
            as_json=options["json"],
        )
