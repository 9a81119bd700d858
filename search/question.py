"""
What an address asks: ``?q=焊工&level=4&sort=new``. Every state of a result page is an address, and every filter
a link to the address with and without it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from core.trades import TRADES
from search.engines import Sort

TYPES = ("course", "lesson", "occupation", "instructor")
MAX_TYPED = 100
MAX_VALUES = 10
"""Alternatives of one filter; more are cut off."""
TRADE_NAMES = {trade.key: trade.name for trade in TRADES}
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,60}")
_OCCUPATION = re.compile(r"[1-8](-\d\d){0,3}")


_VALID = {
    "type": lambda value: value in TYPES,
    "trade": lambda value: value in TRADE_NAMES,
    "occupation": lambda value: _OCCUPATION.fullmatch(value) is not None,
    "level": lambda value: len(value) == 1 and value in "12345678",
    "instructor": lambda value: _SLUG.fullmatch(value) is not None,
}
FILTERS = tuple(_VALID)


@dataclass(frozen=True, slots=True)
class Question:
    """
    A search as it stands in an address. ``filters`` holds only values that can exist; ``unknown`` names the
    parameters whose values were left out because they cannot.
    """

    q: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    sort: Sort = Sort.RELEVANCE
    cursor: str = ""
    unknown: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> "Question":
        """Return what an address asks. Anything may stand in it; what is not understood is left out."""
        q = " ".join(query.get("q", "").replace("\x00", " ").split())[:MAX_TYPED]
        filters: list[tuple[str, str]] = []
        unknown: list[str] = []
        for name, is_valid in _VALID.items():
            values = dict.fromkeys(value for value in query.getlist(name) if value)
            known = [value for value in values if is_valid(value)]
            filters += [(name, value) for value in known[:MAX_VALUES]]
            if len(known) < len(values):
                unknown.append(name)
        sort = query.get("sort", "")
        if sort and sort not in set(Sort):
            unknown.append("sort")
        return cls(
            q=q,
            filters=tuple(filters),
            sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
            cursor=query.get("cursor", "")[:500],
            unknown=tuple(unknown),
        )

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for field, value in self.filters if field == name)

    def by_field(self) -> Mapping[str, tuple[str, ...]]:
        return {name: self.values(name) for name in FILTERS if self.values(name)}

    # -- other addresses, from their first page on

    def toggled(self, name: str, value: str) -> "Question":
        """Return this question with the filter added, or without it when it is set."""
        pair = (name, value)
        kept = tuple(f for f in self.filters if f != pair)
        return replace(self, filters=kept if pair in self.filters else (*kept, pair), cursor="")

    def only(self, name: str, value: str) -> "Question":
        """Return this question with this one value (or none, if empty) of a filter."""
        kept = tuple(f for f in self.filters if f[0] != name)
        return replace(self, filters=(*kept, (name, value)) if value else kept, cursor="")

    def of_any_type(self) -> "Question":
        """Return this question without a type, its position kept: for a page that shows one type only."""
        return replace(self, filters=tuple(f for f in self.filters if f[0] != "type"))

    def plain(self, *keep: str) -> "Question":
        """Return this question without its filters, but those of the fields to keep."""
        return replace(self, filters=tuple(f for f in self.filters if f[0] in keep), cursor="")

    def ordered(self, sort: Sort) -> "Question":
        return replace(self, sort=sort, cursor="")

    def asking(self, q: str) -> "Question":
        return replace(self, q=q, cursor="")

    def at(self, cursor: str) -> "Question":
        return replace(self, cursor=cursor)

    def address(self) -> str:
        """
        Return the query string of this state, the same for the same state.

        >>> Question(q="焊", filters=(("level", "4"),), sort=Sort.NEW).address()
        '?q=%E7%84%8A&level=4&sort=new'
        """
        pairs = [("q", self.q)] if self.q else []
        pairs += sorted(self.filters, key=lambda f: (FILTERS.index(f[0]), f[1]))
        if self.sort != Sort.RELEVANCE:
            pairs.append(("sort", self.sort.value))
        if self.cursor:
            pairs.append(("cursor", self.cursor))
        return f"?{urlencode(pairs)}" if pairs else "?"
