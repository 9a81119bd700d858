"""Invented data for the pattern library; nothing of it reaches a database."""
