"""
The API under ``/api/v1``: one object that each app adds its routes to, and one shape for everything that goes wrong.

Every error is a problem detail (RFC 9457) with a ``type`` of our own: 400 for what cannot be read, 422 for what can be
read and is wrong, with the field at fault. No answer of ours is a page of HTML.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from core.error_pages import request_id
from core.policies import guard, public

PROBLEM_TYPE = "application/problem+json"

TITLES = {
    "malformed": (400, gettext_lazy("内容读不出来")),
    "unauthorized": (401, gettext_lazy("请先登录")),
    "csrf": (403, gettext_lazy("页面过期了，请刷新再试")),
    "insufficient_scope": (403, gettext_lazy("这个令牌不能做这件事")),
    "forbidden": (403, gettext_lazy("你没有这项权限")),
    "lesson_not_open": (403, gettext_lazy("这节课现在不能学")),
    "not_found": (404, gettext_lazy("没有找到")),
    "method_not_allowed": (405, gettext_lazy("这个地址不支持这种请求")),
    "conflict": (409, gettext_lazy("和已有的记录对不上")),
    "check_missed": (410, gettext_lazy("没等到你点确认")),
    "too_large": (413, gettext_lazy("一次发得太多")),
    "unprocessable": (422, gettext_lazy("有的内容不对")),
    "too_many_requests": (429, gettext_lazy("请求太频繁，等一会儿再试")),
    "server_error": (500, gettext_lazy("我们这边出错了")),
    "unavailable": (503, gettext_lazy("这一项暂时用不了")),
}
"""Each kind of problem: its status and its title. The key is the last part of ``type``."""

_KIND_OF_STATUS = {status: kind for kind, (status, _title) in reversed(TITLES.items())} | {403: "forbidden"}

_FIELD_WORDS = {
    "extra_forbidden": gettext_lazy("没有这个字段"),
    "missing": gettext_lazy("缺这个字段"),
    "int_type": gettext_lazy("要写整数"),
    "bool_type": gettext_lazy("要写 true 或 false"),
    "string_type": gettext_lazy("要写文字"),
    "list_type": gettext_lazy("要写一个列表"),
    "tuple_type": gettext_lazy("要写一个列表"),
    "model_attributes_type": gettext_lazy("要写一个对象"),
    "greater_than_equal": gettext_lazy("太小了"),
    "less_than_equal": gettext_lazy("太大了"),
    "too_long": gettext_lazy("太多了"),
    "too_short": gettext_lazy("太少了"),
    "string_too_long": gettext_lazy("太长了"),
    "uuid_parsing": gettext_lazy("要写 UUID"),
    "uuid_type": gettext_lazy("要写 UUID"),
    "date_from_datetime_parsing": gettext_lazy("要写日期，例如 2026-11-23"),
    "date_parsing": gettext_lazy("要写日期，例如 2026-11-23"),
}


class Problem(Exception):
    """An answer that is a problem detail: its kind (see ``TITLES``), a sentence, the fields at fault, more members."""

    def __init__(
        self, kind: str, detail: str = "", *, errors: Sequence[dict[str, str]] = (), **members: Any
    ) -> None:
        super().__init__(kind, detail)
        self.kind, self.detail, self.errors, self.members = kind, detail, list(errors), members


def problem_type(kind: str) -> str:
    """Return the URI that names a kind of problem."""
    return f"{settings.SITE_URL}/api/v1/problems#{kind}"


def problem_response(problem: Problem) -> HttpResponse:
    """Return a problem as an answer."""
    status, title = TITLES[problem.kind]
    body: dict[str, Any] = {"type": problem_type(problem.kind), "title": str(title), "status": status}
    if problem.detail:
        body["detail"] = problem.detail
    if problem.errors:
        body["errors"] = problem.errors
    if number := request_id():
        body["request_id"] = number
    response = JsonResponse(
        body | problem.members,
        status=status,
        content_type=PROBLEM_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


class _Api(NinjaAPI):
    """Hides what the framework would put into the description by itself: its 422 is not ours."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(**kwargs)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        return schema


PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "request_id": {"type": "string"},
    },
}

api = _Api(
    title="技能强国 · 产业工人学习社区",
    version="1",
    description=(
        "Instants are RFC 3339 with offset, durations and positions whole milliseconds unless a name says seconds. "
        "Unknown fields are refused. Every error is a problem detail (RFC 9457)."
    ),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)


def problem_answers(*kinds: str) -> dict[str, Any]:
    """Return the ``responses`` of an operation's description for these kinds of problem, each with an example."""
    answers: dict[Any, Any] = {}
    for kind in kinds:
        status, title = TITLES[kind]
        entry = answers.setdefault(
            status,
            {
                "description": str(title),
                "content": {
                    PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
                },
            },
        )
        entry["content"][PROBLEM_TYPE]["examples"][kind] = {
            "value": {"type": f"/api/v1/problems#{kind}", "title": str(title), "status": status}
        }
    return answers


@api.exception_handler(Problem)
def _on_problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem_response(error)


@api.exception_handler(ValidationError)
def _on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": _field(e["loc"]), "message": _message(e)} for e in error.errors[:20]]
    named = "、".join(dict.fromkeys(e["field"] for e in errors if e["field"]))
    return problem_response(
        Problem("unprocessable", _("请看这里：{fields}").format(fields=named), errors=errors)
    )


@api.exception_handler(HttpError)
def _on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    kind = _KIND_OF_STATUS.get(error.status_code, "malformed" if error.status_code < 500 else "server_error")
    return problem_response(Problem(kind))


@api.exception_handler(Http404)
def _on_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem_response(Problem("not_found"))


@api.exception_handler(RequestDataTooBig)
def _on_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem_response(Problem("too_large"))


@api.exception_handler(Exception)
def _on_error(request: HttpRequest, error: Exception) -> HttpResponse:
    structlog.get_logger(__name__).exception("api_failed", path=request.path)
    return problem_response(Problem("server_error", _("编号 {number}").format(number=request_id())))


@guard(public)
def no_such_route(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer for every address below /api/ that is none of ours."""
    return problem_response(Problem("not_found"))


@guard(public)
def problems(request: HttpRequest) -> HttpResponse:
    """Say what each ``type`` of problem means."""
    kinds = {kind: {"status": status, "title": str(title)} for kind, (status, title) in TITLES.items()}
    return JsonResponse({"problems": kinds}, json_dumps_params={"ensure_ascii": False})


def _field(location: Sequence[Any]) -> str:
    """Return where in the body or query the fault is, e.g. ``beats.0.t``."""
    path = [str(part) for part in location]
    if path[:1] == ["body"]:
        path = path[2:]
    elif path[:1] == ["query"]:
        path = path[1:]
    return ".".join(path)


def _message(error: dict[str, Any]) -> str:
    if error["type"] == "value_error":
        return str(error.get("ctx", {}).get("error", "")) or _("这里的内容不合适")
    return str(_FIELD_WORDS.get(error["type"], "")) or _("这里的内容不合适")
