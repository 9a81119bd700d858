"""Who may act for a union: appointing, revoking, and the one way to a name from above a primary union."""

from datetime import date

from django.db import transaction

from accounts.models import Person, User
from core import audit
from unions.models import Appointment, Union

STREAM = "unions"


@transaction.atomic
def appoint(
    *,
    officer: User,
    union: Union,
    duty: str,
    may_write: bool,
    on: date,
    until: date | None = None,
    actor: User | None = None,
) -> Appointment:
    """Let an officer do a duty for a union and everything below it, from a day on. Write includes read."""
    appointment, made = Appointment.objects.get_or_create(
        officer=officer,
        union=union,
        duty=duty,
        may_write=may_write,
        active_to=until,
        defaults={"active_from": on},
    )
    if made:
        _record("appointment.give", appointment, actor)
    return appointment


@transaction.atomic
def revoke_appointment(*, appointment: Appointment, on: date, actor: User | None = None) -> Appointment:
    """End an appointment: ``on`` is the first day without it."""
    if appointment.active_from >= on:
        _record("appointment.revoke", appointment, actor)
        appointment.delete()
        return appointment
    appointment.active_to = on
    appointment.save(update_fields=["active_to"])
    _record("appointment.revoke", appointment, actor)
    return appointment


@transaction.atomic
def reveal_name(*, person: Person, union: Union, officer: User, reason: str) -> str:
    """
    Return a member's real name to an officer above the primary union, who says why; the audit log keeps the reason.

    Whether this officer may ask at all is the policy's question, answered before.

    :raises ValueError: if no reason is given.
    """
    if not reason.strip():
        raise ValueError("a reason is needed to see a name")
    audit.record(
        stream=STREAM,
        action="name.reveal",
        actor=officer.person.uuid,
        target=f"person:{person.uuid}",
        detail={"union": union.code, "reason": reason.strip()[:200]},
    )
    return person.name


def _record(action: str, appointment: Appointment, actor: User | None) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=actor.person.uuid if actor else None,
        target=f"union:{appointment.union.uuid}",
        detail={
            "officer": appointment.officer.person.uuid,
            "duty": appointment.duty,
            "write": appointment.may_write,
            "until": appointment.active_to,
        },
    )
