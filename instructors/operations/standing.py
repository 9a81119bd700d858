"""Verifying qualifications, and keeping what follows from them: entitlements and grades."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.clock import day_of, to_ms
from core.db import lock_rows
from instructors.models import (
    Entitlement,
    Grade,
    GradeOverride,
    GradeRule,
    InstructorProfile,
    Qualification,
)
from instructors.operations.desk import AUDIT_STREAM, CannotVerify, tell
from instructors.queries.standing import Standing, entitled_ranks, standings
from instructors.rules import GradeLine, grade_of

BATCH = 2_000


@transaction.atomic
def verify_qualification(*, held: Qualification, by: User, now: datetime) -> Qualification:
    """
    Note that ``by`` has seen the proof of a qualification; from now on it counts. The first name and time stay.

    :raises CannotVerify: ``own`` for the own one, ``withdrawn`` for one that was taken back.
    """
    held = lock_rows(Qualification.objects.filter(pk=held.pk)).select_related("profile").get()
    if held.profile.person_id == by.person_id:
        raise CannotVerify("own")
    if held.withdrawn_at is not None:
        raise CannotVerify("withdrawn")
    if held.verified_at is not None:
        return held
    held.verified_by, held.verified_at = by, now
    held.save(update_fields=["verified_by", "verified_at"])
    _note("qualification.verified", held, by)
    tell(
        held.profile,
        what="verified",
        title=_("“{what}”已经核验").format(what=held),
        body=_("能教哪几级，师资页上已经更新。"),
        key=f"qualification.verified:{held.uuid}",
        now=now,
    )
    refresh_standing([held.profile_id], on=day_of(to_ms(now)))
    return held


@transaction.atomic
def withdraw_qualification(*, held: Qualification, by: User, now: datetime) -> Qualification:
    """Let a qualification count no more, for good. Twice is once."""
    held = lock_rows(Qualification.objects.filter(pk=held.pk)).select_related("profile").get()
    if held.withdrawn_at is None:
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
        _note("qualification.withdrawn", held, by)
        refresh_standing([held.profile_id], on=day_of(to_ms(now)))
    return held


def reveal_number(*, held: Qualification, by: User, reason: str, address: str) -> str:
    """Return the whole number of a certificate to who looks it up, and write down who did and why."""
    _note("qualification.number_read", held, by, reason=reason, address=address)
    return held.number


def refresh_all(*, on: date) -> int:
    """Rebuild entitlements and grades of the whole pool, a batch in a transaction; return how many instructors."""
    done = 0
    ids = InstructorProfile.objects.order_by("pk").values_list("pk", flat=True)
    last = 0
    while batch := list(ids.filter(pk__gt=last)[:BATCH]):
        refresh_standing(batch, on=on)
        done, last = done + len(batch), batch[-1]
    return done


@transaction.atomic
def refresh_standing(profiles: Iterable[int], *, on: date) -> None:
    """Bring entitlements and grades of these instructors (ids) to what their proofs say; write only what differs."""
    wanted = list(profiles)
    known = standings(wanted)
    entitled = entitled_ranks(known, on=on)
    right = {(pk, code, rank) for pk, pairs in entitled.items() for code, rank in pairs}
    rows = Entitlement.objects.filter(profile__in=wanted)
    stored = {(e.profile_id, e.occupation_id, e.rank): e.pk for e in rows}
    gone = [pk for key, pk in stored.items() if key not in right]
    if gone:
        Entitlement.objects.filter(pk__in=gone).delete()
    Entitlement.objects.bulk_create(
        [
            Entitlement(profile_id=pk, occupation_id=code, rank=rank)
            for pk, code, rank in sorted(right - stored.keys())
        ]
    )
    _refresh_grades(wanted, known)


def _refresh_grades(wanted: list[int], known: dict[int, Standing]) -> None:
    table = [GradeLine(r.grade, r.honour_level, r.level_id, r.title) for r in GradeRule.objects.all()]
    own = dict(
        GradeOverride.objects.filter(profile__in=wanted, is_agreed=True, ended_at__isnull=True).values_list(
            "profile", "grade"
        )
    )
    changed: dict[int, list[int]] = {}
    for pk, stored in InstructorProfile.objects.filter(pk__in=wanted).values_list("pk", "grade"):
        standing = known[pk]
        grade = own.get(
            pk,
            grade_of(
                table,
                honour=standing.honour_level,
                rank=standing.rank,
                titles=standing.titles,
                lowest=Grade.TRAINEE,
            ),
        )
        if grade != stored:
            changed.setdefault(grade, []).append(pk)
    for grade, ids in changed.items():
        InstructorProfile.objects.filter(pk__in=ids).update(grade=grade)


def _note(action: str, held: Qualification, by: User, *, address: str = "", **more: str) -> None:
    audit.record(
        stream=AUDIT_STREAM,
        action=action,
        actor=by.person.uuid,
        target=f"instructor:{held.profile.uuid}",
        detail={"qualification": str(held.uuid), "kind": held.kind, "occupation": held.occupation_id, **more},
        address=address,
    )
