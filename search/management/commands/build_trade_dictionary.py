"""Make the files in ``search/analysis/data`` that come from tables: the dictionary of trades, the sounds of characters."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from occupations.api import occupations_on
from search.analysis.dictionary import dictionary_lines, extra_words
from search.analysis.segment import DATA
from search.analysis.sounds import FILE, sound_lines
from search.analysis.synonyms import trade_synonyms

HEAD = "# made by: manage.py build_trade_dictionary (see search/analysis/dictionary.py); do not edit\n"


class Command(BaseCommand):
    help = "Make the dictionary of trades anew from the occupation table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file differs")

    def handle(self, *args: Any, **options: Any) -> None:
        names = list(extra_words())
        for name, aliases in occupations_on(timezone.localdate()).values_list("name", "aliases"):
            names += [name, *aliases.splitlines()]
        self._keep("jieba_trades.txt", dictionary_lines(names, trade_synonyms()), is_check=options["check"])
        self._keep(FILE, sound_lines(), is_check=options["check"])

    def _keep(self, name: str, lines: list[str], *, is_check: bool) -> None:
        text = HEAD + "\n".join(lines) + "\n"
        path = DATA / name
        if not is_check:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"{len(lines)} lines in {name}")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{name} differs from the tables: run build_trade_dictionary")
