"""``bin/manage load_honours``: the kinds of honours of instructors/data/honours.csv."""

from typing import Any

from django.core.management.base import BaseCommand

from instructors.operations import load_honours


class Command(BaseCommand):
    help = "Bring the kinds of honours to what instructors/data/honours.csv says."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"荣誉种类：{load_honours()} 条。")
