"""
What other apps may ask of instructors.

An app above adds a section to the public page of an instructor (the courses taught, a studio) by
``register_section(fn)``: ``fn(profile)`` returns a ``Section`` or None; this app knows none of them.
"""

from instructors.operations import (
    CannotVerify,
    fill_derived,
    load_grades,
    load_honours,
    open_notice,
    refresh_standing,
    verify_honour,
    verify_qualification,
    withdraw_honour,
    withdraw_qualification,
)
from instructors.queries import (
    HonourLine,
    InstructorCard,
    card_of,
    cards,
    entitlements_of,
    entitlements_to,
    listed,
    profiles,
)
from instructors.sections import Section, register_section
from instructors.words import missing_words

__all__ = [
    "CannotVerify",
    "HonourLine",
    "InstructorCard",
    "Section",
    "card_of",
    "cards",
    "entitlements_of",
    "entitlements_to",
    "fill_derived",
    "listed",
    "load_grades",
    "load_honours",
    "missing_words",
    "open_notice",
    "profiles",
    "refresh_standing",
    "register_section",
    "verify_honour",
    "verify_qualification",
    "withdraw_honour",
    "withdraw_qualification",
]
