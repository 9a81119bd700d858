"""
Cut Han text into words with jieba's algorithm (rjieba) and the dictionary of trades.

Words decide what a query asks for; what is *found* does not depend on them, because every pair of
neighbouring characters is a term too.
"""

from pathlib import Path
from typing import Any

from search.analysis.lazy import Once

DATA = Path(__file__).parent / "data"


def _load_jieba() -> Any:
    import rjieba

    # Its own default instance, which importing makes anyway: a second one would cost another 24 MB.
    jieba = rjieba._DEFAULT_JIEBA
    for line in (DATA / "jieba_trades.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, frequency, tag = line.split()
            jieba.add_word(word, int(frequency), tag)
    return jieba


_jieba = Once(_load_jieba)


def cut(han: str) -> list[str]:
    """
    Return the words of a run of Han characters.

    >>> cut("高级焊工安全操作规程")
    ['高级', '焊工', '安全', '操作规程']
    """
    return list(_jieba().cut(han))


def chunks(han: str, apart: frozenset[str] = frozenset()) -> list[str]:
    """
    Return the words of a run, with neighbouring single characters put together, except those in ``apart``.

    A single character says little: 产 and 安 stand in thousands of texts that have nothing to do with "产安".
    Together they are asked for as neighbours.

    >>> chunks("产安"), chunks("焊的", apart=frozenset("的"))
    (['产安'], ['焊', '的'])
    """
    words: list[str] = []
    loose = ""
    for word in cut(han):
        if len(word) == 1 and word not in apart:
            loose += word
            continue
        if loose:
            words.append(loose)
            loose = ""
        words.append(word)
    if loose:
        words.append(loose)
    return words
