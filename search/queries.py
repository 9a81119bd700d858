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
    by_sound,
    corrected,
    highlight,
    prefix_query,
    query_terms,
)
from search.documents import exact_terms
from search.engines import BadCursor, Hit, ResultPage, SearchRequest, SearchUnavailable, engine
from search.question import TRADE_NAMES, TYPES, Question
from search.synonyms import synonyms

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
    most. ``meant`` is the spelling that was looked for instead, nothing has the one typed; ``sounds_alike``: nor that,
    these only sound like it. ``next_address`` leads on, "" at the end. ``bad_cursor``: the position was not understood, this is the start.
    """

    question: Question
    results: tuple[Result, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    next_address: str = ""
    cursor: str = ""
    is_relaxed: bool = False
    meant: str = ""
    sounds_alike: bool = False
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
    request = replace(_request(question.q, question), filters={**question.by_field(), **(fixed or {})})
    request = replace(request, facets=facets, size=size)
    bad_cursor = False
    try:
        if question.q and not request.terms:
            found = _Found(request, _nothing(request))  # signs alone: there is nothing to look for
        else:
            try:
                page = engine().search(request)
            except BadCursor:
                bad_cursor = True
                request = replace(request, cursor="")
                page = engine().search(request)
            found = _helped(_Found(request, page), question)
    except SearchUnavailable:
        return Answer(question, is_down=True)
    page = found.page
    return Answer(
        question=question,
        results=tuple(_result(hit, found.request.terms) for hit in page.hits),
        total=page.total,
        facets=_named(page.facets, question),
        next_address=question.at(page.cursor).address() if page.cursor else "",
        cursor=page.cursor,
        is_relaxed=found.is_relaxed,
        meant=found.meant,
        sounds_alike=found.sounds_alike,
        bad_cursor=bad_cursor,
        took_ms=page.took_ms,
        engine=page.engine,
    )


def _request(q: str, question: Question) -> SearchRequest:
    return SearchRequest(
        terms=query_terms(q, synonyms()) if q else QueryTerms(),
        sort=question.sort,
        cursor=question.cursor,
        exact=exact_terms(q),
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


@dataclass(frozen=True, slots=True)
class _Found:
    """What was asked in the end, and what came back."""

    request: SearchRequest
    page: ResultPage
    is_relaxed: bool = False
    meant: str = ""
    sounds_alike: bool = False


def _helped(found: _Found, question: Question) -> _Found:
    """
    Return something better than nothing: what another spelling finds, what sounds alike, what has most of the words.
    Each way is tried only when those before it found nothing, so a cursor leads on in the same one.
    """
    if found.page.total or not question.q:
        return found
    for ask in (_respelled, _heard, _relaxed):
        other = ask(found.request, question)
        if other is not None and other.page.total:
            return other
    return found


def _respelled(request: SearchRequest, question: Question) -> _Found | None:
    meant = corrected(question.q)
    if not meant:
        return None
    terms = _request(meant, question)
    asked = replace(request, terms=terms.terms, exact=terms.exact)
    return _Found(asked, engine().search(asked), meant=meant)


def _relaxed(request: SearchRequest, question: Question) -> _Found | None:
    words = len(request.terms.clauses)
    if words < 2:
        return None
    asked = replace(request, fewest=max(1, min(words - 1, ceil(words * RELAXED_SHARE))))
    return _Found(asked, engine().search(asked), is_relaxed=True)


def _heard(request: SearchRequest, question: Question) -> _Found | None:
    terms = by_sound(request.terms)
    if terms == request.terms:
        return None
    asked = replace(request, terms=terms)
    return _Found(asked, engine().search(asked), sounds_alike=True)


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
