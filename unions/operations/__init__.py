"""Business acts on unions, one function each: the tree, its members, its officers."""

from unions.operations.appointments import appoint, reveal_name, revoke_appointment
from unions.operations.membership import (
    ask_back,
    confirm_request,
    join_by_code,
    leave_union,
    refuse_request,
    register_membership_guard,
    request_to_join,
    resend_request,
    transfer_member,
    withdraw_request,
)
from unions.operations.notices import publish_notice, withdraw_notice
from unions.operations.tree import (
    close_union,
    load_kinds,
    merge_unions,
    move_union,
    open_union,
    place_union,
    refresh_paths,
    rename_union,
    renew_join_code,
    split_union,
)

__all__ = [
    "appoint",
    "ask_back",
    "close_union",
    "confirm_request",
    "join_by_code",
    "leave_union",
    "load_kinds",
    "merge_unions",
    "move_union",
    "open_union",
    "place_union",
    "publish_notice",
    "refresh_paths",
    "refuse_request",
    "register_membership_guard",
    "rename_union",
    "renew_join_code",
    "request_to_join",
    "resend_request",
    "reveal_name",
    "revoke_appointment",
    "split_union",
    "transfer_member",
    "withdraw_notice",
    "withdraw_request",
]
