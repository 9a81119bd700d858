"""
The one analysis of Chinese text, for every search engine behind this product.

Engines get terms that are already made and separated by blanks, so each of them needs only a whitespace
analyzer and all of them find the same. Nothing here knows Django, a database or an engine. Dictionaries are
loaded at the first use, once in a process, under a lock: importing this package costs nothing.

``docs/search.md`` says what a term is and why.
"""

from search.analysis.highlight import Fragment, best_fragment, highlight
from search.analysis.normal import normalize
from search.analysis.query import Clause, QueryTerms, by_sound, prefix_query, query_terms, word_query
from search.analysis.segment import cut
from search.analysis.spelling import corrected
from search.analysis.synonyms import Synonyms, parse_synonyms, trade_synonyms
from search.analysis.terms import START_MARK, index_terms, pinyin_terms, prefix_terms, said, start_terms
from search.analysis.warm import warm

__all__ = [
    "START_MARK",
    "Clause",
    "Fragment",
    "QueryTerms",
    "Synonyms",
    "best_fragment",
    "by_sound",
    "corrected",
    "cut",
    "highlight",
    "index_terms",
    "normalize",
    "parse_synonyms",
    "pinyin_terms",
    "prefix_query",
    "prefix_terms",
    "query_terms",
    "said",
    "start_terms",
    "trade_synonyms",
    "warm",
    "word_query",
]
