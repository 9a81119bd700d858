"""
The demo's unions, its cast and the 3,000 members, from ``unions.yaml``, ``people.yaml`` and ``names.yaml``.

The members are drawn by a generator with a fixed seed: the same names, unions and trades each time. Only dates depend on
``today``, so that ages and memberships stay plausible on any day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

HERE = Path(__file__).parent
SEED = "skillspower demo community"
LINES = ("administrative", "industry")


@dataclass(frozen=True, slots=True)
class UnionNode:
    """
    One union. ``parents`` maps a line to the code of the parent there, None at the top of the line; a line that is not
    in it is one the union does not stand on. ``members`` counts those who belong to exactly this union.
    """

    code: str
    kind: str
    name: str
    short_name: str
    industry: str
    join_code: str
    opened_on: date
    parents: dict[str, str | None]
    members: int
    target_hours: int | None
    occupations: dict[str, int]
    new_employment: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """A person with a sign-in. ``appointments`` maps a union's code to duty → read or write."""

    key: str
    login: str
    name: str
    display_name: str
    gender: str
    age: int
    union: str
    occupation_code: str
    level_rank: int | None
    roles: tuple[str, ...]
    appointments: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Instructor:
    """
    The teaching profile of a member of the cast; ``honours`` are (code of honours.csv, year, whether somebody has
    verified it, on which working day of its public notice it stands or 0; if it is not verified, nobody sees it).
    """

    person: str
    employer: str
    years_of_work: int
    trades: tuple[tuple[str, int], ...]
    honours: tuple[tuple[str, int, bool, int], ...]
    studio_name: str
    studio_grade: str
    quote: str
    story: str


@dataclass(frozen=True, slots=True)
class Member:
    """One of the 3,000, numbered from 1. ``cast`` is the key of a member of the cast, else empty."""

    number: int
    cast: str
    name: str
    gender: str
    born_on: date
    phone: str
    union: str
    occupation_code: str
    level_rank: int | None
    is_migrant_worker: bool
    is_new_employment: bool
    joined_on: date


@cache
def unions() -> tuple[UnionNode, ...]:
    """All unions, each after its parents."""
    nodes = []
    for row in _read("unions.yaml"):
        nodes.append(
            UnionNode(
                code=row["code"],
                kind=row["kind"],
                name=row["name"],
                short_name=row.get("short_name", ""),
                industry=row.get("industry", ""),
                join_code=row.get("join_code", ""),
                opened_on=row["opened_on"],
                parents=row["lines"],
                members=row.get("members", 0),
                target_hours=row.get("target_hours"),
                occupations=row.get("occupations", {}),
                new_employment=row.get("new_employment", False),
            )
        )
    return tuple(nodes)


@cache
def cast() -> tuple[Cast, ...]:
    """Everybody with a part of their own: workers, instructors, editors, reviewers, officers, administrators."""
    return tuple(
        Cast(
            key=row["key"],
            login=row["login"],
            name=row["name"],
            display_name=row["display_name"],
            gender=row["gender"],
            age=row["age"],
            union=row.get("union", ""),
            occupation_code=row.get("occupation_code", ""),
            level_rank=row.get("level_rank"),
            roles=tuple(row.get("roles", ())),
            appointments=row.get("appointments", {}),
        )
        for row in _read("people.yaml")["cast"]
    )


@cache
def instructors() -> tuple[Instructor, ...]:
    """The instructors, in the order of people.yaml."""
    return tuple(
        Instructor(
            person=row["person"],
            employer=row["employer"],
            years_of_work=row["years_of_work"],
            trades=tuple((trade["occupation_code"], trade["level_rank"]) for trade in row["trades"]),
            honours=tuple(
                (honour["code"], honour["year"], honour.get("verified", True), honour.get("notice_day", 0))
                for honour in row["honours"]
            ),
            studio_name=(row["studio"] or {}).get("name", ""),
            studio_grade=(row["studio"] or {}).get("grade", ""),
            quote=row["quote"],
            story=row["story"].strip(),
        )
        for row in _read("people.yaml")["instructors"]
    )


def born_on(age: int, number: int, *, today: date) -> date:
    """A birthday that makes somebody ``age`` years old today; ``number`` only spreads the days over the year."""
    return today - timedelta(days=age * 365 + age // 4 + 1 + number * 97 % 364)


def phone_of(number: int) -> str:
    """The made-up mobile number of a person of the demo (the cast without a union counts from 9001)."""
    return f"1990000{number:04d}"


def members(*, today: date) -> Iterator[Member]:
    """
    The 3,000 members in the order of their unions, those of the cast first in theirs.

    Half of them are 30 to 46 years old; the level follows the age; nobody joined before the union was founded.
    """
    random = Random(SEED)  # noqa: S311 (names for a demo, no secret)
    names = _read("names.yaml")
    by_code = {node.code: node for node in unions()}
    number = 0
    for node in unions():
        starring = [person for person in cast() if person.union == node.code]
        for place in range(node.members):
            number += 1
            star = starring[place] if place < len(starring) else None
            yield _member(number, node, by_code, star, random, names, today)


def _member(
    number: int,
    node: UnionNode,
    by_code: dict[str, UnionNode],
    star: Cast | None,
    random: Random,
    names: dict[str, Any],
    today: date,
) -> Member:
    # Every draw is made for everybody, so that a new member of the cast changes nobody else.
    trades = node.occupations or by_code[node.parents["administrative"] or ""].occupations
    trade = random.choices(list(trades), weights=list(trades.values()))[0]
    primary = node.code.split("-")[0]
    gender = "f" if random.random() < _SHARE_OF_WOMEN[primary] else "m"
    name = _name(gender, random, names)
    age = round(min(59, max(19, random.gauss(_MEAN_AGE[primary], 8.5))))
    level = _level(age, random.random())
    migrant = random.random() < _SHARE_OF_MIGRANTS[primary]
    worked = random.random() * (age - 18)
    if star:
        name, gender, age = star.name, star.gender, star.age
        trade, level, migrant = star.occupation_code, star.level_rank, False
        worked = min(worked, age - 18)
    return Member(
        number=number,
        cast=star.key if star else "",
        name=name,
        gender=gender,
        born_on=born_on(age, number, today=today),
        phone=phone_of(number),
        union=node.code,
        occupation_code=trade,
        level_rank=level,
        is_migrant_worker=migrant,
        is_new_employment=node.new_employment,
        joined_on=max(node.opened_on, today - timedelta(days=60 + round(worked * 365))),
    )


def applicants(count: int) -> Iterator[tuple[str, str]]:
    """Yield gender and name of people who are no members yet; the same each time, and none of them moves a member."""
    random = Random(f"{SEED} applicants")  # noqa: S311 (names for a demo, no secret)
    names = _read("names.yaml")
    for _ in range(count):
        gender = "f" if random.random() < 0.45 else "m"
        yield gender, _name(gender, random, names)


_SHARE_OF_WOMEN = {"QJZJ": 0.18, "QSGM": 0.07, "YLCG": 0.36, "BGXJ": 0.62}
_SHARE_OF_MIGRANTS = {"QJZJ": 0.22, "QSGM": 0.41, "YLCG": 0.12, "BGXJ": 0.68}
_MEAN_AGE = {"QJZJ": 40, "QSGM": 41, "YLCG": 32, "BGXJ": 39}


def _name(gender: str, random: Random, names: dict[str, Any]) -> str:
    kind = "male" if gender == "m" else "female"
    surname = random.choices(list(names["surnames"]), weights=list(names["surnames"].values()))[0]
    given = random.choice(names[f"given_{kind}"])
    whole = random.choice(names[f"whole_{kind}"])
    return whole if random.random() < 1 / 60 else surname + given


def _level(age: int, chance: float) -> int | None:
    """Rank of the eight levels, or None for a fifth who hold no certificate."""
    if chance < 0.2:
        return None
    if age < 22:
        return 1 if chance < 0.7 else 2
    step = (age - 22) // 9 + (1 if chance > 0.8 else 0) - (1 if chance < 0.4 else 0)
    return min(6, max(2, 2 + step))


def _read(name: str) -> Any:
    return yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
