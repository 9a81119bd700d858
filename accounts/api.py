"""The door to persons and sign-ins for the apps above."""

from accounts.models import ApiToken, Person, Role, User
from accounts.operations import RoleConflict, grant_role, issue_token, revoke_role, revoke_token
from accounts.queries import UserNotFound, find_person, find_user, names_of, token_of

__all__ = [
    "ApiToken",
    "Person",
    "Role",
    "RoleConflict",
    "User",
    "UserNotFound",
    "find_person",
    "find_user",
    "grant_role",
    "issue_token",
    "names_of",
    "revoke_role",
    "revoke_token",
    "token_of",
]
