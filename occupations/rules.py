"""
A standard as plain values, and what must be right in it before it is published.

Sheets, data files and rows of the database are all read into :class:`Content` and written from it, so that what is
compared, checked and shown is one shape. Nothing here knows a file or a database.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

PERCENT = 100
HOURS_MOST = 2000
SKILL, KNOWLEDGE = "skill", "knowledge"
ETHICS = "ethics"
KINDS = (SKILL, KNOWLEDGE)


@dataclass(frozen=True)
class Requirement:
    """A skill or a piece of knowledge of a task."""

    kind: str
    number: int
    text: str


@dataclass
class Task:
    number: int
    name: str
    is_hazardous: bool = False
    requirements: list[Requirement] = field(default_factory=list)


@dataclass
class Function:
    number: int
    name: str
    theory: int = 0
    skill: int = 0
    tasks: list[Task] = field(default_factory=list)


@dataclass(frozen=True)
class Teacher:
    """Who may teach a level: a certificate of ``rank`` or higher held for ``years``, or a title (middle, senior)."""

    rank: int
    years: int = 0
    title: str = ""


@dataclass
class Level:
    rank: int
    hours: int
    teacher: Teacher
    ethics: int = 0
    basics: int = 0
    functions: list[Function] = field(default_factory=list)


@dataclass(frozen=True)
class Basic:
    kind: str
    number: int
    text: str


@dataclass
class Content:
    """A whole standard. Days are ISO texts, empty where there is none; levels stand lowest skill first."""

    occupation: str
    edition: str
    is_example: bool = True
    source: str = ""
    licence: str = ""
    definition: str = ""
    active_from: str = ""
    active_to: str = ""
    basics: list[Basic] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)


@dataclass(frozen=True)
class Fault:
    """What is wrong (``code``), where, and with which values; words for people are in ``occupations.words``."""

    code: str
    rank: int = 0
    where: str = ""
    column: str = ""
    total: int = 0


def requirements_of(level: Level) -> Iterator[tuple[Function, Task, Requirement]]:
    """Yield what a level asks for, in order."""
    for function in level.functions:
        for task in function.tasks:
            for requirement in task.requirements:
                yield function, task, requirement


def code_of(*numbers: int) -> str:
    """
    >>> code_of(1, 2, 3)
    '1.2.3'
    """
    return ".".join(map(str, numbers))


def numbers_of(code: str) -> tuple[int, ...]:
    """
    Return the numbers of a code; empty if it is none.

    >>> numbers_of("1.2.10"), numbers_of("1.x"), numbers_of("1.0"), numbers_of("①.1")
    ((1, 2, 10), (), (), ())
    """
    parts = code.split(".")
    if not all(part.isascii() and part.isdecimal() and 0 < int(part) < 1000 for part in parts):
        return ()
    return tuple(int(part) for part in parts)


def columns_of(level: Level) -> dict[str, int]:
    """
    Return what each column of a level's weighting table adds up to. Ethics and basic knowledge are only theory.

    >>> one = Function(1, "焊前准备", theory=30, skill=40)
    >>> two = Function(2, "焊接", theory=40, skill=60)
    >>> columns_of(Level(2, 200, Teacher(5), ethics=5, basics=25, functions=[one, two]))
    {'theory': 100, 'skill': 100}
    """
    return {
        "theory": level.ethics + level.basics + sum(f.theory for f in level.functions),
        "skill": sum(f.skill for f in level.functions),
    }


def faults_in(content: Content) -> list[Fault]:
    """
    Return what keeps a standard from being published; empty when nothing does.

    >>> faults_in(Content("6-18-02-04", "2026", active_from="2026-01-01"))
    [Fault(code='no_level', rank=0, where='', column='', total=0)]
    """
    faults = [] if content.active_from else [Fault("no_begin")]
    if content.active_from and content.active_to and content.active_to <= content.active_from:
        faults.append(Fault("ends_before_it_begins"))
    if not content.levels:
        faults.append(Fault("no_level"))
    for level in content.levels:
        faults += _faults_of_level(level)
    return faults


def _faults_of_level(level: Level) -> list[Fault]:
    if not level.functions:
        return [Fault("no_requirement", level.rank)]
    faults = [
        Fault("column", level.rank, column=column, total=total)
        for column, total in columns_of(level).items()
        if total != PERCENT
    ]
    if not level.hours:
        faults.append(Fault("no_hours", level.rank))
    for function in level.functions:
        for task in function.tasks:
            code = code_of(function.number, task.number)
            kinds = {r.kind for r in task.requirements}
            faults += [Fault(f"no_{kind}", level.rank, where=code) for kind in KINDS if kind not in kinds]
        if not function.tasks:
            faults.append(Fault("no_task", level.rank, where=str(function.number)))
    return faults


def twice(values: Sequence[Any]) -> set[Any]:
    """
    Return what stands in a list more than once.

    >>> twice(["1.1", "1.2", "1.1"])
    {'1.1'}
    """
    return {value for value, n in Counter(values).items() if n > 1}


def may_teach(teacher: Teacher, *, rank: int | None, years: int = 0, title: str = "") -> bool:
    """
    Tell whether somebody with this certificate (its rank, held for whole years) or title may teach a level.

    >>> rule = Teacher(rank=5, title="middle")
    >>> may_teach(rule, rank=5), may_teach(rule, rank=4), may_teach(rule, rank=None, title="senior")
    (True, False, True)
    >>> may_teach(Teacher(rank=6, years=2, title="senior"), rank=6, years=1)
    False
    """
    order = ["", "middle", "senior"]
    if teacher.title and order.index(title) >= order.index(teacher.title):
        return True
    return (
        rank is not None and rank >= teacher.rank and years >= (teacher.years if rank == teacher.rank else 0)
    )


def plain(content: Content) -> dict[str, Any]:
    """Return a standard as a data file holds it (``occupations/data/standards``): numbers are places in lists."""
    return {
        "occupation": content.occupation,
        "edition": content.edition,
        "is_example": content.is_example,
        "source": content.source,
        "licence": content.licence,
        "definition": content.definition,
        "active_from": content.active_from,
        "active_to": content.active_to,
        "ethics": [b.text for b in content.basics if b.kind == ETHICS],
        "knowledge": [b.text for b in content.basics if b.kind == KNOWLEDGE],
        "levels": [_plain_level(level) for level in content.levels],
    }


def _plain_level(level: Level) -> dict[str, Any]:
    return {
        "rank": level.rank,
        "hours": level.hours,
        "teacher": {"rank": level.teacher.rank, "years": level.teacher.years, "title": level.teacher.title},
        "weights": {"ethics": level.ethics, "basics": level.basics},
        "functions": [
            {
                "name": function.name,
                "theory": function.theory,
                "skill": function.skill,
                "tasks": [
                    {
                        "name": task.name,
                        "is_hazardous": task.is_hazardous,
                        "skills": [r.text for r in task.requirements if r.kind == SKILL],
                        "knowledge": [r.text for r in task.requirements if r.kind == KNOWLEDGE],
                    }
                    for task in function.tasks
                ],
            }
            for function in level.functions
        ],
    }


def from_plain(data: dict[str, Any]) -> Content:
    """
    Return the standard of a data file.

    :raises KeyError: if a field is missing.
    """
    heads = (
        "occupation",
        "edition",
        "is_example",
        "source",
        "licence",
        "definition",
        "active_from",
        "active_to",
    )
    basics = [
        Basic(kind, n, text) for kind in (ETHICS, KNOWLEDGE) for n, text in enumerate(data[kind], start=1)
    ]
    return Content(
        **{key: data[key] for key in heads}, basics=basics, levels=[_level(d) for d in data["levels"]]
    )


def _level(data: dict[str, Any]) -> Level:
    return Level(
        rank=data["rank"],
        hours=data["hours"],
        teacher=Teacher(**data["teacher"]),
        ethics=data["weights"]["ethics"],
        basics=data["weights"]["basics"],
        functions=[
            Function(
                number=f_number,
                name=function["name"],
                theory=function["theory"],
                skill=function["skill"],
                tasks=[
                    Task(
                        number=t_number,
                        name=task["name"],
                        is_hazardous=task["is_hazardous"],
                        requirements=[
                            Requirement(kind, n, text)
                            for kind, key in ((SKILL, "skills"), (KNOWLEDGE, "knowledge"))
                            for n, text in enumerate(task[key], start=1)
                        ],
                    )
                    for t_number, task in enumerate(function["tasks"], start=1)
                ],
            )
            for f_number, function in enumerate(data["functions"], start=1)
        ],
    )


def facts(content: Content) -> dict[str, Any]:
    """
    Return a standard as single facts by key, to compare two of them: ``head/…``, ``level/RANK``, ``basic/KIND/N``,
    ``requirement/RANK/KIND/CODE``, ``weight/NAME``.
    """
    heads = ("occupation", "edition", "source", "licence", "definition", "active_from", "active_to")
    found: dict[str, Any] = {f"head/{key}": getattr(content, key) for key in heads}
    found["head/nature"] = content.is_example
    found |= {f"basic/{b.kind}/{b.number}": b.text for b in content.basics}
    weights: dict[str, dict[int, tuple[int, ...]]] = {}
    for level in content.levels:
        found[f"level/{level.rank}"] = (level.hours, level.teacher)
        weights.setdefault("职业道德", {})[level.rank] = (level.ethics,)
        weights.setdefault("基础知识", {})[level.rank] = (level.basics,)
        for function in level.functions:
            weights.setdefault(function.name, {})[level.rank] = (function.theory, function.skill)
        for function, task, requirement in requirements_of(level):
            code = code_of(function.number, task.number, requirement.number)
            found[f"requirement/{level.rank}/{requirement.kind}/{code}"] = (
                function.name,
                task.name,
                task.is_hazardous,
                requirement.text,
            )
    return found | {f"weight/{name}": by_level for name, by_level in weights.items()}
