from typing import Any

from core.answering import AnsweringCommand
from occupations.operations.classification import load_classification


class Command(AnsweringCommand):
    help = "Load occupations, their groups and the eight skill levels; may be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        result = load_classification()
        self.answer(
            {"occupations": result.occupations, "groups": result.groups, "levels": result.levels},
            f"{result.occupations} 个职业，{result.groups} 个类别，{result.levels} 个技能等级",
            as_json=options["json"],
        )
