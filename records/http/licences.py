"""The calls of a player without a network: a licence beforehand, the upload afterwards."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import ConfigDict, Field, StrictStr, model_validator

from accounts.rest import person_of, signed_in_with
from core.clock import from_ms
from core.db import now_ms
from core.limits import within_limit
from core.look import is_elder
from core.rest import Problem
from records.http.limits import check_rate, check_size
from records.http.schemas import (
    LESSON,
    NO_NUL,
    PART,
    SESSION,
    AnswerIn,
    BeatIn,
    Ms,
    OpenedOut,
    TotalsOut,
    example_of,
)
from records.http.study import described, given_answer, json_answer, opened_json, totals_answer, unknown_check
from records.operations.beats import Beat, SessionNotFound, UnknownCheck
from records.operations.licences import (
    Licence,
    LicenceNotValid,
    NoOfflineStudy,
    OtherDevice,
    Run,
    RunsNotInOrder,
    accept_upload,
    find_licence,
    issue_licence,
)
from records.operations.sessions import LessonNotOpen, SessionTaken, resolve_lesson

LICENCES_A_DAY = 400
_bearer, _session = signed_in_with("study")
router = Router(auth=[check_size, _bearer, _session], tags=["study"])
TOKEN = "k1.eyJ2IjoxLCJsaWNlbmNlIjoi….hV3f…"  # noqa: S105 (an example)
Device = Annotated[StrictStr, Field(min_length=1, max_length=120, pattern=NO_NUL)]


class LicenceIn(Schema):
    licence: UUID
    lesson: UUID
    device: Device

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"licence": SESSION, "lesson": LESSON, "device": "phone-1"}},
    )


class LicenceOut(OpenedOut):
    """An opening answer that stands for a while: whoever holds it needs no network until then. No name is in it."""

    licence: UUID
    learner: UUID
    lesson: UUID
    device: str
    nonce: str
    valid_from: datetime
    valid_until: datetime
    presence_timeout: int
    token: str

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **example_of(OpenedOut),
                "licence": SESSION,
                "learner": "1f0e7c52-58a4-4f0e-8d52-5a6c1c1d7e21",
                "lesson": LESSON,
                "device": "phone-1",
                "nonce": "7d0c5b3a4e9f42d8a1c6b7e8f9012345",
                "valid_from": "2026-11-23T12:00:00.123+08:00",
                "valid_until": "2026-11-30T12:00:00.123+08:00",
                "presence_timeout": 60,
                "token": TOKEN,
            }
        }
    )


class RunIn(Schema):
    """One unbroken life of the device's monotonic clock, on the licence's clock."""

    model_config = ConfigDict(extra="forbid")

    run: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
    at_ms: Ms
    ms: Ms


class UploadIn(Schema):
    """What was studied with a licence; every ``t`` counts from the arrival of the licence."""

    licence: Annotated[StrictStr, Field(min_length=1, max_length=60_000, pattern=NO_NUL)]
    device: Device
    nonce: Annotated[StrictStr, Field(max_length=64, pattern=NO_NUL)] = ""
    sent_ms: Ms | None = None
    runs: Annotated[list[RunIn], Field(max_length=400)] = []
    beats: Annotated[list[BeatIn], Field(max_length=100)] = []
    answers: Annotated[list[AnswerIn], Field(max_length=100)] = []
    taps: Annotated[list[Ms], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _something(self) -> "UploadIn":
        if not (self.beats or self.answers or self.taps):
            raise ValueError("至少要有一段或一个回答")
        return self

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "licence": TOKEN,
                "device": "phone-1",
                "nonce": "7d0c5b3a4e9f42d8a1c6b7e8f9012345",
                "sent_ms": 28_800_000,
                "runs": [{"run": 1, "at_ms": 3_600_000, "ms": 415_250}],
                "beats": [
                    {
                        "seq": 1,
                        "part": PART,
                        "t": [3_600_000, 3_615_000],
                        "ranges": [[0, 15_000]],
                        "visible": True,
                    }
                ],
                "answers": [{"id": f"{SESSION}-1", "answer": True, "shown": 4_012_000, "t": 4_015_250}],
                "taps": [],
            }
        },
    )


@router.post(
    "/licences",
    response={200: LicenceOut, 201: LicenceOut},
    openapi_extra=described(LicenceOut, "lesson_not_open", "not_found", "conflict", statuses=(200, 201)),
    summary="Take a lesson along: a signed licence to study it on this device without a network",
)
def issue(request: HttpRequest, payload: LicenceIn) -> HttpResponse:
    learner = person_of(request)
    check_rate(learner)
    asked = {"learner": learner, "licence": payload.licence, "device": payload.device}
    try:
        licence = find_licence(lesson=payload.lesson, **asked)  # type: ignore[arg-type]
        if licence is None:
            if not within_limit(f"licence:{learner}", amount=LICENCES_A_DAY, seconds=86_400):
                raise Problem("too_many_requests", retry_after=3_600)
            lesson = resolve_lesson(lesson=payload.lesson, learner=learner, now=now_ms())
            licence = issue_licence(lesson=lesson, is_elder=is_elder(request), **asked)  # type: ignore[arg-type]
    except SessionTaken as error:
        raise Problem("conflict", _("这个许可编号已经用过了。")) from error
    except LessonNotOpen as error:
        raise Problem("lesson_not_open", str(error)) from error
    except NoOfflineStudy as error:
        raise Problem("lesson_not_open", _("按你工会的规定，这节课不能离线学。")) from error
    except LookupError as error:
        raise Problem("not_found", _("没有这节课。")) from error
    return json_answer(_body(licence), status=201 if licence.is_new else 200)


@router.post(
    "/uploads",
    response=TotalsOut,
    openapi_extra=described(TotalsOut, "not_found", "conflict"),
    summary="Report what was studied with a licence; sending it again changes nothing",
)
def upload(request: HttpRequest, payload: UploadIn) -> HttpResponse:
    learner = person_of(request)
    check_rate(learner)
    try:
        totals = accept_upload(
            learner=learner,
            device=payload.device,
            token=payload.licence,
            nonce=payload.nonce,
            beats=[
                Beat(b.seq, b.part, b.t[0], b.t[1], tuple((a, z) for a, z in b.ranges), b.visible)
                for b in payload.beats
            ],
            answers=[given_answer(a) for a in payload.answers],
            taps=payload.taps,
            runs=[Run(r.run, r.at_ms, r.ms) for r in payload.runs],
            sent_ms=payload.sent_ms,
        )
    except LicenceNotValid as error:
        raise _wrong("licence", _("这份离线许可不是我们签发的，或者改动过。")) from error
    except SessionNotFound as error:
        raise Problem("not_found", _("没有这份离线许可。")) from error
    except OtherDevice as error:
        raise Problem("conflict", _("这份离线许可是给另一台设备的，请在那台设备上传。")) from error
    except RunsNotInOrder as error:
        raise _wrong("runs", _("离线学习的时间前后对不上。")) from error
    except UnknownCheck as error:
        raise unknown_check("answers") from error
    return totals_answer(totals)


def _wrong(field: str, words: str) -> Problem:
    return Problem("unprocessable", words, errors=[{"field": field, "message": words}])


def _body(licence: Licence) -> dict[str, Any]:
    return opened_json(licence.opened) | {
        "licence": str(licence.uuid),
        "learner": str(licence.learner),
        "lesson": str(licence.lesson),
        "device": licence.device,
        "nonce": licence.nonce,
        "valid_from": _instant(licence.issued_at),
        "valid_until": _instant(licence.expires_at),
        "presence_timeout": licence.presence_timeout_ms // 1_000,
        "token": licence.token,
    }


def _instant(ms: int) -> str:
    return from_ms(ms).isoformat(timespec="milliseconds")
