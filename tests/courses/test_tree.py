"""A course made in one go stands in the page tree exactly as one written page by page."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from tests.factories import courses as make
from tests.search.test_cms_search import cms_index, elastic_indices  # noqa: F401 — fixtures

pytestmark = pytest.mark.django_db


def test_the_tree_is_sound_and_can_be_added_to():
    for title in ("甲", "乙"):
        make.make_draft(title=title)

    problems = Page.find_problems()
    assert not any(problems)
    index = CourseIndexPage.objects.get()
    assert [c.title for c in index.get_children()] == ["甲", "乙"]
    assert [c.title for c in CoursePage.objects.first().get_descendants()] == ["第一单元", "运条", "收弧"]
    made = ModulePage.objects.first().add_child(instance=LessonPage(title="丙", slug="c"))
    assert made.path == ModulePage.objects.first().path + "0003"


def test_pages_have_addresses_owners_types_and_a_first_revision():
    course = make.make_draft()

    lesson = LessonPage.objects.get(title="收弧")

    assert lesson.url == f"/courses/{course.slug}/m1/{lesson.slug}/"
    assert lesson.owner == course.owner and lesson.specific_class is LessonPage
    again = lesson.latest_revision.as_object()
    assert (again.title, again.uuid) == ("收弧", lesson.uuid)
    assert str(again.body) == str(lesson.body) and len(again.body) == 2
    assert CoursePage.objects.get().latest_revision.as_object().instructors.count() == 1


@pytest.mark.usefixtures("cms_index")
@pytest.mark.parametrize("query", ["焊工", "安全操作"])
def test_the_cmss_own_search_finds_a_word_in_the_middle_of_a_title(query, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make.make_draft(title="高级焊工安全操作规程")
    get_search_backend().refresh_indexes()

    assert [p.title for p in get_search_backend().search(query, CoursePage)] == ["高级焊工安全操作规程"]


def test_checks_of_the_tree_pass():
    make.make_course()

    call_command("fixtree", verbosity=0)
    assert LessonPage.objects.count() == 2


def test_costs_at_most_four_statements_a_lesson():
    make.make_draft()
    counts = []
    for size in (10, 70):
        with CaptureQueriesContext(connection) as queries:
            make.make_draft(*(make.lesson(f"第{n}课", make.text("焊")) for n in range(size)))
        counts.append(len(queries))

    # Whatever the factory itself asks for, 60 lessons more cost four statements each at the most.
    assert counts[1] - counts[0] <= 4 * 60
