"""Answers for people: results with their words marked, facets with their names, and what helps when nothing is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from instructors.models import InstructorProfile
from occupations.models import Occupation, OccupationGroup, SkillLevel
from search.analysis import (
    Fragment,
    QueryTerms,
    best_fragment,
    highlight,
    prefix_query,
    query_terms,
    trade_synonyms,
)
from search.documents import exact_terms
from search.engines import BadCursor, Hit, ResultPage, SearchRequest, SearchUnavailable, engine
from search.question import TRADE_NAMES, TYPES, Question

PAGE_SIZE = 20
SUGGESTIONS = 10
RELAXED_SHARE = 0.6
"""With no full hit, so many of the words must be found at least."""
SHOWN_VALUES = 12
LEAF_LENGTH = len("6-18-02-04")


@dataclass(frozen=True, slots=True)
class Result:
    """One hit for a person. ``title`` and ``snippet`` are cut into pieces, those asked for marked."""

    key: str
    type: str
    url: str
    title: tuple[Fragment, ...]
    snippet: tuple[Fragment, ...]
    summary: str
    card: Mapping[str, Any]
    score: float
    occupations: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    said: "Said | None" = None


@dataclass(frozen=True, slots=True)
class Said:
    """Where in a video the words asked for are said: the words, the address that plays from there, the time in ms."""

    text: tuple[Fragment, ...]
    url: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: its name, how many results it would give, and the address that adds or removes it."""

    value: str
    name: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """
    ``is_down``: the engine did not answer, nothing else holds. ``is_relaxed``: no result has all words, these have
    most. ``next_address`` leads on, "" at the end. ``bad_cursor``: the position was not understood, this is the start.
    """

    question: Question
    results: tuple[Result, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    next_address: str = ""
    cursor: str = ""
    is_relaxed: bool = False
    is_down: bool = False
    bad_cursor: bool = False
    took_ms: float = 0.0
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    type: str
    title: tuple[Fragment, ...]
    text: str
    url: str


def answer(
    question: Question,
    *,
    fixed: Mapping[str, tuple[str, ...]] | None = None,
    facets: tuple[str, ...] = (),
    size: int = PAGE_SIZE,
) -> Answer:
    """
    Return the answer to a question. ``fixed`` are filters a page always has (the catalogue: courses).

    Names of facet values cost three queries, whatever is found; results cost none.
    """
    terms = query_terms(question.q, trade_synonyms()) if question.q else QueryTerms()
    request = SearchRequest(
        terms=terms,
        filters={**question.by_field(), **(fixed or {})},
        facets=facets,
        sort=question.sort,
        cursor=question.cursor,
        size=size,
        exact=exact_terms(question.q),
    )
    bad_cursor = False
    try:
        if question.q and not terms:
            page = _nothing(request)  # signs alone: there is nothing to look for
        else:
            try:
                page = engine().search(request)
            except BadCursor:
                bad_cursor = True
                request = _with(request, cursor="")
                page = engine().search(request)
        page, is_relaxed = _relaxed(request, page)
    except SearchUnavailable:
        return Answer(question, is_down=True)
    return Answer(
        question=question,
        results=tuple(_result(hit, terms) for hit in page.hits),
        total=page.total,
        facets=_named(page.facets, question),
        next_address=question.at(page.cursor).address() if page.cursor else "",
        cursor=page.cursor,
        is_relaxed=is_relaxed,
        bad_cursor=bad_cursor,
        took_ms=page.took_ms,
        engine=page.engine,
    )


def suggestions(typed: str, *, types: tuple[str, ...] = TYPES) -> tuple[Suggestion, ...]:
    """
    Return at most ten things whose title continues what is typed, in characters or pinyin.

    :raises SearchUnavailable: if the engine does not answer.
    """
    prefix = tuple(prefix_query(typed).split())
    if not prefix:
        return ()
    page = engine().search(
        SearchRequest(filters={"type": types}, prefix=prefix, size=SUGGESTIONS, exact=exact_terms(typed))
    )
    terms = query_terms(typed)
    return tuple(
        Suggestion(
            hit.payload["type"],
            highlight(hit.payload["title"], terms, hit.payload["said"].split()),
            hit.payload["title"],
            hit.payload["url"],
        )
        for hit in page.hits
    )


def _relaxed(request: SearchRequest, page: ResultPage) -> tuple[ResultPage, bool]:
    """Ask once more for most of the words when nothing has all of them. A cursor may lead on in such an answer."""
    words = len(request.terms.clauses)
    if page.total or words < 2:
        return page, False
    fewest = max(1, min(words - 1, ceil(words * RELAXED_SHARE)))
    found = engine().search(_with(request, fewest=fewest))
    return (found, True) if found.total else (page, False)


def _with(request: SearchRequest, **changes: Any) -> SearchRequest:
    return replace(request, **changes)


def _nothing(request: SearchRequest) -> ResultPage:
    return ResultPage((), 0, dict.fromkeys(request.facets, ()), "", 0.0, engine().name)


def _result(hit: Hit, terms: QueryTerms) -> Result:
    payload = hit.payload
    title = highlight(payload["title"], terms, payload["said"].split())
    summary = payload["summary"]
    snippet = (best_fragment(summary, terms) or best_fragment(payload["body"], terms)) if terms else ()
    return Result(
        key=hit.key,
        type=payload["type"],
        url=payload["url"],
        title=title,
        snippet=snippet,
        summary=summary,
        card=payload["card"],
        score=hit.score,
        occupations=tuple(payload["occupations"]),
        levels=tuple(payload["levels"]),
        said=_said(payload["cues"], terms),
    )


def _said(cues: Iterable[tuple[str, str, int]], terms: QueryTerms) -> Said | None:
    """Return the cue that has most of the words, the earliest of equals; a word cut by the screen's end is not marked."""
    best: Said | None = None
    most = 0
    for text, url, start_ms in cues if terms else ():
        pieces = highlight(text, terms)
        words = {piece.text for piece in pieces if piece.hit}
        if len(words) > most:
            best, most = Said(pieces, url, start_ms), len(words)
    return best


def _named(
    counts: Mapping[str, Iterable[tuple[str, int]]], question: Question
) -> dict[str, tuple[Choice, ...]]:
    return {name: _CHOICES[name](tuple(values), question) for name, values in counts.items()}


def _choices(
    name: str, counts: Iterable[tuple[str, int]], names: Mapping[str, str], question: Question
) -> tuple[Choice, ...]:
    """Return the values with a name, and the chosen ones that nothing has any more."""
    chosen = question.values(name)
    counted = dict(counts)
    values = [*counted, *(value for value in chosen if value not in counted)]
    return tuple(
        Choice(
            value,
            names[value],
            counted.get(value, 0),
            value in chosen,
            question.toggled(name, value).address(),
        )
        for value in values
        if value in names
    )


def _type_choices(counts: tuple[tuple[str, int], ...], question: Question) -> tuple[Choice, ...]:
    names = {
        "course": _("课程"),
        "lesson": _("课时"),
        "occupation": _("职业"),
        "instructor": _("师傅"),
    }
    counted = dict(counts)
    chosen = question.values("type")
    return tuple(
        Choice(
            value,
            names[value],
            counted.get(value, 0),
            value in chosen,
            question.only("type", value).address(),
        )
        for value in TYPES
    )


def _trade_choices(counts: tuple[tuple[str, int], ...], question: Question) -> tuple[Choice, ...]:
    return _choices("trade", counts, {key: str(name) for key, name in TRADE_NAMES.items()}, question)


def _level_choices(counts: tuple[tuple[str, int], ...], question: Question) -> tuple[Choice, ...]:
    names = {str(rank): label for rank, label in SkillLevel.objects.values_list("rank", "label")}
    return tuple(sorted(_choices("level", counts, names, question), key=lambda choice: choice.value))


def _occupation_choices(counts: tuple[tuple[str, int], ...], question: Question) -> tuple[Choice, ...]:
    chosen = question.values("occupation")
    leaves = [(value, count) for value, count in counts if len(value) == LEAF_LENGTH]
    shown = [pair for n, pair in enumerate(leaves) if n < SHOWN_VALUES or pair[0] in chosen]
    groups = [value for value in chosen if len(value) < LEAF_LENGTH]
    shown += [pair for pair in counts if pair[0] in groups]
    wanted = [*(value for value, _count in shown), *chosen]
    named = Occupation.objects.filter(code__in=wanted).annotate(label=F("name")).values_list("code", "label")
    groups_named = OccupationGroup.objects.filter(code__in=wanted).values_list("code", "name")
    return _choices("occupation", shown, dict(named.union(groups_named)), question)


def _instructor_choices(counts: tuple[tuple[str, int], ...], question: Question) -> tuple[Choice, ...]:
    chosen = question.values("instructor")
    shown = [pair for n, pair in enumerate(counts) if n < SHOWN_VALUES or pair[0] in chosen]
    wanted = [*(value for value, _count in shown), *chosen]
    named = InstructorProfile.objects.filter(slug__in=wanted, is_listed=True)
    return _choices("instructor", shown, dict(named.values_list("slug", "public_name")), question)


_CHOICES = {
    "type": _type_choices,
    "trade": _trade_choices,
    "level": _level_choices,
    "occupation": _occupation_choices,
    "instructor": _instructor_choices,
}
