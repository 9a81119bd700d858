"""A level of a standard in the shapes that pages show: functions with their tasks, and the weighting table."""

from typing import Any

from django.utils.translation import gettext as _

from occupations.rules import KNOWLEDGE, SKILL, Content, Level, Task, code_of, columns_of


def level_page(level: Level, labels: dict[int, str]) -> dict[str, Any]:
    """Return all that a page shows of a level."""
    return {
        "rank": level.rank,
        "level": level,
        "label": labels[level.rank],
        "teacher": labels[level.teacher.rank],
        "functions": functions_of(level),
        "weights": weights_of(level),
        "requirements": sum(len(t.requirements) for f in level.functions for t in f.tasks),
    }


def basics_of(content: Content) -> dict[str, list[str]]:
    """Return the basic requirements of all levels, ethics and knowledge."""
    return {
        "ethics": [b.text for b in content.basics if b.kind == "ethics"],
        "basics": [b.text for b in content.basics if b.kind != "ethics"],
    }


def functions_of(level: Level) -> list[dict[str, Any]]:
    """Return the functions of a level with their tasks and these with their requirements by kind: ``(code, text)``."""
    return [
        {
            "name": f"{function.number} {function.name}",
            "tasks": [
                {
                    "code": code_of(function.number, task.number),
                    "name": task.name,
                    "is_hazardous": task.is_hazardous,
                    "skills": _lines(function.number, task, SKILL),
                    "knowledge": _lines(function.number, task, KNOWLEDGE),
                }
                for task in function.tasks
            ],
        }
        for function in level.functions
    ]


def _lines(function: int, task: Task, kind: str) -> list[tuple[str, str]]:
    return [(code_of(function, task.number, r.number), r.text) for r in task.requirements if r.kind == kind]


def weights_of(level: Level) -> dict[str, Any]:
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
