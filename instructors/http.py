"""The teaching pool over the API: public, only who agreed to be listed, only what is verified."""

from typing import Annotated, Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from core.rest import Problem, problem_answers
from instructors.models import Entitlement, InstructorProfile
from instructors.queries import card_of
from instructors.queries.finding import Place, Wanted, after, found, place_of
from occupations.api import level_labels

router = Router(auth=None, tags=["instructors"])
PAGE = 50
_CURSOR_SALT = "instructors.cursor"

EXAMPLE = {
    "instructors": [
        {
            "uuid": "6f0e2a4e-93b1-4b0e-9a1f-52b8f5f5a7c1",
            "name": "陈铁山",
            "url": "/instructors/chen-tieshan/",
            "grade": "高级",
            "employer": "栖江重型机械厂",
            "region": "331123",
            "trade": "焊工，一级/高级技师",
            "honours": [{"name": "全国技术能手", "year": 2014, "issuer": "人力资源社会保障部"}],
            "teaches": [{"occupation": "6-18-02-04", "level": 4, "level_label": "三级/高级工"}],
        }
    ],
    "order": "师资等级高的在前，同级按姓名拼音。",
    "next": None,
}


class Asked(Schema):
    model_config = ConfigDict(extra="forbid")

    occupation: Annotated[str, Field(pattern=r"^(\d-\d\d-\d\d-\d\d)?$")] = ""
    level: Annotated[int | None, Field(ge=1, le=8)] = None
    region: Annotated[str, Field(pattern=r"^(\d{2}|\d{4}|\d{6})?$")] = ""
    honour: Annotated[str, Field(pattern=r"^[A-Z0-9]{0,10}$")] = ""
    grade: Annotated[int | None, Field(ge=1, le=4)] = None
    q: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    cursor: Annotated[str, Field(max_length=400)] = ""


_DESCRIPTION: dict[str, Any] = {
    "responses": problem_answers("unprocessable")
    | {
        200: {
            "description": "OK",
            "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
        }
    },
}


@router.get("", openapi_extra=_DESCRIPTION, summary="Instructors by trade, level, region, honour or a word")
def instructors(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Answer fifty at a time; ``level`` is a rank of 1 to 8 and asks who may teach it in ``occupation``."""
    _check(request, asked)
    rows = found(
        Wanted(
            occupation=asked.occupation,
            rank=asked.level,
            region=asked.region,
            text=asked.q.strip(),
            grade=asked.grade,
            honour=asked.honour,
        )
    )
    if asked.cursor:
        rows = rows.filter(after(_place(asked.cursor)))
    page = list(rows[: PAGE + 1])
    shown = page[:PAGE]
    teaches = _teaches(shown)
    body = {
        "instructors": [_instructor(profile, teaches.get(profile.pk, [])) for profile in shown],
        "order": _("师资等级高的在前，同级按姓名拼音。"),
        "next": signing.dumps(place_of(shown[-1]), salt=_CURSOR_SALT) if len(page) > PAGE else None,
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _instructor(profile: InstructorProfile, teaches: list[dict[str, Any]]) -> dict[str, Any]:
    card = card_of(profile)
    return {
        "uuid": str(profile.uuid),
        "name": card.name,
        "url": card.url,
        "grade": card.grade,
        "employer": card.employer,
        "region": profile.region_code,
        "trade": card.trade_line,
        "honours": [{"name": h.name, "year": h.year, "issuer": h.issuer} for h in card.honours],
        "teaches": teaches,
    }


def _teaches(shown: list[InstructorProfile]) -> dict[int, list[dict[str, Any]]]:
    labels = level_labels()
    lines: dict[int, list[dict[str, Any]]] = {}
    rows = Entitlement.objects.filter(profile__in=shown).order_by("occupation", "rank")
    for pk, code, rank in rows.values_list("profile", "occupation", "rank"):
        line = {"occupation": code, "level": rank, "level_label": labels[rank]}
        lines.setdefault(pk, []).append(line)
    return lines


def _check(request: HttpRequest, asked: Asked) -> None:
    """Refuse a parameter nobody knows, and a level of no trade."""
    wrong = {name: _("没有这个字段") for name in sorted(set(request.GET) - Asked.model_fields.keys())}
    if asked.level is not None and not asked.occupation:
        wrong["level"] = _("等级要和职业一起写")
    if wrong:
        raise Problem(
            "unprocessable",
            _("请看这里：{fields}").format(fields="、".join(wrong)),
            errors=[{"field": name, "message": message} for name, message in wrong.items()],
        )


def _place(text: str) -> Place:
    try:
        grade, pinyin, pk = signing.loads(text, salt=_CURSOR_SALT)
    except signing.BadSignature as error:
        words = _("翻页的记号不对，请从第一页看起。")
        raise Problem("unprocessable", words, errors=[{"field": "cursor", "message": words}]) from error
    return (grade, pinyin, pk)
