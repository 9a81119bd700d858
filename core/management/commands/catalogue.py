from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import catalogue


class Command(BaseCommand):
    help = "Message catalogues: update them from the source, check them, or compile them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["update", "check", "compile"])

    def handle(self, *args: Any, **options: Any) -> None:
        locale = Path(settings.LOCALE_PATHS[0])
        root, path = locale.parents[1], locale / "en" / "LC_MESSAGES" / "django.po"
        if options["act"] == "update":
            missing = catalogue.update(root=root, path=path)
            self.stdout.write(f"{path.relative_to(root)}: {missing} sentences without translation")
        elif options["act"] == "compile":
            for found_path in sorted(locale.glob("*/LC_MESSAGES/django*.po")):
                catalogue.compile_catalogue(found_path, locale=found_path.parents[1].name)
        elif found := catalogue.problems(root=root, path=path):
            self.stderr.write("\n".join(found))
            raise CommandError(f"{len(found)} problems in the message catalogue")
