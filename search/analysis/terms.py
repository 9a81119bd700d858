"""
What an engine is given of a text: terms separated by blanks.

Three kinds, each for a field of its own:

* words: each Han character, each pair of neighbours, each longer word of the dictionary; letters and digits as
  they stand; occupation codes with their beginnings. So any two neighbouring characters of a text find it.
* pinyin: up to six syllables in a row from every character, joined, and their initials. For titles and names.
* prefixes: every stretch of up to ten characters that begins where a word or a Han character begins, and the
  letters of its pinyin. For suggestions, where a term is looked up as typed; no engine needs a prefix query.
"""

import re
from collections.abc import Iterator

from search.analysis.normal import Run, normalize, runs
from search.analysis.pinyin import fold, syllables
from search.analysis.segment import cut

PINYIN_SPAN = 6
PREFIX_SPAN = 10
LETTERS_SPAN = PREFIX_SPAN
FOLD_MARK = "qq"  # no pinyin begins so: a folded spelling never meets a plain one
_PARTS = re.compile(r"\d{2,}|[^\W\d_]{2,}")


def code_term(code: str) -> str:
    """
    Return an occupation code as one plain word, which no engine's own rules take apart.

    >>> code_term("6-18-02-04")
    'occ6x18x02x04'
    """
    return "occ" + code.replace("-", "x")


def code_terms(code: str) -> list[str]:
    """
    Return the terms of a code and of the groups it lies in.

    >>> code_terms("6-18-02-04")
    ['occ6x18', 'occ6x18x02', 'occ6x18x02x04']
    """
    levels = code.split("-")
    return [code_term("-".join(levels[:n])) for n in range(2, len(levels) + 1)]


def han_terms(han: str) -> Iterator[str]:
    """Yield the terms of one run of Han characters: characters, pairs, words of three and more."""
    yield from han
    for n in range(len(han) - 1):
        yield han[n : n + 2]
    if len(han) > 2:
        for word in cut(han):
            if len(word) > 2:
                yield word


def latin_terms(latin: str) -> Iterator[str]:
    """Yield a run of letters and digits, and its parts when it mixes both (q235b: 235)."""
    yield latin
    if len(latin) > 2:
        for part in _PARTS.findall(latin):
            if part != latin:
                yield part


def index_terms(text: str) -> str:
    """
    Return the word terms of a text, for fields of any length.

    >>> index_terms("CNC焊工")
    'cnc 焊 工 焊工'
    """
    terms: list[str] = []
    for run in runs(normalize(text)):
        if run.kind == "han":
            terms.extend(han_terms(run.text))
        elif run.kind == "code":
            terms.extend(code_terms(run.text))
        else:
            terms.extend(latin_terms(run.text))
    return " ".join(terms)


def pinyin_terms(text: str) -> str:
    """
    Return the pinyin terms of a short text (a title, a name).

    >>> pinyin_terms("焊工")
    'han hangong hg qqhanon gong'
    """
    terms: dict[str, None] = {}
    for run in runs(normalize(text)):
        if run.kind != "han":
            continue
        read = syllables(run.text)
        for start in range(len(read)):
            joined = initials = ""
            for syllable in read[start : start + PINYIN_SPAN]:
                joined += syllable
                initials += syllable[:1]
                terms[joined] = None
                if len(initials) > 1:
                    terms[initials] = None
                    folded = fold(joined)
                    if folded != joined:
                        terms[FOLD_MARK + folded] = None
    return " ".join(terms)


def said(text: str) -> list[str]:
    """
    Return the syllables of the Han characters of a short text, in order: what ``highlight`` wants to know.

    >>> said("CNC焊工")
    ['han', 'gong']
    """
    return [s for run in runs(normalize(text)) if run.kind == "han" for s in syllables(run.text)]


def prefix_terms(text: str) -> str:
    """
    Return what a person may have typed so far of a short text.

    >>> prefix_terms("焊工")
    '焊 焊工 工 h ha han hang hango hangon hangong hg'
    """
    found = list(runs(normalize(text)))
    compact = "".join(run.text.replace("-", "x") for run in found)
    terms: dict[str, None] = {}
    at = 0
    for run in found:
        width = len(run.text)
        starts = range(at, at + width) if run.kind == "han" else (at,)
        for start in starts:
            for end in range(start + 1, min(start + PREFIX_SPAN, len(compact)) + 1):
                terms[compact[start:end]] = None
        at += width
    for run in found:
        if run.kind == "han":
            for term in _letter_prefixes(run):
                terms[term] = None
    return " ".join(terms)


START_MARK = "^"


def start_terms(text: str) -> str:
    """
    Return the beginnings of a short text, in characters and letters, marked: what is typed from its start.

    >>> start_terms("焊工")
    '^焊 ^焊工 ^h ^ha ^han ^hang ^hango ^hangon ^hangong'
    """
    found = list(runs(normalize(text)))
    compact = "".join(run.text for run in found)[:PREFIX_SPAN]
    terms = [compact[: end + 1] for end in range(len(compact))]
    if found and found[0].kind == "han":
        letters = "".join(syllables(found[0].text))[:LETTERS_SPAN]
        terms += [letters[: end + 1] for end in range(len(letters))]
    return " ".join(START_MARK + term for term in dict.fromkeys(terms))


def _letter_prefixes(run: Run) -> Iterator[str]:
    read = syllables(run.text)
    start = 0
    for word in cut(run.text):
        tail = read[start : start + LETTERS_SPAN]
        joined = "".join(tail)[:LETTERS_SPAN]
        for end in range(1, len(joined) + 1):
            yield joined[:end]
        initials = "".join(syllable[:1] for syllable in tail[:PINYIN_SPAN])
        for end in range(2, len(initials) + 1):
            yield initials[:end]
        start += len(word)
