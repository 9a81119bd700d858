"""
Which requirements of the occupation's standard a lesson teaches: as its author ticks them, and as an edition froze them.

A requirement that a lesson names cannot be deleted; standards are editions and stay.
"""

from django.db import models

from courses.models.editions import EditionLesson
from occupations.models import StandardRequirement


class LessonRequirement(models.Model):
    """A tick in the editor. What is reviewed and counted are the rows of the edition."""

    lesson = models.ForeignKey("courses.LessonPage", on_delete=models.CASCADE, related_name="+")
    requirement = models.ForeignKey(StandardRequirement, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "requirement"], name="lesson_requirement_once")
        ]


class EditionRequirement(models.Model):
    """A requirement that a lesson of an edition teaches, frozen at submission."""

    lesson = models.ForeignKey(EditionLesson, on_delete=models.CASCADE, related_name="requirements")
    requirement = models.ForeignKey(StandardRequirement, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "requirement"], name="edition_requirement_once")
        ]
