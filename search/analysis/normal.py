"""
One spelling for what people mean by the same characters: width, case, traditional forms, invisible marks.

``Ｃ０₂ 氣體保護焊`` and ``co2 气体保护焊`` become one text. Runs of Han characters and of letters and digits are
what every later step works on; all else separates.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from search.analysis.lazy import Once

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HAN_RUN = re.compile(f"[{HAN}]+")
# A code of the occupational classification, 6-18-02-04, or the beginning of one from the second level on. Not
# inside a date (2026-11-23) or a telephone number.
_RUN = re.compile(
    rf"(?P<code>(?<![^\W{HAN}])(?<!-)[1-8]-\d\d(?:-\d\d){{0,2}}(?![^\W{HAN}])(?!-))"
    rf"|(?P<han>[{HAN}]+)"
    rf"|(?P<sign>(?<![^\W{HAN}])c(?:\+\+|#))"
    rf"|(?P<latin>[^\W_{HAN}]+)"
)
_SIGNS = {"c++": "cpp", "c#": "csharp"}


def _load_simplified() -> dict[int, str]:
    """
    Return the simplified form of each traditional character.

    Character by character, although OpenCC knows phrases: a stretch of a text must become the same whether it
    stands alone, as a query, or in its title.
    """
    import opencc

    han = [chr(c) for first, last in ((0x3400, 0x9FFF), (0xF900, 0xFAFF)) for c in range(first, last + 1)]
    simple = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(t): s for t, s in zip(han, simple, strict=True) if t != s and len(s) == 1}


_simplified = Once(_load_simplified)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one kind in a normalized text: ``kind`` is han, latin or code; ``start`` its offset."""

    kind: str
    text: str
    start: int


def to_simplified(text: str) -> str:
    """Return ``text`` with traditional characters replaced by simplified ones; its length stays."""
    return text.translate(_simplified()) if _HAN_RUN.search(text) else text


def normalize(text: str) -> str:
    """
    Return ``text`` in the one spelling that is indexed and searched.

    >>> normalize("數控車床ＣＮＣ")
    '数控车床cnc'
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    if not folded.isprintable():
        folded = "".join(_visible(c) for c in folded)
    return to_simplified(folded)


def _visible(char: str) -> str:
    """Drop marks nobody sees (direction, joiners, soft hyphen); let other controls separate words."""
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category in ("Cc", "Cs", "Co", "Cn") else char


def runs(normalized: str) -> Iterator[Run]:
    """
    Yield the runs of a normalized text in order.

    >>> [(r.kind, r.text) for r in runs("焊工6-18-02-04 c++")]
    [('han', '焊工'), ('code', '6-18-02-04'), ('latin', 'cpp')]
    >>> [r.text for r in runs("2026-11-23")]
    ['2026', '11', '23']
    """
    for match in _RUN.finditer(normalized):
        kind = match.lastgroup or "latin"
        text = match.group()
        if kind == "sign":
            kind, text = "latin", _SIGNS[text]
        yield Run(kind, text, match.start())
