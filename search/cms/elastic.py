"""Wagtail's search in Elasticsearch 8: fields cut at blanks, because they hold terms."""

import logging
from typing import Any

from elasticsearch import TransportError
from modelsearch.backends import elasticsearch8 as es8
from modelsearch.index import AutocompleteField, SearchField
from modelsearch.query import PlainText

from search.analysis import index_terms, prefix_query, prefix_terms, word_query
from search.cms.analysed import NOTHING, as_terms, in_query_terms

logger = logging.getLogger(__name__)


class Mapping(es8.Elasticsearch8Mapping):
    edgengram_analyzer_config = {"analyzer": "whitespace", "search_analyzer": "whitespace"}

    def _get_document_field_data(self, field: Any, obj: Any) -> tuple[str, Any, list[Any]]:
        name, value, partials = super()._get_document_field_data(field, obj)
        if isinstance(field, AutocompleteField):
            value = as_terms(value, prefix_terms)
            return name, value, [value]
        if isinstance(field, SearchField):
            value = as_terms(value, index_terms)
        return name, value, partials


class WordQuery(es8.Elasticsearch8SearchQueryCompiler):
    mapping_class = Mapping
    DEFAULT_OPERATOR = "and"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = in_query_terms(self.query, word_query)


class PrefixQuery(es8.Elasticsearch8AutocompleteQueryCompiler):
    mapping_class = Mapping
    DEFAULT_OPERATOR = "and"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        query = in_query_terms(self.query, prefix_query)
        # The compiler knows only texts here, and an empty text finds nothing.
        self.query = PlainText("") if query is NOTHING else query


class Results(es8.Elasticsearch8SearchResults):
    """Results that are empty while the server does not answer: the CMS stays usable without its search."""

    def _do_search(self) -> Any:
        try:
            yield from super()._do_search()
        except TransportError as failed:
            logger.error("Wagtail's search is down: %s", failed)

    def _do_count(self) -> int:
        try:
            return int(super()._do_count())
        except TransportError as failed:
            logger.error("Wagtail's search is down: %s", failed)
            return 0


class SearchBackend(es8.Elasticsearch8SearchBackend):
    """See ``search.cms``."""

    mapping_class = Mapping
    results_class = Results
    query_compiler_class = WordQuery
    autocomplete_query_compiler_class = PrefixQuery
    settings = {
        "settings": {"analysis": {"analyzer": {"default": {"type": "custom", "tokenizer": "whitespace"}}}}
    }
