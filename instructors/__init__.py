"""The teaching pool: profiles, honours, verification."""
