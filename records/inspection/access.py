"""
Who may read the evidence of somebody's day, and on which condition (design §5).

Officers with statistics at the primary union that the person belonged to on that day read it; each reading is written
down. From above it, and as the auditor (审计管理员), one says why each time. Anybody else learns nothing, not even that the
person exists.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core import signing

from accounts.api import Person, Role, User, find_person
from core import audit
from core.policies import Policy
from records.learners import own_chains
from records.models import LedgerEntry
from unions.api import is_officer, officer_scope, sees_names, union_of

DUTY = "statistics"
STREAM = "records"
REASON = 200
GRANT_SECONDS = 1_800
_SALT = "records.inspection"


@dataclass(frozen=True, slots=True)
class Access:
    """What a reader may: ``needs_reason`` says that each reading is on request."""

    person: Person
    chains: frozenset[UUID]
    day: date
    needs_reason: bool


def access_to(user: User, person: UUID, day: date | None) -> Access | None:
    """Return how a user may read a person's day, None where not at all."""
    found = find_person(person) if day is not None else None
    if found is None or day is None:
        return None
    chains = frozenset(own_chains(found))
    homes = _homes(found, chains, day)
    if any(sees_names(user, home) for home in officer_scope(user, DUTY).filter(uuid__in=homes)):
        return Access(found, chains, day, needs_reason=False)
    if user.has_any_role(Role.AUDIT_ADMIN) or officer_scope(user, DUTY).filter(uuid__in=homes).exists():
        return Access(found, chains, day, needs_reason=True)
    return None


def _homes(person: Person, chains: frozenset[UUID], day: date) -> set[UUID]:
    """Return the unions a person's day belongs to: the one of the membership, and those its entries were given to."""
    entries = LedgerEntry.objects.filter(learner__in=chains, day=day, union__isnull=False).order_by()
    home = union_of(person.uuid, day)
    found = {union for union in entries.values_list("union", flat=True).distinct() if union}
    return found | ({home} if home else set())


def day_named(text: str) -> date | None:
    """Return the day that an address names, None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if text == found.isoformat() and 2000 <= found.year <= 2200 else None


inspector = Policy(
    "inspector",
    lambda request, **kwargs: request.user.has_any_role(Role.AUDIT_ADMIN) or is_officer(request.user),
    hides=True,
)
"""Whoever may ask at all; of whom is asked next."""


def _allows(request: Any, person: UUID, day: str) -> bool:
    request.inspection = access_to(request.user, person, day_named(day))
    return request.inspection is not None


of_person = Policy("inspector_of_person", _allows, hides=True)
"""Leaves what it has found in ``request.inspection`` for the view."""


def new_grant(user: User, access: Access, reason: str) -> str:
    """Return the token that lets this user read this day for half an hour, with the reason that was given for it."""
    return signing.dumps([user.pk, str(access.person.uuid), access.day.isoformat(), reason], salt=_SALT)


def reason_in(token: str, user: User, access: Access) -> str | None:
    """Return the reason a token was given for, None if it is none of this user and day, or too old."""
    try:
        owner, person, day, reason = signing.loads(token, salt=_SALT, max_age=GRANT_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    is_mine = (owner, person, day) == (user.pk, str(access.person.uuid), access.day.isoformat())
    return str(reason) if is_mine else None


def note(action: str, *, user: User, access: Access, address: str, reason: str, **detail: Any) -> None:
    """Write into the audit log who asked for, read or took away the evidence of whose day, and why."""
    audit.record(
        stream=STREAM,
        action=action,
        actor=user.person.uuid,
        target=f"person:{access.person.uuid}",
        address=address,
        detail={"day": access.day.isoformat(), "reason": reason[:REASON], **detail},
    )
