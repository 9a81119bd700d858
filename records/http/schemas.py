"""What the calls of study take and give. Integers are integers: no strings, no fractions, no booleans."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr, field_validator, model_validator

from records.ledger.rules import LONGEST_BEAT_MS
from records.models.ledger import Reason

MOST_MS = 2**48
Ms = Annotated[int, Field(strict=True, ge=0, le=MOST_MS)]
Prompt = Annotated[
    str,
    Field(description="What to show. Of a choice: the question in the first line, then one option a line."),
]
NO_NUL = r"^[^\x00]*$"  # PostgreSQL stores none
Stretch = Annotated[list[Ms], Field(min_length=2, max_length=2)]
if TYPE_CHECKING:
    ReasonCode = str
else:
    ReasonCode = Literal[tuple(Reason.values)]  # the closed list, named in the OpenAPI document

PART = "7b1c2f5e-0d0f-4d0a-9a55-2f1f5c1c9a10"
SESSION = "5f0e4c8a-6a52-4f6e-8f3b-0d5b0f9c2a77"
LESSON = "0c7d8a52-9a8e-4a8f-8f4b-9d3c1d2e4f50"


class _In(Schema):
    model_config = ConfigDict(extra="forbid")


def _forwards(pair: list[int]) -> list[int]:
    if pair[1] < pair[0]:
        raise ValueError("后一个数不能比前一个小")
    return pair


class OpenIn(_In):
    session: UUID
    lesson: UUID
    device: Annotated[StrictStr, Field(max_length=120, pattern=NO_NUL)] = ""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"session": SESSION, "lesson": LESSON, "device": "phone-1"}},
    )


class BeatIn(_In):
    seq: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
    part: UUID
    t: Stretch
    ranges: Annotated[list[Stretch], Field(max_length=200)]
    visible: StrictBool = True

    @field_validator("t")
    @classmethod
    def _short(cls, value: list[int]) -> list[int]:
        _forwards(value)
        if value[1] - value[0] > LONGEST_BEAT_MS:
            raise ValueError("一段最长 5 分钟")
        return value

    @field_validator("ranges")
    @classmethod
    def _all_forwards(cls, value: list[list[int]]) -> list[list[int]]:
        return [_forwards(pair) for pair in value]


class AnswerIn(_In):
    id: Annotated[StrictStr, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    answer: StrictBool | StrictInt | Annotated[StrictStr, Field(max_length=200, pattern=NO_NUL)] | None
    shown: Ms
    t: Ms

    @model_validator(mode="after")
    def _shown_first(self) -> "AnswerIn":
        if self.shown > self.t:
            raise ValueError("不能在出现以前回答")
        return self

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"id": f"{SESSION}-1", "answer": True, "shown": 412_000, "t": 415_250}},
    )


class BeatsIn(_In):
    beats: Annotated[list[BeatIn], Field(max_length=100)] = []
    answers: Annotated[list[AnswerIn], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _something(self) -> "BeatsIn":
        if not self.beats and not self.answers:
            raise ValueError("至少要有一段或一个回答")
        return self

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "beats": [
                    {"seq": 1, "part": PART, "t": [0, 15_000], "ranges": [[0, 15_000]], "visible": True}
                ],
                "answers": [],
            }
        },
    )


class CloseIn(_In):
    t: Ms | None = None
    present: StrictBool = False

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"t": 368_400, "present": True}})


class RefusedOut(Schema):
    seq: int | None
    part: UUID
    range: list[int] | None
    reason: ReasonCode


class PresenceOut(Schema):
    id: str
    kind: Literal["tap", "choice", "number"]
    prompt: Prompt
    expires_in: int


class TotalsOut(Schema):
    credited_seconds: int
    pending_seconds: int
    refused: list[RefusedOut]
    presence: PresenceOut | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "credited_seconds": 245,
                "pending_seconds": 15,
                "refused": [
                    {"seq": 17, "part": PART, "range": [260_000, 268_250], "reason": "faster_than_clock"}
                ],
                "presence": None,
            }
        }
    )


class PartOut(Schema):
    part: UUID
    kind: str
    nominal_ms: int
    covered: list[list[int]]
    to_make_up: list[list[int]]
    owed_ms: int


class CheckOut(Schema):
    id: str
    after_ms: int
    kind: Literal["tap", "choice", "number"]
    prompt: Prompt
    seal: str


class ResumeOut(Schema):
    part: UUID
    at_ms: int


class OpenedOut(Schema):
    session: UUID
    server_time: datetime
    edition: UUID | None
    parts: list[PartOut]
    checks: list[CheckOut]
    resume: ResumeOut | None
    beat_interval: int
    max_rate: float
    credited_seconds: int
    pending_seconds: int

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "session": SESSION,
                "server_time": "2026-11-23T12:00:00.123+08:00",
                "edition": "c2a1f0de-3c52-4a0e-9a1b-5f6a7b8c9d10",
                "parts": [
                    {
                        "part": PART,
                        "kind": "video",
                        "nominal_ms": 368_000,
                        "covered": [[0, 130_000]],
                        "to_make_up": [[130_000, 368_000]],
                        "owed_ms": 0,
                    }
                ],
                "checks": [
                    {
                        "id": f"{SESSION}-1",
                        "after_ms": 412_000,
                        "kind": "tap",
                        "prompt": "还在学吗？点一下接着计时。",
                        "seal": "9b1f…",
                    }
                ],
                "resume": {"part": PART, "at_ms": 130_000},
                "beat_interval": 15,
                "max_rate": 1.5,
                "credited_seconds": 130,
                "pending_seconds": 0,
            }
        }
    )


class RecordOut(Schema):
    n: int
    kind: str
    source: str
    title: str
    lesson: UUID | None
    part: UUID | None
    session: UUID | None
    occupation: str | None
    level: int | None
    day: str
    t_from: str
    t_to: str
    ranges: list[list[int]]
    ms: int
    reason: str | None
    policy: str
    hash: str


class RecordsOut(Schema):
    records: list[RecordOut]
    total_ms: int
    next: str | None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "records": [
                    {
                        "n": 214,
                        "kind": "study",
                        "source": "player",
                        "title": "平敷焊的运条手法",
                        "lesson": LESSON,
                        "part": PART,
                        "session": SESSION,
                        "occupation": "6-18-02-04",
                        "level": 2,
                        "day": "2026-11-23",
                        "t_from": "2026-11-23T12:00:00.123+08:00",
                        "t_to": "2026-11-23T12:08:10.123+08:00",
                        "ranges": [[0, 490_000]],
                        "ms": 490_000,
                        "reason": None,
                        "policy": "national@1",
                        "hash": "8c32e6d4…",
                    }
                ],
                "total_ms": 5_760_000,
                "next": None,
            }
        }
    )


class MakeUpPart(Schema):
    lesson: UUID
    title: str
    part: UUID
    to_make_up: list[list[int]]
    owed_ms: int
    from_day: str


class MakeUpOut(Schema):
    parts: list[MakeUpPart]
    total_ms: int

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "parts": [
                    {
                        "lesson": LESSON,
                        "title": "平敷焊的运条手法",
                        "part": PART,
                        "to_make_up": [[260_000, 320_000]],
                        "owed_ms": 15_000,
                        "from_day": "2026-11-23",
                    }
                ],
                "total_ms": 75_000,
            }
        }
    )


def example_of(schema: type[Schema]) -> dict[str, Any]:
    """Return a schema's example for the description of an answer."""
    extra = schema.model_config.get("json_schema_extra")
    example: Any = extra.get("example") if isinstance(extra, dict) else None
    return dict(example or {})
