"""Statements for PostgreSQL and SQLite: ``rollup`` computes figures, ``triggers`` mark what changed."""
