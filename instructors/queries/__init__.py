"""Reading the teaching pool."""

from instructors.queries.pool import (
    HonourLine,
    InstructorCard,
    card_of,
    cards,
    listed,
    notice_words,
    profiles,
    shown_honours,
    state_words,
)
from instructors.queries.standing import entitlements_of, entitlements_to

__all__ = [
    "HonourLine",
    "InstructorCard",
    "card_of",
    "cards",
    "entitlements_of",
    "entitlements_to",
    "listed",
    "notice_words",
    "profiles",
    "shown_honours",
    "state_words",
]
