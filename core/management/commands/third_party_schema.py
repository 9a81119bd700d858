"""core/third_party_schema.sql: written anew after a library with migrations was changed, and held to what these make."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser
from django.db import connection

from core.third_party_schema import FILE, wanted


class Command(BaseCommand):
    help = "Update or check core/third_party_schema.sql: the libraries' tables, with which a SQLite database begins."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "act", choices=["update", "check"], help="write the file, or fail if it is not current"
        )

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("third_party_schema needs SQLite: run it without DATABASE_URL.")
        with tempfile.TemporaryDirectory(prefix="skillspower-schema-") as folder:
            connection.close()
            connection.settings_dict["NAME"] = str(Path(folder, "libraries.sqlite3"))
            text = wanted()
        if act == "update":
            FILE.write_text(text, encoding="utf-8")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
            raise CommandError(f"{FILE.name} is not current: run bin/manage third_party_schema update.")
