"""The door to persons and sign-ins for the apps above. Real names come out of ``names_of`` only."""

from accounts.models import ApiToken, Person, PersonAlias, Role, User, register_role_source
from accounts.operations import (
    RoleConflict,
    disclaim_roll_entry,
    finish_welcome,
    grant_role,
    issue_token,
    revoke_role,
    revoke_token,
    set_display_name,
    set_name,
    set_trade,
)
from accounts.queries import (
    UserNotFound,
    find_person,
    find_user,
    name_index,
    names_of,
    person_by_phone,
    phone_index,
    token_of,
    users_with_role,
)
from accounts.rules import display_name_of, mask_name, mask_phone, normalize_phone

__all__ = [
    "ApiToken",
    "Person",
    "PersonAlias",
    "Role",
    "RoleConflict",
    "User",
    "UserNotFound",
    "disclaim_roll_entry",
    "display_name_of",
    "find_person",
    "find_user",
    "finish_welcome",
    "grant_role",
    "issue_token",
    "mask_name",
    "mask_phone",
    "name_index",
    "names_of",
    "normalize_phone",
    "person_by_phone",
    "phone_index",
    "register_role_source",
    "revoke_role",
    "revoke_token",
    "set_display_name",
    "set_name",
    "set_trade",
    "token_of",
    "users_with_role",
]
