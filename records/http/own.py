"""What a learner may ask about the own records."""

from datetime import date
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from accounts.rest import person_of, signed_in_with
from core.clock import from_ms
from core.db import now_ms
from core.rest import Problem, problem_answers
from records.http.limits import check_rate
from records.http.schemas import MakeUpOut, RecordsOut, example_of
from records.models import LedgerEntry
from records.queries import Filter, make_up, own_entries, sessions_of

router = Router(auth=signed_in_with("read"), tags=["me"])
PAGE = 50
_CURSOR_SALT = "records.cursor"
_KINDS = ("unauthorized", "insufficient_scope", "unprocessable", "too_many_requests")


class Wanted(Schema):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    q: str = Field("", max_length=80)
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    occupation: str = Field("", max_length=20)
    cursor: str = Field("", max_length=200)


def _described(schema: Any) -> dict[str, Any]:
    content = {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{schema.__name__}"},
            "example": example_of(schema),
        }
    }
    return {"responses": {200: {"description": "OK", "content": content}, **problem_answers(*_KINDS)}}


@router.get(
    "/records", response=RecordsOut, openapi_extra=_described(RecordsOut), summary="Own records, newest first"
)
def records(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    learner = person_of(request)
    check_rate(learner)
    _check_names(request)
    entries = own_entries(
        learner, Filter(wanted.q.strip(), wanted.first, wanted.last, wanted.occupation.strip())
    )
    total = sum(entries.order_by().values_list("ms", flat=True))
    if wanted.cursor:
        entries = entries.filter(n__lt=_cursor(wanted.cursor))
    page = list(entries[: PAGE + 1])
    sessions = sessions_of(e.session for e in page)
    shown = page[:PAGE]
    body = {
        "records": [_record(e, sessions[e.session].title if e.session in sessions else "") for e in shown],
        "total_ms": total,
        "next": signing.dumps(shown[-1].n, salt=_CURSOR_SALT) if len(page) > PAGE else None,
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@router.get(
    "/make-up", response=MakeUpOut, openapi_extra=_described(MakeUpOut), summary="What can still be earned"
)
def make_up_(request: HttpRequest) -> HttpResponse:
    learner = person_of(request)
    check_rate(learner)
    parts = make_up(learner, now_ms())
    body = {
        "parts": [
            {
                "lesson": str(p.lesson),
                "title": p.title,
                "part": str(p.part),
                "to_make_up": [list(i) for i in p.to_make_up],
                "owed_ms": p.owed_ms,
                "from_day": p.from_day.isoformat(),
            }
            for p in parts
        ],
        "total_ms": sum(p.ms for p in parts),
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _check_names(request: HttpRequest) -> None:
    """Refuse a parameter nobody knows: it would be ignored, and the answer not be what was asked for."""
    known = {field.alias or name for name, field in Wanted.model_fields.items()}
    if unknown := sorted(set(request.GET) - known):
        errors = [{"field": name, "message": _("没有这个字段")} for name in unknown]
        raise Problem(
            "unprocessable", _("请看这里：{fields}").format(fields="、".join(unknown)), errors=errors
        )


def _cursor(text: str) -> int:
    try:
        return int(signing.loads(text, salt=_CURSOR_SALT))
    except signing.BadSignature as error:
        words = _("翻页的记号不对，请从第一页看起。")
        raise Problem("unprocessable", words, errors=[{"field": "cursor", "message": words}]) from error


def _record(entry: LedgerEntry, title: str) -> dict[str, Any]:
    return {
        "n": entry.n,
        "kind": entry.kind,
        "source": entry.source,
        "title": title,
        "lesson": _text(entry.lesson),
        "part": _text(entry.part),
        "session": _text(entry.session),
        "occupation": entry.occupation,
        "level": entry.level,
        "day": entry.day.isoformat(),
        "t_from": from_ms(entry.t_from).isoformat(timespec="milliseconds"),
        "t_to": from_ms(entry.t_to).isoformat(timespec="milliseconds"),
        "ranges": [[int(x) for x in pair.split("-")] for pair in entry.ranges.split(",") if pair],
        "ms": entry.ms,
        "reason": entry.reason,
        "policy": entry.policy,
        "hash": bytes(entry.hash).hex(),
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
