"""
What other apps may ask of instructors.

An app above adds a section to the public page of an instructor (the courses taught, a studio) by
``register_section(fn)``: ``fn(profile)`` returns a ``Section`` or None; this app knows none of them.
"""

from instructors.operations import CannotVerify, load_honours, open_notice, verify_honour, withdraw_honour
from instructors.queries import HonourLine, InstructorCard, card_of, cards, listed, profiles
from instructors.sections import Section, register_section

__all__ = [
    "CannotVerify",
    "HonourLine",
    "InstructorCard",
    "Section",
    "card_of",
    "cards",
    "listed",
    "load_honours",
    "open_notice",
    "profiles",
    "register_section",
    "verify_honour",
    "withdraw_honour",
]
