"""``bin/manage load_honours``: the kinds of honours of instructors/data/honours.csv."""

from typing import Any

from core.answering import AnsweringCommand
from instructors.operations import load_honours


class Command(AnsweringCommand):
    help = "Bring the kinds of honours to what instructors/data/honours.csv says."

    def handle(self, *args: Any, **options: Any) -> None:
        kinds = load_honours()
        self.answer({"kinds": kinds}, f"荣誉种类：{kinds} 条。", as_json=options["json"])
