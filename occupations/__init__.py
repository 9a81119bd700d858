"""Occupations, their groups and the eight skill levels."""
