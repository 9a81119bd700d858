"""
Every occupation of the classification with a standard, and so many published courses that teach of them, made in bulk:
rows as publishing leaves them, without the pages and revisions that only editors read. Django must be set up.
"""

import json
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Page, Revision

from accounts.models import Person, User
from courses.models import (
    CourseEdition,
    CourseIndexPage,
    CoursePage,
    EditionInstructor,
    EditionLesson,
    EditionRequirement,
)
from courses.operations import rebuild_coverage, setup_cms
from instructors.models import InstructorProfile
from occupations.api import load_classification
from occupations.models import (
    LevelSize,
    Occupation,
    OccupationalStandard,
    StandardFunction,
    StandardLevel,
    StandardRequirement,
    StandardTask,
)
from unions.models import Union
from unions.operations import load_kinds, open_union

SPACE = UUID("3a1e2c64-7f27-4e0c-9b39-5f5c6a3d1c55")
RANKS, TASKS, REQUIREMENTS = (2, 3, 4), 5, 6
"""A level asks for 30 things, as the example standards do."""
LESSONS, TAUGHT = 10, 3
PROVINCES = 31
NOW = datetime(2026, 11, 1, tzinfo=UTC)
A_BATCH = 5_000


@transaction.atomic
def fill(*, occupations: int, courses: int, seed: int = 1) -> None:
    """Make the world. Half of the courses are of a fiftieth of the occupations, as trades are popular."""
    chance = random.Random(seed)
    load_classification()
    codes = list(Occupation.objects.order_by("code").values_list("code", flat=True)[:occupations])
    levels = _standards(codes)
    teachers = _teachers(max(4, courses // 10))
    _courses(codes, levels, teachers, courses, chance)
    rebuild_coverage()


def _bulk(model: Any, rows: Iterable[Any]) -> list[Any]:
    return list(model.objects.bulk_create(rows, batch_size=A_BATCH))


def _standards(codes: list[str]) -> dict[str, list[tuple[int, list[int]]]]:
    """Return rank and requirements of each level by occupation."""
    standards = _bulk(
        OccupationalStandard,
        [
            OccupationalStandard(occupation_id=code, edition="2026", active_from=date(2026, 1, 1))
            for code in codes
        ],
    )
    levels = _bulk(
        StandardLevel,
        [
            StandardLevel(
                standard=standard,
                level_id=rank,
                hours=200,
                ethics_weight=5,
                basics_weight=25,
                teacher_level_id=5,
            )
            for standard in standards
            for rank in RANKS
        ],
    )
    functions = _bulk(
        StandardFunction,
        [
            StandardFunction(standard_level=level, number=1, name="作业", theory_weight=70, skill_weight=100)
            for level in levels
        ],
    )
    tasks = _bulk(
        StandardTask,
        [
            StandardTask(function=function, number=number, name=f"第{number}项")
            for function in functions
            for number in range(1, TASKS + 1)
        ],
    )
    requirements = _bulk(
        StandardRequirement,
        [
            StandardRequirement(
                task=task,
                kind="skill" if n <= REQUIREMENTS // 2 else "knowledge",
                number=(n - 1) % (REQUIREMENTS // 2) + 1,
                text=f"能按规程完成第{n}步并检查结果",
            )
            for task in tasks
            for n in range(1, REQUIREMENTS + 1)
        ],
    )
    _bulk(LevelSize, [LevelSize(standard_level=level, requirements=TASKS * REQUIREMENTS) for level in levels])
    OccupationalStandard.objects.filter(pk__in=[s.pk for s in standards]).update(published_at=NOW)
    a_level = TASKS * REQUIREMENTS
    found: dict[str, list[tuple[int, list[int]]]] = {}
    for n, level in enumerate(levels):
        pks = [r.pk for r in requirements[n * a_level : (n + 1) * a_level]]
        found.setdefault(codes[n // len(RANKS)], []).append((level.level_id, pks))
    return found


def _teachers(count: int) -> list[InstructorProfile]:
    load_kinds()
    nation = open_union(kind="NAT", parent=None, code="NAT", name="全国总工会", on=date(2020, 1, 1))
    provinces: list[Union] = [
        open_union(kind="PROV", parent=nation, code=f"P{n:03d}", name=f"第{n}省总工会", on=date(2020, 1, 1))
        for n in range(1, PROVINCES + 1)
    ]
    people = _bulk(Person, [Person() for _ in range(count)])
    return _bulk(
        InstructorProfile,
        [
            InstructorProfile(
                person=person, slug=f"bench-{n}", public_name=f"师傅{n}", union=provinces[n % PROVINCES]
            )
            for n, person in enumerate(people)
        ],
    )


def _courses(
    codes: list[str],
    levels: dict[str, list[tuple[int, list[int]]]],
    teachers: list[InstructorProfile],
    count: int,
    chance: random.Random,
) -> None:
    author = User.objects.create_user("bench-author")
    popular = codes[:: max(1, len(codes) // max(1, len(codes) // 50))]
    chosen = []
    for n in range(count):
        code = chance.choice(popular if n % 2 else codes)
        rank, pks = chance.choice(levels[code])
        chosen.append((code, rank, pks))
    pages = _pages(chosen, author)
    revision = Revision.objects.create(
        content_type=ContentType.objects.get_for_model(CoursePage),
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id=str(pages[0].pk),
        created_at=NOW,
        content={},
    )
    editions = _bulk(
        CourseEdition,
        [
            CourseEdition(
                course=page,
                number=1,
                title=page.title,
                occupation_id=code,
                level_id=rank,
                course_revision=revision,
                submitted_by=author,
                submitted_at=NOW,
                published_at=NOW - timedelta(days=n % 700),
                is_current=True,
                live=True,
                manifest_hash="0" * 64,
                lesson_count=LESSONS,
                duration_ms=LESSONS * 600_000,
            )
            for n, (page, (code, rank, _pks)) in enumerate(zip(pages, chosen, strict=True))
        ],
    )
    _bulk(
        EditionInstructor,
        [
            EditionInstructor(edition=edition, instructor=teachers[n % len(teachers)], position=0)
            for n, edition in enumerate(editions)
        ],
    )
    lessons = _bulk(
        EditionLesson,
        [
            EditionLesson(
                edition=edition,
                lesson=uuid5(SPACE, f"{edition.number}-{n}-{place}"),
                position=place,
                module_number=1,
                module_title="第一单元",
                title=f"第{place}节",
                schema_version=1,
                content=json.loads("[]"),
                content_hash="0" * 64,
                duration_ms=600_000,
                page_id=pages[n].pk,
                revision=revision,
            )
            for n, edition in enumerate(editions)
            for place in range(1, LESSONS + 1)
        ],
    )
    _bulk(
        EditionRequirement,
        [
            EditionRequirement(lesson=lesson, requirement_id=pk)
            for n, lesson in enumerate(lessons)
            for pk in chance.sample(chosen[n // LESSONS][2], TAUGHT)
        ],
    )


def _pages(chosen: list[tuple[str, int, list[int]]], author: User) -> list[CoursePage]:
    index: CourseIndexPage = setup_cms()
    made = []
    kind = ContentType.objects.get_for_model(CoursePage)
    for n, (code, rank, _pks) in enumerate(chosen, start=1):
        page = CoursePage(
            title=f"课程{n}", slug=f"bench-{n}", occupation_id=code, level_id=rank, owner=author
        )
        page.depth, page.path = index.depth + 1, Page._get_path(index.path, index.depth + 1, n)
        page.url_path, page.content_type = f"{index.url_path}{page.slug}/", kind
        page.locale_id, page.draft_title, page.live = index.locale_id, page.title, True
        made.append(page)
    fields = [field for field in Page._meta.concrete_fields if not field.primary_key]
    rows = [Page(**{field.attname: getattr(page, field.attname) for field in fields}) for page in made]
    for row, page in zip(_bulk(Page, rows), made, strict=True):
        page.pk = page.page_ptr_id = row.pk
        page.save_base(raw=True, force_insert=True)
    Page.objects.filter(pk=index.pk).update(numchild=len(made))
    return made
