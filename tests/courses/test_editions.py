"""Two editions of a course: what differs, who stays, who moves, and what a withdrawal reaches."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import operations
from courses.models import EditionLesson, EditionMove, Enrolment, Fragment, LessonPage
from courses.review.deciding import send_back
from courses.review.versions import choices_for, compare, named_version, version_of
from tests.courses.test_publishing import parts_of, rewrite
from tests.factories import courses as make
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def renewed():
    """A course whose second edition rewrote a lesson, added one, left one out and renamed nothing."""
    course = make.make_course(
        make.lesson("引弧", make.text("电流调到110安，先试焊。"), make.question()),
        make.lesson("运条", make.text("送进前移摆动")),
        make.lesson("收弧", make.text("填满弧坑再收弧")),
    )
    learner = make_user()
    operations.enrol(person=learner.person, course=course, now=make.NOW)
    rewrite(course, "引弧", make.text("电流调到120安，再试焊。"), make.question())
    gone = LessonPage.objects.get(title="收弧")
    gone.is_left_out = True
    gone.save_revision(user=course.owner)
    new = LessonPage(
        title="清渣", slug="slag", live=False, body='[{"type": "text", "value": "<p>焊渣清干净</p>"}]'
    )
    gone.get_parent().add_child(instance=new)
    new.save_revision(user=course.owner)
    make.publish(course)
    return course, learner


def editions(course):
    return list(course.editions.order_by("number"))


class TestWhatDiffers:
    def test_is_said_lesson_by_lesson_and_word_by_word(self, renewed):
        old, new = editions(renewed[0])

        found = compare(version_of(old), version_of(new))

        assert [(c.title, c.kinds) for c in found.lessons] == [
            ("引弧", ("changed",)),
            ("清渣", ("added",)),
            ("收弧", ("removed",)),
        ]
        assert found.unchanged == 1 and found.kinds == {"added": 1, "changed": 1, "removed": 1}
        [[before, after]] = found.lessons[0].blocks[0].rows
        assert [p.text for p in before if p.kind == "gone"] == ["110", "先"]
        assert [p.text for p in after if p.kind == "new"] == ["120", "再"]

    def test_names_videos_and_pictures_instead_of_numbers(self):
        film = make.make_video()
        course = make.make_course(make.lesson("运条", make.text("看"), make.video(film)))
        fresh = make.make_video()
        fresh.title = "运条手法（重拍）"
        fresh.save()
        rewrite(course, "运条", make.text("看"), make.video(fresh))
        make.publish(course)

        found = compare(*map(version_of, editions(course)))

        rows = found.lessons[0].blocks[0].rows
        text = "".join(p.text for p in rows[0][1])
        assert text == "运条手法（重拍）"

    def test_a_lesson_that_only_moved_is_said_to_have_moved(self, renewed):
        version = version_of(editions(renewed[0])[0])
        a, b, c = version.lessons
        moved = replace(
            version, lessons=[replace(c, position=1), replace(a, position=2), replace(b, position=3)]
        )

        found = compare(version, moved)

        assert [(change.title, change.kinds) for change in found.lessons] == [("收弧", ("moved",))]

    def test_a_second_round_is_compared_with_what_was_sent_back(self, client):
        course = make.make_draft()
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)
        reviewer = make.make_staff("trade_reviewer")
        send_back(edition=edition, by=reviewer, now=make.NOW, remark="写清楚")
        rewrite(course, "运条", make.text("焊条送进前移再摆动"))
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)

        [choice] = choices_for(edition)
        found = compare(named_version(edition, choice.key), version_of(edition))
        client.force_login(reviewer)
        page = client.get(reverse("edition_changes", args=[edition.pk])).content.decode()

        assert [(c.title, c.kinds) for c in found.lessons] == [("运条", ("changed",))]
        assert "<ins>再</ins>" in page and "第 1 次送审" in page

    def test_a_version_that_does_not_exist_is_not_found(self, client, renewed):
        client.force_login(make.make_staff("trade_reviewer"))
        address = reverse("edition_changes", args=[editions(renewed[0])[1].pk])

        for key in ("round-9", "7", "x", "-1", "round-", "9" * 300):
            assert client.get(address, {"from": key}).status_code == 404, key

    def test_reading_it_costs_the_same_for_few_and_many_lessons(self):
        counts = []
        for size in (2, 10):
            course = make.make_course(*(make.lesson(f"第{n}节", make.text("焊")) for n in range(size)))
            for n in range(size):
                rewrite(course, f"第{n}节", make.text("焊缝"))
            make.publish(course)
            pair = editions(course)
            with CaptureQueriesContext(connection) as queries:
                compare(*map(version_of, pair))
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestTheLearner:
    def test_stays_and_sees_what_changed(self, client, renewed):
        course, learner = renewed
        client.force_login(learner)

        page = client.get(reverse("courses:course", args=[course.slug])).content.decode()
        assert "有新版" in page and "收弧" in page and "清渣" not in page
        changes = client.get(reverse("courses:new_edition", args=[course.slug])).content.decode()

        assert "<ins>120</ins>" in changes and "清渣" in changes and "换到新版" in changes

    def test_moves_and_keeps_the_parts_that_did_not_change(self, client, renewed):
        course, learner = renewed
        old, new = editions(course)
        client.force_login(learner)

        client.post(reverse("courses:new_edition", args=[course.slug]))

        enrolment = Enrolment.objects.get(person=learner.person)
        assert enrolment.edition == new
        assert EditionMove.objects.get().from_edition == old
        same = {row[0]: row[3] for row in parts_of(old) if row[0] == "运条"}
        assert {row[0]: row[3] for row in parts_of(new) if row[0] == "运条"} == same
        page = client.get(reverse("courses:course", args=[course.slug])).content.decode()
        assert "清渣" in page and "有新版" not in page

    def test_moving_twice_is_once_and_somebody_who_has_not_begun_gets_the_course(self, client, renewed):
        course, learner = renewed
        for _ in range(2):
            operations.move_to_current(person=learner.person, course=course, now=make.NOW)
        client.force_login(make_user())

        answer = client.post(reverse("courses:new_edition", args=[course.slug]))

        assert EditionMove.objects.count() == 1
        assert answer.status_code == 302 and Enrolment.objects.count() == 1

    def test_a_lesson_withdrawn_for_safety_is_gone_on_both_editions_at_once(self, client, renewed):
        course, learner = renewed
        lesson = LessonPage.objects.get(title="引弧").uuid
        address, newcomer = reverse("courses:lesson", args=[lesson]), make_user()
        for who in (learner, newcomer):
            client.force_login(who)
            assert client.get(address).status_code == 200

        operations.withdraw(
            course=course,
            lesson=lesson,
            reason="电流写错了",
            by=make.make_staff("lesson_editor"),
            now=make.NOW,
        )

        for who in (learner, newcomer):
            client.force_login(who)
            answer = client.get(address)
            assert answer.status_code == 410 and "电流写错了" in answer.content.decode()
            assert client.get(reverse("courses:kept_lesson", args=[lesson])).status_code == 404


class TestOldBlocks:
    def test_a_lesson_with_a_block_that_no_longer_exists_is_served_and_compared(self, client, renewed):
        course, learner = renewed
        row = EditionLesson.objects.get(edition__number=1, edition__course=course, title="引弧")
        old_type = [{"type": "quiz_of_2019", "value": {"ask": "要不要烘干？"}}]
        html = '<section class="part"><p>一道 2019 年的题：要不要烘干？</p></section>'
        row.fragment = Fragment.objects.create(hash="e" * 64, html=html)
        row.content = old_type
        row.save()
        client.force_login(learner)

        served = client.get(reverse("courses:lesson", args=[row.lesson])).content.decode()
        changes = client.get(reverse("courses:new_edition", args=[course.slug])).content.decode()

        assert "一道 2019 年的题" in served
        assert "要不要烘干" in changes
