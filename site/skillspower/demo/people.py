"""Bring the demo's unions and people into the database: 3,000 members in bulk, the same each time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.api import Person, User, grant_role
from core.clock import MS_PER_STUDY_HOUR
from skillspower.demo.content import community
from unions.api import Line, Membership, Union, appoint, load_kinds, open_union, place_union, refresh_paths

PASSWORD = "gongyou-2026"  # noqa: S105  # the demo's, printed on its sign-in page
WORKERS = 60
WORKERS_UNION = "QJZJ"
NAMESPACE = UUID("5b1f2c1e-6a53-4d0e-9a36-0d7a9b1d2026")


@dataclass(frozen=True)
class People:
    """Who was made: users of the cast by key, and the workers who have not studied yet."""

    cast: dict[str, User]
    workers: list[User]


def load_unions(*, today: date) -> dict[str, Union]:
    """Open the unions of the demo with their places on both lines; return them by code."""
    load_kinds()
    made: dict[str, Union] = {}
    for node in community.unions():
        administrative = node.parents.get("administrative")
        made[node.code] = open_union(
            code=node.code,
            name=node.name,
            kind=node.kind,
            on=node.opened_on,
            parent=made[administrative] if administrative else None,
            short_name=node.short_name,
            industry=node.industry,
            join_code=node.join_code,
            annual_target_ms=node.target_hours * MS_PER_STUDY_HOUR if node.target_hours else None,
        )
        if "industry" in node.parents:
            above = node.parents["industry"]
            place_union(
                union=made[node.code],
                parent=made[above] if above else None,
                on=node.opened_on,
                line=Line.INDUSTRY,
                today=today,
            )
    refresh_paths(on=today)
    return {union.code: union for union in Union.objects.filter(code__in=made)}


@cache
def _password_hash() -> str:
    # One hash for all: argon2 is slow on purpose, and 80 of them would be the longest part of loading the demo.
    return make_password(PASSWORD)


def _user(login: str, person: Person, now: datetime) -> User:
    return User(
        username=login, person=person, password=_password_hash(), phone_verified_at=now, onboarded_at=now
    )


@transaction.atomic
def load_people(*, unions: dict[str, Union], now: datetime, today: date) -> People:
    """Make the members, their memberships, the sign-ins of the cast and of sixty workers, roles and appointments."""
    stars = {star.key: star for star in community.cast()}
    members = list(community.members(today=today))
    persons = Person.objects.bulk_create(
        (
            Person(
                uuid=uuid5(NAMESPACE, f"member {m.number}"),
                name=m.name,
                phone=m.phone,
                display_name=stars[m.cast].display_name if m.cast else f"{m.name[0]}师傅",
                gender=m.gender,
                born_on=m.born_on,
                is_migrant_worker=m.is_migrant_worker,
                is_new_employment=m.is_new_employment,
                occupation_code=m.occupation_code,
                level_rank=m.level_rank,
                # Four in five have signed in once; who has not is a member all the same.
                registered_at=now - timedelta(days=m.number % 200) if m.number % 5 or m.cast else None,
            )
            for m in members
        ),
        batch_size=500,
    )
    Membership.objects.bulk_create(
        (
            Membership(member=p, union=unions[m.union], active_from=m.joined_on, source="import")
            for m, p in zip(members, persons, strict=True)
        ),
        batch_size=500,
    )
    by_key = {m.cast: p for m, p in zip(members, persons, strict=True) if m.cast}
    outsiders = [star for star in stars.values() if star.key not in by_key]
    for number, star in enumerate(outsiders, start=9001):
        by_key[star.key] = Person.objects.create(
            uuid=uuid5(NAMESPACE, star.key),
            name=star.name,
            phone=community.phone_of(number),
            display_name=star.display_name,
            gender=star.gender,
            born_on=community.born_on(star.age, number, today=today),
            occupation_code=star.occupation_code,
            level_rank=star.level_rank,
            registered_at=now,
        )
    chosen = [
        p for m, p in zip(members, persons, strict=True) if not m.cast and m.union.startswith(WORKERS_UNION)
    ][:WORKERS]
    Person.objects.filter(pk__in=[p.pk for p in chosen]).update(registered_at=now)
    users = User.objects.bulk_create(
        [
            *(_user(star.login, by_key[key], now) for key, star in stars.items()),
            *(_user(f"gongyou{n:02d}", p, now) for n, p in enumerate(chosen, start=1)),
        ]
    )
    cast = dict(zip(stars, users, strict=False))
    for key, star in stars.items():
        for role in star.roles:
            grant_role(user=cast[key], role=role, at=now)
        for code, duties in star.appointments.items():
            for duty, right in duties.items():
                appoint(
                    officer=cast[key],
                    union=unions[code],
                    duty=duty,
                    may_write=right == "write",
                    on=unions[code].opened_on,
                )
    return People(cast=cast, workers=users[len(stars) :])
