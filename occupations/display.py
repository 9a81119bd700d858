"""A level of a standard in the shapes that pages show: functions with their tasks, and the weighting table."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from occupations.rules import KNOWLEDGE, SKILL, Content, Level, Task, code_of, columns_of

Lessons = Mapping[tuple[str, str], int]


class RequirementLine(NamedTuple):
    """``lessons``: how many teach it; None: nobody has counted."""

    code: str
    text: str
    lessons: int | None


def level_page(level: Level, labels: dict[int, str], *, lessons: Lessons | None = None) -> dict[str, Any]:
    """Return all that a page shows of a level; ``lessons`` are counted by kind and code of the requirement."""
    return {
        "rank": level.rank,
        "level": level,
        "label": labels[level.rank],
        "teacher": labels[level.teacher.rank],
        "functions": functions_of(level, lessons),
        "weights": weights_of(level),
        "requirements": sum(len(t.requirements) for f in level.functions for t in f.tasks),
    }


def basics_of(content: Content) -> dict[str, list[str]]:
    """Return the basic requirements of all levels, ethics and knowledge."""
    return {
        "ethics": [b.text for b in content.basics if b.kind == "ethics"],
        "basics": [b.text for b in content.basics if b.kind != "ethics"],
    }


def functions_of(level: Level, lessons: Lessons | None) -> list[dict[str, Any]]:
    """Return the functions of a level with their tasks and these with their requirements by kind."""
    return [
        {
            "name": f"{function.number} {function.name}",
            "tasks": [
                {
                    "code": code_of(function.number, task.number),
                    "name": task.name,
                    "is_hazardous": task.is_hazardous,
                    "skills": _lines(function.number, task, SKILL, lessons),
                    "knowledge": _lines(function.number, task, KNOWLEDGE, lessons),
                }
                for task in function.tasks
            ],
        }
        for function in level.functions
    ]


def _lines(function: int, task: Task, kind: str, lessons: Lessons | None) -> list[RequirementLine]:
    found = []
    for r in task.requirements:
        if r.kind == kind:
            code = code_of(function, task.number, r.number)
            found.append(
                RequirementLine(code, r.text, None if lessons is None else lessons.get((kind, code), 0))
            )
    return found


def added_up(counts: list[Lessons]) -> Lessons | None:
    """Return how many lessons teach each requirement by all who count; None if nobody does."""
    return sum((Counter(one) for one in counts), Counter()) if counts else None


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
