"""
The reviews of the demo: who reviews what, one edition handed over and remarked at, one sent back and sent again, one
that is late; and a course whose learners are on an older edition. All by the product's own operations.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from wagtail.models import TaskState
from wagtail.rich_text import RichText

from accounts.api import User
from core.clock import day_of, to_ms
from courses.api import (
    Verdict,
    approve,
    comment,
    hand_over,
    publish_edition,
    send_back,
    settle,
    submit_course,
)
from courses.models import (
    CourseEdition,
    CoursePage,
    EditionLesson,
    LessonPage,
    ReviewDuty,
    ReviewPoint,
    ReviewTask,
)
from courses.review.reminders import watch_turns

HOUR = timedelta(hours=1)
TRADE, CONTENT = "zhao-guoqing", "zhou-wenjing"
TRADE_STEP, CONTENT_STEP = "专业审核", "内容审核"
DUTIES = (
    (TRADE, TRADE_STEP, ""),
    (TRADE, CONTENT_STEP, "6-18"),
    (CONTENT, CONTENT_STEP, ""),
)
HANDED_OVER, SENT_AGAIN = "co2-v-groove", "point-machine-inspection"
RENEWED, RENEWED_LESSON, RENEWED_AUTHOR = "overhead-crane-safety", 2, "ma-zhankui"
RENEWED_NOTE = "补上新换的钢丝绳要先试吊"
RENEWED_WORDS = "新换的钢丝绳，先空载升降三次，再吊额定载荷的一半试一次，听声音、看排绳，没有异常才干活。"


def load_duties(*, cast: Mapping[str, User], now: datetime) -> None:
    """Say who reviews what: all trades, welding and machining by one who knows them, the rest by the other."""
    for key, step, trade in DUTIES:
        ReviewDuty.objects.create(
            reviewer=cast[key],
            step=ReviewTask.objects.get(name=step),
            trade=trade,
            active_from=day_of(to_ms(now - timedelta(days=400))),
        )


def load_reviews(*, cast: Mapping[str, User], now: datetime) -> None:
    """Let the reviewers work on what was sent to them."""
    trade, content = cast[TRADE], cast[CONTENT]
    _hand_over_and_remark(trade, content, now)
    _send_back_and_again(trade, cast["cairen-zhaxi"], now)
    watch_turns(now=now)


def _open(course: str) -> CourseEdition:
    return CourseEdition.objects.get(course__slug=course, published_at__isnull=True)


def _hand_over_and_remark(trade: User, content: User, now: datetime) -> None:
    edition = _open(HANDED_OVER)
    approve(edition=edition, by=trade, now=now - 20 * HOUR, remark="参数和现场一致，查飞溅的顺序对。")
    edition = _open(HANDED_OVER)
    turn = edition.turns.get(ended_at__isnull=True)
    hand_over(
        turn=turn, to=content, by=trade, now=now - 19 * HOUR, reason="专业审核是我审的，内容审核换个人看。"
    )
    lesson = _changed_lesson(edition)
    comment(
        edition=edition,
        by=content,
        now=now - 3 * HOUR,
        lesson=lesson,
        place="b1",
        words="开头这句“飞溅大就调电压”太绝对，改成先查气、再查送丝、最后调参数，和后面的顺序一致。",
    )


def _changed_lesson(edition: CourseEdition) -> EditionLesson:
    current = CourseEdition.objects.get(course=edition.course_id, is_current=True)
    known = dict(current.lessons.values_list("lesson", "content_hash"))
    return next(le for le in edition.lessons.order_by("position") if known.get(le.lesson) != le.content_hash)


def _send_back_and_again(trade: User, author: User, now: datetime) -> None:
    edition = _open(SENT_AGAIN)
    lesson = _changed_lesson(edition)
    place = f"b{len(lesson.content) - 1}"
    made = comment(
        edition=edition,
        by=trade,
        now=now - 40 * HOUR,
        lesson=lesson,
        place=place,
        words="销记以前还要和车站核对设备状态，这一步不能省。",
    )
    send_back(edition=edition, by=trade, now=now - 39 * HOUR, remark="收尾这一段补一步，别的都好。")
    page = LessonPage.objects.get(pk=lesson.page_id)
    body = page.get_latest_revision_as_object()
    _add_before_question(body, "销记以前，和车站值班员核对一遍：道岔位置、表示、设备状态，双方一致再签字。")
    body.save_revision(user=author, clean=False)
    settle(comment=made, by=author, now=now - 3 * HOUR, answer="补上了和车站核对这一步。")
    again = submit_course(course=edition.course, by=author, now=now - 2 * HOUR, note=edition.note)
    TaskState.objects.filter(workflow_state=again.current_workflow_state).update(started_at=now - 2 * HOUR)


def _add_before_question(lesson: LessonPage, paragraph: str) -> None:
    kinds = [block.block_type for block in lesson.body]
    place = kinds.index("question") if "question" in kinds else len(kinds)
    lesson.body.insert(place, ("text", RichText(f"<p>{paragraph}</p>")))


def load_renewed(*, cast: Mapping[str, User], now: datetime) -> CourseEdition:
    """Publish a second edition of a course that everybody has begun: they stay on the first, and see what is new."""
    author, course = cast[RENEWED_AUTHOR], CoursePage.objects.get(slug=RENEWED)
    page = LessonPage.objects.descendant_of(course).order_by("path")[RENEWED_LESSON - 1]
    _add_before_question(page, RENEWED_WORDS)
    page.save_revision(user=author, clean=False)
    edition = submit_course(course=course, by=author, now=now - 72 * HOUR, note=RENEWED_NOTE)
    passed = {point: Verdict("pass") for point in ReviewPoint.Point.values}
    for key, at in ((TRADE, now - 50 * HOUR), (CONTENT, now - 26 * HOUR)):
        edition = CourseEdition.objects.get(pk=edition.pk)
        state = edition.current_workflow_task_state
        approve(edition=edition, by=cast[key], now=at, points=passed)
        TaskState.objects.filter(pk=state.pk).update(started_at=at - HOUR, finished_at=at)
    return publish_edition(edition=edition.uuid, now=now - 25 * HOUR)
