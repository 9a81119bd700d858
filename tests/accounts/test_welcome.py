"""The way in: at most three questions, each can wait, none comes twice, and 我的 shows what was said."""

import pytest
from django.core.management import call_command

from accounts.api import set_trade
from accounts.models import User
from occupations.api import load_classification
from search.trades import suggest
from tests.factories.courses import WELDER, make_course
from tests.factories.people import make_member, make_person, make_tree, make_user
from unions.models import JoinRequest, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def t():
    return make_tree()


@pytest.fixture
def user(client):
    user = make_user(person=make_person(name=""))
    client.force_login(user)
    return user


@pytest.fixture
def occupations():
    load_classification()
    suggest.forget()
    yield
    suggest.forget()


def follow(client, url):
    return client.get(url, follow=True)


def test_three_questions_lead_to_the_first_lesson(client, t, user, occupations):
    page = follow(client, "/welcome/")
    assert "第 2 问，共 3 问" in page.content.decode()
    answer = client.post(
        f"/unions/{t['plant'].uuid}/join/", {"name": "李海生", "workplace": "", "next": "/welcome/trade/"}
    )
    page = follow(client, answer.headers["Location"])
    assert "第 3 问，共 3 问" in page.content.decode()
    answer = client.post("/me/trade/", {"trade": "welding", "level": "", "next": "/welcome/done/"})
    assert answer.headers["Location"] == "/welcome/done/"
    page = client.get("/welcome/done/").content.decode()
    assert "进来了" in page
    assert 'href="/courses/"' in page
    user.refresh_from_db()
    assert user.onboarded_at is not None
    assert user.person.occupation_code == "6-18-02-04"
    assert user.person.display_name == "李师傅"
    assert JoinRequest.objects.get().person == user.person


def test_the_first_lesson_is_one_of_the_own_trade_and_one_tap_away(client, user):
    course = make_course()
    set_trade(person=user.person, occupation_code=WELDER, level_rank=None)
    page = client.get("/welcome/done/").content.decode()
    assert f'action="/courses/{course.slug}/start/"' in page
    assert client.post(f"/courses/{course.slug}/start/").headers["Location"].startswith("/learn/")


def test_every_question_can_wait(client, user, occupations):
    page = follow(client, "/welcome/").content.decode()
    assert 'href="/welcome/trade/"' in page
    page = follow(client, "/welcome/trade/").content.decode()
    assert 'href="/welcome/done/"' in page
    assert client.get("/welcome/done/").status_code == 200
    assert User.objects.get(pk=user.pk).onboarded_at is not None


def test_a_member_by_invitation_is_not_asked_for_the_union(client, t, user, occupations):
    answer = client.get(f"/welcome/?next=/join/{t['plant'].join_code}/")
    assert answer.headers["Location"] == f"/join/{t['plant'].join_code}/?next=%2Fwelcome%2Ftrade%2F"
    client.post(f"/join/{t['plant'].join_code}/", {"next": "/welcome/trade/"})
    assert Membership.objects.get().member == user.person
    page = follow(client, "/welcome/")
    assert page.redirect_chain[0][0] == "/welcome/trade/"


def test_who_waits_already_goes_to_the_trade(client, t, user, occupations):
    client.post(f"/unions/{t['plant'].uuid}/join/", {"name": "李海生"})
    assert client.get("/welcome/").headers["Location"] == "/welcome/trade/"


def test_the_welcome_leads_on_to_where_one_was_going(client, user):
    client.get("/welcome/?next=/courses/hanjie/")
    assert 'href="/courses/hanjie/"' in client.get("/welcome/done/").content.decode()
    client.get("/welcome/?next=//evil.example")
    assert "evil.example" not in client.get("/welcome/done/").content.decode()


def test_a_typed_job_finds_occupations_and_one_is_picked(client, user, occupations):
    page = client.post("/me/trade/", {"job": "烧电焊的", "level": "3"}).content.decode()
    assert "焊工" in page
    assert '<option value="3" selected>' in page
    client.post("/me/trade/", {"occupation": "6-18-02-04", "job": "", "level": "3"})
    user.person.refresh_from_db()
    assert (user.person.occupation_code, user.person.level_rank) == ("6-18-02-04", 3)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"trade": "king"},
        {"occupation": "9-99-99-99"},
        {"trade": "welding", "level": "99"},
        {"trade": "welding", "level": "x"},
        {"job": "♁♁♁"},
        {"job": "x" * 500},
    ],
)
def test_what_cannot_be_a_trade_is_refused_in_words(client, user, occupations, data):
    page = client.post("/me/trade/", data)
    assert page.status_code == 422
    user.person.refresh_from_db()
    assert user.person.occupation_code == ""


def test_me_shows_name_number_union_and_trade_and_hides_digits(client, t, occupations):
    person = make_person(name="李海生", phone="13800138000", occupation_code="6-18-02-04", level_rank=3)
    make_member(t["plant"], person=person)
    client.force_login(make_user(person=person))
    page = client.get("/me/").content.decode()
    for text in ("李海生", "138****8000", "栖江重型机械厂工会", "焊工", "退出登录"):
        assert text in page
    assert "13800138000" not in page


def test_a_name_is_changed_and_the_form_of_address_follows(client, user):
    client.post("/me/name/", {"name": "欧阳晓东", "display_name": ""})
    user.person.refresh_from_db()
    assert (user.person.name, user.person.display_name) == ("欧阳晓东", "欧阳师傅")
    client.post("/me/name/", {"name": "欧阳晓东", "display_name": "老欧"})
    client.post("/me/name/", {"name": "司马晓东", "display_name": ""})
    user.person.refresh_from_db()
    assert user.person.display_name == "老欧"
    assert client.post("/me/name/", {"name": "长" * 41}).status_code == 422


@pytest.mark.parametrize(
    "url",
    [
        "/me/",
        "/me/name/",
        "/me/trade/",
        "/me/messages/",
        "/welcome/",
        "/welcome/done/",
        "/welcome/roll/",
        "/unions/join/",
    ],
)
def test_a_stranger_is_sent_to_the_door(client, url):
    assert client.get(url).headers["Location"].startswith("/accounts/")


def test_grant_role_is_a_command(capsys):
    user = make_user("wangmin")
    call_command("grant_role", "wangmin", "lesson_editor")
    assert User.objects.get(pk=user.pk).has_any_role("lesson_editor")
    call_command("grant_role", "wangmin", "lesson_editor", "--revoke")
    assert not User.objects.get(pk=user.pk).has_any_role("lesson_editor")
