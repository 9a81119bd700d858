"""Courses that a union asks its members to study by a day: who is asked, how far they are, taking it back."""
