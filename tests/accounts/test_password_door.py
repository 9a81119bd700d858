"""Coming in by password with a phone number, an e-mail address or a user name; signing up by e-mail; limits."""

import re

import pytest
from django.test import Client

from accounts.models import Person, User
from core.models import AuditRow, SentNotice
from tests.factories.people import make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent_at_once")]
PASSWORD = "riveting-2026"


@pytest.fixture
def user():
    person = make_person(phone="13800138000")
    return make_user("lihaisheng", password=PASSWORD, person=person, phone_verified_at="2026-01-01T00:00:00Z")


def sign_in(client, login, password=PASSWORD):
    return client.post("/accounts/login/", {"login": login, "password": password})


@pytest.mark.parametrize("login", ["lihaisheng", "13800138000", "+86 138 0013 8000", " lihaisheng "])
def test_one_field_takes_phone_or_user_name(client, user, login):
    assert sign_in(client, login).status_code == 302
    assert client.get("/me/").status_code == 200


def test_an_unproved_number_opens_nothing(client, user):
    User.objects.update(phone_verified_at=None)
    assert sign_in(client, "13800138000").status_code == 200
    assert client.get("/me/").status_code == 302


def test_a_wrong_password_is_said_plainly_and_after_five_there_is_a_pause(client, user):
    page = sign_in(client, "13800138000", "wrong")
    assert "手机号或密码不对" in page.content.decode()
    for _ in range(4):
        sign_in(client, "13800138000", "wrong")
    page = sign_in(client, "13800138000")
    assert "试的次数太多" in page.content.decode()
    assert AuditRow.objects.filter(action="sign_in.in", result="failed").count() == 5


def test_email_sign_up_needs_the_code_from_the_letter(client):
    answer = client.post(
        "/accounts/signup/", {"email": "li@example.org", "password1": PASSWORD, "consent": "on"}
    )
    assert answer.status_code == 302
    assert client.get("/me/").status_code == 302
    code = re.search(r"\d{6}", SentNotice.objects.latest("id").text).group()
    answer = client.post("/accounts/confirm-email/", {"code": code})
    assert answer.headers["Location"] == "/welcome/"
    assert client.get("/me/").status_code == 200
    assert User.objects.get().person.consents.count() == 1
    other = Client()
    assert sign_in(other, "LI@example.org").status_code == 302
    assert other.get("/me/").status_code == 200


def test_a_known_address_is_not_given_away(client, user):
    User.objects.update(email="li@example.org")
    fresh = client.post(
        "/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD, "consent": "on"}
    )
    known = Client().post(
        "/accounts/signup/", {"email": "li@example.org", "password1": PASSWORD, "consent": "on"}
    )
    assert fresh.status_code == known.status_code == 302
    assert fresh.headers["Location"] == known.headers["Location"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"email": "nonsense", "password1": PASSWORD, "consent": "on"}, "邮箱写得不完整"),
        ({"email": "a@example.org", "password1": "1234567890", "consent": "on"}, "数字"),
        ({"email": "a@example.org", "password1": "short", "consent": "on"}, "10"),
        ({"email": "a@example.org", "password1": PASSWORD}, "同意后才能继续"),
    ],
)
def test_a_sign_up_that_misses_something_says_what(client, data, says):
    page = client.post("/accounts/signup/", data)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert not User.objects.exists()


def test_the_cms_has_no_door_of_its_own(client):
    assert client.get("/cms/login/?next=/cms/").headers["Location"] == "/accounts/login/?next=/cms/"
    chain = client.get("/cms/", follow=True).redirect_chain
    assert chain[-1] == ("/accounts/login/?next=/cms/", 302)


def test_who_is_in_but_not_allowed_into_the_cms_is_told_so_and_not_sent_in_a_circle(client, user):
    client.force_login(user)
    for address in ("/cms/", "/cms/settings/"):
        page = client.get(address, follow=True)
        assert page.status_code == 403
        assert "permission" not in page.content.decode()


def test_a_closed_account_stays_out(client, user):
    User.objects.update(is_active=False)
    sign_in(client, "lihaisheng")
    assert client.get("/me/").status_code == 302


def test_the_second_sign_in_does_not_move_the_first(client, user):
    sign_in(client, "lihaisheng")
    first = Person.objects.get(user=user).registered_at
    client.post("/accounts/logout/")
    sign_in(client, "lihaisheng")
    assert first is not None
    assert Person.objects.get(user=user).registered_at == first


def test_a_password_can_be_reset_by_a_code_to_the_mail_address(client, user):
    User.objects.update(email="li@example.org")
    client.post("/accounts/password/reset/", {"email": "li@example.org"})
    code = re.search(r"\d{6}", SentNotice.objects.latest("id").text).group()
    client.post("/accounts/password/reset/confirm/", {"code": code})
    client.post(
        "/accounts/password/reset/complete/", {"password1": "another-2026x", "password2": "another-2026x"}
    )
    assert sign_in(Client(), "lihaisheng", "another-2026x").status_code == 302
