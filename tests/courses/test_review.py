"""The review of an edition as one object: whose turn, the six points, remarks at their place, last days, the log."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import inbox
from core.inbox.entries import live_entries
from courses import operations
from courses.models import (
    CourseEdition,
    LessonPage,
    ReviewComment,
    ReviewDuty,
    ReviewLogEntry,
    ReviewPoint,
    ReviewTask,
    ReviewTurn,
)
from courses.models.review import SIX
from courses.review import deciding
from courses.review.comments import comment, settle
from courses.review.deciding import CannotDecide, Verdict
from courses.review.reminders import watch_turns
from courses.review.turns import CannotHandOver, hand_over
from tests.factories import courses as make
from tests.factories.people import make_member, make_tree

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)


def submit(course=None, at=MONDAY):
    course = course or make.make_draft()
    return operations.submit_course(course=course, by=course.owner, now=at)


def duty(user, step="专业审核", trade="", union=None):
    operations.setup_cms()
    return ReviewDuty.objects.create(
        reviewer=user,
        step=ReviewTask.objects.get(name=step),
        trade=trade,
        union=union,
        active_from=date(2026, 1, 1),
    )


def at_content(edition):
    make.approve(edition, make.make_staff("trade_reviewer"))
    return CourseEdition.objects.get(pk=edition.pk)


def actions(edition):
    return list(edition.review_log.order_by("id").values_list("action", flat=True))


class TestWhoHasTheTurn:
    def test_the_narrowest_duty_gets_it_and_only_that_reviewer_may_decide(self):
        everything, welder = make.make_staff("trade_reviewer"), make.make_staff("trade_reviewer")
        duty(everything)
        duty(welder, trade="6-18")

        edition = submit()

        turn = edition.turns.get()
        assert (turn.reviewer, turn.due_on) == (welder, date(2026, 11, 30))
        with pytest.raises(PermissionDenied):
            make.approve(edition, everything)
        assert [e.kind for e in live_entries(welder, MONDAY)] == ["review.asked"]
        assert list(live_entries(everything, MONDAY)) == []
        make.approve(edition, welder)

    def test_a_duty_for_a_union_covers_what_comes_from_below_it(self):
        tree = make_tree()
        author, near, elsewhere = (make.make_staff(role) for role in ("instructor", *["trade_reviewer"] * 2))
        make_member(tree["plant"], person=author.person)
        duty(elsewhere, union=tree["mine"])
        duty(near, union=tree["county"])

        assert submit(make.make_draft(by=author)).turns.get().reviewer == near

    def test_it_never_goes_to_a_named_instructor_of_the_course(self):
        colleague = make.make_staff("trade_reviewer")
        course = make.make_draft(instructors=[make.make_instructor(user=colleague)])
        duty(colleague)

        edition = submit(course)

        assert edition.turns.get().reviewer is None
        with pytest.raises(PermissionDenied):
            make.approve(edition, colleague)

    def test_is_handed_over_with_a_reason_by_who_has_it_and_by_others_once_it_is_late(self):
        first, second = make.make_staff("trade_reviewer"), make.make_staff("trade_reviewer")
        duty(first)
        turn = submit().turns.get()

        with pytest.raises(PermissionDenied):
            hand_over(turn=turn, to=second, by=second, reason="我来", now=MONDAY)
        with pytest.raises(CannotHandOver):
            hand_over(turn=turn, to=second, by=first, reason=" ", now=MONDAY)
        with pytest.raises(CannotHandOver):
            hand_over(turn=turn, to=turn.edition.submitted_by, by=first, reason="你来", now=MONDAY)
        late = MONDAY + 8 * DAY
        watch_turns(now=late)
        turn = hand_over(turn=turn, to=second, by=second, reason="他出差，我来", now=late)

        assert (turn.reviewer, turn.due_on, turn.escalated_at) == (second, date(2026, 12, 8), None)
        assert actions(turn.edition)[-2:] == ["escalated", "handed_over"]


class TestDecisions:
    def test_content_review_passes_with_six_verdicts_and_is_refused_with_fewer(self):
        edition, reviewer = at_content(submit()), make.make_staff("content_reviewer")
        five = dict.fromkeys(ReviewPoint.Point.values[:5], Verdict("pass"))
        mended = five | {"copyright": Verdict("mend", "第 2 张图没有出处")}
        assert len(ReviewPoint.Point) == SIX

        for points in ({}, five, mended):
            with pytest.raises(CannotDecide, match="points"):
                deciding.approve(edition=edition, by=reviewer, now=MONDAY, points=points)
        with pytest.raises(CannotDecide, match="remark"):
            deciding.approve(
                edition=edition, by=reviewer, now=MONDAY, points=five | {"copyright": Verdict("mend")}
            )
        with pytest.raises(PermissionDenied):
            edition.current_workflow_task.on_action(edition.current_workflow_task_state, reviewer, "approve")

        assert not ReviewPoint.objects.exists() and edition.turns.filter(ended_at=None).exists()

    def test_what_is_to_be_mended_reaches_the_author_point_by_point(self):
        edition, reviewer = at_content(submit()), make.make_staff("content_reviewer")
        comment(edition=edition, by=reviewer, words="图看不清", now=MONDAY)

        deciding.send_back(
            edition=edition,
            by=reviewer,
            now=MONDAY,
            points={"copyright": Verdict("mend", "第 2 张图没有出处"), "content": Verdict("pass")},
        )

        body = inbox.messages_of(edition.submitted_by.person.uuid).get().body
        assert body == "版权：第 2 张图没有出处\n有 1 条意见写在课时里，打开编辑页就能看到。"
        assert edition.review_log.last().detail["copyright"] == ["mend", "第 2 张图没有出处"]

    def test_sending_back_needs_to_say_what_to_change(self):
        with pytest.raises(CannotDecide, match="reason"):
            deciding.send_back(edition=submit(), by=make.make_staff("trade_reviewer"), now=MONDAY)

    def test_passes_only_when_every_remark_is_settled(self):
        edition, reviewer = submit(), make.make_staff("trade_reviewer")
        made = comment(edition=edition, by=reviewer, words="图看不清", now=MONDAY)
        with pytest.raises(CannotDecide, match="comments"):
            make.approve(edition, reviewer)

        settle(comment=made, by=edition.submitted_by, now=MONDAY, answer="换了一张")
        make.approve(edition, reviewer)

        made.refresh_from_db()
        assert (made.settled_by, made.answer) == (edition.submitted_by, "换了一张")


class TestRemarksAtTheirPlace:
    def test_the_author_finds_it_at_the_block_in_the_editor_and_settles_it(self, client):
        blocks = [{**make.text("先看"), "id": "aaaa-1"}, {**make.text("再焊，送进前移"), "id": "aaaa-2"}]
        course = make.make_draft(make.lesson("运条", *blocks))
        edition, reviewer = submit(course), make.make_staff("trade_reviewer")
        client.force_login(reviewer)
        page = client.get(reverse("preview_lesson", args=[edition.pk, 1])).content.decode()
        assert 'id="b2" data-block="b2-1"' in page and 'name="place" value="b2"' in page

        client.post(
            reverse("remark_edition", args=[edition.pk]),
            {"position": "1", "place": "b2", "words": "写清送进多快"},
        )

        made = ReviewComment.objects.get()
        lesson = LessonPage.objects.get()
        assert (made.block, made.place, made.quote, made.page_id) == (
            "aaaa-2",
            "b2",
            "再焊，送进前移",
            lesson.pk,
        )
        client.force_login(course.owner)
        panel = client.get(reverse("course_checks", args=[lesson.pk])).content.decode()
        assert "写清送进多快" in panel and 'data-remark="aaaa-2"' in panel and "#check=aaaa-2" in panel
        desk = client.get(reverse("course_desk", args=[course.pk])).content.decode()
        assert "写清送进多快" in desk
        client.post(reverse("settle_remark", args=[made.uuid]), {"answer": "补了"})
        assert "写清送进多快" not in client.get(reverse("course_checks", args=[lesson.pk])).content.decode()
        assert actions(edition) == ["submitted", "commented", "settled"]

    @pytest.mark.parametrize(
        "form", [{"place": "b99"}, {"place": "x", "position": "-1"}, {"position": "1" * 400}]
    )
    def test_a_place_that_does_not_exist_is_a_remark_at_the_lesson_or_the_course(self, client, form):
        edition = submit()
        client.force_login(make.make_staff("trade_reviewer"))

        answer = client.post(
            reverse("remark_edition", args=[edition.pk]), {"position": "1", "words": "整节太长"} | form
        )

        assert answer.status_code == 302 and ReviewComment.objects.get().block == ""


class TestLastDays:
    def test_reminds_once_then_tells_the_step_and_the_editors_once(self):
        reviewer, colleague, editor = (
            make.make_staff(r) for r in ("trade_reviewer", "trade_reviewer", "lesson_editor")
        )
        duty(reviewer)
        edition = submit()
        told = []
        for days in range(10):
            told.append(watch_turns(now=MONDAY + days * DAY))

        # Due on Monday a week later: reminded on the Friday before, over on the Tuesday after.
        assert [n for n, (reminded, _) in enumerate(told) if reminded] == [4]
        assert [n for n, (_, escalated) in enumerate(told) if escalated] == [8]

        def kinds(user):
            return [m.kind for m in inbox.messages_of(user.person.uuid)]

        assert kinds(reviewer) == ["review.overdue", "review.reminder"]
        assert kinds(colleague) == kinds(editor) == ["review.overdue"]
        assert actions(edition) == ["submitted", "assigned", "reminded", "escalated"]

    def test_a_review_from_before_there_were_turns_gets_one(self):
        edition = submit()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM courses_reviewturn")

        watch_turns(now=MONDAY)

        assert edition.turns.get().step.name == "专业审核"


class TestTheLog:
    def test_tells_a_whole_review_and_the_database_refuses_to_change_it(self):
        edition = at_content(submit())
        make.approve(edition, make.make_staff("content_reviewer"))
        operations.publish_edition(edition=edition.uuid, now=MONDAY)
        table = ReviewLogEntry._meta.db_table

        assert actions(edition) == ["submitted", "approved", "approved", "published"]
        for statement in (f"UPDATE {table} SET words = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert ReviewLogEntry.objects.filter(edition=edition).count() == 4

    def test_stands_on_the_courses_desk_and_at_the_edition(self, client):
        edition, reviewer = submit(), make.make_staff("trade_reviewer")
        make.approve(edition, reviewer, "reject", comment="第 1 块看不清")
        client.force_login(edition.submitted_by)

        for url in (
            reverse("course_desk", args=[edition.course_id]),
            reverse("review_edition", args=[edition.pk]),
        ):
            page = client.get(url).content.decode()
            assert "审核记录" in page and "退回修改" in page and "第 1 块看不清" in page


class TestTheQueue:
    def test_lists_what_waits_longest_first_in_constant_queries(self, client):
        client.force_login(make.make_staff("trade_reviewer"))
        counts = []
        for size in (2, 4):
            for n in range(size):
                submit(make.make_draft(title=f"课{size}{n}"), at=MONDAY - n * DAY)
            with CaptureQueriesContext(connection) as queries:
                page = client.get(reverse("review_queue")).content.decode()
            counts.append(len(queries))

        assert counts[0] == counts[1]
        assert page.index("课43") < page.index("课42") < page.index("课40")

    def test_a_worker_and_an_instructor_do_not_see_it(self, client):
        operations.setup_cms()
        for user in (make.make_user(), make.make_staff("instructor")):
            client.force_login(user)
            assert client.get(reverse("review_queue")).status_code in {302, 403}


class TestThePage:
    def test_a_decision_that_lacks_something_comes_back_with_what_was_filled_in(self, client):
        edition = at_content(submit())
        client.force_login(make.make_staff("content_reviewer"))
        form = {
            "decision": "approve",
            "verdict-content": "mend",
            "remark-content": "第三步写反了",
            "remark": "其余可以",
        }

        answer = client.post(reverse("decide_edition", args=[edition.pk]), form)

        page = answer.content.decode()
        assert answer.status_code == 422 and "六个方面都要有结论" in page
        assert 'value="第三步写反了"' in page and "其余可以" in page

    def test_costs_the_same_for_few_and_many_lessons(self, client):
        client.force_login(make.make_staff("trade_reviewer"))
        counts = []
        for size in (2, 12):
            edition = submit(
                make.make_draft(*(make.lesson(f"第{n}节", make.text("焊")) for n in range(size)))
            )
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse("review_edition", args=[edition.pk])).status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestTheDatabaseRefuses:
    def test_a_point_to_be_mended_without_a_remark(self):
        turn = at_content(submit()).turns.get(ended_at=None)

        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewPoint.objects.create(
                turn=turn,
                point="content",
                verdict="mend",
                reviewer=turn.edition.submitted_by,
                judged_at=MONDAY,
            )

    def test_two_open_turns_of_an_edition(self):
        turn = submit().turns.get()
        other = submit().turns.get()

        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewTurn.objects.filter(pk=other.pk).update(edition=turn.edition)


def test_a_deleted_edition_leaves_its_author_nothing_to_mend():
    edition = submit()
    make.approve(edition, make.make_staff("trade_reviewer"), "reject", comment="看不清")
    message = inbox.messages_of(edition.submitted_by.person.uuid).get()
    assert message.state != "done"

    from django.db.models.signals import post_delete

    post_delete.send(sender=CourseEdition, instance=edition, using="default")

    message.refresh_from_db()
    assert message.state == "done"
