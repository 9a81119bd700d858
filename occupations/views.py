"""The public pages of standards: which there are, and what one of them asks for at each level."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.policies import guard, public
from occupations.models import OccupationalStandard
from occupations.queries.standards import (
    content_of,
    level_labels,
    published_standards,
    standard_in_force,
    standards_in_force,
)
from occupations.rules import SKILL, Level, code_of, columns_of
from occupations.sheets import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@guard(public)
def standards(request: HttpRequest) -> HttpResponse:
    """List the standards in force."""
    return render(
        request, "occupations/standards.html", {"standards": standards_in_force(timezone.localdate())}
    )


@require_safe
@guard(public)
def standard(request: HttpRequest, code: str) -> HttpResponse:
    """Show one level of a standard: the one in force, else the newest; every level is a link of its own."""
    found = _standard(code)
    content, labels = content_of(found), level_labels()
    ranks = [level.rank for level in content.levels]
    wanted = request.GET.get("level", "")
    rank = int(wanted) if wanted.isascii() and wanted.isdecimal() and int(wanted) in ranks else ranks[0]
    level = content.levels[ranks.index(rank)]
    context = {
        "standard": found,
        "ethics": [b.text for b in content.basics if b.kind == "ethics"],
        "basics": [b.text for b in content.basics if b.kind != "ethics"],
        "levels": [(r, labels[r]) for r in ranks],
        "rank": rank,
        "level": level,
        "label": labels[rank],
        "teacher": labels[level.teacher.rank],
        "functions": _functions(level),
        "weights": _weights(level),
    }
    return render(request, "occupations/standard.html", context)


@require_safe
@guard(public)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The standard as the workbook that can be brought in again."""
    found = _standard(code)
    content = workbook(content_of(found), name=found.occupation.name, labels=level_labels())
    headers = {"Content-Disposition": f'attachment; filename="{found.occupation_id}.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _standard(code: str) -> OccupationalStandard:
    found = (
        standard_in_force(occupation=code, on=timezone.localdate()) or published_standards(code).first()
        if "\0" not in code
        else None
    )
    if found is None:
        raise Http404
    return found


def _functions(level: Level) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{function.number} {function.name}",
            "tasks": [
                {
                    "code": code_of(function.number, task.number),
                    "name": task.name,
                    "is_hazardous": task.is_hazardous,
                    "skills": _lines(function.number, task, is_skill=True),
                    "knowledge": _lines(function.number, task, is_skill=False),
                }
                for task in function.tasks
            ],
        }
        for function in level.functions
    ]


def _lines(function: int, task: Any, *, is_skill: bool) -> list[tuple[str, str]]:
    return [
        (code_of(function, task.number, r.number), r.text)
        for r in task.requirements
        if (r.kind == SKILL) == is_skill
    ]


def _weights(level: Level) -> dict[str, Any]:
    """Return a level's two columns of the weighting table; ethics and basic knowledge are only theory."""
    columns = [
        {"label": _("项目")},
        {"label": _("理论知识"), "numeric": True},
        {"label": _("技能要求"), "numeric": True},
    ]
    rows = [
        {"header": _("职业道德"), "cells": [level.ethics, "—"]},
        {"header": _("基础知识"), "cells": [level.basics, "—"]},
        *({"header": f.name, "cells": [f.theory, f.skill]} for f in level.functions),
    ]
    sums = columns_of(level)
    foot = {"header": _("合计"), "cells": [sums["theory"], sums["skill"]]}
    return {"caption": _("权重表（%）"), "columns": columns, "rows": rows, "foot": foot}
