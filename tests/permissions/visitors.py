"""
Who asks. Officers stand where the union of an address is their own, below, above or beside them: the address is always
that of one plant, the appointments differ.
"""

from django.db.models import QuerySet

from accounts.models import User
from tests.factories.courses import make_staff
from tests.factories.people import OPENED, make_member, make_tree, make_union, make_user
from unions import api
from unions.models import Appointment, Union

DUTIES = ("statistics", "training", "membership", "safety")
STAFF = ("author", "instructor", "lesson_editor", "trade_reviewer", "content_reviewer")
ADMINS = ("system_admin", "security_admin", "audit_admin")
PEOPLE = ("nobody", "worker", "member", *STAFF, *ADMINS, "operator")
"""``member`` is of the plant and owns what one can own; ``author`` the instructor of the course; ``operator`` is superuser."""
OWN = tuple(f"{duty}{right}" for duty in DUTIES for right in ("", "+"))
"""Officers of the plant itself with one duty each; ``+``: may write."""
ELSEWHERE = ("parent", "child", "sibling", "foreign", "former")
"""Officers with every duty, who may write: of the county above, a workshop below, another plant of the county, a mine of
another county; and of the plant until last year."""
VISITORS = (*PEOPLE, *OWN, *ELSEWHERE)


def make_unions() -> dict[str, Union]:
    tree = make_tree()
    return tree | {"works": make_union("BASE", tree["county"], name="栖江机床厂工会")}


def make_visitors(unions: dict[str, Union]) -> dict[str, User | None]:
    """Return everybody who asks; None is somebody who is not signed in."""
    people: dict[str, User | None] = {"nobody": None, "worker": make_user(), "member": make_user()}
    make_member(unions["plant"], person=people["member"].person)  # type: ignore[union-attr]
    people |= {role: make_staff(role) for role in (*STAFF[1:], *ADMINS)}
    people["author"] = make_staff("instructor")
    people["operator"] = make_user(is_staff=True, is_superuser=True)
    for name in OWN:
        people[name] = officer_at(unions["plant"], name.rstrip("+"), write=name.endswith("+"))
    places = {"parent": "county", "child": "shop", "sibling": "works", "foreign": "mine", "former": "plant"}
    for name, place in places.items():
        people[name] = officer_at(unions[place], *DUTIES)
    _posts(people["former"]).update(active_to="2021-01-01")
    return people


def officer_at(union: Union, *duties: str, write: bool = True) -> User:
    user = make_user()
    for duty in duties:
        api.appoint(officer=user, union=union, duty=duty, may_write=write, on=OPENED)
    return user


def _posts(officer: User | None) -> QuerySet[Appointment]:
    return Appointment.objects.filter(officer=officer)
