"""Notices of unions: who writes, who reads, what stays when one is taken back; requests that wait for an officer."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import inbox
from core.audit import verify
from core.models import AuditRow, Message
from tests.factories.people import make_member, make_person, make_tree, make_user
from unions import api
from unions.exceptions import NoticePeriodWrong
from unions.models import Notice
from unions.operations import ask_back, refuse_request, resend_request

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def t():
    return make_tree()


def officer_at(union, duty="training", *, write=True):
    user = make_user()
    api.appoint(officer=user, union=union, duty=duty, may_write=write, on=date(2026, 1, 1))
    return user


def member_of(union):
    user = make_user()
    make_member(union, person=user.person)
    return user


def publish(union, title="安全月停产检修安排", *, first=0, days=10, **more):
    begins = TODAY() + timedelta(days=first)
    return api.publish_notice(
        union=union,
        title=title,
        text="检修三天。\n\n有事找工会。",
        active_from=begins,
        last_day=begins + timedelta(days=days),
        officer=more.pop("officer", None) or make_user(),
        at=more.pop("at", timezone.now()),
        **more,
    )


def entries(user):
    return inbox.page_of(user, now=timezone.now())


def told(user):
    return [entry.title for entry in entries(user).told]


def test_a_notice_reaches_the_own_subtree_and_nobody_else_without_a_row_for_anybody(t):
    publish(t["county"], "县里的")
    publish(t["plant"], "厂里的")
    publish(t["mine"], "矿上的")
    assert told(member_of(t["shop"])) == ["厂里的", "县里的"]
    assert told(member_of(t["mine"])) == ["矿上的"]
    assert told(officer_at(t["plant"])) == ["厂里的", "县里的"]
    assert told(make_user()) == []
    assert not Message.objects.exists()


def test_it_shows_from_its_first_to_its_last_day_and_is_found_as_over_for_some_weeks(client, t):
    user = member_of(t["plant"])
    publish(t["plant"], "明天起", first=1)
    publish(t["plant"], "今天为止", first=-3, days=3)
    publish(t["plant"], "昨天为止", first=-3, days=2)
    publish(t["plant"], "很久以前", first=-300, days=2)
    shown = {entry.title: entry.is_over for entry in entries(user).told}
    assert shown == {"今天为止": False, "昨天为止": True}
    assert inbox.bell_count(user, timezone.now()) == 1
    client.force_login(user)
    page = client.get("/").content.decode()
    assert "今天为止" in page
    assert "昨天为止" not in page
    ahead = Notice.objects.get(title="明天起")
    assert client.get(f"/notices/{ahead.uuid}/").status_code == 404


def test_reading_a_notice_makes_the_bell_silent(client, t):
    user = member_of(t["plant"])
    notice = publish(t["plant"])
    client.force_login(user)
    assert "消息，1 条未读" in client.get("/me/").content.decode()
    answer = client.get(f"/me/messages/notice:{notice.uuid}/")
    assert answer.headers["Location"] == f"/notices/{notice.uuid}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "<p>检修三天。</p>" in page
    assert "条未读" not in page


def test_taken_back_it_is_gone_for_members_and_kept_with_a_name(client, t):
    notice, member, officer = publish(t["plant"]), member_of(t["plant"]), officer_at(t["plant"])
    assert told(member) == [notice.title]
    client.force_login(officer)
    for _ in range(2):
        client.post(f"/unions/{t['plant'].uuid}/notices/{notice.uuid}/withdraw/")

    assert told(member_of(t["plant"])) == []
    notice.refresh_from_db()
    assert notice.withdrawn_by == officer
    assert "已撤回" in client.get(f"/unions/{t['plant'].uuid}/notices/").content.decode()
    assert client.get(f"/notices/{notice.uuid}/").status_code == 200
    client.force_login(member)
    assert client.get(f"/notices/{notice.uuid}/").status_code == 404
    acts = AuditRow.objects.filter(action__startswith="notice.").values_list("action", flat=True)
    assert sorted(acts) == ["notice.publish", "notice.withdraw"]
    assert verify("unions") is None


def test_an_officer_writes_one_with_a_course_and_members_see_it_on_the_page_of_the_union(
    client, t, monkeypatch
):
    offered = ("课程", [api.Link("/courses/x/", "低压电工")])
    monkeypatch.setattr("unions.links._SOURCES", [lambda union, on: offered])
    client.force_login(officer_at(t["plant"], "membership"))
    address = f"/unions/{t['plant'].uuid}/notices/new/"
    words = {
        "title": "电工复训报名",
        "text": "本周五前报名。",
        "url": "/courses/x/",
        "active_from": TODAY().isoformat(),
        "last_day": (TODAY() + timedelta(days=3)).isoformat(),
    }
    assert "低压电工" in client.get(address).content.decode()
    assert client.post(address, {**words, "url": "//evil.example"}).status_code == 422
    assert client.post(address, words).status_code == 302

    notice = Notice.objects.get()
    assert (notice.url_title, notice.active_to) == ("低压电工", TODAY() + timedelta(days=4))
    client.force_login(member_of(t["shop"]))
    assert "电工复训报名" in client.get(f"/unions/{t['plant'].uuid}/").content.decode()
    assert "去看《低压电工》" in client.get(f"/notices/{notice.uuid}/").content.decode()
    client.logout()
    assert "电工复训报名" not in client.get(f"/unions/{t['plant'].uuid}/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "长" * 61),
        ("text", ""),
        ("last_day", ""),
        ("last_day", "2026-13-99"),
        ("last_day", "2020-01-01"),
        ("last_day", "9999-12-31"),
        ("active_from", "9999-12-31"),
    ],
)
def test_a_form_says_what_is_wrong_and_publishes_nothing(client, t, field, value):
    client.force_login(officer_at(t["plant"]))
    words = {
        "title": "题",
        "text": "文",
        "active_from": TODAY().isoformat(),
        "last_day": (TODAY() + timedelta(days=3)).isoformat(),
    }
    answer = client.post(f"/unions/{t['plant'].uuid}/notices/new/", {**words, field: value})
    assert answer.status_code == 422
    assert "field--bad" in answer.content.decode()
    assert not Notice.objects.exists()


def test_like_an_earlier_one_begins_with_its_words(client, t):
    notice = publish(t["plant"])
    client.force_login(officer_at(t["plant"]))
    address = f"/unions/{t['plant'].uuid}/notices/new/?like="
    assert notice.title in client.get(f"{address}{notice.uuid}").content.decode()
    assert client.get(f"{address}x").status_code == 200


def test_the_database_refuses_a_notice_that_ends_before_it_begins_or_leads_away(t):
    notice = publish(t["plant"])
    wrong = [
        {"active_to": notice.active_from},
        {"title": ""},
        {"text": ""},
        {"url": "//evil.example"},
        {"withdrawn_at": timezone.now()},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(**fields)
    with pytest.raises(NoticePeriodWrong):
        publish(t["plant"], days=400)


def test_a_transfer_shows_the_notices_of_the_new_union(t):
    user = member_of(t["mine"])
    publish(t["plant"], "厂里的")
    api.transfer_member(person=user.person, to=t["plant"], on=TODAY(), actor=make_user())
    assert told(type(user).objects.get(pk=user.pk)) == ["厂里的"]


def ask(union, days=0):
    return api.request_to_join(
        person=make_person(name="李海生"), union=union, on=TODAY() - timedelta(days=days)
    )


def test_requests_wait_in_the_centre_of_who_may_answer_until_they_are_answered(t):
    request, _other = ask(t["plant"]), ask(t["plant"], days=1)
    officer = officer_at(t["plant"], "membership")
    [task] = entries(officer).tasks
    assert task.title == "2 份入会申请等你确认"
    assert task.url == f"/unions/{t['plant'].uuid}/requests/"
    for nobody in (officer_at(t["plant"]), officer_at(t["plant"], "membership", write=False), make_user()):
        assert entries(nobody).tasks == []

    refuse_request(request=request, officer=officer, at=timezone.now(), reason="不在花名册上")
    assert [task.title for task in entries(officer).tasks] == ["1 份入会申请等你确认"]


def test_answering_the_newest_request_does_not_ring_for_the_others_again(t):
    ask(t["plant"], days=1)
    newest, officer, now = ask(t["plant"]), officer_at(t["plant"], "membership"), timezone.now()
    inbox.read_all(officer, now=now)
    assert inbox.bell_count(officer, now) == 0
    refuse_request(request=newest, officer=officer, at=now, reason="不在花名册上")
    inbox.bell.forget([officer.person.uuid])
    assert inbox.bell_count(officer, now) == 0
    ask(t["plant"])
    inbox.bell.forget([officer.person.uuid])
    assert inbox.bell_count(officer, now) == 1


def test_from_above_only_what_waits_too_long_is_news(t):
    county = officer_at(t["county"], "membership")
    ask(t["plant"])
    assert entries(county).tasks == []
    ask(t["plant"], days=2)
    [task] = entries(county).tasks
    assert (task.title, task.is_late) == ("1 份入会申请等你确认", True)


def test_a_question_to_who_asked_is_done_when_it_is_answered(t):
    user = make_user(person=make_person(name="李海生"))
    request = api.request_to_join(person=user.person, union=t["plant"], on=TODAY())
    officer = officer_at(t["plant"], "membership")
    ask_back(request=request, officer=officer, at=timezone.now(), question="哪个班组？")
    [task] = entries(user).tasks
    assert (task.body, task.action, task.source_name) == ("哪个班组？", "去补充", t["plant"].name)

    resend_request(request=request, workplace="甲班")
    assert entries(user).tasks == []
    ask_back(request=request, officer=officer, at=timezone.now(), question="哪个车间？")
    assert [task.body for task in entries(user).tasks] == ["哪个车间？"]
    api.confirm_request(request=request, officer=officer, at=timezone.now())
    assert entries(user).tasks == []
    assert "已确认你入会" in told(user)[0]


def test_the_centre_and_the_board_cost_the_same_with_many_notices(client, t):
    client.force_login(officer_at(t["plant"]))

    def cost(url):
        client.get(url)  # what is kept
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    urls = ["/me/messages/", f"/unions/{t['plant'].uuid}/notices/"]
    publish(t["plant"])
    few = [cost(url) for url in urls]
    for n in range(15):
        publish(t["county"] if n % 2 else t["plant"], f"通知 {n}")
    assert [cost(url) for url in urls] == few
