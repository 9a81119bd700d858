"""What each course teaches of a level of a standard, counted when it is published: the coverage map adds these up."""

from django.db import models
from django.db.models import Q

from courses.models.pages import CoursePage
from occupations.models import StandardLevel


class CourseCoverage(models.Model):
    """
    A course's current edition at one level of a standard, without what is withdrawn. Recomputed as a whole, never
    incremented; ``rebuild_coverage`` makes all rows again from the editions.
    """

    course = models.ForeignKey(CoursePage, on_delete=models.CASCADE, related_name="+")
    standard_level = models.ForeignKey(StandardLevel, on_delete=models.CASCADE, related_name="+")
    taught = models.TextField(
        help_text="hexadecimal: bit n is the n-th requirement of the level in the standard's order, which is frozen"
    )
    lessons = models.PositiveIntegerField(help_text="that teach at least one requirement of the level")
    ms = models.BigIntegerField(help_text="of these lessons")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "standard_level"], name="course_coverage_once"),
            models.CheckConstraint(
                condition=Q(lessons__gt=0) & Q(ms__gte=0) & ~Q(taught__in=["", "0"]),
                name="course_coverage_teaches",
            ),
        ]
