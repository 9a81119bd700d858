"""Courses, modules, lessons, editions, enrolment, the player page."""
