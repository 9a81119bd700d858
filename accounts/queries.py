"""Reading persons and sign-ins."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import ApiToken, Person, PersonAlias, User
from accounts.rules import token_digest


class UserNotFound(LookupError):
    """No sign-in has this name, phone number or address."""


def find_user(login: str) -> User:
    """
    Return the user whom a user name, e-mail address or phone number means.

    :raises UserNotFound: if there is none.
    """
    login = login.strip()
    phone = Person._meta.get_field("phone_index").index_of(login)  # type: ignore[union-attr]
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


def names_of(uuids: list[UUID]) -> dict[UUID, str]:
    """Return the real names of persons. Who calls this has asked the policy, and writes the audit row."""
    return dict(Person.objects.filter(uuid__in=uuids).values_list("uuid", "name"))


def token_of(secret: str, *, at: datetime) -> ApiToken | None:
    """Return a living token with its user and person, or None. One query."""
    return (
        ApiToken.objects.select_related("user__person")
        .filter(digest=token_digest(secret), revoked_at__isnull=True, user__is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .first()
    )
