"""
A person's message centre. Core knows no persons: a recipient is the uuid of one.

Two things lie in it. A **message** is a row: a fact somebody is told (``send``), or a task that stays open until the
thing itself is done (``send(is_task=True, key=…)`` and later ``settle(key=…)``: reading settles nothing). A **source**
is asked when somebody looks (``register_source``): notices of one's unions, a queue of work, what a programme still
wants; such an entry is done when the source does not return it any more, so it can never disagree with the thing, and
a notice to five million members writes no row (ADR 0007).

Both have an action, a state and somebody they come from. ``key`` names the matter: the same act twice makes one
message.
"""

from core.inbox.bell import bell_count, open_tasks
from core.inbox.entries import CATEGORIES, Entry, category_of, register_source
from core.inbox.messages import (
    mark,
    mark_all_read,
    messages_of,
    send,
    send_to_many,
    settle,
    unread_count,
)
from core.inbox.page import Cursor, Page, Show, find, page_of, read_all, read_entry

__all__ = [
    "CATEGORIES",
    "Cursor",
    "Entry",
    "Page",
    "Show",
    "bell_count",
    "category_of",
    "find",
    "mark",
    "mark_all_read",
    "messages_of",
    "open_tasks",
    "page_of",
    "read_all",
    "read_entry",
    "register_source",
    "send",
    "send_to_many",
    "settle",
    "unread_count",
]
