"""Which requirements of the example standards the demo's lessons teach (``content/requirements.yaml``)."""

from datetime import date
from functools import cache
from typing import Any

import yaml

from occupations.api import requirement_rows, standard_in_force
from skillspower.demo.content.reader import HERE
from skillspower.demo.content.schema import Course

_KINDS = {"s": "skill", "k": "knowledge"}


@cache
def _lines() -> dict[str, dict[str, list[str]]]:
    found: dict[str, Any] = yaml.safe_load((HERE / "requirements.yaml").read_text(encoding="utf-8"))
    return found


def taught_in(course: Course, *, on: date) -> dict[str, list[int]]:
    """
    Return the ids of the requirements that each lesson of a course teaches, by the lesson's slug.

    :raises KeyError: if a line names a requirement that the standard does not have at the course's level.
    """
    lines = _lines().get(course.slug)
    standard = standard_in_force(occupation=course.occupation_code, on=on) if lines else None
    if not lines or standard is None:
        return {}
    ids: dict[str, dict[str, int]] = {}
    for row in requirement_rows(standard=standard.pk, rank=course.level_rank):
        place = row.code.removeprefix(f"{row.task_code}.")
        ids.setdefault(row.task_code, {})[f"{row.kind}{place}"] = row.id
    return {slug: [pk for line in wanted for pk in _ids(line, ids)] for slug, wanted in lines.items()}


def _ids(line: str, ids: dict[str, dict[str, int]]) -> list[int]:
    task, *parts = line.split()
    if not parts:
        return list(ids[task].values())
    return [ids[task][f"{_KINDS[part[0]]}{part[1:]}"] for part in parts]
