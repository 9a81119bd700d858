"""Standards: the shipped examples, and small ones for what must be refused."""

from dataclasses import replace
from datetime import UTC, datetime

from occupations.api import load_classification, load_example_standards, publish_standard, save_content
from occupations.models import OccupationalStandard
from occupations.rules import Basic, Content, Function, Level, Requirement, Task, Teacher
from tests.factories.courses import make_level, make_occupation

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def make_examples() -> dict[str, OccupationalStandard]:
    """Return the four example standards, published, by their occupation's code."""
    load_classification()
    return {s.occupation_id: s for s in load_example_standards(now=NOW)}


def small(edition: str = "2026", **fields: object) -> Content:
    """Return a standard of one level with one task that could be published."""
    task = Task(
        1, "穿戴防护", True, [Requirement("skill", 1, "能穿戴"), Requirement("knowledge", 1, "弧光的危害")]
    )
    level = Level(2, 200, Teacher(5), 5, 20, [Function(1, "焊前准备", 75, 100, [task])])
    values = {"active_from": "2026-01-01", "basics": [Basic("ethics", 1, "先防护后作业")], "levels": [level]}
    return Content("6-18-02-04", edition, **(values | fields))  # type: ignore[arg-type]


def make_turner() -> OccupationalStandard:
    """Return a small published standard of an occupation that no course of the factories is for."""
    for rank in (2, 5):
        make_level(rank)
    occupation = make_occupation("6-18-01-01", "车工")
    content = replace(small(), occupation=occupation.code)
    return publish_standard(standard=save_content(content=content, actor=None), now=NOW, actor=None)
