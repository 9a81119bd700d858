from typing import Any

from django.core.management.base import BaseCommand

from occupations.operations import load_classification


class Command(BaseCommand):
    help = "Load occupations, their groups and the eight skill levels; may be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        result = load_classification()
        self.stdout.write(f"{result.occupations} 个职业，{result.groups} 个类别，{result.levels} 个技能等级")
