"""Writing the teaching pool: kinds of honours, and whether a held one may be shown."""

import csv
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from core import audit
from core.db import lock_rows
from core.pinyin import pinyin_of
from instructors.models import HeldHonour, Honour, InstructorProfile

DATA = Path(__file__).parent / "data"
AUDIT_STREAM = "instructors"


class CannotVerify(ValueError):
    """Nobody verifies an honour of their own, nor one that was withdrawn; the message says which."""


@transaction.atomic
def load_honours() -> int:
    """Bring the kinds of honours to what ``data/honours.csv`` says; return how many there are in it."""
    with (DATA / "honours.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            Honour(code=r["code"], name=r["name"], issuer=r["issuer"], level=r["level"])
            for r in csv.DictReader(file)
        ]
    Honour.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "issuer", "level"]
    )
    return len(rows)


@transaction.atomic
def verify_honour(*, held: HeldHonour, by: User, now: datetime) -> HeldHonour:
    """
    Note that ``by`` has seen the proof of an honour; from now on it is shown. The first name and time stay.

    :raises CannotVerify: if it is the own honour or was withdrawn.
    """
    held = lock_rows(HeldHonour.objects.filter(pk=held.pk)).select_related("profile").get()
    if held.verified_at is not None and held.withdrawn_at is None:
        return held
    if held.profile.person_id == by.person_id:
        raise CannotVerify("own")
    if held.withdrawn_at is not None:
        raise CannotVerify("withdrawn")
    held.verified_by, held.verified_at = by, now
    held.save(update_fields=["verified_by", "verified_at"])
    _note("honour.verified", held, by)
    return held


@transaction.atomic
def withdraw_honour(*, held: HeldHonour, by: User, now: datetime) -> HeldHonour:
    """Stop showing an honour for good: it is gone from every page, never greyed. Twice is once."""
    held = lock_rows(HeldHonour.objects.filter(pk=held.pk)).select_related("profile").get()
    if held.withdrawn_at is None:
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
        _note("honour.withdrawn", held, by)
    return held


def forget_verification(held: HeldHonour) -> None:
    """Take back a verification because the claim itself was changed: it is another claim now. Does not save."""
    held.verified_by, held.verified_at = None, None


def fill_derived(profile: InstructorProfile) -> None:
    """Fill what follows from the public name: pinyin for search, and an address if none was given. Does not save."""
    profile.pinyin = pinyin_of(profile.public_name)[:120]
    if not profile.slug:
        base = (profile.pinyin.split(" ")[0] or "master")[:50]
        taken = set(InstructorProfile.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        names = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
        profile.slug = next(name for name in names if name not in taken)


def _note(action: str, held: HeldHonour, by: User) -> None:
    audit.record(
        stream=AUDIT_STREAM,
        action=action,
        actor=by.person.uuid,
        target=f"instructor:{held.profile.uuid}",
        detail={"honour": held.honour_id, "year": held.year},
    )
