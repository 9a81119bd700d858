"""
The engine beside the database: any stock Elasticsearch 8, without plugins or scripts.

Fields are cut at blanks and nothing else, because terms come from ``search.analysis``. The alias
``<prefix>-v<schema>`` names the index in use; a rebuild fills a new index and moves the alias in one call.
Time limits are short and a circuit breaker stops asking a server that is down, so that a page answers
within a second whatever happens to the search.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, TypeVar

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.dsl import A, Q, Search
from elasticsearch.helpers import BulkIndexError, bulk, scan

from search.documents import FACETS, NUMBERS, SCHEMA, TEXTS, Row
from search.engines.base import (
    MAX_SIZE,
    NOTHING,
    BadCursor,
    Hit,
    ResultPage,
    SearchRequest,
    SearchUnavailable,
    Sort,
    Stored,
    make_cursor,
    read_cursor,
    sorted_counts,
)
from search.engines.plan import (
    Anything,
    Best,
    Every,
    Flat,
    Lifted,
    Node,
    Some,
    Term,
    Weighed,
    plan,
)

WRITE_TIMEOUT_S = 30.0
BREAK_S = 5.0
"""After a failure nobody asks the server again for this long."""
FACET_SIZE = 500
BATCH = 500
_ORDER: dict[Sort, list[Any]] = {
    Sort.RELEVANCE: [{"_score": "desc"}, {"key": "asc"}],
    Sort.NEW: [{"new": "desc"}, {"key": "asc"}],
    Sort.POPULAR: [{"popular": "desc"}, {"key": "asc"}],
}
T = TypeVar("T")


def _index_body(shards: int, replicas: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "key": {"type": "keyword"},
        "part_of": {"type": "keyword"},
        "digest": {"type": "keyword", "index": False},
    }
    for name in TEXTS:
        flat = name == "pinyin"
        fields[name] = {
            "type": "text",
            "analyzer": "whitespace",
            "index_options": "docs" if flat else "freqs",
            "norms": not flat,
        }
    for name in (*FACETS, "exact"):
        fields[name] = {"type": "keyword"}
    for name in NUMBERS:
        fields[name] = {"type": "long"}
    fields["payload"] = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "settings": {"number_of_shards": shards, "number_of_replicas": replicas, "refresh_interval": "1s"},
        "mappings": {
            "dynamic": "strict",
            # Terms are made again from the database, never read back.
            "_source": {"excludes": list(TEXTS)},
            "properties": fields,
        },
    }


class ElasticEngine:
    """See ``search.engines.base.SearchEngine`` for what each method promises."""

    name = "elasticsearch"

    def __init__(
        self, url: str, prefix: str, *, shards: int = 1, replicas: int = 0, timeout_s: float = 0.8
    ) -> None:
        self._es = Elasticsearch(url, request_timeout=timeout_s, max_retries=0, retry_on_timeout=False)
        self._writer = self._es.options(request_timeout=WRITE_TIMEOUT_S, max_retries=2)
        self._alias = f"{prefix}-v{SCHEMA}"
        self._body = _index_body(shards, replicas)
        self._broken_until = 0.0

    # -- writing

    def ensure_index(self) -> None:
        def make() -> None:
            if not self._writer.indices.exists_alias(name=self._alias):
                self._point_to(self._new_index())

        self._ask(make)

    def replace(self, groups: Mapping[str, Sequence[Row]]) -> None:
        self.ensure_index()

        def write() -> None:
            # What was written a moment ago must be seen, or a row that is gone would stay.
            self._writer.indices.refresh(index=self._alias)
            rows = [row for group in groups.values() for row in group]
            kept = {row.key for row in rows}
            gone = [key for key in self._keys_of(list(groups)) if key not in kept]
            deletes = ({"_op_type": "delete", "_index": self._alias, "_id": key} for key in gone)
            bulk(self._writer, chain(deletes, self._actions(self._alias, rows)), chunk_size=BATCH)

        self._ask(write)

    def _keys_of(self, groups: list[str]) -> Iterator[str]:
        """Yield the keys of all rows that are part of these."""
        query = Q("terms", part_of=groups).to_dict()
        for hit in scan(self._writer, index=self._alias, query={"query": query, "_source": False}):
            yield hit["_id"]

    def refresh(self) -> None:
        self._ask(lambda: self._writer.indices.refresh(index=self._alias))

    def rebuild(self, rows: Iterable[Row], *, swap: AbstractContextManager[object] = NOTHING) -> int:
        def build() -> int:
            name = self._new_index()
            try:
                count, _ = bulk(self._writer, self._actions(name, rows), chunk_size=BATCH)
                self._writer.indices.refresh(index=name)
                with swap:
                    self._point_to(name)
            except BaseException:
                self._writer.options(ignore_status=404).indices.delete(index=name)
                raise
            return int(count)

        return self._ask(build)

    def drop(self) -> None:
        def remove() -> None:
            for name in self._indices():
                self._writer.options(ignore_status=404).indices.delete(index=name)

        self._ask(remove)

    @staticmethod
    def _actions(index: str, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        for row in rows:
            yield {
                "_index": index,
                "_id": row.key,
                "key": row.key,
                "part_of": row.part_of,
                "digest": row.digest,
                "payload": row.payload,
                **row.texts,
                **{name: list(values) for name, values in row.keywords.items()},
                **row.numbers,
            }

    def _new_index(self) -> str:
        name = f"{self._alias}-{int(time.time() * 1000):013d}-{secrets.token_hex(3)}"
        self._writer.indices.create(index=name, **self._body)
        return name

    def _indices(self) -> list[str]:
        return sorted(self._writer.indices.get(index=f"{self._alias}-*", expand_wildcards="all"))

    def _point_to(self, name: str) -> None:
        """Move the alias in one call and remove what it named before, and what unfinished rebuilds left."""
        self._writer.indices.update_aliases(
            actions=[
                {"remove": {"index": f"{self._alias}-*", "alias": self._alias, "must_exist": False}},
                {"add": {"index": name, "alias": self._alias}},
            ]
        )
        for other in self._indices():
            if other < name:
                self._writer.options(ignore_status=404).indices.delete(index=other)

    # -- reading

    def search(self, request: SearchRequest) -> ResultPage:
        started = time.perf_counter()
        body = self._search(request)
        found = self._ask(lambda: self._es.search(index=self._alias, **body.to_dict()))
        raw = found["hits"]["hits"]
        size = min(request.size, MAX_SIZE)
        more = len(raw) > size
        raw = raw[:size]
        hits = tuple(
            Hit(hit["_id"], float(hit["_score"] or 0.0), json.loads(hit["_source"]["payload"])) for hit in raw
        )
        counted = found.get("aggregations", {})
        return ResultPage(
            hits=hits,
            total=found["hits"]["total"]["value"],
            facets={
                name: sorted_counts((b["key"], b["doc_count"]) for b in counted[name]["values"]["buckets"])
                for name in request.facets
            },
            cursor=make_cursor({"kind": request.sort, "after": raw[-1]["sort"]}) if more and raw else "",
            took_ms=(time.perf_counter() - started) * 1000,
            engine=self.name,
        )

    def index_name(self) -> str:
        named = self._ask(lambda: self._writer.indices.get_alias(name=self._alias))
        return sorted(named)[-1]

    def contents(self) -> Iterator[Stored]:
        after: list[Any] | None = None
        while True:
            options: dict[str, Any] = {"search_after": after} if after else {}
            page = self._ask(
                lambda options=options: self._writer.search(  # type: ignore[misc]
                    index=self._alias,
                    size=1000,
                    sort=[{"key": "asc"}],
                    source={"includes": ["part_of", "digest"]},
                    **options,
                )
            )
            hits = page["hits"]["hits"]
            for hit in hits:
                yield Stored(hit["_id"], hit["_source"]["part_of"], hit["_source"]["digest"])
            if len(hits) < 1000:
                return
            after = hits[-1]["sort"]

    def _search(self, request: SearchRequest) -> Any:
        search = Search().query(_translate(plan(request)))
        filters = {name: Q("terms", **{name: list(values)}) for name, values in request.filters.items()}
        # After the query, so that each facet can be counted without its own filter.
        if filters:
            search = search.post_filter(Q("bool", filter=list(filters.values())))
        for name in request.facets:
            others = [query for field, query in filters.items() if field != name]
            scope = A("filter", Q("bool", filter=others) if others else Q("match_all"))
            scope.bucket("values", "terms", field=name, size=FACET_SIZE)
            search.aggs.bucket(name, scope)
        size = min(request.size, MAX_SIZE)
        search = search.sort(*_ORDER[request.sort])[: size + 1 if size else 0]
        search = search.source(["payload"]).extra(track_total_hits=True, track_scores=True)
        if request.cursor:
            search = search.extra(search_after=_after(request))
        return search

    def _ask(self, call: Callable[[], T]) -> T:
        if time.monotonic() < self._broken_until:
            raise SearchUnavailable("Elasticsearch did not answer a moment ago")
        try:
            return call()
        except NotFoundError as missing:
            raise SearchUnavailable("the index has not been built") from missing
        except TransportError as failed:
            self._broken_until = time.monotonic() + BREAK_S
            raise SearchUnavailable("Elasticsearch does not answer") from failed
        except (ApiError, BulkIndexError) as refused:
            if getattr(refused, "status_code", 500) == 400:
                raise
            raise SearchUnavailable("Elasticsearch refused") from refused


def _after(request: SearchRequest) -> list[Any]:
    after = read_cursor(request.cursor, request.sort).get("after")
    match after:
        case [int() | float(), str()]:
            return list(after)
    raise BadCursor(request.cursor)


def _translate(node: Node) -> Any:
    """Return a plan as a query of elasticsearch.dsl."""
    match node:
        case Term(field, value):
            return Q("term", **{field: value})
        case Every(nodes):
            return Q("bool", must=[_translate(n) for n in nodes])
        case Some(nodes, fewest):
            return Q("bool", should=[_translate(n) for n in nodes], minimum_should_match=fewest)
        case Best(nodes):
            return Q("dis_max", queries=[_translate(n) for n in nodes])
        case Weighed(inner, by):
            # A bool of one, because only some queries carry a boost of their own.
            return Q("bool", must=[_translate(inner)], boost=by)
        case Flat(inner, score):
            return Q("constant_score", filter=_translate(inner), boost=score)
        case Lifted(inner, lifts):
            return Q("bool", must=[_translate(inner)], should=[_translate(n) for n in lifts])
        case Anything():
            return Q("constant_score", filter=Q("match_all"), boost=0.0)
