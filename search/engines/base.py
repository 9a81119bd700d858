"""The interface of a search engine, and what goes in and comes out."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from search.analysis import QueryTerms
from search.documents import Row

MAX_SIZE = 100
NOTHING: AbstractContextManager[object] = nullcontext()


class SearchUnavailable(Exception):
    """The engine did not answer in time, or has no index yet."""


class BadCursor(ValueError):
    """A cursor that this system did not make, or made for another question."""


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEW = "new"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """
    A question. An empty ``terms`` asks for everything.

    ``filters``: allowed values of keyword fields; values of one field are alternatives, fields add up.
    ``facets``: fields to count; a count ignores the filter on its own field. ``fewest`` is how many clauses must be
    found at least (None: all of them). ``prefix`` terms, where given, are looked up instead of ``terms``: suggestions.
    """

    terms: QueryTerms = field(default_factory=QueryTerms)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    cursor: str = ""
    size: int = 20
    fewest: int | None = None
    prefix: tuple[str, ...] = ()
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    key: str
    score: float
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """
    ``facets`` maps a field to (value, count), most frequent first, equal counts by value. ``cursor`` continues
    after the last hit, "" at the end.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    cursor: str
    took_ms: float
    engine: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as the index holds it: its key, the thing it is part of, and the digest of its content."""

    key: str
    part_of: str
    digest: str


class SearchEngine(Protocol):
    """
    All methods raise ``SearchUnavailable`` when the engine cannot do it now; ``search`` also ``BadCursor``.

    Writes are idempotent. One process writes at a time (search.operations
    holds a lease); any number reads.
    """

    name: str

    def ensure_index(self) -> None:
        """Make the index if there is none of this schema."""

    def replace(self, groups: Mapping[str, Sequence[Row]]) -> None:
        """
        For each key of ``groups``: let its rows be all that is part of it. No rows: it is gone.

        A search sees a group as it was or as it is, never half of it (Elasticsearch: for less than a second it may).
        """

    def refresh(self) -> None:
        """Make all writes so far visible to the next search."""

    def search(self, request: SearchRequest) -> ResultPage:
        """Answer a question."""

    def rebuild(self, rows: Iterable[Row], *, swap: AbstractContextManager[object] = NOTHING) -> int:
        """
        Build a new index beside the old one, then put it in its place at once; return how many rows.

        ``swap`` is entered just before the exchange and left just after it, when writes go to the new index.
        """

    def contents(self) -> Iterator[Stored]:
        """Yield what is stored, in the order of keys."""

    def index_name(self) -> str:
        """Return the name of the index in use: prefix, schema, and when it was made."""

    def drop(self) -> None:
        """Remove everything this engine has stored under its prefix."""


def make_cursor(values: Mapping[str, Any]) -> str:
    """Return a position as an opaque word for an address."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str, kind: str) -> dict[str, Any]:
    """
    Return the position in a cursor.

    >>> read_cursor(make_cursor({"kind": "new", "after": [1]}), "new")["after"]
    [1]

    :raises BadCursor: if it is not one of ours, or was made for another order.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as broken:
        raise BadCursor(cursor) from broken
    if not isinstance(values, dict) or values.get("kind") != kind:
        raise BadCursor(cursor)
    return values


def sorted_counts(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return facet counts in the one order: most frequent first, then by value."""
    return tuple(sorted(counts, key=lambda pair: (-pair[1], pair[0])))
