"""What keeps authors, reviewers and learners from losing work: locks, sessions of others, half forms, bounded statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from core import inbox
from courses import operations
from courses.models import CourseEdition, LessonPage, ModulePage, ReviewDuty, ReviewTask
from courses.operations.tree import NewModule
from tests.factories import courses as make
from tests.factories.people import make_tree, make_user

pytestmark = pytest.mark.django_db


def edit_form(lesson, words="先断电再换焊条"):
    body = streamfield([("text", rich_text(f"<p>{words}</p>"))])
    return nested_form_data({"title": lesson.title, "slug": lesson.slug, "summary": "", "body": body})


def newest(lesson):
    return str(LessonPage.objects.get(pk=lesson.pk).get_latest_revision_as_object().body)


class TestPagesUnderReview:
    @pytest.fixture
    def course(self):
        course = make.make_draft()
        operations.submit_course(course=course, by=course.owner, now=make.NOW)
        return course

    def test_are_locked_for_author_and_editor_until_the_author_takes_the_edition_back(self, client, course):
        lesson = LessonPage.objects.first()
        address = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
        for user in (make.make_staff("lesson_editor"), course.owner):
            client.force_login(user)
            page = client.get(address).content.decode()
            assert "这门课正在审，现在改不了" in page
            client.post(address, edit_form(lesson))
        assert "先断电再换焊条" not in newest(lesson)
        module = ModulePage.objects.get()
        add = client.get(reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk]))
        assert add.status_code in {302, 403}

        client.post(reverse("take_back_course", args=[course.pk]))
        client.post(address, edit_form(lesson))

        assert "先断电再换焊条" in newest(lesson)
        edition = CourseEdition.objects.get()
        assert list(edition.review_log.values_list("action", "words"))[-1] == ("returned", "作者撤回了送审。")
        assert not inbox.messages_of(course.owner.person.uuid).exists()
        assert operations.submit_course(course=course, by=course.owner, now=make.NOW).number == 1

    def test_another_instructor_cannot_take_it_back(self, client, course):
        client.force_login(make.make_staff("instructor"))

        client.post(reverse("take_back_course", args=[course.pk]))

        assert CourseEdition.objects.get().workflow_in_progress

    def test_nobody_has_a_row_of_page_permissions_of_their_own(self, course):
        from wagtail.models import GroupPagePermission

        groups = set(GroupPagePermission.objects.values_list("group__name", flat=True))
        assert groups <= {"role:instructor", "role:lesson_editor", "Moderators", "Editors"}


def test_two_authors_at_once_are_told_in_chinese(client):
    named = make.make_staff("instructor")
    named.person.display_name = "王师傅"
    named.person.save()
    course = make.make_draft(instructors=[make.make_instructor(user=named)])
    lesson = LessonPage.objects.first()

    def ping(user):
        client.force_login(user)
        opened = client.get(reverse("wagtailadmin_pages:edit", args=[lesson.pk]))
        mine = opened.context["editing_sessions"].current_session.pk
        address = reverse("wagtailadmin_editing_sessions:ping", args=["wagtailcore", "page", lesson.pk, mine])
        return client.post(address, {"is_editing": "1"}).json()

    assert ping(named)["other_sessions"] == []
    told = ping(course.owner)

    assert [other["user"] for other in told["other_sessions"]] == ["王师傅"]
    assert "王师傅有没保存的改动" in told["html"]


@pytest.mark.parametrize(
    "form", [{}, {"title": "收弧"}, {"body-count": "1"}, {"body-count": "1", "body-0-order": "0"}]
)
def test_half_a_form_of_the_editor_is_refused_and_changes_nothing(client, form):
    course = make.make_draft()
    client.force_login(course.owner)
    lesson = LessonPage.objects.first()
    before = newest(lesson)

    answer = client.post(reverse("wagtailadmin_pages:edit", args=[lesson.pk]), form)

    assert answer.status_code == 400
    assert newest(lesson) == before


class TestDuties:
    def test_an_operator_keeps_them_in_the_cms_with_a_union_by_its_code(self, client):
        operations.setup_cms()
        tree, reviewer = make_tree(), make.make_staff("trade_reviewer")
        client.force_login(make_user(is_staff=True, is_superuser=True))
        step = ReviewTask.objects.get(name="专业审核")
        form = {
            "reviewer": reviewer.pk, "step": step.pk, "trade": "6-18", "union_code": tree["county"].code,
            "active_from": "2026-01-01", "active_to": "",
        }  # fmt: skip
        add = reverse("wagtailsnippets_courses_reviewduty:add")

        page = client.get(add).content.decode()
        assert f'value="{reviewer.pk}"' in page and "工会代码" in page
        for wrong in ({"trade": "焊工"}, {"union_code": "NOBODY"}, {"active_to": "2025-01-01"}):
            assert client.post(add, form | wrong).status_code == 200
        assert not ReviewDuty.objects.exists()
        client.post(add, form)

        made = ReviewDuty.objects.get()
        assert (made.reviewer, made.trade, made.union) == (reviewer, "6-18", tree["county"])

    def test_an_editor_does_not(self, client):
        operations.setup_cms()
        client.force_login(make.make_staff("lesson_editor"))

        assert client.get(reverse("wagtailsnippets_courses_reviewduty:list")).status_code in {302, 403}


class TestBoundedStatements:
    def course_of(self, size):
        lessons = [make.lesson(f"第{n}节", make.text("焊条送进")) for n in range(size)]
        modules = [NewModule(f"第{m}单元", f"m{m}", lessons[m::10]) for m in range(10)]
        return make.make_draft(modules=modules)

    def test_submitting_and_publishing_cost_the_same_for_10_and_120_lessons(self):
        counts = []
        for size in (10, 120):
            course = self.course_of(size)
            with CaptureQueriesContext(connection) as submitting:
                edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)
            with CaptureQueriesContext(connection) as publishing:
                operations.publish_edition(edition=edition.uuid, now=make.NOW)
            counts.append((len(submitting), len(publishing)))
            assert Page.objects.descendant_of(course).filter(live=True).count() == size + 10

        # Rows are inserted in batches: a hundred more lessons are some more statements, never one a lesson.
        (small_sent, small_published), (large_sent, large_published) = counts
        assert large_sent - small_sent <= 10 and large_sent <= 100
        assert large_published - small_published <= 25 and large_published <= 100
