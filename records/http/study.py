"""
The calls of a player: open, beats, presence, close.

Each view reads, makes one call and answers; the words of the wire are those of the design. Answers are written by hand:
validating what we have just built costs more than building it.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router

from accounts.rest import person_of, signed_in_with
from core.clock import from_ms
from core.db import now_ms
from core.look import is_elder
from core.rest import Problem, problem_answers
from records.http.guests import GuestCookie, guest_of, open_as_guest
from records.http.limits import check_rate, check_size
from records.http.schemas import (
    AnswerIn,
    BeatsIn,
    CloseIn,
    OpenedOut,
    OpenIn,
    TotalsOut,
    example_of,
)
from records.operations.beats import Answer, Beat, SessionNotFound, Totals, UnknownCheck, accept_beats, plain
from records.operations.guests import (
    GuestLimit,
    accept_guest_beats,
    answer_guest_presence,
    close_guest_session,
)
from records.operations.sessions import (
    CheckMissed,
    LessonNotOpen,
    Opened,
    SessionTaken,
    answer_presence,
    close_session,
    open_session,
    reopen_session,
    resolve_lesson,
)

_bearer, _session = signed_in_with("study")
router = Router(auth=[check_size, _bearer, GuestCookie(), _session], tags=["study"])
_ALWAYS = (
    "malformed",
    "unauthorized",
    "csrf",
    "insufficient_scope",
    "too_large",
    "unprocessable",
    "too_many_requests",
)


def described(schema: Any, *kinds: str, statuses: tuple[int, ...] = (200,)) -> dict[str, Any]:
    """Return the answers of an operation for the API's description."""
    content = {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{schema.__name__}"},
            "example": example_of(schema),
        }
    }
    fine = {status: {"description": "OK", "content": content} for status in statuses}
    return {"responses": {**fine, **problem_answers(*_ALWAYS, *kinds)}}


@router.post(
    "/sessions",
    response={200: OpenedOut, 201: OpenedOut},
    openapi_extra=described(OpenedOut, "lesson_not_open", "not_found", "conflict", statuses=(200, 201)),
    summary="Open a session, or find it again when the call is repeated",
)
def open_(request: HttpRequest, payload: OpenIn) -> HttpResponse:
    if (guest := guest_of(request)) is not None:
        return _open_answer(open_as_guest(request, guest, session=payload.session, lesson=payload.lesson))
    learner = person_of(request)
    check_rate(learner)
    try:
        opened = reopen_session(learner=learner, session=payload.session, lesson=payload.lesson)
        if opened is None:
            opened = open_session(
                learner=learner,
                session=payload.session,
                lesson=resolve_lesson(lesson=payload.lesson, learner=learner, now=now_ms()),
                device=payload.device,
                is_elder=is_elder(request),
            )
    except SessionTaken as error:
        raise Problem("conflict", _("这个会话编号已经用过了。")) from error
    except LessonNotOpen as error:
        raise Problem("lesson_not_open", str(error)) from error
    except LookupError as error:
        raise Problem("not_found", _("没有这节课。")) from error
    return _open_answer(opened)


@router.post(
    "/sessions/{uuid:session}/beats",
    response=TotalsOut,
    openapi_extra=described(TotalsOut, "not_found"),
    summary="Report what was played, and answers to checks",
)
def beats(request: HttpRequest, session: UUID, payload: BeatsIn) -> HttpResponse:
    sent = [
        Beat(b.seq, b.part, b.t[0], b.t[1], tuple((a, z) for a, z in b.ranges), b.visible)
        for b in payload.beats
    ]
    given = [given_answer(a) for a in payload.answers]
    guest = guest_of(request)
    try:
        if guest is not None:
            totals = accept_guest_beats(device=guest, session=session, beats=sent, answers=given)
        else:
            learner = person_of(request)
            check_rate(learner)
            totals = accept_beats(learner=learner, session=session, beats=sent, answers=given)
    except (SessionNotFound, GuestLimit) as error:
        raise _no_session(guest) from error
    except UnknownCheck as error:
        raise unknown_check("answers") from error
    return totals_answer(totals)


@router.post(
    "/sessions/{uuid:session}/presence",
    response=TotalsOut,
    openapi_extra=described(TotalsOut, "not_found", "check_missed"),
    summary="Answer a presence check",
)
def presence(request: HttpRequest, session: UUID, payload: AnswerIn) -> HttpResponse:
    guest = guest_of(request)
    try:
        if guest is not None:
            totals = answer_guest_presence(device=guest, session=session, answer=given_answer(payload))
        else:
            learner = person_of(request)
            check_rate(learner)
            totals = answer_presence(learner=learner, session=session, answer=given_answer(payload))
    except (SessionNotFound, GuestLimit) as error:
        raise _no_session(guest) from error
    except UnknownCheck as error:
        raise unknown_check("id") from error
    except CheckMissed as error:
        raise Problem(
            "check_missed",
            _("刚才没等到你点，上次确认之后的时间先没算。不用找人，重看这段就补回来。"),
            **_json(plain(error.totals)),
        ) from error
    return totals_answer(totals)


@router.post(
    "/sessions/{uuid:session}/close",
    response=TotalsOut,
    openapi_extra=described(TotalsOut, "not_found"),
    summary="End a session; the learner's tap proves presence",
)
def close(request: HttpRequest, session: UUID, payload: CloseIn) -> HttpResponse:
    guest = guest_of(request)
    try:
        if guest is not None:
            totals = close_guest_session(device=guest, session=session, t=payload.t, present=payload.present)
        else:
            learner = person_of(request)
            check_rate(learner)
            totals = close_session(learner=learner, session=session, t=payload.t, present=payload.present)
    except SessionNotFound as error:
        raise _no_session(guest) from error
    return totals_answer(totals)


def _no_session(guest: str | None) -> Problem:
    """
    Return what to answer about a session that is not there. To somebody who is not signed in it is always the same
    401: it may be the session of a person whose sign-in has run out, and the player keeps what it has for that person.
    """
    return Problem("not_found", _("没有这次学习。")) if guest is None else Problem("unauthorized")


def given_answer(answer: AnswerIn) -> Answer:
    return Answer(answer.id, answer.answer, answer.shown, answer.t)


def unknown_check(field: str) -> Problem:
    words = _("这次学习里没有这个确认。")
    return Problem("unprocessable", words, errors=[{"field": field, "message": words}])


def totals_answer(totals: Totals) -> HttpResponse:
    return json_answer(_json(plain(totals)))


def _json(totals: dict[str, Any]) -> dict[str, Any]:
    return totals | {"refused": [r | {"part": str(r["part"])} for r in totals["refused"]]}


def json_answer(body: dict[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _open_answer(opened: Opened) -> HttpResponse:
    return json_answer(opened_json(opened), status=201 if opened.is_new else 200)


def opened_json(opened: Opened) -> dict[str, Any]:
    return {
        "session": str(opened.session),
        "server_time": from_ms(opened.server_time).isoformat(timespec="milliseconds"),
        "edition": str(opened.edition) if opened.edition else None,
        "parts": [
            {
                "part": str(p.part),
                "kind": p.kind,
                "nominal_ms": p.nominal_ms,
                "covered": [list(i) for i in p.covered],
                "to_make_up": [list(i) for i in p.to_make_up],
                "owed_ms": p.owed_ms,
            }
            for p in opened.parts
        ],
        "checks": [
            {"id": c.id, "after_ms": c.after_ms, "kind": c.kind, "prompt": c.prompt, "seal": c.seal}
            for c in opened.checks
        ],
        "resume": {"part": str(opened.resume[0]), "at_ms": opened.resume[1]} if opened.resume else None,
        "beat_interval": opened.beat_interval,
        "max_rate": opened.max_rate,
        "credited_seconds": opened.totals.credited_seconds,
        "pending_seconds": opened.totals.pending_seconds,
    }
