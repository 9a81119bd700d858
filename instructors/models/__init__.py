"""The teaching pool: who teaches which trade, by which proof, with honours that somebody has verified."""

from instructors.models.pool import (
    Grade,
    HeldHonour,
    Honour,
    InstructorProfile,
    InstructorProfileQuerySet,
    TaughtTrade,
)
from instructors.models.standing import Entitlement, GradeOverride, GradeRule, Qualification

__all__ = [
    "Entitlement",
    "Grade",
    "GradeOverride",
    "GradeRule",
    "HeldHonour",
    "Honour",
    "InstructorProfile",
    "InstructorProfileQuerySet",
    "Qualification",
    "TaughtTrade",
]
