"""
How a question is asked, once for both engines: a small tree each engine translates word by word.

A clause is answered within one field: pairs of neighbours from a title and a body do not make a word. Weights are
the same numbers everywhere, and both engines score with BM25 (k1 1.2, b 0.75), so they rank alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from search.analysis import START_MARK, Clause
from search.engines.base import SearchRequest

WEIGHTS = {"title": 4.0, "names": 3.0, "body": 1.0}
SYNONYM = 0.5
PINYIN = 2.0
LIFT = 1.0
EXACT = 100.0
"""The thing called just so comes first, however rare its words are."""
START = 2.0
"""A title that begins with what is typed."""
BY_TYPE = {"course": 12.0, "lesson": 4.0}
"""A constant on top: people come to learn. Names of occupations and teachers are short, so BM25 alone prefers them."""
SUGGESTED = {"course": 3.0, "occupation": 1.5, "lesson": 0.8, "instructor": 0.4}


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of them."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least ``fewest`` of them; scores add up."""

    nodes: tuple["Node", ...]
    fewest: int = 1


@dataclass(frozen=True, slots=True)
class Best:
    """One of them; the best score counts."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    node: "Node"
    by: float


@dataclass(frozen=True, slots=True)
class Flat:
    """Found or not: a score that does not depend on how often."""

    node: "Node"
    score: float


@dataclass(frozen=True, slots=True)
class Lifted:
    """``node`` must be found; each of ``by`` that is found, too, adds its score."""

    node: "Node"
    by: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Anything:
    pass


Node = Term | Every | Some | Best | Weighed | Flat | Lifted | Anything


def plan(request: SearchRequest) -> Node:
    """Return the tree of a request's terms; its filters are added by the engine."""
    if request.prefix:
        # By BM25, so that a short title, of which more is typed already, comes before a long one.
        found: Node = Every(tuple(Term("prefix", term) for term in request.prefix))
        starts = Flat(Term("prefix", START_MARK + request.prefix[0]), START)
        return Lifted(found, (starts, *_exact(request), *_by_type(SUGGESTED)))
    clauses = tuple(_clause(clause) for clause in request.terms.clauses)
    if not clauses:
        return Anything()
    fewest = len(clauses) if request.fewest is None else max(1, min(request.fewest, len(clauses)))
    asked: Node = Every(clauses) if fewest == len(clauses) else Some(clauses, fewest)
    lifts: list[Node] = []
    for word in request.terms.lifts:
        lifts.append(Weighed(Term("title", word), LIFT * WEIGHTS["title"]))
        lifts.append(Weighed(Term("body", word), LIFT))
        if word.isascii():
            lifts.append(Flat(Term("pinyin", word), PINYIN))
    return Lifted(asked, (*lifts, *_exact(request), *_by_type(BY_TYPE)))


def _exact(request: SearchRequest) -> Iterator[Node]:
    if request.exact:
        yield Flat(Term("exact", request.exact), EXACT)


def _by_type(scores: dict[str, float]) -> Iterator[Node]:
    for value, score in scores.items():
        yield Flat(Term("type", value), score)


def _clause(clause: Clause) -> Node:
    ways: list[Node] = []
    for field, weight in WEIGHTS.items():
        ways.append(Weighed(_all_of(field, clause.words), weight))
        for other in clause.others:
            ways.append(Weighed(_all_of(field, other), weight * SYNONYM))
    ways.extend(Flat(Term("pinyin", letters), PINYIN) for letters in clause.pinyin)
    return Best(tuple(ways))


def _all_of(field: str, terms: tuple[str, ...]) -> Node:
    nodes = tuple(Term(field, term) for term in terms)
    return nodes[0] if len(nodes) == 1 else Every(nodes)
