"""The officer's figures over the API: a node of the own subtree, else 404."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from accounts.rest import signed_in_with
from core.rest import Problem, problem_answers
from reports.filter_table import filtered_dict
from reports.filters import FILTERS, filtered_for
from reports.models import Dimension
from reports.queries import study_report
from reports.rules import BadPeriod, Period, PeriodKind, parse_period, period_of
from reports.tables import BY_CHILD, BY_MONTH, as_dict
from unions.api import Line, Union, officer_scope

router = Router(auth=signed_in_with("officer"), tags=["unions"])

BY = [BY_CHILD, BY_MONTH, *(d.value for d in FILTERS)]
EXAMPLE_FIGURES = {
    "total_ms": 3_010_039_481,
    "visits": 1338,
    "completions": 12,
    "members": 1284,
    "registered": 1041,
    "participants": 549,
    "with_goal": 1284,
    "on_target": 26,
    "members_ms": 3_010_039_481,
    "total_seconds": 3_010_039,
    "members_seconds": 3_010_039,
    "mean_ms": 2_344_267,
    "mean_seconds": 2344,
    "shown": {
        "total": "1114.8",
        "visits": "1338",
        "completions": "12",
        "members": "1284",
        "registered": "1041",
        "participants": "549",
        "participation_rate": "42.7",
        "mean": "0.8",
        "on_target": "26",
        "on_target_rate": "2.0",
    },
}
EXAMPLE_LATE = {
    "closed_ms": 3_010_039_481,
    "late_ms": 1_800_000,
    "corrected_ms": -900_000,
    "live_ms": 3_010_939_481,
}
EXAMPLE = {
    "union": {"uuid": "fb13088f-2a66-480a-870f-ca6e946d99da", "code": "JC-QJ-X", "name": "栖江县总工会"},
    "period": {"code": "2026-11", "kind": "month", "start": "2026-11-01", "last_day": "2026-11-30"},
    "as_of": "2026-11-23",
    "line": "adm",
    "is_begun": True,
    "total": EXAMPLE_FIGURES,
    "by": "child",
    "rows": [
        {
            "union": {
                "uuid": "4db554d4-5972-4be1-a06d-08afd122c527",
                "code": "QJZJ",
                "name": "栖江重型机械厂工会",
            },
            "stands": True,
            "figures": EXAMPLE_FIGURES,
            "late": EXAMPLE_LATE,
        }
    ],
    "counted_at": None,
    "unassigned": None,
    "closing": {
        "closed_at": "2026-12-16T00:23:00+08:00",
        "hash": "9f2c4a1d7e6b5f80313c2b1a09f8e7d6c5b4a392817f6e5d4c3b2a1908f7e6d5",
        "late": EXAMPLE_LATE,
        "confirmed_by": "5a0e1c3d-8f7e-4d6c-9b5a-4f3e2d1c0b05",
        "confirmed_at": "2026-12-16T09:05:12+08:00",
        "confirmed_hash": "2b1a09f8e7d6c5b4a392817f6e5d4c3b2a1908f7e6d59f2c4a1d7e6b5f80313c",
    },
    "definitions": {
        "participation_rate": {
            "name": "参训率",
            "unit": "%",
            "what": "当期学满 1 学时的在册会员÷期末会员。",
            "formula": "参训人数÷会员数，舍去一位小数以后的部分",
            "period": "按本期最后一天（进行中的按今天）的会籍和隶属关系。",
            "source": "学时账本、会籍名册",
            "owner": "全国总工会口径，本站统一执行",
        }
    },
}
_PARAMETERS = [
    {
        "name": "period",
        "in": "query",
        "description": "2026, 2026-Q4, 2026-11 or 2026-11-23; the running month when left out.",
        "schema": {"type": "string"},
        "example": "2026-11",
    },
    {
        "name": "by",
        "in": "query",
        "description": "Rows by union below, by month, or by a filter (value, name and figures, null where too few "
        "stand behind them; none of a primary union but for its own officers).",
        "schema": {"type": "string", "enum": BY, "default": BY_CHILD},
    },
    {
        "name": "line",
        "in": "query",
        "description": "The administrative line or the industry's.",
        "schema": {"type": "string", "enum": Line.values, "default": Line.ADMINISTRATIVE.value},
    },
]
_DESCRIPTION: dict[str, Any] = {
    "parameters": _PARAMETERS,
    "responses": problem_answers("unauthorized", "insufficient_scope", "not_found", "unprocessable")
    | {
        200: {
            "description": "OK",
            "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
        }
    },
}


@router.get("/{uuid:union}/study", openapi_extra=_DESCRIPTION, summary="Figures of a union")
def study(request: HttpRequest, union: UUID) -> HttpResponse:
    """Answer what a union of the caller's own subtree amounts to in a period, by union below or by month."""
    today = timezone.localdate()
    found = _in_scope(request, union)
    _check_names(request)
    report = study_report(
        union=found,
        period=_period(request.GET.get("period", ""), period_of(PeriodKind.MONTH, today)),
        line=_choice(request, "line", Line.values, Line.ADMINISTRATIVE),
        today=today,
    )
    by = _choice(request, "by", BY, BY_CHILD)
    if by in (BY_CHILD, BY_MONTH):
        body = as_dict(report, by=by)
    else:
        user: Any = request.user
        shown = filtered_for(
            user, union=found, period=report.period, line=report.line, dimension=Dimension(by), today=today
        )
        body = filtered_dict(report, shown, by=by)
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _in_scope(request: HttpRequest, uuid: UUID) -> Union:
    """
    Return the union if it stands in the caller's subtree.

    :raises Problem: 404 otherwise, as for a union that does not exist.
    """
    user: Any = request.user
    union = officer_scope(user).select_related("kind").filter(uuid=uuid).first()
    if union is None:
        raise Problem("not_found")
    return union


def _check_names(request: HttpRequest) -> None:
    """Refuse a parameter nobody knows: it would be ignored, and the answer not be what was asked for."""
    unknown = sorted(set(request.GET) - {"period", "by", "line"})
    if unknown:
        raise _wrong({name: _("没有这个字段") for name in unknown})


def _period(text: str, default: Period) -> Period:
    if not text:
        return default
    try:
        return parse_period(text)
    except BadPeriod as error:
        raise _wrong({"period": _("要写 2026、2026-Q4、2026-11 或 2026-11-23 这样的时期")}) from error


def _choice(request: HttpRequest, name: str, allowed: list[str], default: str) -> str:
    value = request.GET.get(name, default)
    if value not in allowed:
        raise _wrong({name: _("只能写 %(choices)s") % {"choices": "、".join(allowed)}})
    return value


def _wrong(fields: dict[str, str]) -> Problem:
    return Problem(
        "unprocessable",
        _("请看这里：{fields}").format(fields="、".join(fields)),
        errors=[{"field": name, "message": message} for name, message in fields.items()],
    )
