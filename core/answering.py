"""Management commands that answer: a text for people, or with ``--json`` one document for programs (docs/api-cli.md)."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class AnsweringCommand(BaseCommand):
    """With ``--json`` nothing but the document goes to stdout; what went wrong is a sentence on stderr."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document, nothing else")

    def answer(self, body: Any, text: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(body, ensure_ascii=False) if as_json else text)


def write_file(name: str, content: bytes) -> None:
    """
    Write a file that a command was told to write.

    :raises CommandError: if that cannot be done there.
    """
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise CommandError(f"写不了文件 {name}：{error.strerror}") from error
