"""The demo's courses stand in the database as reviewed editions, with what the outside checks need."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.api import Person, User, grant_role
from core.clock import day_of, to_ms
from core.inbox.entries import live_entries
from courses.models import (
    CourseEdition,
    CoursePage,
    EditionLesson,
    Enrolment,
    Part,
    ReviewComment,
    ReviewLogEntry,
)
from courses.queries.authoring import lesson_changes
from courses.queries.checks import check_course
from instructors.models import HeldHonour
from instructors.queries import notice_words
from occupations.api import load_classification
from skillspower.demo.content import community, courses, lesson_ms
from skillspower.demo.courses import load_courses
from skillspower.demo.desks import REVISED, UNFINISHED_TITLE, load_revised, load_unfinished
from skillspower.demo.reviews import load_renewed, load_reviews
from tests.factories.people import make_user

pytestmark = pytest.mark.xdist_group("demo courses")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """Loaded once for all of them; each test's own changes are taken back."""
    uploads = tmp_path_factory.mktemp("uploads")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=uploads), transaction.atomic():
        yield load_all()
        transaction.set_rollback(True)


@pytest.fixture
def made(loaded):
    with transaction.atomic():
        yield loaded
        transaction.set_rollback(True)


def load_all():
    load_classification()
    cast = {}
    for star in community.cast():
        person = Person.objects.create(name=star.name, display_name=star.display_name)
        cast[star.key] = make_user(star.login, person=person)
        for role in star.roles:
            grant_role(user=cast[star.key], role=role, at=NOW)
    workers = [make_user() for _ in range(3)]
    return load_courses(cast=cast, workers=workers, now=NOW)


def test_every_course_is_published_as_its_file_says(made):
    wanted = {course.slug: course for course in courses()}

    editions = {
        e.course.slug: e for e in CourseEdition.objects.filter(is_current=True).select_related("course")
    }

    assert editions.keys() == wanted.keys()
    for slug, edition in editions.items():
        course = wanted[slug]
        rows = EditionLesson.objects.filter(edition=edition).order_by("position")
        assert [(r.title, r.duration_ms) for r in rows] == [
            (le.title, lesson_ms(le)) for le in course.lessons
        ]
        assert [a.step for a in edition.approvals.order_by("pk")] == ["专业审核", "内容审核"]
        assert edition.submitted_by != edition.approvals.first().reviewer
        assert edition.submitted_at < edition.approvals.last().approved_at == edition.published_at < NOW
    # What the outside checks ask for.
    assert len(made.long_lessons) >= 2 and len(made.video_lessons) >= 2
    assert Part.objects.filter(kind="video", video__state="ready").count() >= 2
    assert Enrolment.objects.count() == 3 * len(courses())


def test_an_honour_still_in_public_notice_is_on_no_public_page(made, client):
    waiting = HeldHonour.objects.filter(verified_at__isnull=True)

    assert [held.profile.slug for held in waiting] == ["wu-dayong"]
    assert notice_words(waiting[0], day_of(to_ms(NOW))) == "公示第 3 天，共 5 天"
    page = client.get("/courses/tube-coupler-scaffold/").content.decode()
    assert "吴大勇" in page
    assert "市级工匠" not in page
    assert "公示" not in client.get("/instructors/wu-dayong/").content.decode()


def test_reviewer_and_turner_find_on_their_desks_what_the_story_tells(made):
    cast = {star.key: User.objects.get(username=star.login) for star in community.cast()}
    for revised in REVISED:
        load_revised(revised, author=cast[revised.author], now=NOW)
    load_unfinished(author=cast["shao-weidong"])

    tasks = [e for e in live_entries(cast["zhao-guoqing"], NOW) if e.kind == "review.asked"]
    assert (len(tasks), sum(task.is_late for task in tasks)) == (3, 1)
    for edition in CourseEdition.objects.filter(published_at=None):
        changes, gone = lesson_changes(edition)
        assert [c.change for c in changes].count("changed") == 1 and not gone
    lathe = CoursePage.objects.get(slug="lathe-stepped-shaft")
    assert [m.where for m in check_course(lathe, on=day_of(to_ms(NOW))).failures] == [UNFINISHED_TITLE] * 3
    assert lathe.editions.get().is_current

    load_reviews(cast=cast, now=NOW)
    renewed = load_renewed(cast=cast, now=NOW)
    log = ReviewLogEntry.objects.values_list("edition__course__slug", "action")
    assert {("co2-v-groove", "handed_over"), ("co2-v-groove", "commented")} <= set(log)
    assert {("point-machine-inspection", "returned"), ("plc-conveyor", "escalated")} <= set(log)
    [open_one] = ReviewComment.objects.filter(settled_at=None)
    assert open_one.block and open_one.edition.course.slug == "co2-v-groove"
    assert renewed.is_current and renewed.number == 2
