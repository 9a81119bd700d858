"""The table of grades, and a grade set against it by two people."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import audit
from core.clock import day_of, to_ms
from core.db import lock_rows
from instructors.models import Grade, GradeOverride, GradeRule, InstructorProfile
from instructors.operations.desk import AUDIT_STREAM
from instructors.operations.standing import refresh_standing

_FIRST_TABLE = (
    (Grade.DISTINGUISHED, {"honour_level": 3}),
    (Grade.DISTINGUISHED, {"level_id": 7}),
    (Grade.SENIOR, {"honour_level": 2}),
    (Grade.SENIOR, {"level_id": 6}),
    (Grade.SENIOR, {"title": "senior"}),
    (Grade.MIDDLE, {"honour_level": 1}),
    (Grade.MIDDLE, {"level_id": 5}),
    (Grade.MIDDLE, {"title": "middle"}),
)


class CannotGrade(ValueError):
    """``same`` person proposed it, ``own`` grade, ``waits`` another proposal, ``closed`` it was decided already."""


@transaction.atomic
def load_grades() -> int:
    """Fill the table of grades if it is empty: an operator's rows stay as they are. Return how many rows it has."""
    if not GradeRule.objects.exists():
        GradeRule.objects.bulk_create(GradeRule(grade=grade, **how) for grade, how in _FIRST_TABLE)
    return GradeRule.objects.count()


@transaction.atomic
def propose_grade(
    *, profile: InstructorProfile, grade: int, reason: str, by: User, now: datetime
) -> GradeOverride:
    """
    Propose a grade other than the table's; it holds when a second person agrees.

    :raises CannotGrade: ``own`` or ``waits``.
    """
    lock_rows(InstructorProfile.objects.filter(pk=profile.pk)).get()
    if profile.person_id == by.person_id:
        raise CannotGrade("own")
    if GradeOverride.objects.filter(profile=profile, is_agreed=None, ended_at=None).exists():
        raise CannotGrade("waits")
    proposal = GradeOverride.objects.create(
        profile=profile, grade=grade, reason=reason, proposed_by=by, proposed_at=now
    )
    _note("grade.proposed", proposal, by)
    return proposal


@transaction.atomic
def agree_grade(*, proposal: GradeOverride, agree: bool, by: User, now: datetime) -> GradeOverride:
    """
    Decide a proposed grade as the second person; an agreed one ends the one before it.

    :raises CannotGrade: ``same``, ``own`` or ``closed``.
    """
    proposal = lock_rows(GradeOverride.objects.filter(pk=proposal.pk)).select_related("profile").get()
    if proposal.is_agreed is not None or proposal.ended_at is not None:
        raise CannotGrade("closed")
    if proposal.proposed_by_id == by.pk or proposal.proposed_by.person_id == by.person_id:
        raise CannotGrade("same")
    if proposal.profile.person_id == by.person_id:
        raise CannotGrade("own")
    if agree:
        GradeOverride.objects.filter(profile=proposal.profile, is_agreed=True, ended_at=None).update(
            ended_at=now
        )
    proposal.is_agreed, proposal.decided_by, proposal.decided_at = agree, by, now
    proposal.save(update_fields=["is_agreed", "decided_by", "decided_at"])
    _note("grade.agreed" if agree else "grade.refused", proposal, by)
    refresh_standing([proposal.profile_id], on=day_of(to_ms(now)))
    return proposal


@transaction.atomic
def end_grade(*, override: GradeOverride, by: User, now: datetime) -> None:
    """Let the table speak again."""
    override = lock_rows(GradeOverride.objects.filter(pk=override.pk)).select_related("profile").get()
    if override.ended_at is None:
        override.ended_at = now
        override.save(update_fields=["ended_at"])
        _note("grade.ended", override, by)
        refresh_standing([override.profile_id], on=day_of(to_ms(now)))


def _note(action: str, override: GradeOverride, by: User) -> None:
    audit.record(
        stream=AUDIT_STREAM,
        action=action,
        actor=by.person.uuid,
        target=f"instructor:{override.profile.uuid}",
        detail={"grade": override.grade, "reason": override.reason},
    )
