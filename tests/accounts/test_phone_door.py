"""Coming in by a code to one's phone: sign-up and sign-in in one, and what it refuses."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import operations
from accounts.models import Consent, Person, User
from core.models import AuditRow, SentNotice
from tests.factories.people import make_member, make_tree, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent_at_once")]
PHONE = "138 0013 8000"


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO_MODE = True


def sent_code() -> str:
    return re.search(r"\d{6}", SentNotice.objects.latest("id").text).group()


def ask(client, phone=PHONE, **extra):
    return client.post("/accounts/phone/", {"phone": phone, "consent": "on", **extra})


def enter(client, phone=PHONE, **extra):
    ask(client, phone, **extra)
    return client.post("/accounts/phone/code/", {"code": sent_code()})


def test_a_new_number_is_signed_up_and_led_to_the_welcome(client):
    answer = enter(client)
    assert answer.headers["Location"] == "/welcome/"
    user = User.objects.get()
    assert user.person.phone == "+8613800138000"
    assert user.person.registered_at is not None
    assert user.phone_verified_at is not None
    assert not user.has_usable_password()
    assert Consent.objects.get().purpose == "service"
    assert client.get("/me/").status_code == 200


def test_the_same_number_comes_back_as_the_same_person(client, client_again):
    enter(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        answer = enter(client_again, "+86 138-0013-8000")
    assert answer.status_code == 302
    assert User.objects.count() == 1


@pytest.fixture
def client_again():
    from django.test import Client

    return Client()


def test_nothing_is_made_before_the_number_is_proved(client):
    ask(client)
    assert not User.objects.exists()
    assert not Person.objects.exists()
    assert PHONE.replace(" ", "") not in str(client.session.items())


def test_a_wrong_code_says_how_many_tries_are_left_and_the_last_one_ends_it(client):
    ask(client)
    wrong = "000000" if sent_code() != "000000" else "111111"
    page = client.post("/accounts/phone/code/", {"code": wrong})
    assert page.status_code == 422
    assert "验证码不对，再看一眼短信。还能试 4 次。" in page.content.decode()
    for _ in range(4):
        page = client.post("/accounts/phone/code/", {"code": wrong})
    assert "这个验证码作废了" in page.content.decode()
    assert client.post("/accounts/phone/code/", {"code": sent_code()}).status_code == 422
    assert not User.objects.exists()


def test_tries_that_arrive_at_the_same_time_are_counted_too(client):
    ask(client)
    wrong = "000000" if sent_code() != "000000" else "111111"
    before = client.session["phone_door"]
    for _ in range(5):
        client.post("/accounts/phone/code/", {"code": wrong})
        # Each of them had read the session before any other had written it.
        session = client.session
        session["phone_door"] = before
        session.save()
    page = client.post("/accounts/phone/code/", {"code": sent_code()})
    assert "这个验证码作废了" in page.content.decode()
    assert not User.objects.exists()


def test_a_code_is_good_once_and_for_five_minutes(client):
    ask(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        page = client.post("/accounts/phone/code/", {"code": sent_code()})
    assert "验证码过了 5 分钟" in page.content.decode()
    code = sent_code()
    assert client.post("/accounts/phone/code/", {"code": code}).status_code == 302
    client.logout()
    assert client.post("/accounts/phone/code/", {"code": code}).headers["Location"] == "/accounts/phone/"


@pytest.mark.parametrize("typed", ["１２３４５６", " 123 456 ", "123456"])
def test_a_code_may_be_typed_in_any_width_and_with_spaces(client, monkeypatch, typed):
    monkeypatch.setattr("accounts.phone_door.secrets.randbelow", lambda n: 123_456)
    ask(client)
    assert client.post("/accounts/phone/code/", {"code": typed}).status_code == 302


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"phone": ""}, "请填手机号。"),
        ({"phone": "12345"}, "手机号是 1 开头的 11 位数字"),
        ({"phone": "+14155550100"}, "手机号是 1 开头的 11 位数字"),
        ({"phone": "1" * 21}, "手机号是 1 开头的 11 位数字"),
        ({"phone": PHONE, "consent": ""}, "同意后才能继续。"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(client, data, says):
    page = client.post("/accounts/phone/", {"consent": "on", **data})
    assert page.status_code == 422
    assert says in page.content.decode()
    assert f'value="{data["phone"]}"' in page.content.decode() or not data["phone"]
    assert not SentNotice.objects.exists()


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "²³¹²³¹", "1" * 21])
def test_a_code_of_another_form_costs_no_try(client, code):
    ask(client)
    assert client.post("/accounts/phone/code/", {"code": code}).status_code == 422
    assert client.post("/accounts/phone/code/", {"code": sent_code()}).status_code == 302


def test_a_second_code_waits_a_minute_and_a_number_gets_ten_a_day(client):
    assert ask(client).status_code == 302
    page = ask(client)
    assert page.status_code == 422
    assert "过 1 分钟才能再发" in page.content.decode()
    now = timezone.now()
    for n in range(1, 12):
        with time_machine.travel(now + timedelta(minutes=2 * n)):
            last = ask(client)
    assert last.status_code == 422
    assert SentNotice.objects.count() == 10


def test_sending_again_makes_the_old_code_worthless(client):
    ask(client)
    old = sent_code()
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        client.post("/accounts/phone/resend/")
        new = sent_code()
        if old != new:
            assert client.post("/accounts/phone/code/", {"code": old}).status_code == 422
        assert client.post("/accounts/phone/code/", {"code": new}).status_code == 302


def test_a_member_on_a_roll_enters_as_that_member_and_is_asked_whether_it_is_so(client):
    t = make_tree()
    member = make_member(t["plant"])
    member.name, member.phone = "李海生", "+8613800138000"
    member.save()
    enter(client)
    assert User.objects.get().person == member
    page = client.get("/welcome/", follow=True)
    assert page.redirect_chain[-1][0] == "/welcome/roll/"
    assert "李**" in page.content.decode()
    assert "李海生" not in page.content.decode()


def test_the_new_owner_of_a_number_leaves_the_old_member_untouched(client):
    t = make_tree()
    member = make_member(t["plant"])
    member.name, member.phone = "李海生", "+8613800138000"
    member.save()
    enter(client)
    assert client.post("/welcome/roll/", {"me": "no"}).status_code == 302
    member.refresh_from_db()
    user = User.objects.get()
    assert user.person != member
    assert user.person.phone == "+8613800138000"
    assert user.person.registered_at is not None
    assert (member.phone, member.registered_at, member.name) == ("", None, "李海生")
    assert member.memberships.count() == 1
    assert Consent.objects.get().person == user.person


def test_an_entry_in_use_is_not_disclaimed(client):
    user = make_user(onboarded_at=timezone.now())
    with pytest.raises(ValueError, match="in use"):
        operations.disclaim_roll_entry(user=user)


def test_where_one_was_going_is_kept_whole(client):
    answer = enter(client, next="/search/?q=焊&level=2")
    client.get(answer.headers["Location"])
    assert client.session["welcome_next"] == "/search/?q=焊&level=2"


def test_a_stranger_cannot_send_people_elsewhere_after_the_door(client):
    answer = enter(client, next="https://evil.example/")
    assert answer.headers["Location"] == "/welcome/"


def test_each_sign_in_and_each_failure_leaves_an_audit_row_without_numbers(client):
    ask(client)
    wrong = "000000" if sent_code() != "000000" else "111111"
    client.post("/accounts/phone/code/", {"code": wrong})
    client.post("/accounts/phone/code/", {"code": sent_code()})
    client.post("/accounts/logout/")
    rows = AuditRow.objects.filter(stream="sign-in").order_by("n")
    assert [(r.action, r.result) for r in rows] == [
        ("sign_in.code", "failed"),
        ("sign_in.in", "ok"),
        ("sign_in.out", "ok"),
    ]
    assert all("13800138000" not in f"{r.target}{r.detail}" for r in AuditRow.objects.all())


def test_who_is_in_already_goes_on(client):
    client.force_login(make_user())
    assert client.get("/accounts/phone/?next=/me/").headers["Location"] == "/me/"
    assert client.get("/accounts/phone/?next=//evil.example").headers["Location"] == "/"


def test_a_browser_that_agreed_is_not_asked_again(client):
    enter(client)
    client.post("/accounts/logout/")
    assert 'name="consent"' not in client.get("/accounts/phone/").content.decode()
