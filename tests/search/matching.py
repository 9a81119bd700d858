"""An engine in five lines: whether a query finds a title, by its terms alone."""

from pathlib import Path

from search.analysis import index_terms, pinyin_terms, prefix_query, prefix_terms, query_terms
from search.analysis.query import Clause

ROOT = Path(__file__).resolve().parents[2]


def found_by_words(query: str, title: str) -> bool:
    words = set(index_terms(title).split())
    letters = set(pinyin_terms(title).split())

    def answers(clause: Clause) -> bool:
        return set(clause.words) <= words or bool(set(clause.pinyin) & letters)

    return all(answers(clause) for clause in query_terms(query).clauses)


def found_by_prefix(typed: str, title: str) -> bool:
    return set(prefix_query(typed).split()) <= set(prefix_terms(title).split())
