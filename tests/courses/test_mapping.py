"""Lessons say which requirements of the standard they teach; an edition freezes it."""

import re
from datetime import date, timedelta

import pytest
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from courses.models import CoursePage, EditionRequirement, LessonPage
from courses.operations import withdraw
from courses.queries.checks import check_course
from courses.queries.coverage import coverage_of
from instructors.models import TaughtTrade
from occupations.api import requirement_rows
from occupations.models import OccupationalStandard
from occupations.operations.standards import StandardInUse, take_back
from tests.factories import courses as make
from tests.factories.standards import make_examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def welder(db):
    return make_examples()[make.WELDER]


def rows(standard, rank=2):
    return requirement_rows(standard=standard.pk, rank=rank)


def mapped(title, *requirements):
    lesson = make.lesson(title, make.text("焊条送进前移摆动"))
    return type(lesson)(**{**lesson.__dict__, "requirements": [r.id for r in requirements]})


def test_the_editor_offers_the_standards_requirements_of_the_courses_level_and_keeps_the_ticks(
    client, welder
):
    author = make.make_staff("instructor")
    client.force_login(author)
    make.make_draft(mapped("运条"), by=author)
    lesson = LessonPage.objects.get()
    address = reverse("wagtailadmin_pages:edit", args=[lesson.pk])

    page = client.get(address).content.decode()

    offered = {int(value) for value in re.findall(r'name="requirements" value="(\d+)"', page)}
    assert offered == {row.id for row in rows(welder)}
    assert "1.1 防护与场地检查（焊前准备）" in page and "技能要求 1.1.1：" in page
    first = rows(welder)[0]
    form = nested_form_data(
        {
            "title": "运条",
            "slug": lesson.slug,
            "summary": "",
            "body": streamfield([("text", rich_text("<p>焊条送进</p>"))]),
        }
    )
    client.post(address, form | {"requirements": [str(first.id)]})
    draft = LessonPage.objects.get().get_latest_revision_as_object()
    assert [r.pk for r in draft.requirements.all()] == [first.id]
    other_level = rows(welder, rank=3)[0]
    client.post(address, form | {"requirements": [str(other_level.id)]})
    assert [r.pk for r in LessonPage.objects.get().get_latest_revision_as_object().requirements.all()] == [
        first.id
    ]


def test_without_a_standard_the_editor_says_so(client):
    author = make.make_staff("instructor")
    client.force_login(author)
    make.make_draft(mapped("运条"), by=author)
    page = client.get(reverse("wagtailadmin_pages:edit", args=[LessonPage.objects.get().pk]))
    assert "还没有录入标准" in page.content.decode()


def test_an_edition_freezes_what_its_lessons_teach_whatever_the_draft_becomes(welder):
    one, two, *_rest = [row for row in rows(welder) if not row.is_hazardous]
    teacher = make.make_instructor()
    make.make_taught(teacher, level=5)
    course = make.make_draft(mapped("运条", one, two), mapped("收弧", two), instructors=[teacher])
    edition = make.publish(course)

    lesson = LessonPage.objects.get(title="运条")
    lesson.requirements.set([])
    lesson.save()

    frozen = EditionRequirement.objects.filter(lesson__edition=edition).order_by("lesson__position", "pk")
    assert list(frozen.values_list("lesson__title", "requirement_id")) == [
        ("运条", one.id),
        ("运条", two.id),
        ("收弧", two.id),
    ]


def test_a_copied_lesson_teaches_the_same(welder):
    first = rows(welder)[0]
    make.make_draft(mapped("运条", first))
    lesson = LessonPage.objects.get()
    copy = lesson.copy(update_attrs={"slug": "copy", "title": "又一节"})
    assert [r.pk for r in copy.requirements.all()] == [first.id]
    assert [r.pk for r in copy.get_latest_revision_as_object().requirements.all()] == [first.id]


def test_a_standard_that_lessons_refer_to_can_neither_be_taken_back_nor_deleted(welder):
    make.make_draft(mapped("运条", rows(welder)[0]))
    with pytest.raises(StandardInUse):
        take_back(standard=welder, actor=None)
    welder.refresh_from_db()
    assert not welder.is_draft
    with pytest.raises(ProtectedError):
        OccupationalStandard.objects.all().delete()
    assert CoursePage.objects.exists() and welder.active_from == date(2026, 1, 1)


def test_the_check_asks_for_a_requirement_a_safety_notice_and_a_teacher_the_standard_allows(welder):
    dangerous = next(row for row in rows(welder) if row.is_hazardous)
    unproved = make.make_instructor()
    TaughtTrade.objects.create(profile=unproved, occupation_id=make.WELDER, level_id=2)
    course = make.make_draft(mapped("运条", dangerous), mapped("收弧"), instructors=[unproved])

    report = check_course(course, on=make.NOW.date())

    found = {(f.rule, f.where) for f in report.failures}
    assert {("safety_notice", "运条"), ("requirement", "收弧")} <= found
    assert any("陈铁山：要" in f.message for f in report.failures if f.rule == "teacher")


class TestCoverage:
    def test_counts_current_lessons_once_and_shows_gaps_and_what_was_withdrawn_as_one(
        self, welder, django_assert_num_queries
    ):
        one, two, *_rest = [row for row in rows(welder) if not row.is_hazardous]
        teacher = make.make_instructor()
        make.make_taught(teacher, level=5)
        course = make.make_draft(mapped("运条", one, two), mapped("收弧", two), instructors=[teacher])
        edition = make.publish(course)
        make.publish(course, at=make.NOW + timedelta(days=1))
        on = make.NOW.date() + timedelta(days=11)

        with django_assert_num_queries(5):
            level = coverage_of(occupation=make.WELDER, on=on).levels[0]

        found = {row.requirement.id: row for row in level.rows}
        assert (found[one.id].lessons, found[two.id].lessons, level.covered) == (1, 2, 2)
        assert found[two.id].ms == sum(lesson.duration_ms for lesson in edition.lessons.all())
        assert (found[two.id].instructors, found[two.id].age_days) == (1, 10)
        assert len(level.gaps) == len(level.rows) - 2
        lesson = edition.lessons.get(title="收弧").lesson
        withdraw(
            course=course, lesson=lesson, reason="有误", by=make.make_staff("content_reviewer"), now=make.NOW
        )
        level = coverage_of(occupation=make.WELDER, on=on).levels[0]
        assert {row.requirement.id: row.lessons for row in level.rows}[two.id] == 1

    def test_an_occupation_without_a_standard_has_none(self):
        assert coverage_of(occupation="6-18-99-99", on=make.NOW.date()) is None
