"""What other apps may ask of occupations."""

from occupations.operations import load_classification
from occupations.queries import occupations_on, skill_levels

__all__ = ["load_classification", "occupations_on", "skill_levels"]
