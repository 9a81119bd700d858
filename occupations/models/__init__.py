"""The classification of occupations, and the standards of what each of them asks for."""

from occupations.models.classification import Occupation, OccupationGroup, SkillLevel
from occupations.models.standards import (
    LevelSize,
    OccupationalStandard,
    StandardBasic,
    StandardFunction,
    StandardLevel,
    StandardRequirement,
    StandardTask,
)

__all__ = [
    "LevelSize",
    "Occupation",
    "OccupationGroup",
    "OccupationalStandard",
    "SkillLevel",
    "StandardBasic",
    "StandardFunction",
    "StandardLevel",
    "StandardRequirement",
    "StandardTask",
]
