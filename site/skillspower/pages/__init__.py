"""Pages that belong to no app: the choice of look, the pattern library."""
