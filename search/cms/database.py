"""Wagtail's search in the database: SQLite's FTS5 or PostgreSQL's text search, over terms."""

from typing import Any

from django.db import connection
from modelsearch.backends.base import BaseSearchBackend

from search.analysis import prefix_query, word_query
from search.cms.analysed import AnalysedObject, in_query_terms


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:
    """Return the backend for this installation's database."""
    if connection.vendor == "postgresql":
        # Terms are not words of a language: no stemming, no stop words.
        return _postgres()({"SEARCH_CONFIG": "simple", **params})
    return _sqlite()(params)


class _AnalysedIndex:
    def add_items(self, model: Any, objs: Any) -> None:
        super().add_items(model, [AnalysedObject(obj) for obj in objs])


class _WordQuery:
    """Search in terms. The database's own columns hold text, so a named field is looked for in the index."""

    DEFAULT_OPERATOR = "and"
    LAST_TERM_IS_PREFIX = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = in_query_terms(self.query, self._analyse)

    @staticmethod
    def _analyse(text: str) -> str:
        return word_query(text)

    @property
    def only_title(self) -> bool:
        return self.fields is not None and set(self.fields) == {"title"}


class _PrefixQuery(_WordQuery):
    @staticmethod
    def _analyse(text: str) -> str:
        return prefix_query(text)


def _sqlite() -> type[BaseSearchBackend]:
    from modelsearch.backends.database.sqlite import sqlite

    class Index(_AnalysedIndex, sqlite.SQLiteIndex):
        pass

    class Words(_WordQuery, sqlite.SQLiteSearchQueryCompiler):
        def search(self, *args: Any, **kwargs: Any) -> Any:
            self.fields = ["title"] if self.only_title else None
            return super().search(*args, **kwargs)

    class Prefixes(_PrefixQuery, sqlite.SQLiteAutocompleteQueryCompiler):
        def search(self, *args: Any, **kwargs: Any) -> Any:
            self.fields = None
            return super().search(*args, **kwargs)

    class Backend(sqlite.SQLiteSearchBackend):
        index_class = Index
        query_compiler_class = Words
        autocomplete_query_compiler_class = Prefixes

    return Backend


def _postgres() -> type[BaseSearchBackend]:
    from modelsearch.backends.database.postgres import postgres

    class Index(_AnalysedIndex, postgres.PostgresIndex):
        pass

    class Words(_WordQuery, postgres.PostgresSearchQueryCompiler):
        def get_search_vectors(self, search_query: Any) -> Any:
            vectors = self.get_index_vectors(search_query)
            return vectors[:1] if self.only_title else vectors

    class Prefixes(_PrefixQuery, postgres.PostgresAutocompleteQueryCompiler):
        def get_search_vectors(self, search_query: Any) -> Any:
            return self.get_index_vectors(search_query)

    class Backend(postgres.PostgresSearchBackend):
        index_class = Index
        query_compiler_class = Words
        autocomplete_query_compiler_class = Prefixes

    return Backend
