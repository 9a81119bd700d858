"""
How a single character sounds, from a small table: for the web workers, which never load the dictionary of readings.

One reading a character, folded (see ``pinyin.fold``), for the 6,763 characters of GB 2312. ``build_trade_dictionary``
makes the table.
"""

from collections import defaultdict
from collections.abc import Iterator

from search.analysis.lazy import Once
from search.analysis.pinyin import fold, syllables
from search.analysis.segment import DATA

FILE = "char_sounds.txt"


def _gb2312() -> Iterator[str]:
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue


def sound_lines() -> list[str]:
    """Return the lines of the table, ``sound characters``, sorted by sound."""
    found: dict[str, list[str]] = defaultdict(list)
    for char in _gb2312():
        found[fold(syllables(char)[0])].append(char)
    return [f"{sound} {''.join(chars)}" for sound, chars in sorted(found.items())]


def _load() -> dict[str, str]:
    lines = (DATA / FILE).read_text(encoding="utf-8").splitlines()
    return {
        char: sound for sound, chars in (line.split() for line in lines if line[0] != "#") for char in chars
    }


_sounds = Once(_load)


def sound_of(han: str) -> str:
    """
    Return how a word sounds, folded; a character beyond the table sounds like nothing else.

    >>> sound_of("悍工") == sound_of("焊工") == "hangon"
    True
    """
    known = _sounds()
    return "".join(known.get(char, char) for char in han)
