"""
What was meant by a word nobody wrote: one wrong, missing or extra character, a character that sounds the same, one
wrong letter of pinyin. Words come from the dictionary of trades; asked only when a search has found nothing.
"""

from collections import defaultdict
from collections.abc import Iterator
from string import ascii_lowercase

from search.analysis.lazy import Once
from search.analysis.normal import normalize, runs
from search.analysis.pinyin import fold
from search.analysis.segment import DATA, chunks
from search.analysis.sounds import sound_of

LEAST_LETTERS = 4
"""Below that, one letter more or less makes another word."""


class _Words:
    """The dictionary's words by their length, their sound, and their letters."""

    def __init__(self) -> None:
        self.by_length: dict[int, list[str]] = defaultdict(list)
        self.by_sound: dict[str, list[str]] = defaultdict(list)
        self.by_letters: dict[str, list[str]] = defaultdict(list)
        for line in (DATA / "jieba_trades.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                word = line.split()[0]
                self.by_length[len(word)].append(word)
                self.by_sound[sound_of(word)].append(word)
                self.by_letters[fold(sound_of(word))].append(word)
        self.all = frozenset(word for words in self.by_length.values() for word in words)


_words = Once(_Words)


def corrected(text: str) -> str:
    """
    Return the query with its wrong words replaced by what they may mean, or "" when nothing is known to be wrong.

    >>> corrected("悍工 安全"), corrected("起重装斜机械操作工"), corrected("hangogn"), corrected("焊工")
    ('焊工 安全', '起重装卸机械操作工', '焊工', '')
    """
    pieces: list[str] = []
    is_changed = False
    normal = normalize(text)
    end = 0
    for run in runs(normal):
        pieces.append(normal[end : run.start])
        end = run.start + len(run.text)
        meant = ""
        if run.kind == "han":
            meant = _han(run.text) or "".join(_han(word) or word for word in chunks(run.text))
        elif run.kind == "latin" and run.text.isascii() and run.text.isalpha():
            meant = _letters(run.text)
        pieces.append(meant or run.text)
        is_changed |= bool(meant) and meant != run.text
    return " ".join("".join(pieces).split()) if is_changed else ""


def _han(word: str) -> str:
    """Return the one word of the dictionary that may be meant, or "": what sounds the same comes first."""
    known = _words()
    if len(word) < 2 or word in known.all:
        return ""
    same = [other for other in known.by_sound.get(sound_of(word), ()) if len(other) == len(word)]
    if same:
        return max(same, key=lambda other: _equal(word, other))
    if len(word) < 3:
        return ""
    other_char = [other for other in known.by_length[len(word)] if _equal(word, other) == len(word) - 1]
    longer = [other for other in known.by_length[len(word) + 1] if _is_without_one(other, word)]
    shorter = [w for w in _shorter(word) if w in known.all] if len(word) > 3 else []
    found = dict.fromkeys((*other_char, *longer, *shorter))
    return next(iter(found)) if len(found) == 1 else ""


def _letters(typed: str) -> str:
    """Return the word whose pinyin was typed with one letter wrong, missing, extra or in the wrong place, or ""."""
    known, letters = _words().by_letters, fold(typed)
    if len(letters) < LEAST_LETTERS or letters in known:
        return ""
    return next((known[other][0] for other in _edits(letters) if other in known), "")


def _edits(typed: str) -> Iterator[str]:
    """Yield what differs from it in one place, the likelier slips first."""
    cuts = [(typed[:n], typed[n:]) for n in range(len(typed) + 1)]
    yield from (a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1)
    yield from (a + b[1:] for a, b in cuts if b)
    yield from (a + letter + b for a, b in cuts for letter in ascii_lowercase)
    yield from (a + letter + b[1:] for a, b in cuts if b for letter in ascii_lowercase)


def _equal(one: str, other: str) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def _shorter(word: str) -> Iterator[str]:
    return (word[:n] + word[n + 1 :] for n in range(len(word)))


def _is_without_one(longer: str, word: str) -> bool:
    return len(longer) > 3 and word in _shorter(longer)
