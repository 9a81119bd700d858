"""Search over the API: the same answers as the pages, for programs. Whoever asks gets 200, or 400 with the reason."""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from core.rest import Problem, problem_answers
from search.engines import SearchUnavailable, Sort
from search.presenting import marked
from search.queries import PAGE_SIZE, Answer, Result, answer, suggestions
from search.question import FILTERS, MAX_VALUES, TYPES, Question

router = Router(tags=["search"])
LIMIT_MOST = 100
FACETS = ("type", "trade", "occupation", "level", "instructor")
_SEARCH_NAMES = frozenset({"q", "sort", "cursor", "limit", *FILTERS})
_TEXT = {"type": "string"}

EXAMPLE_RESULT = {
    "key": "course:12",
    "type": "course",
    "title": "焊条电弧焊基础",
    "marked": "<mark>焊</mark>条电弧<mark>焊</mark>基础",
    "snippet": "先看<mark>焊</mark>机，再引弧。",
    "summary": "从引弧到收弧，八节课学会平焊。",
    "url": "/courses/smaw-basics/",
    "said": None,
    "occupations": ["6-18-02-04"],
    "levels": [2],
    "score": 17.25,
}
EXAMPLE = {
    "q": "焊",
    "results": [EXAMPLE_RESULT],
    "total": 1,
    "is_relaxed": False,
    "did_you_mean": None,
    "sounds_alike": False,
    "facets": {"type": [{"value": "course", "name": "课程", "count": 1}]},
    "cursor": None,
    "took_ms": 1.9,
    "engine": "embedded",
}
EXAMPLE_SUGGESTIONS = {
    "q": "hang",
    "suggestions": [
        {
            "type": "occupation",
            "text": "焊工",
            "marked": "<mark>焊工</mark>",
            "url": "/courses/?occupation=6-18-02-04",
        }
    ],
    "took_ms": 0.8,
}


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {**_TEXT, **schema}}


def _described(parameters: list[dict[str, Any]], example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    answers: dict[Any, Any] = problem_answers("malformed", "unavailable")
    answers[200] = {"description": "OK", "content": content}
    return {"parameters": parameters, "responses": answers}


_Q = _parameter("q", "Words, pinyin, initials, an occupation code; the first 100 characters are read.")


@router.get(
    "/search",
    openapi_extra=_described(
        [
            _Q,
            _parameter("type", "May be repeated, as all filters may.", enum=list(TYPES)),
            _parameter("occupation", "A code of the 2022 classification or the beginning of one: 6-18."),
            _parameter("level", "The rank of a skill level, 1 to 8."),
            _parameter("trade", "One of the trades of the home page."),
            _parameter("instructor", "The slug of an instructor's page."),
            _parameter("sort", "", enum=[sort.value for sort in Sort], default=Sort.RELEVANCE.value),
            _parameter("limit", f"Results a page, at most {LIMIT_MOST}.", type="integer", default=PAGE_SIZE),
            _parameter("cursor", "Where to go on: `cursor` of the answer before."),
        ],
        EXAMPLE,
    ),
    summary="Find courses, lessons, occupations and instructors",
)
def search(request: HttpRequest) -> HttpResponse:
    """
    Find what is public. Values of one filter are alternatives, filters add up; a facet counts what the other
    filters leave. `marked` and `snippet` are HTML with the words asked for in `<mark>`.
    """
    question = Question.read(request.GET)
    _refuse(_wrong_of(request, question))
    found = answer(question, facets=FACETS, size=_limit(request))
    if found.is_down:
        raise Problem("unavailable", _("搜索这会儿连不上，过几分钟再试。"))
    if found.bad_cursor:
        _refuse({"cursor": _("翻页的记号不对，请从第一页看起。")})
    return _json(_body(found))


@router.get(
    "/suggest",
    openapi_extra=_described([_Q], EXAMPLE_SUGGESTIONS),
    summary="At most ten names that continue what is typed",
)
def suggest(request: HttpRequest) -> HttpResponse:
    """Complete what is typed so far, in characters, pinyin or initials."""
    started = time.perf_counter()
    _refuse({name: _("没有这个字段") for name in sorted(set(request.GET) - {"q"})})
    typed = Question.read(request.GET).q
    try:
        found = suggestions(typed)
    except SearchUnavailable as away:
        raise Problem("unavailable", _("搜索这会儿连不上，过几分钟再试。")) from away
    rows = [{"type": s.type, "text": s.text, "marked": marked(s.title), "url": s.url} for s in found]
    return _json({"q": typed, "suggestions": rows, "took_ms": _since(started)})


def _body(found: Answer) -> dict[str, Any]:
    return {
        "q": found.question.q,
        "results": [_result(result) for result in found.results],
        "total": found.total,
        "is_relaxed": found.is_relaxed,
        "did_you_mean": found.meant or None,
        "sounds_alike": found.sounds_alike,
        "facets": {
            name: [{"value": c.value, "name": c.name, "count": c.count} for c in choices]
            for name, choices in found.facets.items()
        },
        "cursor": found.cursor or None,
        "took_ms": round(found.took_ms, 2),
        "engine": found.engine,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "key": result.key,
        "type": result.type,
        "title": "".join(piece.text for piece in result.title),
        "marked": marked(result.title),
        "snippet": marked(result.snippet),
        "summary": result.summary,
        "url": result.url,
        "said": _said(result),
        "occupations": list(result.occupations),
        "levels": list(result.levels),
        "score": round(result.score, 4),
    }


def _said(result: Result) -> dict[str, Any] | None:
    found = result.said
    return {"marked": marked(found.text), "url": found.url, "start_ms": found.start_ms} if found else None


def _wrong_of(request: HttpRequest, question: Question) -> dict[str, str]:
    """Return what of a request cannot be answered, by parameter: left out, the answer would be to another question."""
    wrong = {name: _("没有这个字段") for name in sorted(set(request.GET) - _SEARCH_NAMES)}
    for name in question.unknown:
        wrong[name] = _("没有这样的值")
    for name in FILTERS:
        if len(set(request.GET.getlist(name))) > MAX_VALUES:
            wrong[name] = _("一次最多选 %(n)s 个") % {"n": MAX_VALUES}
    text = request.GET.get("limit", "")
    if text and not 1 <= _whole(text) <= LIMIT_MOST:
        wrong["limit"] = _("要写 1 到 %(n)s 的整数") % {"n": LIMIT_MOST}
    return wrong


def _limit(request: HttpRequest) -> int:
    return _whole(request.GET.get("limit", "")) or PAGE_SIZE


def _whole(text: str) -> int:
    """
    Return a number written in at most three plain digits, else 0.

    >>> _whole("20"), _whole("-1"), _whole("9" * 5000), _whole("१")
    (20, 0, 0, 0)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0


def _refuse(wrong: dict[str, str]) -> None:
    """
    Let nothing wrong pass.

    :raises Problem: 400 with each field at fault.
    """
    if wrong:
        errors = [{"field": name[:60], "message": message} for name, message in list(wrong.items())[:20]]
        named = "、".join(error["field"] for error in errors)
        raise Problem("malformed", _("请看这里：{fields}").format(fields=named), errors=errors)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


def _json(body: dict[str, Any]) -> HttpResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
