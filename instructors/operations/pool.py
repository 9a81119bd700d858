"""Writing the teaching pool: kinds of honours, and whether a held one may be shown."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.clock import day_of, to_ms
from core.db import lock_rows
from core.display import full_day
from core.pinyin import pinyin_of
from core.workdays import workday_after
from instructors.models import HeldHonour, Honour, InstructorProfile
from instructors.operations.desk import AUDIT_STREAM, CannotVerify, tell
from instructors.operations.standing import refresh_standing
from unions.api import chain_of

DATA = Path(__file__).parents[1] / "data"
NOTICE_WORKDAYS = 5
"""Five working days, as model-worker selections have it."""


@transaction.atomic
def load_honours() -> int:
    """Bring the kinds of honours to what ``data/honours.csv`` says; return how many there are in it."""
    with (DATA / "honours.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            Honour(
                code=r["code"],
                name=r["name"],
                issuer=r["issuer"],
                level=r["level"],
                counts_for_teaching=r["counts_as_instructor_gold"] == "1",
            )
            for r in csv.DictReader(file)
        ]
    Honour.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "issuer", "level", "counts_for_teaching"],
    )
    return len(rows)


@transaction.atomic
def verify_honour(*, held: HeldHonour, by: User, now: datetime) -> HeldHonour:
    """
    Note that ``by`` has seen the proof of an honour; from now on it is shown. The first name and time stay.

    :raises CannotVerify: if it is the own honour, was withdrawn, or its public notice still runs.
    """
    held = lock_rows(HeldHonour.objects.filter(pk=held.pk)).select_related("profile").get()
    if held.verified_at is not None and held.withdrawn_at is None:
        return held
    if held.profile.person_id == by.person_id:
        raise CannotVerify("own")
    if held.withdrawn_at is not None:
        raise CannotVerify("withdrawn")
    if held.notice_to is not None and day_of(to_ms(now)) < held.notice_to:
        raise CannotVerify("notice")
    held.verified_by, held.verified_at = by, now
    held.save(update_fields=["verified_by", "verified_at"])
    refresh_standing([held.profile_id], on=day_of(to_ms(now)))
    _tell(held, "verified", _("“{honour}”已经核验"), _("从现在起写在你的师资页上。"), now)
    _note("honour.verified", held, by)
    return held


@transaction.atomic
def open_notice(
    *,
    held: HeldHonour,
    by: User,
    now: datetime,
    first_day: date | None = None,
    workdays: int = NOTICE_WORKDAYS,
) -> HeldHonour:
    """
    Put an honour into public notice for so many working days (the calendar of :mod:`core.workdays`, as it is known
    today), from the first of them on or after ``first_day`` (default: today). One that runs already goes on as it is.

    :raises CannotVerify: if it is the own honour, was withdrawn or is verified.
    """
    held = lock_rows(HeldHonour.objects.filter(pk=held.pk)).select_related("profile").get()
    if held.profile.person_id == by.person_id:
        raise CannotVerify("own")
    if held.withdrawn_at is not None:
        raise CannotVerify("withdrawn")
    if held.verified_at is not None:
        raise CannotVerify("verified")
    if held.notice_from is not None:
        return held
    eve = (first_day or day_of(to_ms(now))) - timedelta(days=1)
    held.notice_from, last_day = workday_after(eve, 1), workday_after(eve, workdays)
    held.notice_to = last_day + timedelta(days=1)
    held.save(update_fields=["notice_from", "notice_to"])
    body = _("公示到 {day}。没有异议，再核验证书，就会公开。").format(day=full_day(last_day))
    _tell(held, "notice", _("“{honour}”开始公示"), body, now)
    _note("honour.notice", held, by)
    return held


@transaction.atomic
def withdraw_honour(*, held: HeldHonour, by: User, now: datetime) -> HeldHonour:
    """Stop showing an honour for good: it is gone from every page, never greyed. Twice is once."""
    held = lock_rows(HeldHonour.objects.filter(pk=held.pk)).select_related("profile").get()
    if held.withdrawn_at is None:
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
        refresh_standing([held.profile_id], on=day_of(to_ms(now)))
        _note("honour.withdrawn", held, by)
    return held


def forget_verification(held: HeldHonour) -> None:
    """Take back notice and verification because the claim itself was changed: it is another now. Does not save."""
    held.verified_by, held.verified_at = None, None
    held.notice_from, held.notice_to = None, None


def fill_derived(profile: InstructorProfile) -> None:
    """
    Fill what follows from name and union: pinyin for search, an address if none was given, the region. Does not save.
    """
    regions = [u.region_code for u in chain_of(profile.union) if u.region_code] if profile.union else []
    profile.region_code = regions[-1] if regions else ""
    profile.pinyin = pinyin_of(profile.public_name)[:120]
    if not profile.slug:
        base = (profile.pinyin.split(" ")[0] or "master")[:50]
        taken = set(InstructorProfile.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        names = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
        profile.slug = next(name for name in names if name not in taken)


def _tell(held: HeldHonour, what: str, title: str, body: str, now: datetime) -> None:
    tell(
        held.profile,
        what=what,
        title=title.format(honour=f"{held.honour} {held.year}"),
        body=body,
        key=f"honour.{what}:{held.pk}:{now.date()}",
        now=now,
    )


def _note(action: str, held: HeldHonour, by: User) -> None:
    audit.record(
        stream=AUDIT_STREAM,
        action=action,
        actor=by.person.uuid,
        target=f"instructor:{held.profile.uuid}",
        detail={"honour": held.honour_id, "year": held.year},
    )
