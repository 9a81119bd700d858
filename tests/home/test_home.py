from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from core import inbox
from core.clock import MS_PER_STUDY_HOUR, day_of, day_start_ms, to_ms
from core.kept import CATALOGUE, TREE, outdated
from courses.api import lift_withdrawal, withdraw
from courses.models import Part
from instructors.models import InstructorProfile, TaughtTrade
from programmes.api import create_programme
from records.api import Beat, Draft, accept_beats, append_entries, open_session, resolve_lesson
from records.models import PartProgress
from skillspower.home.views import greeting
from tests.factories import courses as make
from tests.factories.people import make_member, make_tree, make_union, make_user

pytestmark = pytest.mark.django_db


def study(person, *, minutes, day):
    start = day_start_ms(day)
    draft = Draft(
        kind="import", source="test", activity="urn:x", t_from=start, t_to=start + minutes * 60_000,
        ms=minutes * 60_000, day=day, policy="default@1", evidence="import",
    )  # fmt: skip
    append_entries(learner=person.uuid, drafts=[draft])


@pytest.fixture
def worker(client):
    user = make_user()
    client.force_login(user)
    return user


def test_a_guest_sees_courses_and_the_way_in(client):
    make.make_course(title="焊条电弧焊基础")

    page = client.get("/").content.decode()

    assert "学一分钟，算一分钟" in page
    assert "焊条电弧焊基础" in page


def test_an_empty_site_has_a_first_page_too(client, worker):
    assert client.get("/").status_code == 200
    client.logout()
    assert client.get("/").status_code == 200


def test_somebody_new_sees_short_lessons_of_the_own_trade_instead_of_empty_numbers(client, worker):
    make.make_occupation("6-18-01-01", "车工")
    make.make_course(make.lesson("车床安全", make.text("车" * 600)), occupation="6-18-01-01")
    make.make_course(make.lesson("引弧", make.text("焊" * 600)), occupation=make.WELDER)
    Person.objects.filter(pk=worker.person.pk).update(occupation_code=make.WELDER)

    page = client.get("/").content.decode()

    assert "从这里开始" in page
    assert page.index("引弧") < page.index("车床安全")


def test_the_month_is_the_sum_of_its_days_against_the_share_of_the_nearest_union_with_a_goal(client, worker):
    factory = make_union(annual_target_ms=36 * MS_PER_STUDY_HOUR)
    group = make_union("GROUP", parent=make_union("BRANCH", parent=factory))
    make_member(group, person=worker.person)
    today = day_of(to_ms(timezone.now()))
    study(worker.person, minutes=25, day=today)

    context = client.get("/").context

    assert context["month"]["counted_ms"] == 25 * 60_000
    assert context["month"]["goal_ms"] == 3 * MS_PER_STUDY_HOUR
    assert context["month"]["days"][-1] == {"day": today.day, "counted_ms": 25 * 60_000}


def test_what_a_union_asks_for_stands_under_what_is_due(client, worker):
    union = make_union()
    make_member(union, person=worker.person)
    course = make.make_course(make.lesson("停电验电", make.text("电" * 600)))
    lesson = course.editions.get(is_current=True).lessons.get().lesson
    today = timezone.localdate()
    create_programme(
        union=union, title="安全月必修", starts_on=today, ends_on=today + timedelta(days=3), lessons=[lesson]
    )

    page = client.get("/").content.decode()

    assert "安全月必修" in page
    assert f"/learn/{lesson}/" in page


@pytest.mark.parametrize(
    ("hour", "words"), [(4, "晚上好"), (5, "早上好"), (12, "中午好"), (17, "下午好"), (23, "晚上好")]
)
def test_it_greets_by_the_hour(hour, words):
    assert greeting(hour) == words


AUTHENTICATION = ('FROM "django_session"', 'FROM "accounts_user"')


def forget_what_is_kept() -> None:
    for subject in (CATALOGUE, TREE):
        outdated(subject)


def statements(client, url="/") -> int:
    """Return what one request (for the first page) asks the database, without reading who is asking."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return sum(not any(word in query["sql"] for word in AUTHENTICATION) for query in captured)


def somebody_with_everything(client):
    """Sign a worker in who has a union with a goal, a programme, begun courses, time credited and time refused."""
    user = make_user()
    client.force_login(user)
    tree = make_tree()
    make_member(tree["shop"], person=user.person)
    Person.objects.filter(pk=user.person.pk).update(occupation_code=make.WELDER)
    courses = [make.make_course(make.lesson("一", make.text("字" * 600))) for _ in range(3)]
    lessons = [course.editions.get(is_current=True).lessons.get().lesson for course in courses]
    today = timezone.localdate()
    create_programme(
        union=tree["plant"],
        title="安全月必修",
        starts_on=today,
        ends_on=today + timedelta(days=3),
        lessons=lessons[:1],
    )
    study(user.person, minutes=25, day=today)
    for lesson in lessons[:2]:
        snapshot = resolve_lesson(lesson=lesson, learner=user.person.uuid, now=to_ms(timezone.now()))
        session = uuid4()
        open_session(learner=user.person.uuid, session=session, lesson=snapshot)
        twice = [Beat(seq, snapshot.parts[0].uuid, 0, 1_000, ((0, 1_000),)) for seq in (1, 2)]
        accept_beats(learner=user.person.uuid, session=session, beats=twice)
    return user


def test_a_worker_costs_twenty_statements_at_first_and_ten_from_then_on(client):
    somebody_with_everything(client)
    make_up_is_due = client.get("/").context["make_up"]["ms"]
    forget_what_is_kept()

    cold, warm = statements(client), statements(client)

    assert make_up_is_due > 0
    assert cold <= 20
    assert warm <= 10


def test_a_guest_costs_nothing_but_once(client):
    for _ in range(3):
        make.make_course(make.lesson("一", make.text("字" * 600)))

    assert statements(client) <= 10
    assert statements(client) == 0


@pytest.mark.parametrize("signed_in", [False, True])
def test_statements_do_not_grow_with_the_courses(client, signed_in):
    user = make_user()
    if signed_in:
        client.force_login(user)
    make.make_course(make.lesson("一", make.text("字" * 600)))
    client.get("/")  # what is asked once a process
    forget_what_is_kept()
    small = statements(client)
    for _ in range(4):
        make.make_course(make.lesson("二", make.text("字" * 600)), make.lesson("三", make.text("字" * 600)))

    forget_what_is_kept()
    assert statements(client) <= small


def test_what_is_published_withdrawn_or_renamed_shows_at_once(client):
    course = make.make_course(make.lesson("引弧", make.text("焊" * 600)), title="焊条电弧焊基础")
    assert "焊条电弧焊基础" in client.get("/").content.decode()

    withdrawal = withdraw(
        course=course,
        lesson=None,
        reason="图错了",
        by=make.make_staff("content_reviewer"),
        now=timezone.now(),
    )
    assert "焊条电弧焊基础" not in client.get("/").content.decode()

    lift_withdrawal(withdrawal=withdrawal, by=withdrawal.withdrawn_by, now=timezone.now())
    teacher = InstructorProfile.objects.get()
    teacher.public_name = "林秀"
    teacher.save()
    page = client.get("/").content.decode()
    assert "焊条电弧焊基础" in page
    assert "林秀" in page
    assert "陈铁山" not in page


def test_a_new_goal_of_the_union_shows_at_once(client, worker):
    union = make_union(annual_target_ms=12 * MS_PER_STUDY_HOUR)
    make_member(union, person=worker.person)
    assert client.get("/").context["month"]["goal_ms"] == MS_PER_STUDY_HOUR

    union.annual_target_ms = 24 * MS_PER_STUDY_HOUR
    union.save()

    assert client.get("/").context["month"]["goal_ms"] == 2 * MS_PER_STUDY_HOUR


def test_a_master_wears_the_colour_of_the_own_trade(client):
    make.make_occupation()
    master = make.make_instructor()
    TaughtTrade.objects.create(profile=master, occupation_id=make.WELDER, level=make.make_level())

    assert 'class="portrait trade trade--welding"' in client.get("/").content.decode()


def test_somebody_new_sees_no_empty_numbers(client, worker):
    make.make_course(make.lesson("引弧", make.text("焊" * 600)))
    member_of = make_union(annual_target_ms=36 * MS_PER_STUDY_HOUR)
    make_member(member_of, person=worker.person)

    page = client.get("/")

    assert page.context["is_new"]
    assert "从这里开始，每节不到 8 分钟" in page.content.decode()
    assert "figure__number" not in page.content.decode()
    assert "还差" not in page.content.decode()


def test_a_first_lesson_lasts_less_than_eight_minutes(client, worker):
    make.make_course(make.lesson("短的", make.text("焊" * 600)), make.lesson("长的", make.text("焊" * 2400)))

    assert [card["title"] for card in client.get("/").context["first_lessons"]] == ["短的"]


def test_who_has_studied_but_begun_no_course_goes_on_with_one_lesson(client, worker):
    make.make_course(make.lesson("一", make.text("焊" * 600)), make.lesson("二", make.text("焊" * 600)))
    study(worker.person, minutes=25, day=day_of(to_ms(timezone.now())))

    page = client.get("/")

    assert (page.context["resume"]["title"], page.context["first_lessons"]) == ("一", [])
    assert "开始学" in page.content.decode()
    assert 'figure__number">25<' in page.content.decode()


def test_what_is_due_says_what_is_left_and_leads_to_the_first_lesson_not_done(client, worker):
    union = make_union()
    make_member(union, person=worker.person)
    course = make.make_course(*(make.lesson(name, make.text("电" * 600)) for name in ("一", "二", "三")))
    lessons = list(
        course.editions.get(is_current=True).lessons.order_by("position").values_list("lesson", flat=True)
    )
    today = timezone.localdate()
    create_programme(
        union=union, title="安全月必修", starts_on=today, ends_on=today + timedelta(days=3), lessons=lessons
    )

    [before] = client.get("/").context["duties"]
    for part in Part.objects.filter(lesson__lesson=lessons[0]):
        PartProgress.objects.create(
            learner=worker.person.uuid,
            lesson=lessons[0],
            part=part.uuid,
            nominal_ms=part.nominal_ms,
            covered_ms=part.nominal_ms,
        )
    [after] = client.get("/").context["duties"]

    assert (before["url"], before["left"]) == (f"/learn/{lessons[0]}/", "还剩 3 节，约 6 分钟")
    assert (after["url"], after["left"]) == (f"/learn/{lessons[1]}/", "还剩 2 节，约 4 分钟")


def test_what_is_done_is_not_due(client, worker):
    union = make_union()
    make_member(union, person=worker.person)
    lesson = make.make_course(make.lesson("一", make.text("电" * 600))).editions.get().lessons.get()
    today = timezone.localdate()
    create_programme(
        union=union,
        title="安全月必修",
        starts_on=today,
        ends_on=today + timedelta(days=3),
        lessons=[lesson.lesson],
    )
    part = lesson.parts.get()
    PartProgress.objects.create(
        learner=worker.person.uuid, lesson=lesson.lesson, part=part.uuid, nominal_ms=part.nominal_ms,
        covered_ms=part.nominal_ms,
    )  # fmt: skip

    page = client.get("/")

    assert page.context["duties"] == []
    assert "现在没有要办的。" in page.content.decode()


def test_a_due_day_of_another_year_names_the_year(client, worker):
    union = make_union()
    make_member(union, person=worker.person)
    lesson = make.make_course(make.lesson("一", make.text("电" * 600))).editions.get().lessons.get().lesson
    today = timezone.localdate()
    ends = date(today.year + 1, 3, 5)
    create_programme(union=union, title="三月前学完", starts_on=today, ends_on=ends, lessons=[lesson])

    [duty] = client.get("/").context["duties"]

    assert duty["due"] == f"{ends.year}年3月5日前"


def test_what_is_left_stands_in_the_message_centre_with_the_way_to_do_it(client):
    user = somebody_with_everything(client)

    page = client.get("/me/messages/").context["page"]

    make_up, duty = (
        next(e for e in page.tasks if e.kind == kind) for kind in ("study.make_up", "programme.due")
    )
    assert make_up.url.startswith("/learn/")
    assert make_up.action.startswith("去重看这")
    assert (duty.title, duty.body) == ("安全月必修", "还剩 1 节，约 2 分钟")
    assert [entry.title for entry in page.told] == ["新的学习安排：安全月必修"]
    assert inbox.bell_count(user, timezone.now()) == 1


def test_the_message_centre_of_a_worker_costs_twelve_statements(client):
    somebody_with_everything(client)
    client.get("/me/messages/")

    assert statements(client, "/me/messages/") <= 12
