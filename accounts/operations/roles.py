"""Granting and revoking roles. A Django group ``role:<key>`` follows each, so that the CMS can hang its rights on it."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import Role, RoleGrant, User
from core import audit

STREAM = "accounts"
APART = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三权分立: nobody holds two of these (等保 2.0, security audit)."""


class RoleConflict(ValueError):
    """The person holds a role that excludes the other one."""


def group_name(role: str) -> str:
    return f"role:{role}"


@transaction.atomic
def grant_role(*, user: User, role: str, at: datetime, by: User | None = None) -> RoleGrant:
    """
    Give a role from an instant on; granting it twice is granting it once.

    :raises ValueError: if the role is no role that is granted (worker and officer follow from other facts).
    :raises RoleConflict: if the user holds another of the three administrators' roles.
    """
    if role not in Role.values or role in {Role.WORKER, Role.OFFICER}:
        raise ValueError(f"{role!r} is not granted")
    held = set(user.role_grants.filter(active_to__isnull=True).values_list("role", flat=True))
    if role in APART and held & (APART - {role}):
        raise RoleConflict("system, security and audit administration stay with different people")
    grant, made = RoleGrant.objects.get_or_create(
        user=user, role=role, active_to=None, defaults={"active_from": at, "granted_by": by}
    )
    user.groups.add(Group.objects.get_or_create(name=group_name(role))[0])
    user.__dict__.pop("_roles", None)
    if made:
        _record("role.grant", user, role, by)
    return grant


@transaction.atomic
def revoke_role(*, user: User, role: str, at: datetime, by: User | None = None) -> bool:
    """End a role at an instant; False when it was not held."""
    ended = RoleGrant.objects.filter(user=user, role=role, active_to__isnull=True).update(active_to=at)
    user.groups.remove(*Group.objects.filter(name=group_name(role)))
    user.__dict__.pop("_roles", None)
    if ended:
        _record("role.revoke", user, role, by)
    return bool(ended)


def _record(action: str, user: User, role: str, by: User | None) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=by.person.uuid if by else None,
        target=f"person:{user.person.uuid}",
        detail={"role": role},
    )
