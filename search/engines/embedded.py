"""
The engine inside this process: tantivy, with its files in ``var/index``.

Files of an index lie in a folder of their own, named by schema and generation; the file ``current`` names the one
in use and is replaced at once, so a rebuild is never seen half done. tantivy lets one process write at a time
(its own lock file); whoever comes second waits. Readers look at two file times before each search and see every
commit at once.
"""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import tantivy

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

DEPTH = 2_000
"""How far one may page. tantivy has no search_after, so a page costs as much as all pages before it."""
WRITER_HEAP = 32_000_000
REBUILD_HEAP = 128_000_000
WAIT_FOR_WRITER_S = 20.0
FACET_SIZE = 500
_SORT_FIELD = {Sort.NEW: "new", Sort.POPULAR: "popular"}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("part_of", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("digest", stored=True, tokenizer_name="raw", index_option="basic")
    for name in TEXTS:
        option = "basic" if name == "pinyin" else "freq"
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("exact", tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, fast=True)
    builder.add_bytes_field("payload", stored=True)
    return builder.build()


@dataclass(slots=True)
class _Open:
    """An index opened by this process, and the state of its files when it was last read."""

    pid: int
    generation: str
    index: Any
    written_ns: int


class EmbeddedEngine:
    """See ``search.engines.base.SearchEngine`` for what each method promises."""

    name = "embedded"

    def __init__(self, folder: Path, prefix: str) -> None:
        self._home = folder / f"{prefix}-v{SCHEMA}"
        self._current = self._home / "current"
        self._lock = Lock()
        self._opened: _Open | None = None

    # -- writing

    def ensure_index(self) -> None:
        if self._current.exists():
            return
        self._home.mkdir(parents=True, exist_ok=True)
        with self._exclusive():
            if not self._current.exists():
                generation = self._new_generation()
                tantivy.Index(_schema(), path=str(self._home / generation))
                self._point_to(generation)

    def replace(self, groups: Mapping[str, Sequence[Row]]) -> None:
        index = self._reader()
        with self._writer(index, WRITER_HEAP) as writer:
            for part_of, rows in groups.items():
                writer.delete_documents_by_term("part_of", part_of)
                for row in rows:
                    writer.add_document(_document(row, index.schema))

    def refresh(self) -> None:
        """Nothing to do: a commit is visible to every reader's next search."""

    def rebuild(self, rows: Iterable[Row], *, swap: AbstractContextManager[object] = NOTHING) -> int:
        self._home.mkdir(parents=True, exist_ok=True)
        generation = self._new_generation()
        index = tantivy.Index(_schema(), path=str(self._home / generation))
        count = 0
        try:
            with self._writer(index, REBUILD_HEAP) as writer:
                for row in rows:
                    writer.add_document(_document(row, index.schema))
                    count += 1
        except BaseException:
            shutil.rmtree(self._home / generation, ignore_errors=True)
            raise
        with swap, self._exclusive():
            self._point_to(generation)
        for old in self._home.iterdir():
            if old.is_dir() and old.name != generation:
                shutil.rmtree(old, ignore_errors=True)
        return count

    def drop(self) -> None:
        with self._lock:
            self._opened = None
        shutil.rmtree(self._home, ignore_errors=True)

    # -- reading

    def search(self, request: SearchRequest) -> ResultPage:
        started = time.perf_counter()
        index = self._reader()
        searcher = index.searcher()
        translate = _Translator(index.schema)
        asked = translate(plan(request))
        filters = {name: translate.any_of(name, values) for name, values in request.filters.items()}
        query = _filtered(asked, filters.values())
        offset = self._offset(request)
        size = min(request.size, MAX_SIZE)
        options: dict[str, Any] = {"limit": max(size, 1), "offset": offset}
        if request.sort in _SORT_FIELD:
            options["order_by_field"] = _SORT_FIELD[request.sort]
        found = searcher.search(query, **options)
        hits = tuple(_hit(searcher, score, address) for score, address in found.hits[:size])
        reached = offset + len(hits)
        more = size > 0 and reached < min(found.count, DEPTH)
        return ResultPage(
            hits=hits,
            total=found.count,
            facets=self._facets(searcher, asked, filters, request.facets),
            cursor=make_cursor({"kind": request.sort, "offset": reached}) if more else "",
            took_ms=(time.perf_counter() - started) * 1000,
            engine=self.name,
        )

    def contents(self) -> Iterator[Stored]:
        searcher = self._reader().searcher()
        count = searcher.num_docs
        if not count:
            return
        found = searcher.search(tantivy.Query.all_query(), limit=count, count=False)
        stored = (searcher.doc(address) for _, address in found.hits)
        names = ("key", "part_of", "digest")
        rows = (Stored(*(doc.get_first(name) for name in names)) for doc in stored)
        yield from sorted(rows, key=lambda row: row.key)

    def index_name(self) -> str:
        self.ensure_index()
        return f"{self._home.name}-{self._current.read_text(encoding='ascii')}"

    @staticmethod
    def _offset(request: SearchRequest) -> int:
        if not request.cursor:
            return 0
        offset = read_cursor(request.cursor, request.sort).get("offset")
        if not isinstance(offset, int) or not 0 <= offset < DEPTH:
            raise BadCursor(request.cursor)
        return offset

    @staticmethod
    def _facets(
        searcher: Any, asked: Any, filters: dict[str, Any], names: tuple[str, ...]
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        """Count the values of each facet among what every *other* filter leaves, with as few passes as possible."""
        passes: dict[str | None, list[str]] = {}
        for name in names:
            passes.setdefault(name if name in filters else None, []).append(name)
        facets: dict[str, tuple[tuple[str, int], ...]] = {}
        for ignored, fields in passes.items():
            query = _filtered(asked, [query for name, query in filters.items() if name != ignored])
            wanted = {field: {"terms": {"field": field, "size": FACET_SIZE}} for field in fields}
            counted = searcher.aggregate(query, wanted)
            for field in fields:
                buckets = counted[field]["buckets"]
                facets[field] = sorted_counts((b["key"], b["doc_count"]) for b in buckets)
        return facets

    # -- files

    def _reader(self) -> Any:
        """Return the index in use, as of its last commit."""
        self.ensure_index()
        with self._lock:
            try:
                generation = self._current.read_text(encoding="ascii")
                written_ns = (self._home / generation / "meta.json").stat().st_mtime_ns
            except OSError as missing:
                raise SearchUnavailable("the embedded index has no files") from missing
            opened = self._opened
            if opened is None or opened.pid != os.getpid() or opened.generation != generation:
                try:
                    index = tantivy.Index.open(str(self._home / generation))
                except ValueError as broken:
                    raise SearchUnavailable("the embedded index cannot be opened") from broken
                index.config_reader("manual")
                self._opened = opened = _Open(os.getpid(), generation, index, 0)
            if opened.written_ns != written_ns:
                opened.index.reload()
                opened.written_ns = written_ns
            return opened.index

    @contextmanager
    def _writer(self, index: Any, heap: int) -> Iterator[Any]:
        """Yield the one writer of an index; commit at the end, or take everything back."""
        writer = self._acquire(index, heap)
        try:
            yield writer
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()

    @staticmethod
    def _acquire(index: Any, heap: int) -> Any:
        deadline = time.monotonic() + WAIT_FOR_WRITER_S
        while True:
            try:
                return index.writer(heap, 1)
            except ValueError as refused:
                if "LockBusy" not in str(refused):
                    raise
                if time.monotonic() > deadline:
                    raise SearchUnavailable("another process keeps writing to the index") from refused
                time.sleep(0.05)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self._home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _new_generation(self) -> str:
        generation = f"{int(time.time() * 1000):013d}-{secrets.token_hex(3)}"
        (self._home / generation).mkdir(parents=True)
        return generation

    def _point_to(self, generation: str) -> None:
        beside = self._home / f".current-{os.getpid()}"
        beside.write_text(generation, encoding="ascii")
        beside.replace(self._current)


def _document(row: Row, schema: Any) -> Any:
    fields: dict[str, Any] = {
        "key": row.key,
        "part_of": row.part_of,
        "digest": row.digest,
        "payload": row.payload.encode(),
    }
    fields.update(row.texts)
    fields.update({name: list(values) for name, values in row.keywords.items() if values})
    fields.update(row.numbers)
    return tantivy.Document.from_dict(fields, schema)


def _hit(searcher: Any, score: Any, address: Any) -> Hit:
    doc = searcher.doc(address)
    return Hit(doc.get_first("key"), float(score), json.loads(bytes(doc.get_first("payload"))))


def _filtered(asked: Any, filters: Iterable[Any]) -> Any:
    # A constant score of 0: a filter must not change the order.
    musts = [(tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in filters]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, asked), *musts]) if musts else asked


class _Translator:
    """Turns a plan into tantivy's queries."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def __call__(self, node: Node) -> Any:
        query = tantivy.Query
        must, should = tantivy.Occur.Must, tantivy.Occur.Should
        match node:
            case Term(field, value):
                option = "freq" if field in TEXTS and field != "pinyin" else "basic"
                return query.term_query(self._schema, field, value, option)
            case Every(nodes):
                return query.boolean_query([(must, self(n)) for n in nodes])
            case Some(nodes, fewest):
                return query.boolean_query([(should, self(n)) for n in nodes], fewest)
            case Best(nodes):
                return query.disjunction_max_query([self(n) for n in nodes])
            case Weighed(inner, by):
                return query.boost_query(self(inner), by)
            case Flat(inner, score):
                return query.const_score_query(self(inner), score)
            case Lifted(inner, lifts):
                return query.boolean_query([(must, self(inner)), *((should, self(n)) for n in lifts)])
            case Anything():
                return query.const_score_query(query.all_query(), 0.0)

    def any_of(self, field: str, values: tuple[str, ...]) -> Any:
        return tantivy.Query.term_set_query(self._schema, field, list(values))
