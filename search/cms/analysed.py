"""What both backends share: objects and queries in terms instead of text."""

from collections.abc import Callable, Iterable
from typing import Any

from modelsearch.index import AutocompleteField, RelatedFields, SearchField
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText

from search.analysis import index_terms, normalize, prefix_terms
from search.analysis.normal import runs
from search.analysis.query import pairs

Analyse = Callable[[str], str]


def as_terms(value: Any, analyse: Analyse) -> Any:
    """
    Return the terms of a field's value: texts and collections of texts; a number stays what it is.

    A text like None or a lazy translation counts as what a person would read, nothing as nothing.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return analyse(value)
    if isinstance(value, dict):
        return as_terms(list(value.values()), analyse)
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(str(as_terms(str(item), analyse)) for item in value)
    return value


def plain(value: Any) -> Any:
    """Return the object behind an ``AnalysedObject``, or the value itself."""
    return value.original if isinstance(value, AnalysedObject) else value


class TermsSearchField(SearchField):
    """A search field that gives its terms."""

    def __init__(self, inner: SearchField) -> None:
        super().__init__(inner.field_name, boost=inner.boost, **inner.kwargs)
        self._inner = inner

    def get_value(self, obj: Any) -> Any:
        return as_terms(self._inner.get_value(plain(obj)), index_terms)


class TermsAutocompleteField(AutocompleteField):
    """An autocomplete field that gives what may have been typed of it."""

    def __init__(self, inner: AutocompleteField) -> None:
        super().__init__(inner.field_name, **inner.kwargs)
        self._inner = inner

    def get_value(self, obj: Any) -> Any:
        return as_terms(self._inner.get_value(plain(obj)), prefix_terms)


class TermsRelatedFields(RelatedFields):
    """Fields of a related object, each giving its terms."""

    def __init__(self, inner: RelatedFields) -> None:
        super().__init__(inner.field_name, in_terms(inner.fields))
        self._inner = inner

    def get_value(self, obj: Any) -> Any:
        return self._inner.get_value(plain(obj))


def in_terms(fields: Iterable[Any]) -> list[Any]:
    """Return a model's search fields with those that hold text giving terms."""
    wrappers: dict[type, type] = {
        SearchField: TermsSearchField,
        AutocompleteField: TermsAutocompleteField,
        RelatedFields: TermsRelatedFields,
    }
    return [
        next((wrap(field) for kind, wrap in wrappers.items() if isinstance(field, kind)), field)
        for field in fields
    ]


class AnalysedObject:
    """Stands for an object while a backend of modelsearch reads what to index of it."""

    def __init__(self, original: Any) -> None:
        self.original = original
        self.pk = original.pk

    def get_search_fields(self) -> list[Any]:
        return in_terms(self.original.get_search_fields())


def phrase_terms(text: str) -> str:
    """
    Return all neighbours of a text: as near to a phrase as terms without positions come.

    >>> phrase_terms("焊工安全")
    '焊工 工安 安全'
    """
    terms: dict[str, None] = {}
    for run in runs(normalize(text)):
        terms.update(dict.fromkeys(pairs(run.text) if run.kind == "han" else (run.text,)))
    return " ".join(terms)


NOTHING = Not(MatchAll())


def in_query_terms(query: Any, analyse: Analyse) -> Any:
    """Return a query of modelsearch with every text in it replaced by its terms, all of which are asked for."""
    match query:
        case PlainText():
            terms = analyse(query.query_string)
            return PlainText(terms, operator=query.operator) if terms else NOTHING
        case Phrase():
            terms = phrase_terms(query.query_string)
            return PlainText(terms, operator="and") if terms else NOTHING
        case Fuzzy():
            # Tolerance lies in the analysis (pinyin, folded spellings), not in edit distances between terms.
            return in_query_terms(PlainText(query.query_string, operator="and"), analyse)
        case And() | Or():
            return type(query)([in_query_terms(inner, analyse) for inner in query.subqueries])
        case Not():
            return Not(in_query_terms(query.subquery, analyse))
        case Boost():
            return Boost(in_query_terms(query.subquery, analyse), query.boost)
    return query
