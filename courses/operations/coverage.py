"""Counting what courses teach of standards: for one course when it is published or withdrawn, or again for all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core.db import lock_rows
from courses.models import CourseCoverage, CourseEdition, CoursePage
from courses.queries.coverage import served_requirements
from occupations.api import places_of_levels

A_BATCH = 200


@dataclass
class _Counted:
    published_at: datetime
    bits: int = 0
    lessons: dict[UUID, int] = field(default_factory=dict)


@transaction.atomic
def measure_coverage(courses: Sequence[int]) -> int:
    """
    Count what the current editions of these courses teach, from nothing; return the number of rows. Five statements.

    The courses are locked first: of two who publish and withdraw at once, the second reads what the first wrote.
    """
    list(lock_rows(CoursePage.objects.filter(pk__in=courses).order_by("pk")).values_list("pk", flat=True))
    counted = _count(courses)
    CourseCoverage.objects.filter(course__in=courses).delete()
    made = CourseCoverage.objects.bulk_create(
        CourseCoverage(
            course_id=course,
            standard_level_id=level,
            taught=f"{one.bits:x}",
            lessons=len(one.lessons),
            ms=sum(one.lessons.values()),
            published_at=one.published_at,
        )
        for (course, level), one in sorted(counted.items())
    )
    return len(made)


def _count(courses: Sequence[int]) -> dict[tuple[int, int], _Counted]:
    rows: Iterable[Any] = (
        served_requirements()
        .filter(lesson__edition__course__in=courses)
        .values_list(
            "lesson__edition__course",
            "requirement__task__function__standard_level",
            "requirement",
            "lesson__lesson",
            "lesson__duration_ms",
            "lesson__edition__published_at",
        )
    )
    rows = list(rows)
    places = places_of_levels({row[1] for row in rows})
    counted: dict[tuple[int, int], _Counted] = {}
    for course, level, requirement, lesson, ms, published_at in rows:
        one = counted.setdefault((course, level), _Counted(published_at))
        one.bits |= 1 << places[requirement]
        one.lessons[lesson] = ms
    return counted


def rebuild_coverage() -> tuple[int, int]:
    """Count all courses again, some at a time; return how many courses and how many rows."""
    courses = list(
        CourseEdition.objects.filter(is_current=True).order_by("course").values_list("course", flat=True)
    )
    CourseCoverage.objects.exclude(
        course__in=CourseEdition.objects.filter(is_current=True).values("course")
    ).delete()
    rows = sum(measure_coverage(courses[at : at + A_BATCH]) for at in range(0, len(courses), A_BATCH))
    return len(courses), rows
