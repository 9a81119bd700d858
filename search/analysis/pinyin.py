"""
Chinese text as it is typed with letters: full pinyin, initials, and the confusions of everyday speech.

Readings come from pypinyin with our own corrections (data/pinyin_overrides.txt: 行车 is hang che in a workshop).
"""

import re
from collections.abc import Callable
from functools import lru_cache

from search.analysis.lazy import Once
from search.analysis.segment import DATA

_RETROFLEX = re.compile("([zcs])h")
_NASAL = re.compile("ng+")


def _load_pypinyin() -> Callable[[str], list[str]]:
    from pypinyin import Style, lazy_pinyin, load_phrases_dict

    overrides: dict[str, list[list[str]]] = {}
    for line in (DATA / "pinyin_overrides.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            phrase, reading = line.split("\t")
            overrides[phrase] = [[syllable] for syllable in reading.split()]
    load_phrases_dict(overrides)
    return lambda han: lazy_pinyin(han, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]


_read = Once(_load_pypinyin)


@lru_cache(maxsize=2048)
def syllables(han: str) -> tuple[str, ...]:
    """
    Return one reading for each character of ``han``, without tones (ü is v, as it is typed).

    A title is read three times while it is indexed, a teacher's name in every course: hence the cache.

    >>> syllables("重庆电焊工")
    ('chong', 'qing', 'dian', 'han', 'gong')
    """
    read = _read()(han)
    if len(read) == len(han):
        return tuple(read)
    return tuple(_read()(char)[0] for char in han)


def fold(letters: str) -> str:
    """
    Return ``letters`` without the differences many speakers do not hear: zh/z, ch/c, sh/s and -ng/-n.

    It works on letters, not on syllables, so the same rule serves a text and a half-typed query.

    >>> fold("zhuangpei"), fold("zanpei")
    ('zuanpei', 'zanpei')
    >>> fold("hanggong") == fold("hangong")
    True
    """
    return _NASAL.sub("n", _RETROFLEX.sub(r"\1", letters))
