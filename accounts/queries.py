"""Reading persons and sign-ins."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import ApiToken, Person, PersonAlias, Role, User
from accounts.rules import token_digest

GRANTABLE = tuple(r.value for r in Role if r not in {Role.WORKER, Role.OFFICER})
"""Roles that somebody gives; worker is everybody, officer is an appointment of a union."""


class UserNotFound(LookupError):
    """No sign-in has this name, phone number or address."""


def find_user(login: str) -> User:
    """
    Return the user whom a user name, e-mail address or phone number means.

    :raises UserNotFound: if there is none.
    """
    login = login.strip()
    phone = Person._meta.get_field("phone_index").index_of(login)
    user = (
        User.objects.select_related("person")
        .filter(Q(username=login) | Q(email__iexact=login, email__gt="") | Q(person__phone_index=phone))
        .order_by("pk")
        .first()
    )
    if user is None:
        raise UserNotFound(login)
    return user


def find_person(uuid: UUID) -> Person | None:
    """Return the person of a uuid, also of one that was merged into another."""
    person = Person.objects.filter(uuid=uuid).first()
    if person is None:
        alias = PersonAlias.objects.filter(alias=uuid).select_related("person").first()
        person = alias.person if alias else None
    return person


def phone_index(phone: str) -> str | None:
    """Return the blind index of a phone number in any form, or None for an empty one."""
    index: str | None = Person._meta.get_field("phone_index").index_of(phone)
    return index


def name_index(name: str) -> str | None:
    """Return the blind index of a whole name, or None for an empty one."""
    index: str | None = Person._meta.get_field("name_index").index_of(name)
    return index


def person_by_phone(phone: str) -> Person | None:
    """Return whoever has this number, signed up or only on a union's roll."""
    return Person.objects.filter(phone_index=phone_index(phone)).first() if phone else None


def user_by_phone(phone: str) -> User | None:
    """Return the sign-in whose number this is, proved; an unproved number opens nothing."""
    if not phone:
        return None
    users = User.objects.filter(person__phone_index=phone_index(phone), phone_verified_at__isnull=False)
    return users.select_related("person").first()


def names_of(uuids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the real names of persons. Who calls this has asked the policy, and writes the audit row."""
    names: dict[UUID, str] = {}
    wanted = list(uuids)
    for start in range(0, len(wanted), 1_000):
        rows = Person.objects.filter(uuid__in=wanted[start : start + 1_000])
        names.update(rows.values_list("uuid", "name"))
    return names


def token_of(secret: str, *, at: datetime) -> ApiToken | None:
    """Return a living token with its user and person, or None. One query."""
    return (
        ApiToken.objects.select_related("user__person")
        .filter(digest=token_digest(secret), revoked_at__isnull=True, user__is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .first()
    )


def users_with_role(role: str, *, at: datetime) -> list[User]:
    """Return the active users who hold a granted role at an instant, by user name."""
    grants = Q(role_grants__role=role, role_grants__active_from__lte=at) & (
        Q(role_grants__active_to__isnull=True) | Q(role_grants__active_to__gt=at)
    )
    return list(User.objects.filter(grants, is_active=True).select_related("person").order_by("username"))
