"""Courses and lessons as they are found: from publishing to withdrawal, on whatever engine this run has."""

import pytest
from django.utils import timezone

from core import outbox
from core.jobs.models import Job
from core.jobs.worker import run_job
from courses import api as courses
from search.analysis import query_terms
from search.engines import SearchRequest
from search.operations import UPDATE, rebuild_index
from search.sources import all_groups
from tests.factories import courses as make
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(index):
    steps = {
        "type": "steps",
        "value": {"title": "引弧", "steps": [{"text": "用划擦法引弧", "tools": "焊钳", "check": "不粘条"}]},
    }
    return make.make_course(
        make.lesson("运条", make.text("焊条送进、<b>前移</b>和摆动。"), steps),
        make.lesson("收弧", make.text("填满弧坑再收弧"), make.question()),
        instructors=[make.make_instructor("陈铁山", slug="chen-tieshan")],
    )


def work():
    """Do what the worker does after a commit."""
    outbox.deliver()
    for job in Job.objects.filter(kind=UPDATE, state=Job.State.QUEUED):
        run_job(job.id)


def found(index, text="", **filters):
    """Titles of the courses and lessons that are found."""
    index.refresh()
    wanted = {"type": ("course", "lesson"), **{name: (value,) for name, value in filters.items()}}
    page = index.search(SearchRequest(terms=query_terms(text), filters=wanted, size=100))
    return {hit.payload["title"] for hit in page.hits}


class TestPublishing:
    def test_a_published_course_is_found_with_its_lessons(self, course, index):
        work()

        assert found(index, "焊工", type="course") == {"高级焊工安全操作规程"}
        assert found(index, "划擦法") == {"运条"}
        assert found(index, "焊钳") == {"运条"}
        assert found(index, "前移和") == {"运条"}
        assert found(index, "要不要烘干") == {"收弧"}
        assert found(index, "chentieshan", type="course") == {"高级焊工安全操作规程"}
        assert found(index, instructor="chen-tieshan", level="2", type="lesson") == {"运条", "收弧"}
        assert found(index, occupation="6-18", trade="welding", type="course") == {"高级焊工安全操作规程"}

    def test_a_draft_is_not_found(self, index):
        make.make_draft(title="还没审的焊工课")
        work()

        assert found(index, "焊工") == set()

    def test_a_new_edition_takes_the_place_of_the_old_one(self, course, index):
        work()
        page = course.get_children().first().get_children().first().specific
        page.title = "运条三要素"
        page.save_revision(user=course.owner)
        make.publish(course)
        work()

        assert found(index, "运条", type="lesson") == {"运条三要素"}
        assert len(found(index)) == 3

    def test_a_withdrawn_lesson_is_gone_at_once_and_a_withdrawn_course_with_all_its_lessons(
        self, course, index
    ):
        work()
        by = make.make_staff("content_reviewer")
        lesson = course.editions.get().lessons.order_by("position").first().lesson

        one = courses.withdraw(course=course, lesson=lesson, reason="图有错", by=by, now=timezone.now())
        work()
        assert found(index) == {"高级焊工安全操作规程", "收弧"}

        courses.withdraw(course=course, lesson=None, reason="停用", by=by, now=timezone.now())
        work()
        assert found(index) == set()

        courses.lift_withdrawal(withdrawal=course.withdrawals.get(lesson=None), by=by, now=timezone.now())
        courses.lift_withdrawal(withdrawal=one, by=by, now=timezone.now())
        work()
        assert found(index) == {"高级焊工安全操作规程", "运条", "收弧"}

    def test_a_teacher_who_is_no_longer_listed_is_no_filter_any_more(self, course, index):
        work()
        teacher = course.instructors.get().instructor
        teacher.is_listed = False
        teacher.save()
        work()

        assert found(index, instructor="chen-tieshan") == set()
        assert found(index, type="course") == {"高级焊工安全操作规程"}


class TestCaptions:
    def test_what_is_said_in_a_video_is_found_and_opens_at_that_second(self, index, client):
        film = make.make_video()
        film.captions = (
            "WEBVTT\n\n00:02.000 --> 00:06.000\n送进、前移、摆动。\n\n"
            "03:05.250 --> 03:09.000\n<v 陈师傅>电流太大就会烧\n\n03:09.000 --> 03:12.000\n穿，先降十安。\n"
        )
        film.save()
        make.make_course(make.lesson("运条", make.text("看一遍再练"), make.video(film)))
        work()

        assert found(index, "烧穿") == {"运条"}
        (hit,) = client.get("/api/v1/search?q=电流太大&type=lesson").json()["results"]
        assert hit["said"]["start_ms"] == 185_250
        assert hit["said"]["marked"] == "<mark>电流太大</mark>就会烧"
        assert "from=185250&to=600000" in hit["said"]["url"]
        page = client.get("/search/?q=电流太大&type=lesson").content.decode()
        assert "从 3:05 看" in page
        assert "<mark>电流太大</mark>就会烧" in page


class TestRebuild:
    def test_a_rebuild_equals_what_publishing_wrote(self, course, index):
        make.make_course(title="低压电工入门")
        work()
        index.refresh()
        rows = rebuild_index(clock=timezone.now)
        live = {row.key: row.digest for row in index.contents()}
        courses_and_lessons = {key for key in live if key.partition(":")[0] in ("course", "lesson")}

        assert rows == len(live)
        assert len(courses_and_lessons) == 6
        by_group = {row.key for _, documents in all_groups() for row in documents}
        assert by_group == set(live)

    def test_the_live_index_and_a_rebuild_hold_the_same_bytes(self, course, index):
        courses.enrol(person=make_person(), course=course, now=timezone.now())
        outbox.publish("course.published", key="x", payload={"course": course.pk})
        work()
        index.refresh()
        live = [row for row in index.contents() if not row.key.startswith("occupation:")]

        rebuild_index(clock=timezone.now)

        assert [row for row in index.contents() if not row.key.startswith("occupation:")] == live

    @pytest.mark.parametrize("size", [1, 4])
    def test_reading_courses_takes_as_many_queries_for_many_as_for_one(
        self, course, index, size, django_assert_max_num_queries
    ):
        for n in range(size):
            make.make_course(title=f"第{n}门课")

        with django_assert_max_num_queries(14):
            list(all_groups())


def test_the_catalogue_shows_a_published_course_as_a_card(course, index, client):
    work()
    index.refresh()

    page = client.get("/courses/", {"q": "焊工"}).content.decode()

    assert "高级<mark>焊工</mark>安全操作规程" in page
    assert f'href="/courses/{course.slug}/"' in page
    assert "陈铁山" in page
