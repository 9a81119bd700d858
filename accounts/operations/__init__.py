"""Business acts about persons, their sign-ins, roles and tokens."""

from accounts.operations.door import (
    CONSENT_SERVICE,
    CONSENT_VERSION,
    disclaim_roll_entry,
    enter_by_phone,
    finish_welcome,
    give_consent,
    mark_signed_in,
    new_username,
    record_sign_in,
)
from accounts.operations.people import set_display_name, set_look, set_name, set_trade
from accounts.operations.roles import RoleConflict, grant_role, revoke_role
from accounts.operations.tokens import issue_token, revoke_token

__all__ = [
    "CONSENT_SERVICE",
    "CONSENT_VERSION",
    "RoleConflict",
    "disclaim_roll_entry",
    "enter_by_phone",
    "finish_welcome",
    "give_consent",
    "grant_role",
    "issue_token",
    "mark_signed_in",
    "new_username",
    "record_sign_in",
    "revoke_role",
    "revoke_token",
    "set_display_name",
    "set_look",
    "set_name",
    "set_trade",
]
