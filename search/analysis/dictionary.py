"""
How ``data/jieba_trades.txt`` is made: names and aliases of the occupation table, both sides of the trade
synonyms, and ``data/trade_words.txt``.

Short words get a frequency that wins over jieba's own cut; long official names a smaller one, so that they are
recognized as a whole only where the whole stands.
"""

import re
from collections.abc import Iterable

from search.analysis.normal import HAN, normalize
from search.analysis.segment import DATA
from search.analysis.synonyms import Synonyms

_WORD = re.compile(f"[{HAN}]{{2,}}")
SHORT = 4
FREQUENCY_SHORT = 20_000
FREQUENCY_LONG = 5_000


def extra_words() -> list[str]:
    """Return the hand-made words of ``data/trade_words.txt``."""
    lines = (DATA / "trade_words.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def dictionary_lines(names: Iterable[str], synonyms: Synonyms) -> list[str]:
    """
    Return the dictionary's lines, ``word frequency tag``, sorted by word.

    >>> dictionary_lines(["焊工", "C#", "钢筋、混凝土工"], Synonyms())
    ['焊工 20000 n']
    """
    words = {normalize(word) for word in (*names, *synonyms.targets, *synonyms.sources)}
    return [
        f"{word} {FREQUENCY_SHORT if len(word) <= SHORT else FREQUENCY_LONG} n"
        for word in sorted(word for word in words if _WORD.fullmatch(word))
    ]
