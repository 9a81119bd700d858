"""
Thousands of published courses by a few statements: ``add_child`` alone costs 29 ms a page, a review a second.

What a catalogue and a search read is there (page, edition, lessons, instructor, trade and level); what only a lesson's own
page reads (revisions of each, parts, fragments) is the first course's.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page

from accounts.models import User
from courses.api import NewCourse, NewLesson, NewModule, create_course, setup_cms
from courses.models import CourseEdition, CoursePage, EditionInstructor, EditionLesson
from instructors.models import InstructorProfile
from occupations.api import load_classification
from occupations.models import Occupation

SPACE = UUID("3f5a1a6e-0a0f-4e0c-9a59-6f1f0a4f7d11")
LESSONS, TEACHERS, RANKS = 6, 4, 3
_ACTS = ("安全操作", "装配调试", "故障排查", "工艺编制", "测量检验", "维护保养")


def make_courses(count: int, *, now: datetime) -> None:
    """Make ``count`` published courses over four hundred trades and three levels, each with six lessons and one of four instructors."""
    load_classification()
    index = setup_cms()
    author = User.objects.create_user("bench-author")
    teachers = [_teacher(n) for n in range(TEACHERS)]
    occupations = list(Occupation.objects.order_by("pk")[:400])
    first = create_course(index=index, course=_new(occupations[0].pk, teachers[0]), by=author, now=now)
    revision = first.latest_revision
    pages = _pages(count, first, index, occupations)
    editions = CourseEdition.objects.bulk_create(
        [
            CourseEdition(
                course=page,
                number=1,
                title=page.title,
                occupation_id=page.occupation_id,
                level_id=page.level_id,
                summary=page.summary,
                outcomes=["会检查", "会处置"],
                course_revision=revision,
                submitted_by=author,
                submitted_at=now,
                published_at=now - timedelta(minutes=n),
                is_current=True,
                live=True,
                duration_ms=LESSONS * 480_000,
                lesson_count=LESSONS,
                manifest_hash=f"{n:064x}",
            )
            for n, page in enumerate(pages)
        ],
        batch_size=500,
    )
    EditionInstructor.objects.bulk_create(
        [
            EditionInstructor(edition=edition, instructor=teachers[n % TEACHERS], position=1)
            for n, edition in enumerate(editions)
        ],
        batch_size=1_000,
    )
    EditionLesson.objects.bulk_create(
        [
            EditionLesson(
                edition=edition,
                lesson=uuid5(SPACE, f"{edition.pk} {place}"),
                position=place,
                module_number=1,
                module_title="第一单元",
                title=f"{edition.title} 第 {place} 节",
                summary="先看一遍，再做一遍",
                schema_version=1,
                content=[],
                content_hash=f"{edition.pk:064x}",
                duration_ms=480_000,
                page_id=first.pk,
                revision=revision,
            )
            for edition in editions
            for place in range(1, LESSONS + 1)
        ],
        batch_size=1_000,
    )


def _teacher(n: int) -> InstructorProfile:
    person = User.objects.create_user(f"bench-teacher-{n}").person
    return InstructorProfile.objects.create(
        person=person, slug=f"bench-teacher-{n}", public_name=f"师傅{n}", is_listed=True
    )


def _new(occupation: str, teacher: InstructorProfile) -> NewCourse:
    lesson = NewLesson("开始", "begin", "", [{"type": "text", "value": "<p>先断电</p>"}])
    return NewCourse(
        title="样板", slug="bench", occupation=occupation, level=2, summary="", outcomes=["会检查"], audience="", safety=[],
        instructors=[teacher], modules=[NewModule("第一单元", "m", [lesson])],
    )  # fmt: skip


def _pages(count: int, first: CoursePage, index: Page, occupations: list[Occupation]) -> list[CoursePage]:
    kind = ContentType.objects.get_for_model(CoursePage)
    base: list[dict[str, Any]] = []
    step = Page._str2int(first.path[-Page.steplen :])
    for n in range(count):
        occupation, act = occupations[n % len(occupations)], _ACTS[n // len(occupations) % len(_ACTS)]
        title, slug = f"{occupation.name}{act}", f"bench-{n}"
        base.append(
            {
                "title": title, "draft_title": title, "slug": slug, "url_path": f"{index.url_path}{slug}/",
                "path": Page._get_path(index.path, first.depth, step + 1 + n), "depth": first.depth, "locale_id": first.locale_id,
                "content_type": kind, "live": True, "owner_id": first.owner_id,
            }
        )  # fmt: skip
    rows = Page.objects.bulk_create([Page(**fields) for fields in base], batch_size=500)
    Page.objects.filter(pk=index.pk).update(numchild=count + 1)
    pages = []
    for n, (row, fields) in enumerate(zip(rows, base, strict=True)):
        occupation = occupations[n % len(occupations)]
        page = CoursePage(
            pk=row.pk,
            page_ptr_id=row.pk,
            occupation=occupation,
            level_id=1 + n % RANKS,
            summary="一学就会",
            **fields,
        )
        page.save_base(raw=True, force_insert=True)
        pages.append(page)
    return pages
