"""
What can be found, before and after analysis.

A ``SearchDocument`` is what an app says about a thing; ``prepare`` makes a ``Row`` of it, which every engine
stores as it is. An engine never sees a text to analyse, and a page never needs the database to show a hit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from core.trades import trade_of
from search.analysis import index_terms, normalize, pinyin_terms, prefix_terms, said, start_terms
from search.analysis.normal import runs
from search.analysis.pinyin import syllables

SCHEMA = 2
"""Part of every index's name: raise it when fields or terms change, and the next start builds a new index."""

FACETS = ("type", "trade", "occupation", "level", "instructor")
"""Keyword fields: filters, and counts."""

BODY_LIMIT = 60_000
"""Characters of running text of one document that are searched; a lesson has about a tenth of it."""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """
    One thing to be found.

    ``key`` is ``type:uuid`` (or a code). ``part_of`` is the key of the thing it comes and goes with (a lesson with its
    course); by default its own. ``called`` are other names of the thing itself, ``names`` those of what belongs to it
    (its teachers, its trade); ``summary`` is a
    sentence for people; ``body`` the running text. ``occupations`` and ``groups`` are codes, ``level`` the rank
    of a skill level, ``instructors`` slugs. ``new_ms`` is when it was published, ``popularity`` how many study it.
    ``card`` is what its result card shows, JSON. ``cues`` are what is said in its videos: (text, address that plays from
    there, start in ms); they are searched as part of the body.
    """

    key: str
    type: str
    title: str
    url: str
    called: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    summary: str = ""
    body: str = ""
    occupations: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    instructors: tuple[str, ...] = ()
    new_ms: int = 0
    popularity: int = 0
    card: Mapping[str, Any] = field(default_factory=dict)
    part_of: str = ""
    cues: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """
    A document as an engine stores it: ``texts`` are terms separated by blanks, ``keywords`` exact values,
    ``numbers`` for sorting, ``payload`` what comes back with a hit, ``digest`` tells two contents apart.
    """

    key: str
    part_of: str
    texts: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, int]
    payload: str
    digest: str


TEXTS = ("title", "names", "body", "pinyin", "prefix")
NUMBERS = ("new", "popular")


def exact_terms(text: str) -> str:
    """
    Return a whole text as one term, to lift the thing that is called just so.

    >>> exact_terms("焊工（高级）")
    '焊工高级'
    """
    return "".join(run.text for run in runs(normalize(text)))[:100]


def spelled(text: str) -> str:
    """
    Return a whole short text in letters, as one term.

    >>> spelled("CNC焊工")
    'cnchangong'
    """
    found = runs(normalize(text))
    return "".join("".join(syllables(r.text)) if r.kind == "han" else r.text for r in found)[:100]


def occupation_keys(code: str) -> tuple[str, ...]:
    """
    Return a code and the groups it lies in: all are values of the facet, so a filter may name any of them.

    >>> occupation_keys("6-18-02-04")
    ('6', '6-18', '6-18-02', '6-18-02-04')
    """
    levels = code.split("-")
    return tuple("-".join(levels[:n]) for n in range(1, len(levels) + 1))


def prepare(document: SearchDocument) -> Row:
    """Return the document as an engine stores it: all analysis happens here."""
    names = (*document.called, *document.names)
    short = " ".join((document.title, *names))
    codes = " ".join(document.occupations)
    # Cues cut sentences where the screen ends: a word that runs over two of them is one word.
    spoken = "".join(text for text, _url, _ms in document.cues)
    payload = json.dumps(
        {
            "type": document.type,
            "title": document.title,
            "said": " ".join(said(document.title)),
            "url": document.url,
            "names": names,
            "summary": document.summary,
            "body": document.body[:BODY_LIMIT],
            "cues": document.cues,
            "card": document.card,
            "occupations": document.occupations,
            "levels": document.levels,
        },
        ensure_ascii=False,
        sort_keys=True,
    )
    texts = {
        "title": index_terms(document.title),
        "names": index_terms(" 。".join((*names, codes))),
        "body": index_terms(f"{document.summary} 。{document.body} 。{spoken}"[:BODY_LIMIT]),
        "pinyin": pinyin_terms(short),
        "prefix": f"{prefix_terms(document.title)} {start_terms(document.title)}".strip(),
    }
    occupations = dict.fromkeys(key for code in document.occupations for key in occupation_keys(code))
    keywords = {
        "type": (document.type,),
        "trade": tuple(dict.fromkeys(trade_of(code) for code in document.occupations)),
        "occupation": tuple(occupations),
        "level": tuple(str(level) for level in document.levels),
        "instructor": document.instructors,
        "exact": tuple(
            dict.fromkeys(
                f(name) for name in (document.title, *document.called) for f in (exact_terms, spelled)
            )
        ),
    }
    numbers = {
        "new": document.new_ms,
        # Ties fall to the newer one; 2**34 s is beyond the year 2500.
        "popular": document.popularity * 2**34 + document.new_ms // 1000,
    }
    content = json.dumps([SCHEMA, texts, keywords, numbers, payload], ensure_ascii=False)
    return Row(
        document.key,
        document.part_of or document.key,
        texts,
        keywords,
        numbers,
        payload,
        blake2b(content.encode(), digest_size=16).hexdigest(),
    )
