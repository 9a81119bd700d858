"""Pages that belong to no app: the choice of look, error pages, the pattern library."""
