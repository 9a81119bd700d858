"""From the editor to a published edition: what is frozen, who may approve, which parts stay the same."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.models import Revision

from core import inbox
from core.jobs.models import Job
from courses import operations
from courses.models import CourseEdition, LessonPage, Part
from media.models import Video
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def rewrite(course, lesson_title, *blocks, by=None):
    """Save a new draft of a lesson, as its author does in the editor."""
    page = LessonPage.objects.descendant_of(course).get(title=lesson_title)
    page.body = json.dumps(list(blocks))
    page.save_revision(user=by or course.owner)
    return page


def parts_of(edition):
    rows = Part.objects.filter(lesson__edition=edition).order_by("lesson__position", "position")
    return list(rows.values_list("lesson__title", "kind", "nominal_ms", "uuid"))


class TestSubmitting:
    def test_freezes_lessons_in_the_order_of_the_tree(self):
        course = make.make_draft()

        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)

        assert list(edition.lessons.order_by("position").values_list("title", flat=True)) == ["运条", "收弧"]
        assert (edition.number, edition.lesson_count, edition.title) == (1, 2, "高级焊工安全操作规程")
        assert not edition.live and edition.workflow_in_progress
        assert edition.current_workflow_task.name == "专业审核"

    def test_is_refused_with_the_list_of_what_is_missing(self):
        empty = make.lesson("空的")
        half = make.lesson("半截", {"type": "steps", "value": {"title": "", "steps": []}})
        waiting = make.lesson("等视频", make.video(make.make_video(state=Video.State.PROCESSING)))
        course = make.make_draft(empty, half, waiting, summary="", instructors=[])

        with pytest.raises(operations.NotReady) as refused:
            operations.submit_course(course=course, by=course.owner, now=make.NOW)

        assert [(m.where, m.field, m.message) for m in refused.value.missing] == [
            ("高级焊工安全操作规程", "summary", "写一句话介绍。"),
            ("高级焊工安全操作规程", "instructors", "选至少一位师傅。"),
            ("空的", "body", "这节还没有内容。"),
            ("半截", "title", "第 1 块（操作步骤）没有填完整：“操作名称”还没有填。"),
            ("等视频", "video", "第 1 块的视频还没有转换好，好了再送审。"),
        ]
        assert not CourseEdition.objects.exists()

    def test_is_refused_while_the_edition_is_under_review(self):
        course = make.make_draft()
        operations.submit_course(course=course, by=course.owner, now=make.NOW)

        with pytest.raises(operations.AlreadyInReview):
            operations.submit_course(course=course, by=course.owner, now=make.NOW)

    def test_takes_as_many_queries_for_many_lessons_as_for_few(self, django_assert_max_num_queries):
        course = make.make_draft(*(make.lesson(f"第{n}课", make.text("焊条送进")) for n in range(30)))

        with django_assert_max_num_queries(85):
            operations.submit_course(course=course, by=course.owner, now=make.NOW)


class TestReview:
    def test_two_approvals_queue_the_publishing(self, django_capture_on_commit_callbacks):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)

        make.approve(edition, make.make_staff("trade_reviewer"))
        assert not Job.objects.filter(kind="courses.publish_edition").exists()
        with django_capture_on_commit_callbacks(execute=True):
            make.approve(edition, make.make_staff("content_reviewer"))

        edition.refresh_from_db()
        assert edition.is_current and edition.live and edition.published_at
        told = inbox.messages_of(course.owner.person.uuid).get()
        assert "已经发布" in told.title and told.url == f"/courses/{course.slug}/"
        assert [a.step for a in edition.approvals.order_by("approved_at")] == ["专业审核", "内容审核"]

    def test_waits_in_the_centre_of_whoever_may_do_the_step_until_somebody_has(self):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)
        trade, other, content = (
            make.make_staff(f"{role}_reviewer") for role in ("trade", "trade", "content")
        )
        course.owner.groups.add(*trade.groups.all())

        def waiting(user):
            return [task.title for task in inbox.page_of(user, now=make.NOW).tasks]

        title = f"《{edition.title}》等你审核"
        assert [waiting(user) for user in (trade, other, content, course.owner)] == [[title], [title], [], []]
        assert inbox.bell_count(trade, make.NOW) == 1
        make.approve(edition, trade)
        assert [waiting(user) for user in (trade, other, content)] == [[], [], [title]]

    def test_with_more_than_fit_shows_those_that_wait_longest(self, monkeypatch):
        monkeypatch.setattr("courses.message_sources.AT_MOST", 1)
        oldest, *_ = [
            operations.submit_course(course=course, by=course.owner, now=make.NOW)
            for course in (make.make_draft(), make.make_draft())
        ]

        [task] = inbox.page_of(make.make_staff("trade_reviewer"), now=make.NOW).tasks
        assert task.source == f"edition:{oldest.uuid}"

    @pytest.mark.parametrize("role", ["instructor", "lesson_editor", "content_reviewer"])
    def test_refuses_whoever_is_not_of_the_step(self, role):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)

        with pytest.raises(PermissionDenied):
            make.approve(edition, make.make_staff(role))

    def test_refuses_the_author_even_as_a_reviewer(self):
        author = make.make_staff("instructor")
        operations.setup_cms()
        author.groups.add(*make.make_staff("trade_reviewer").groups.all())
        course = make.make_draft(by=author)
        edition = operations.submit_course(course=course, by=make.make_staff("lesson_editor"), now=make.NOW)

        assert edition.current_workflow_task.get_actions(edition, author) == []
        with pytest.raises(PermissionDenied):
            make.approve(edition, author)

    def test_an_edition_sent_back_is_filled_anew_and_begins_with_the_first_step(self):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)
        make.approve(edition, make.make_staff("trade_reviewer"))
        make.approve(edition, make.make_staff("content_reviewer"), "reject", comment="第 1 块看不清")
        rewrite(course, "运条", make.text("改过的运条"))

        [task] = inbox.page_of(course.owner, now=make.NOW).tasks
        assert (task.action, task.source_name) == ("去改", "课程审核")
        again = operations.submit_course(course=course, by=course.owner, now=make.NOW)

        told = inbox.messages_of(course.owner.person.uuid).get()
        assert "退回修改" in told.title and told.body == "第 1 块看不清"
        assert told.state == "done"
        assert told.url == reverse("course_desk", args=[course.pk])
        assert (again.pk, again.number) == (edition.pk, 1)
        assert again.current_workflow_task.name == "专业审核"
        assert again.lessons.get(title="运条").content[0]["value"] == "<p>改过的运条</p>"

    def test_what_is_written_after_submission_is_not_published(self):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)
        page = rewrite(course, "运条", make.text("没人审过的字"))

        operations.publish_edition(edition=edition.uuid, now=make.NOW)

        html = edition.lessons.get(title="运条").fragment.html
        assert "没人审过的字" not in html and "焊条送进前移摆动" in html
        page.refresh_from_db()
        assert page.live and page.has_unpublished_changes
        assert "没人审过的字" not in str(page.body)
        assert "没人审过的字" in str(page.get_latest_revision_as_object().body)


class TestPublishing:
    def test_twice_is_once(self):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)
        first = operations.publish_edition(edition=edition.uuid, now=make.NOW)
        before = (parts_of(edition), first.manifest_hash, first.published_at)

        second = operations.publish_edition(edition=edition.uuid, now=make.NOW.replace(hour=9))

        assert (parts_of(edition), second.manifest_hash, second.published_at) == before

    def test_a_part_keeps_its_uuid_while_its_content_is_the_same(self):
        film = make.make_video(ms=600_000)
        course = make.make_course(
            make.lesson("运条", make.text("先看"), make.video(film), make.text("再说"), make.question())
        )
        first = parts_of(course.editions.get())
        rewrite(
            course, "运条", make.text("先看，改了一句"), make.video(film), make.text("再说"), make.question()
        )

        second = parts_of(make.publish(course))

        assert [p[1:3] for p in second] == [
            ("text", 1200),
            ("video", 600_000),
            ("text", 400),
            ("question", 30_000),
        ]
        assert [a[3] == b[3] for a, b in zip(first, second, strict=True)] == [False, True, True, True]

    def test_a_new_file_of_the_same_length_is_a_new_part(self):
        course = make.make_course(make.lesson("运条", make.video(make.make_video(ms=60_000))))
        first = parts_of(course.editions.get())
        rewrite(course, "运条", make.video(make.make_video(ms=60_000)))

        assert parts_of(make.publish(course))[0][3] != first[0][3]

    def test_a_lesson_that_came_back_finds_its_parts_again(self):
        course = make.make_course()
        first = {p[0]: p[3] for p in parts_of(course.editions.get())}
        page = LessonPage.objects.descendant_of(course).get(title="运条")
        for left_out in (True, False):
            page.is_left_out = left_out
            page.save_revision(user=course.owner)
            newest = make.publish(course)

        assert {p[0]: p[3] for p in parts_of(newest)}["运条"] == first["运条"]
        assert list(course.editions.order_by("number").values_list("lesson_count", flat=True)) == [2, 1, 2]

    def test_equal_lessons_of_two_editions_share_one_fragment(self):
        course = make.make_course()
        rewrite(course, "运条", make.text("改过"))

        newest = make.publish(course)

        oldest = course.editions.get(number=1)
        assert oldest.lessons.get(title="收弧").fragment_id == newest.lessons.get(title="收弧").fragment_id
        assert oldest.lessons.get(title="运条").fragment_id != newest.lessons.get(title="运条").fragment_id
        assert not course.editions.get(number=1).is_current

    def test_blocks_of_a_part_lie_end_to_end_over_its_time(self):
        table = {
            "type": "table",
            "value": {"caption": "电流", "header": ["直径", "电流"], "rows": [["3.2 毫米", "一百一十安"]]},
        }
        safety = {"type": "safety", "value": {"title": "弧光", "hazards": ["灼伤"], "text": "戴面罩"}}
        steps = {"type": "steps", "value": {"title": "引弧", "steps": [{"text": "划擦"}, {"text": "提起"}]}}
        course = make.make_course(make.lesson("一", make.text("先读"), table, safety, steps))

        part = Part.objects.get()

        assert part.kind == "text"
        assert [b["id"] for b in part.blocks] == ["b1-1", "b2", "b3", "b4-1", "b4-2"]
        ends = [b["offset_ms"] + b["ms"] for b in part.blocks]
        assert [b["offset_ms"] for b in part.blocks] == [0, *ends[:-1]] and ends[-1] == part.nominal_ms
        html = course.editions.get().lessons.get().fragment.html
        assert f'data-part="{part.uuid}"' in html
        assert all(f'data-block="{b["id"]}"' in html for b in part.blocks)

    def test_what_authors_write_cannot_become_markup(self):
        course = make.make_course(
            make.lesson("一", make.text("读"), make.question("<script>alert(1)</script>"))
        )

        html = course.editions.get().lessons.get().fragment.html

        assert "<script>" not in html and "&lt;script&gt;" in html

    def test_protects_the_revision_and_the_files_it_shows(self):
        film = make.make_video()
        course = make.make_course(make.lesson("运条", make.video(film)))
        revision = course.editions.get().lessons.get().revision

        with pytest.raises(ProtectedError), transaction.atomic():
            film.delete()
        with pytest.raises(ProtectedError), transaction.atomic():
            Revision.objects.get(pk=revision.pk).delete()

    def test_page_rows_of_a_first_edition_become_public_in_wagtails_lists(self):
        course = make.make_course()

        lessons = LessonPage.objects.descendant_of(course)
        assert course.live and all(p.live and not p.has_unpublished_changes for p in lessons)


class TestTheDatabaseRefuses:
    def test_two_current_editions_of_a_course(self):
        course = make.make_course()
        make.publish(course)

        with pytest.raises(IntegrityError), transaction.atomic():
            CourseEdition.objects.filter(course=course).update(is_current=True)

    def test_a_current_edition_that_was_never_published(self):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)

        with pytest.raises(IntegrityError), transaction.atomic():
            CourseEdition.objects.filter(pk=edition.pk).update(is_current=True)

    def test_a_part_without_time(self):
        make.make_course()

        with pytest.raises(IntegrityError), transaction.atomic():
            Part.objects.update(nominal_ms=0)
