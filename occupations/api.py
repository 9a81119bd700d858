"""What other apps may ask of occupations."""

from occupations.operations import load_classification
from occupations.queries import occupation_names, occupations_on, skill_levels

__all__ = ["load_classification", "occupation_names", "occupations_on", "skill_levels"]
