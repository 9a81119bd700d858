"""Business acts about persons, their sign-ins, roles and tokens."""

from accounts.operations.roles import RoleConflict, grant_role, revoke_role
from accounts.operations.tokens import issue_token, revoke_token

__all__ = ["RoleConflict", "grant_role", "issue_token", "revoke_role", "revoke_token"]
