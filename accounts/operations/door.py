"""Coming in: by a proved number, for the first time or again; and what each sign-in leaves behind."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from accounts.models import Consent, Person, User
from accounts.queries import person_by_phone, user_by_phone
from core import audit
from core.db import lock_rows

STREAM = "accounts"
SIGN_IN_STREAM = "sign-in"
CONSENT_SERVICE = "service"
CONSENT_VERSION = "2026-11"
_USERNAME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_username() -> str:
    """Return a user name for somebody who signs in by phone and never sees it."""
    while True:
        name = "u" + "".join(secrets.choice(_USERNAME_ALPHABET) for _ in range(10))
        if not User.objects.filter(username=name).exists():
            return name


@transaction.atomic
def enter_by_phone(*, phone: str, now: datetime, address: str = "") -> tuple[User, bool]:
    """
    Return the user of a number that was just proved, and whether it is a new sign-in.

    A number on a union's roll opens that member's own entry; the welcome asks whether it really is that person
    (:func:`disclaim_roll_entry`), because numbers are given to new owners.
    """
    user = user_by_phone(phone)
    if user is not None:
        return user, False
    person = person_by_phone(phone) or Person.objects.create(phone=phone)
    person = lock_rows(Person.objects.filter(pk=person.pk)).get()
    known = User.objects.filter(person=person).first()
    if known is not None:
        # A sign-in made by an officer or by e-mail whose number was on record and is proved only now.
        known.phone_verified_at = now
        known.save(update_fields=["phone_verified_at"])
        return known, False
    user = User.objects.create_user(new_username(), person=person, phone_verified_at=now)
    give_consent(person=person, purpose=CONSENT_SERVICE, version=CONSENT_VERSION, now=now, address=address)
    _record("user.sign_up", user, None, {"by": "phone", "on_roll": bool(person.name)}, address=address)
    return user, True


@transaction.atomic
def disclaim_roll_entry(*, user: User) -> Person:
    """
    “不是我”: give the user a person of their own and take the number off the roll's entry, which keeps its name,
    membership and history. Return the new person.

    :raises ValueError: if the user has been through the welcome, so the entry is in use.
    """
    old = user.person
    if user.onboarded_at is not None:
        raise ValueError("this entry is in use")
    phone, old.phone, old.registered_at = old.phone, "", None
    old.save(update_fields=["phone", "phone_index", "registered_at"])
    user.person = Person.objects.create(phone=phone, registered_at=user.last_login)
    user.save(update_fields=["person"])
    Consent.objects.filter(person=old, purpose=CONSENT_SERVICE).update(person=user.person)
    _record("roll.disclaim", user, user, {"entry": old.uuid})
    return user.person


@transaction.atomic
def mark_signed_in(*, user: User, now: datetime) -> bool:
    """Set the person's first sign-in, which makes a member a registered one; True when this was it."""
    return bool(
        Person.objects.filter(pk=user.person_id, registered_at__isnull=True).update(registered_at=now)
    )


@transaction.atomic
def finish_welcome(*, user: User, now: datetime) -> User:
    """Note that the questions of the welcome were seen: it does not come by itself again."""
    if user.onboarded_at is None:
        user.onboarded_at = now
        user.save(update_fields=["onboarded_at"])
    return user


@transaction.atomic
def give_consent(*, person: Person, purpose: str, version: str, now: datetime, address: str = "") -> Consent:
    """Keep what a person agreed to; agreeing again to the same version changes nothing."""
    alive = Consent.objects.filter(
        person=person, purpose=purpose, version=version, withdrawn_at__isnull=True
    ).first()
    return alive or Consent.objects.create(
        person=person, purpose=purpose, version=version, given_at=now, address=address
    )


def record_sign_in(
    *, user: User | None, result: str, method: str, request: HttpRequest | None, target: str = ""
) -> None:
    """Note a sign-in, a sign-out or a failure. ``target`` names what was tried by a blind index, never in clear."""
    person: UUID | None = user.person.uuid if user else None
    audit.record(
        stream=SIGN_IN_STREAM,
        action=f"sign_in.{method}",
        actor=person,
        target=target or (f"person:{person}" if person else ""),
        request=request,
        result=result,
    )


def _record(action: str, user: User, actor: User | None, detail: dict[str, Any], address: str = "") -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=actor.person.uuid if actor else None,
        target=f"person:{user.person.uuid}",
        detail=detail,
        address=address,
    )
