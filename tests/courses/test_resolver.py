"""What the study record gets to know of a lesson, and who may open one."""

from uuid import uuid4

import pytest

from core.db import now_ms
from courses import operations
from courses.api import register_owner_keys
from courses.models import EditionLesson, Enrolment
from courses.owner_keys import _REGISTERED
from records.api import LessonNotOpen, end_sessions_of_lesson, open_session, resolve_lesson
from records.models import StudySession
from tests.factories import courses as make
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def lesson_of(title):
    return EditionLesson.objects.filter(title=title).first().lesson


def resolve(title, user=None):
    learner = user.person.uuid if user else uuid4()
    return resolve_lesson(lesson=lesson_of(title), learner=learner, now=now_ms())


def test_a_snapshot_holds_all_that_records_asks_for():
    course = make.make_course()
    edition = course.editions.get()

    found = resolve("收弧", make_user())

    assert (found.lesson, found.edition, found.title) == (lesson_of("收弧"), edition.uuid, "收弧")
    assert (found.course, found.course_title) == (f"course:{course.pk}", "高级焊工安全操作规程")
    assert (found.occupation, found.occupation_name, found.level) == (make.WELDER, "焊工", 2)
    assert found.activity.endswith(f"/learn/{found.lesson}/")
    assert [(p.kind, p.nominal_ms) for p in found.parts] == [("text", 1_400), ("question", 30_000)]
    [question] = found.questions
    assert question.prompt and len(question.options) >= 2


def test_opening_a_lesson_begins_its_course_once():
    course = make.make_course()
    worker = make_user()

    resolve("运条", worker)
    resolve("收弧", worker)

    enrolment = Enrolment.objects.get(person=worker.person)
    assert enrolment.edition == course.editions.get()


def test_parts_are_those_of_the_edition_begun():
    course = make.make_course()
    worker = make_user()
    before = resolve("运条", worker)
    page = course.get_children().first().get_children().get(title="运条").specific
    page.body = '[{"type": "text", "value": "<p>换过</p>"}]'
    page.save_revision(user=course.owner)
    newest = make.publish(course)

    assert resolve("运条", worker) == before
    assert resolve("运条", make_user()).edition == newest.uuid


def test_a_guest_may_open_the_first_lesson_only():
    make.make_course()

    assert resolve("运条").title == "运条"
    with pytest.raises(LessonNotOpen):
        resolve("收弧")


def test_what_is_not_published_does_not_exist():
    course = make.make_draft()
    lesson = course.get_descendants().last().specific

    with pytest.raises(LookupError):
        resolve_lesson(lesson=lesson.uuid, learner=make_user().person.uuid, now=now_ms())


@pytest.mark.parametrize("whole_course", [True, False])
def test_withdrawal_refuses_openings_and_ends_the_open_sessions(whole_course):
    course = make.make_course()
    worker = make_user()
    learner, session = worker.person.uuid, uuid4()
    open_session(learner=learner, session=session, lesson=resolve("运条", worker))

    lesson = None if whole_course else lesson_of("运条")
    operations.withdraw(course=course, lesson=lesson, reason="表有误", by=course.owner, now=make.NOW)

    assert StudySession.objects.get(pk=session).end_reason == "lesson_withdrawn"
    with pytest.raises(LessonNotOpen):
        resolve("运条", worker)


def test_leaving_a_course_ends_the_own_session_and_no_other():
    course = make.make_course()
    leaver, stayer = make_user(), make_user()
    for user in (leaver, stayer):
        open_session(learner=user.person.uuid, session=uuid4(), lesson=resolve("运条", user))

    operations.end_enrolment(person=leaver.person, course=course, now=make.NOW.replace(year=2100))

    still_open = StudySession.objects.filter(ended_at=None).values_list("learner", flat=True)
    assert list(still_open) == [stayer.person.uuid]
    assert end_sessions_of_lesson(lesson=lesson_of("运条")) == 1


def test_owner_keys_of_higher_apps_are_asked_for_each_opening():
    make.make_course()
    asked = []

    @register_owner_keys
    def find(lesson, person):
        asked.append((lesson, person))
        return ("programme:x", "programme:x")

    try:
        worker = make_user()
        assert resolve("运条", worker).owner_keys == (f"lesson:{lesson_of('运条')}", "programme:x")
        assert asked[0][1] == worker.person.uuid
    finally:
        _REGISTERED.remove(find)
