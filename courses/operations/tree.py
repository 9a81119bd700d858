"""Making a whole course in one go: for imports and demo content."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from wagtail.models import Page

from accounts.models import User
from courses.models import CourseIndexPage, CourseInstructor, CoursePage, LessonPage, ModulePage
from courses.rules import Block
from instructors.models import InstructorProfile


@dataclass(frozen=True)
class NewLesson:
    """``blocks`` as a StreamField stores them: ``type`` and ``value``, files by their ids."""

    title: str
    slug: str
    summary: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class NewModule:
    title: str
    slug: str
    lessons: Sequence[NewLesson]


@dataclass(frozen=True)
class NewCourse:
    title: str
    slug: str
    occupation: str
    level: int
    summary: str
    outcomes: Sequence[str]
    audience: str
    safety: Sequence[str]
    instructors: Sequence[InstructorProfile]
    modules: Sequence[NewModule]


@transaction.atomic
def create_course(*, index: CourseIndexPage, course: NewCourse, by: User) -> CoursePage:
    """Make a course with its modules and lessons as drafts owned by ``by``, each with its first revision."""
    page = CoursePage(
        title=course.title,
        slug=course.slug,
        owner=by,
        live=False,
        occupation_id=course.occupation,
        level_id=course.level,
        summary=course.summary,
        outcomes="\n".join(course.outcomes),
        audience=course.audience,
        safety=_raw({"type": "note", "value": line} for line in course.safety),
    )
    page.instructors = [
        CourseInstructor(instructor=i, sort_order=n) for n, i in enumerate(course.instructors)
    ]
    _add(index, page, by)
    for module in course.modules:
        module_page = ModulePage(title=module.title, slug=module.slug, owner=by, live=False)
        _add(page, module_page, by)
        for lesson in module.lessons:
            lesson_page = LessonPage(
                title=lesson.title,
                slug=lesson.slug,
                summary=lesson.summary,
                body=_raw(lesson.blocks),
                owner=by,
                live=False,
            )
            _add(module_page, lesson_page, by)
    return page


def _raw(blocks: Any) -> str:
    return json.dumps(list(blocks), ensure_ascii=False)


def _add(parent: Page, page: Page, by: User) -> None:
    parent.add_child(instance=page)
    page.save_revision(user=by, clean=False)
