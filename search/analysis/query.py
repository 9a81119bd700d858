"""
What a person asks for, as terms.

A query is a list of clauses, one a word; all of them must be found (an engine may be asked to be content with
fewer). A clause is satisfied by its word, by a synonym of it, or, for letters, by pinyin. Every term of a query
over Han text is a character or a pair of neighbours of that very text, hence: **whatever stretch of a title
is typed, the title is found.**
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from search.analysis.normal import Run, normalize, runs
from search.analysis.pinyin import fold
from search.analysis.segment import chunks
from search.analysis.sounds import sound_of
from search.analysis.synonyms import NONE, Synonyms
from search.analysis.terms import FOLD_MARK, PREFIX_SPAN, code_term

MAX_CHARS = 100
MAX_CLAUSES = 16
FOLD_FROM = 4  # below that, si and shi are different words more often than the same one
# Words that ask without saying what for. They are left out where something else remains.
_FILLERS = frozenset(
    (
        *"的了吗呢吧啊呀么和与及或在是有我你要想该咋学才就都也还把被让给去来到从个做弄搞",
        *(
            "怎么",
            "怎样",
            "怎么样",
            "怎么办",
            "如何",
            "什么",
            "哪里",
            "哪些",
            "哪个",
            "为什么",
            "为啥",
            "咋办",
        ),
        *("请问", "一下", "有没有", "可以", "能不能", "我要", "我想", "的话", "应该", "需要"),
    )
)
_ASCII = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Clause:
    """
    One word of a query: found when all of ``words``, or all of one of ``others``, or one of ``pinyin`` is.

    ``text`` is the word as typed, for highlighting; ``meant`` the texts of the synonyms in ``others``.
    """

    text: str
    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    pinyin: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """All clauses of a query, and longer words that lift a hit without being required."""

    clauses: tuple[Clause, ...] = ()
    lifts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses)


def pairs(han: str) -> tuple[str, ...]:
    """
    Return the neighbours that make up a word; a single character stands for itself.

    >>> pairs("电焊工"), pairs("焊")
    (('电焊', '焊工'), ('焊',))
    """
    if len(han) < 2:
        return (han,)
    return tuple(dict.fromkeys(han[n : n + 2] for n in range(len(han) - 1)))


def query_terms(text: str, synonyms: Synonyms = NONE) -> QueryTerms:
    """
    Read a query. Anything may come in: what is no word, letter, digit or code is a separator.

    >>> [clause.words for clause in query_terms("焊工 怎么 安全").clauses]
    [('焊工',), ('安全',)]
    """
    clauses: dict[str, Clause] = {}
    lifts: dict[str, None] = {}
    letters: list[str] = []
    for run in runs(_bounded(text)):
        if run.kind == "han":
            # What is typed as one word and known as one is not cut: 烧焊的.
            for word in [run.text] if synonyms.of(run.text) else chunks(run.text, _FILLERS):
                clauses.setdefault(word, _han_clause(word, synonyms))
                if len(word) > 2:
                    lifts[word] = None
        elif run.kind == "code":
            clauses.setdefault(run.text, Clause(run.text, (code_term(run.text),)))
        else:
            clauses.setdefault(run.text, _latin_clause(run.text, synonyms))
            letters.append(run.text)
    kept = [clause for word, clause in clauses.items() if word not in _FILLERS] or list(clauses.values())
    if len(letters) > 1:
        lifts["".join(letters)] = None
    return QueryTerms(tuple(kept[:MAX_CLAUSES]), tuple(lifts)[:MAX_CLAUSES])


def by_sound(terms: QueryTerms) -> QueryTerms:
    """
    Return the same question, satisfied also by titles and names that sound the same (悍工 by 焊工).

    >>> [clause.pinyin for clause in by_sound(query_terms("悍工")).clauses]
    [('hangon', 'qqhanon')]
    """
    return replace(terms, clauses=tuple(_heard(clause) for clause in terms.clauses))


def _heard(clause: Clause) -> Clause:
    if len(clause.text) < 2 or not all(run.kind == "han" for run in runs(clause.text)):
        return clause
    sound = sound_of(clause.text)
    return replace(clause, pinyin=(sound, FOLD_MARK + fold(sound)))


def _bounded(text: str) -> str:
    # The cut comes first: normalizing costs time in proportion, and one character may become eighteen.
    return normalize(text[: MAX_CHARS * 2])[:MAX_CHARS]


def _han_clause(word: str, synonyms: Synonyms) -> Clause:
    meant = synonyms.of(word)
    return Clause(word, pairs(word), tuple(_words_of(other) for other in meant), (), meant)


def _latin_clause(word: str, synonyms: Synonyms) -> Clause:
    meant = synonyms.of(word)
    pinyin: dict[str, None] = {}
    if _ASCII.fullmatch(word):
        pinyin[word] = None
        if len(word) >= FOLD_FROM:
            pinyin[fold(word)] = None
            pinyin[FOLD_MARK + fold(word)] = None
    return Clause(word, (word,), tuple(_words_of(other) for other in meant), tuple(pinyin), meant)


def _words_of(text: str) -> tuple[str, ...]:
    terms: dict[str, None] = {}
    for run in runs(text):
        for term in pairs(run.text) if run.kind == "han" else (run.text,):
            terms[term] = None
    return tuple(terms)


def word_query(text: str) -> str:
    """
    Return a query as plain terms, all of which must be found: for engines that take text and an AND.

    >>> word_query("高级焊工")
    '高级 焊工'
    """
    terms: dict[str, None] = {}
    for clause in query_terms(text).clauses:
        terms.update(dict.fromkeys(clause.words))
    return " ".join(terms)


def prefix_query(text: str) -> str:
    """
    Return what is typed so far as the terms to look up among the prefix terms; all must be found.

    >>> prefix_query("焊工安"), prefix_query("焊工 PLC")
    ('焊工安', '焊工 plc')
    """
    terms: dict[str, None] = {}
    for group in _groups(_bounded(text)):
        compact = "".join(run.text.replace("-", "x") for run in group)
        starts: list[int] = []
        at = 0
        for run in group:
            starts.extend(range(at, at + len(run.text)) if run.kind == "han" else [at])
            at += len(run.text)
        for start in _windows(starts, len(compact)):
            terms[compact[start : start + PREFIX_SPAN]] = None
    return " ".join(terms)


def _groups(normalized: str) -> Iterator[list[Run]]:
    """Runs that touch are typed as one."""
    group: list[Run] = []
    end = -1
    for run in runs(normalized):
        if group and run.start != end:
            yield group
            group = []
        group.append(run)
        end = run.start + len(run.text)
    if group:
        yield group


def _windows(starts: list[int], length: int) -> Iterator[int]:
    """Choose starts so that stretches of the greatest length cover the whole, where the starts allow it."""
    at = starts[0]
    yield at
    while at + PREFIX_SPAN < length:
        next_ones = [s for s in starts if at < s <= at + PREFIX_SPAN]
        if not next_ones:
            return
        last = length - PREFIX_SPAN
        at = max((s for s in next_ones if s <= last), default=next_ones[0])
        yield at
