"""Writing a learning path as a whole, for what does not come from the CMS's form."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from courses.models import CoursePage, LearningPath, PathCourse, PathPrerequisite
from courses.path_rules import circle_in


class PathInCircle(ValueError):
    """Courses of the path wait for each other."""


@dataclass(frozen=True)
class NewStep:
    """A course at a level (its rank)."""

    course: CoursePage
    rank: int
    is_required: bool = True


@dataclass(frozen=True)
class NewPrerequisite:
    course: CoursePage
    needs: CoursePage
    bars: bool = False


@transaction.atomic
def write_path(
    *,
    occupation: str,
    summary: str,
    steps: Sequence[NewStep],
    prerequisites: Sequence[NewPrerequisite] = (),
    is_public: bool = True,
) -> LearningPath:
    """
    Make the ladder of an occupation (its code) what is said here.

    :raises PathInCircle: if courses wait for each other.
    """
    if circle_in([(p.course.pk, p.needs.pk) for p in prerequisites]):
        raise PathInCircle
    path, _made = LearningPath.objects.update_or_create(
        occupation_id=occupation, defaults={"summary": summary, "is_public": is_public}
    )
    PathCourse.objects.filter(path=path).delete()
    PathPrerequisite.objects.filter(path=path).delete()
    for order, step in enumerate(steps):
        PathCourse.objects.create(
            path=path, level_id=step.rank, course=step.course, is_required=step.is_required, sort_order=order
        )
    for one in prerequisites:
        PathPrerequisite.objects.create(path=path, course=one.course, needs=one.needs, bars=one.bars)
    return path
