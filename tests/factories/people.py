"""People, sign-ins and a small tree of unions, the same in every test."""

from datetime import date
from typing import Any

from accounts.models import Person, RoleGrant, User
from accounts.rules import normalize_phone
from unions import operations
from unions.models import Membership, Union, UnionKind

OPENED = date(2020, 1, 1)
_counter = {"user": 0, "union": 0}


def make_person(**fields: Any) -> Person:
    fields.setdefault("name", "张三")
    if fields.get("phone"):
        fields["phone"] = normalize_phone(fields["phone"])
    return Person.objects.create(**fields)


def make_user(
    username: str = "", *, roles: tuple[str, ...] = (), password: str | None = None, **fields: Any
) -> User:
    _counter["user"] += 1
    user = User.objects.create_user(username or f"worker{_counter['user']}", password, **fields)
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role) for role in roles])
    return user


def make_union(kind: str = "BASE", parent: Union | None = None, **fields: Any) -> Union:
    if not UnionKind.objects.exists():
        operations.load_kinds()
    _counter["union"] += 1
    n = _counter["union"]
    fields.setdefault("code", f"U{n:05d}")
    fields.setdefault("name", f"第{n}工会")
    fields.setdefault("on", OPENED)
    return operations.open_union(kind=kind, parent=parent, **fields)


def make_tree() -> dict[str, Union]:
    """Return 江川省 › 栖江市 › 栖江县 › 重机厂 › 一车间, and beside the county a mine of another one."""
    nat = make_union("NAT", code="NAT", name="全国总工会")
    prov = make_union("PROV", nat, code="JCP", name="江川省总工会")
    city = make_union("CITY", prov, code="JC-QJ", name="栖江市总工会")
    county = make_union("COUNTY", city, code="JC-QJ-X", name="栖江县总工会")
    plant = make_union("BASE", county, code="JC-QJ-ZJ", name="栖江重型机械厂工会")
    shop = make_union("BRANCH", plant, code="JC-QJ-ZJ-1", name="一车间分工会")
    other = make_union("COUNTY", city, code="JC-QJ-Y", name="东山县总工会")
    mine = make_union("BASE", other, code="JC-QJ-MK", name="青石沟煤矿工会")
    return {
        "nat": nat, "prov": prov, "city": city, "county": county, "plant": plant, "shop": shop, "other": other,
        "mine": mine,
    }  # fmt: skip


def make_member(union: Union, *, since: date = OPENED, person: Person | None = None) -> Person:
    person = person or make_person()
    Membership.objects.create(member=person, union=union, active_from=since, source="import")
    return person
