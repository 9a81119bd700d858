"""The result pages: search over everything, the catalogue of courses, and what helps while typing."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core.policies import guard, public
from search.engines import SearchUnavailable
from search.presenting import (
    Help,
    chosen_of,
    course_of,
    facets_of,
    help_for,
    items_of,
    sorts_of,
    suggestion_rows,
    tabs_of,
)
from search.queries import Answer, answer, suggestions
from search.question import Question
from search.trades.suggest import suggest_occupation

CATALOGUE_FACETS = ("trade", "occupation", "level", "instructor")


@require_safe
@guard(public)
def search(request: HttpRequest) -> HttpResponse:
    """GET /search/?q=&type=&occupation=&level=&instructor=&sort=&cursor=: everything that is found, by kind."""
    question = Question.read(request.GET)
    found = answer(question, facets=("type", *CATALOGUE_FACETS))
    context = {
        "question": question,
        "answer": found,
        "items": items_of(found.results),
        "tabs": tabs_of(found),
        "facets": facets_of(found),
        "chosen": chosen_of(found),
        "help": _help(found, {}),
        "first_address": question.at("").address(),
        "catalogue_url": reverse("search:catalogue"),
    }
    return render(request, "search/search.html", context, status=_status(found))


@require_safe
@guard(public)
def catalogue(request: HttpRequest) -> HttpResponse:
    """GET /courses/?q=&occupation=&level=&instructor=&sort=&cursor=: the courses, narrowed by links."""
    question = Question.read(request.GET).of_any_type()
    fixed: dict[str, tuple[str, ...]] = {"type": ("course",)}
    found = answer(question, fixed=fixed, facets=CATALOGUE_FACETS, size=24)
    context = {
        "question": question,
        "answer": found,
        "courses": [course_of(result) for result in found.results],
        "facets": facets_of(found),
        "chosen": chosen_of(found),
        "sorts": sorts_of(question, _own_occupation(request)),
        "help": _help(found, fixed),
        "first_address": question.at("").address(),
        "search_url": reverse("search:search"),
    }
    return render(request, "search/catalogue.html", context, status=_status(found))


@require_safe
@guard(public)
@vary_on_headers("Accept")
def suggest(request: HttpRequest) -> HttpResponse:
    """
    GET /search/suggest/?q=: at most ten things whose name continues what is typed; JSON for ``Accept: application/json``.

    While the engine is down the list is empty: nobody's typing is disturbed for it.
    """
    typed = Question.read(request.GET).q
    try:
        rows = suggestion_rows(suggestions(typed))
    except SearchUnavailable:
        rows = []
    if _wants_json(request):
        kept = [{key: row[key] for key in ("type", "text", "url")} for row in rows]
        return JsonResponse({"q": typed, "suggestions": kept})
    return render(request, "search/_suggestions.html", {"rows": rows, "q": typed})


@require_safe
@guard(public)
@vary_on_headers("Accept")
def occupations(request: HttpRequest) -> HttpResponse:
    """
    GET /search/occupations/?q=: the five occupations a person may mean by the own job title.

    The fragment holds radio buttons named ``occupation`` (or as ``?name=`` says) for a form; JSON for
    ``Accept: application/json``.
    """
    typed = Question.read(request.GET).q
    found = suggest_occupation(typed) if typed else ()
    if _wants_json(request):
        rows = [{"code": t.code, "name": t.name, "says": t.says, "score": t.score} for t in found]
        return JsonResponse({"q": typed, "occupations": rows})
    name = request.GET.get("name", "occupation")
    context = {"trades": found, "q": typed, "name": name if name.isidentifier() else "occupation"}
    return render(request, "search/_occupations.html", context)


def _help(found: Answer, fixed: dict[str, tuple[str, ...]]) -> Help | None:
    if found.results or found.is_down:
        return None
    question = found.question
    trades = suggest_occupation(question.q, 3) if question.q else ()
    without = answer(question.plain(), fixed=fixed, size=0).total if question.filters else 0
    return help_for(found, trades, without)


def _status(found: Answer) -> int:
    return 503 if found.is_down else 200


def _own_occupation(request: HttpRequest) -> str:
    person: Any = getattr(request.user, "person", None)
    return person.occupation_code if person else ""


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
