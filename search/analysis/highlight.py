"""
Where a text answers a query: computed here for every engine, from the text as it is shown.

Engines see terms, not text, so their own highlighters have nothing to work on.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis.normal import runs, to_simplified
from search.analysis.pinyin import fold
from search.analysis.query import FOLD_FROM, Clause, QueryTerms
from search.analysis.terms import PINYIN_SPAN

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a text; ``hit`` when it is what was asked for."""

    text: str
    hit: bool = False


def highlight(text: str, query: QueryTerms, said: Sequence[str] = ()) -> tuple[Fragment, ...]:
    """
    Cut ``text`` into pieces that answer the query and pieces that do not.

    ``said`` are the syllables of the Han characters of ``text`` in order, where pinyin shall be marked too. They
    come from the index, so that no web worker loads the dictionary of readings (57 MB).

    >>> from search.analysis.query import query_terms
    >>> [(f.text, f.hit) for f in highlight("高级焊工安全", query_terms("焊工"))]
    [('高级', False), ('焊工', True), ('安全', False)]
    """
    return _pieces(text, _spans(text, query, said), 0, len(text))


def best_fragment(text: str, query: QueryTerms, width: int = 90) -> tuple[Fragment, ...]:
    """Return the stretch of about ``width`` characters with most hits, cut as by ``highlight``; () if none."""
    spans = _spans(text, query)
    if not spans:
        return ()
    best, most = spans[0][0], 0
    for start, _ in spans:
        inside = {text[a:b] for a, b in spans if a >= start and b <= start + width}
        if len(inside) > most:
            best, most = start, len(inside)
    lead = width // 6
    start = max(0, best - lead)
    for mark in "。！？\n；":
        cut = text.rfind(mark, start, best)
        if cut >= 0:
            start = max(start, cut + 1)
    end = min(len(text), start + width)
    pieces = _pieces(text, [s for s in spans if s[0] >= start and s[1] <= end], start, end)
    before = (Fragment("…"),) if start > 0 and text[start - 1] not in "。！？\n；" else ()
    after = (Fragment("…"),) if end < len(text) else ()
    return (*before, *pieces, *after)


def _pieces(text: str, spans: Sequence[Span], start: int, end: int) -> tuple[Fragment, ...]:
    pieces: list[Fragment] = []
    at = start
    for a, b in spans:
        if a > at:
            pieces.append(Fragment(text[at:a]))
        pieces.append(Fragment(text[a:b], hit=True))
        at = b
    if at < end:
        pieces.append(Fragment(text[at:end]))
    return tuple(pieces)


def _spans(text: str, query: QueryTerms, said: Sequence[str] = ()) -> list[Span]:
    """Return the stretches of ``text`` that answer a clause, sorted and merged."""
    flat, origin = _flatten(text)
    found: list[Span] = []
    for clause in query.clauses:
        for needle in (clause.text, *clause.meant):
            at = flat.find(needle) if needle else -1
            while at >= 0:
                found.append((at, at + len(needle)))
                at = flat.find(needle, at + len(needle))
    if said:
        found.extend(_spoken(flat, query.clauses, said))
    return _merged([(origin[a], origin[b - 1] + 1) for a, b in found])


def _flatten(text: str) -> tuple[str, list[int]]:
    """Normalize character by character and remember where each result came from."""
    chars: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).lower():
            if unicodedata.category(folded) != "Cf":
                chars.append(folded)
                origin.append(at)
    return to_simplified("".join(chars)), origin


def _spoken(flat: str, clauses: Sequence[Clause], said: Sequence[str]) -> list[Span]:
    """Find the Han characters whose pinyin or initials were typed."""
    wanted = {clause.text for clause in clauses if clause.pinyin}
    folded = {fold(letters) for letters in wanted if len(letters) >= FOLD_FROM}
    found: list[Span] = []
    rest = list(said)
    for run in runs(flat):
        if run.kind != "han" or not wanted:
            continue
        read, rest = rest[: len(run.text)], rest[len(run.text) :]
        for a in range(len(read)):
            joined = initials = ""
            for b in range(a, min(a + PINYIN_SPAN, len(read))):
                joined += read[b]
                initials += read[b][:1]
                if joined in wanted or (b > a and (initials in wanted or fold(joined) in folded)):
                    found.append((run.start + a, run.start + b + 1))
    return found


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for a, b in sorted(spans):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged
