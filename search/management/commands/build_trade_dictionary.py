"""Make ``search/analysis/data/jieba_trades.txt`` from the occupation table (see search/analysis/dictionary.py)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from occupations.api import occupations_on
from search.analysis.dictionary import dictionary_lines, extra_words
from search.analysis.segment import DATA
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
        text = HEAD + "\n".join(dictionary_lines(names, trade_synonyms())) + "\n"
        path = DATA / "jieba_trades.txt"
        if options["check"]:
            if path.read_text(encoding="utf-8") != text:
                raise CommandError(
                    "jieba_trades.txt differs from the occupation table: run build_trade_dictionary"
                )
        else:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"{text.count(chr(10)) - 1} words in {path.name}")
