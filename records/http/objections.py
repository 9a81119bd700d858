"""Own objections over the API: the same act as on the page, without a photo."""

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from accounts.rest import person_of, signed_in_with
from core.audit import address_of
from core.clock import from_ms
from core.db import now_ms
from core.limits import within_limit
from core.rest import Problem, problem_answers
from records.corrections import errors
from records.corrections.objections import OBJECTIONS_A_DAY, WORDS, file_objection
from records.corrections.queries import span_named
from records.http.limits import check_rate
from records.http.schemas import SESSION, example_of
from records.learners import own_chains
from records.models import Objection
from records.models.ledger import Reason

router = Router(auth=signed_in_with("read"), tags=["me"])
PAGE = 50
_CURSOR_SALT = "records.objections"
_REASONS: Any = Literal[tuple(Reason.values)]
EXAMPLE: dict[str, Any] = {
    "objection": "0b7f3f0e-51f6-4c55-9a3e-8a4f4f1f6f0d",
    "session": SESSION,
    "day": "2026-11-23",
    "reason": "missed_check",
    "policy": "national@1",
    "ms": 60_000,
    "words": "信号断了，弹窗没出来，我一直在看。",
    "filed_at": "2026-11-23T13:00:00.000+08:00",
    "state": "upheld",
    "due_on": "2026-11-26",
    "escalations": 0,
    "answer": "查过当天的网络记录，确实断过。",
    "answered_at": "2026-11-24T09:12:00.000+08:00",
    "first_entry": 215,
    "evidence_hash": "1e00e4c822b54b8f7f209ba2d19b7e4b0bc1ac86fb45795f2c0b48347635ada4",
}


class ObjectionIn(Schema):
    """Which refused spans: those of a session with this reason, on ``day`` where there are several."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"session": SESSION, "reason": "missed_check", "words": EXAMPLE["words"]}
        },
    )

    session: UUID
    reason: _REASONS
    day: date | None = None
    words: str = Field(min_length=1, max_length=WORDS)


class ObjectionOut(Schema):
    objection: UUID
    session: UUID
    day: str
    reason: str
    policy: str
    ms: int
    words: str
    filed_at: str
    state: str
    due_on: str
    escalations: int
    answer: str
    answered_at: str | None
    first_entry: int | None
    evidence_hash: str

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra={"example": EXAMPLE})


class ObjectionsOut(Schema):
    objections: list[ObjectionOut]
    next: str | None

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={"example": {"objections": [EXAMPLE], "next": None}}
    )


def _described(schema: Any, status: int, *kinds: str) -> dict[str, Any]:
    content = {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{schema.__name__}"},
            "example": example_of(schema),
        }
    }
    always = ("unauthorized", "insufficient_scope", "unprocessable", "too_many_requests")
    return {
        "responses": {
            status: {"description": "OK", "content": content},
            **problem_answers(*always, *kinds),
        }
    }


@router.get(
    "/objections",
    response=ObjectionsOut,
    openapi_extra=_described(ObjectionsOut, 200),
    summary="Own objections and their answers, newest first",
)
def objections(request: HttpRequest, cursor: str = "") -> HttpResponse:
    learner = person_of(request)
    check_rate(learner)
    chains = own_chains(request.user.person)  # type: ignore[union-attr]
    rows = Objection.objects.filter(learner__in=chains).order_by("-pk").defer("evidence")
    if cursor:
        rows = rows.filter(pk__lt=_cursor(cursor))
    page = list(rows[: PAGE + 1])
    shown = page[:PAGE]
    body = {
        "objections": [_objection(row) for row in shown],
        "next": signing.dumps(shown[-1].pk, salt=_CURSOR_SALT) if len(page) > PAGE else None,
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@router.post(
    "/objections",
    auth=signed_in_with("study"),
    response={201: ObjectionOut},
    openapi_extra=_described(ObjectionOut, 201, "not_found", "conflict"),
    summary="Object to refused spans; the union answers within three working days",
)
def object_to(request: HttpRequest, payload: ObjectionIn) -> HttpResponse:
    learner = person_of(request)
    check_rate(learner)
    span, is_known = span_named(learner, payload.session, payload.reason, payload.day)
    if span is None:
        raise Problem(
            "conflict" if is_known else "not_found",
            str((errors.AlreadyObjected if is_known else errors.NoSuchSpan)()),
        )
    if not within_limit(f"objection:{learner}", amount=OBJECTIONS_A_DAY, seconds=86_400):
        raise Problem("too_many_requests", str(errors.TooMany()))
    try:
        filed = file_objection(
            learner=learner, span=span, words=payload.words, now=now_ms(), address=address_of(request)
        )
    except errors.AlreadyObjected as error:
        raise Problem("conflict", str(error)) from error
    except errors.WordsMissing as error:
        raise Problem(
            "unprocessable", str(error), errors=[{"field": "words", "message": str(error)}]
        ) from error
    except errors.CorrectionError as error:
        raise Problem("unprocessable", str(error)) from error
    return JsonResponse(_objection(filed), status=201, json_dumps_params={"ensure_ascii": False})


def _cursor(text: str) -> int:
    try:
        return int(signing.loads(text, salt=_CURSOR_SALT))
    except signing.BadSignature as error:
        words = _("翻页的记号不对，请从第一页看起。")
        raise Problem("unprocessable", words, errors=[{"field": "cursor", "message": words}]) from error


def _objection(row: Objection) -> dict[str, Any]:
    is_answered = row.state not in Objection.OPEN
    return {
        "objection": str(row.uuid),
        "session": str(row.session),
        "day": row.day.isoformat(),
        "reason": row.reason,
        "policy": row.policy,
        "ms": row.ms,
        "words": row.words,
        "filed_at": _instant(row.filed_at),
        "state": row.state,
        "due_on": row.due_on.isoformat(),
        "escalations": row.escalations,
        # What waits for its second person is no answer yet.
        "answer": row.answer if is_answered else "",
        "answered_at": _instant(row.answered_at) if is_answered and row.answered_at is not None else None,
        "first_entry": row.first_entry,
        "evidence_hash": row.evidence_hash,
    }


def _instant(ms: int) -> str:
    return from_ms(ms).isoformat(timespec="milliseconds")
