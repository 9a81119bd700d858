"""
What other apps may ask of occupations.

Standards: ``standard_in_force`` for a day, ``requirement_rows`` of a standard, a level or by ids, ``level_rows`` with
hours, weights and who may teach, ``may_teach`` for one person.
"""

from occupations.operations.classification import load_classification
from occupations.operations.examples import load_example_standards
from occupations.operations.standards import publish_standard, save_content
from occupations.queries.classification import group_names, occupation_names, occupations_on, skill_levels
from occupations.queries.standards import (
    LevelInForce,
    LevelRow,
    RequirementRow,
    content_of,
    level_labels,
    level_rows,
    levels_in_force,
    places_of_levels,
    published_standards,
    requirement_rows,
    standard_in_force,
    standards_in_force,
    teachers_in_force,
)
from occupations.rules import Teacher, from_plain, may_teach
from occupations.sections import Teaching, register_teaching

__all__ = [
    "LevelInForce",
    "LevelRow",
    "RequirementRow",
    "Teacher",
    "Teaching",
    "content_of",
    "from_plain",
    "group_names",
    "level_labels",
    "level_rows",
    "levels_in_force",
    "load_classification",
    "load_example_standards",
    "may_teach",
    "occupation_names",
    "occupations_on",
    "places_of_levels",
    "publish_standard",
    "published_standards",
    "register_teaching",
    "requirement_rows",
    "save_content",
    "skill_levels",
    "standard_in_force",
    "standards_in_force",
    "teachers_in_force",
]
