"""A guest's way from the first lesson to the own records: page, calls, signing in."""

import hashlib
import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from courses.api import withdraw
from courses.models import EditionLesson, Enrolment
from records.http import guests, limits
from records.models import GuestSession, GuestSpan, LedgerEntry, StudySession
from tests.factories import courses as make
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/study/sessions"


@pytest.fixture
def lessons():
    course = make.make_course(
        make.lesson("运条", make.text("焊" * 600)), make.lesson("收弧", make.text("弧" * 600))
    )
    edition = course.editions.get(is_current=True)
    return list(EditionLesson.objects.filter(edition=edition).order_by("position"))


def page_of(client, lesson):
    return client.get(f"/learn/{lesson.lesson}/")


def post(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def open_(client, lesson, session=None):
    return post(client, SESSIONS, {"session": str(session or uuid4()), "lesson": str(lesson.lesson)})


def play(client, opened, *, t=(0, 1_000), seq=1):
    beat = {
        "seq": seq,
        "part": opened["parts"][0]["part"],
        "t": list(t),
        "ranges": [list(t)],
        "visible": True,
    }
    return post(client, f"{SESSIONS}/{opened['session']}/beats", {"beats": [beat]})


def tap(client, opened):
    return post(client, f"{SESSIONS}/{opened['session']}/close", {"t": 1_000, "present": True})


@pytest.fixture
def studied(client, lessons):
    """A guest who has played a second of the first lesson and ended it by the tap."""
    page_of(client, lessons[0])
    opened = open_(client, lessons[0]).json()
    play(client, opened)
    tap(client, opened)
    return opened


def test_the_page_gives_the_device_a_cookie_that_no_script_reads(client, lessons):
    page = page_of(client, lessons[0])

    cookie = page.cookies[guests.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 86_400)
    config = page.context["config"]
    assert config["is_guest"] is True
    assert 'data-name="guest"' in page.content.decode(), (
        "there from the start: put up by script it moves the page"
    )
    assert config["learner"].startswith("guest-")
    assert cookie.value not in page.content.decode()
    assert page_of(client, lessons[0]).context["config"]["learner"] == config["learner"]


def test_who_is_signed_in_gets_no_such_cookie(client, lessons):
    client.force_login(make_user())
    page = page_of(client, lessons[0])

    assert guests.COOKIE not in page.cookies
    assert page.context["config"]["is_guest"] is False


def test_a_guest_studies_and_owns_it_after_signing_in(client, lessons, studied):
    assert GuestSpan.objects.count() == 1
    user = make_user()
    client.force_login(user)

    page = page_of(client, lessons[0])

    assert page.cookies[guests.COOKIE].value == ""
    session = StudySession.objects.get()
    assert (session.learner, str(session.uuid), session.source) == (
        user.person.uuid,
        studied["session"],
        "guest",
    )
    assert not GuestSession.objects.exists()
    assert Enrolment.objects.get().person == user.person
    assert 0 < sum(LedgerEntry.objects.values_list("ms", flat=True)) <= 1_000
    assert all(entry.learner == user.person.uuid for entry in LedgerEntry.objects.all())


def test_the_next_person_on_the_device_gets_nothing_of_it(client, lessons, studied):
    first, second = make_user(), make_user()
    client.force_login(first)
    client.get("/")
    client.logout()
    client.force_login(second)
    client.get("/")

    assert set(StudySession.objects.values_list("learner", flat=True)) == {first.person.uuid}


def test_somebody_found_on_a_unions_roll_is_asked_first(client, lessons, studied):
    user = make_user()
    Person.objects.filter(pk=user.person.pk).update(name="李工")
    client.force_login(user)
    client.get("/")
    assert GuestSession.objects.exists()

    user.onboarded_at = timezone.now()
    user.save()
    client.get("/")
    assert StudySession.objects.get().learner == user.person.uuid


def test_a_claim_that_fails_is_tried_again_and_does_not_break_the_page(client, lessons, studied, monkeypatch):
    client.force_login(make_user())
    with monkeypatch.context() as broken:
        broken.setattr(guests, "claim_guest_study", lambda **_: 1 / 0)
        answer = client.get("/")
    assert answer.status_code == 200
    assert guests.COOKIE not in answer.cookies

    client.get("/")
    assert StudySession.objects.exists()


def test_only_the_first_lesson_is_open(client, lessons):
    page_of(client, lessons[0])
    answer = open_(client, lessons[1])

    assert (answer.status_code, answer.json()["detail"]) == (403, "登录以后才能学这一节。")


def test_no_such_lesson_is_404_and_anothers_session_is_409(client, lessons, studied):
    unknown = post(client, SESSIONS, {"session": str(uuid4()), "lesson": str(uuid4())})
    assert unknown.status_code == 404
    other = Client()
    page_of(other, lessons[0])

    assert open_(other, lessons[0], studied["session"]).status_code == 409


@pytest.mark.parametrize("forge", ["none", "unsigned", "by another key", "old"])
def test_a_cookie_that_is_not_ours_is_no_device(client, lessons, forge):
    page_of(client, lessons[0])
    real = client.cookies[guests.COOKIE].value
    opened = open_(client, lessons[0]).json()
    if forge == "none":
        del client.cookies[guests.COOKIE]
    elif forge == "unsigned":
        client.cookies[guests.COOKIE] = real[:-3] + ("abc" if real[-3:] != "abc" else "xyz")
    elif forge == "by another key":
        client.cookies[guests.COOKIE] = signing.dumps("secret", key="other", salt="records.guest")
    with time_machine.travel(timezone.now() + timedelta(hours=25 if forge == "old" else 0)):
        answer = play(client, opened)

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert not GuestSpan.objects.exists()


def test_another_device_may_not_write_into_a_session(client, lessons, studied):
    other = Client()
    page_of(other, lessons[0])

    assert play(other, studied, seq=2).status_code == 401
    assert tap(other, studied).status_code == 401
    assert GuestSpan.objects.count() == 1


def test_a_player_whose_sign_in_ran_out_is_told_so_though_the_device_was_a_guests(client, lessons):
    user = make_user()
    worker = Client()
    worker.force_login(user)
    opened = open_(worker, lessons[0]).json()
    page_of(client, lessons[0])

    assert play(client, opened).status_code == 401


def test_a_call_without_the_pages_token_is_refused(lessons):
    client = Client(enforce_csrf_checks=True)
    page_of(client, lessons[0])

    assert open_(client, lessons[0]).json()["type"].endswith("#csrf")


def test_the_database_knows_the_device_by_a_hash_only(client, lessons, studied):
    secret = signing.loads(client.cookies[guests.COOKIE].value, salt="records.guest")

    row = GuestSession.objects.get()
    assert row.device == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in repr(row.__dict__)


def test_too_many_calls_of_a_device_or_openings_of_an_address_are_429(client, lessons, studied, monkeypatch):
    monkeypatch.setattr(guests, "OPENINGS_OF_AN_ADDRESS", 1)
    assert open_(client, lessons[0]).status_code == 429
    monkeypatch.setattr(guests, "CALLS_A_MINUTE", 0)
    monkeypatch.setattr(limits, "_counts", {})
    assert play(client, studied, seq=2).status_code == 429


def test_a_device_that_has_studied_enough_is_asked_to_sign_in(client, lessons, studied, monkeypatch):
    monkeypatch.setattr("records.operations.guests.MOST_SESSIONS", 1)
    answer = open_(client, lessons[0])

    assert answer.status_code == 403
    assert "登录以后接着学" in answer.json()["detail"]


def test_a_withdrawn_lesson_ends_for_guests(client, lessons):
    page_of(client, lessons[0])
    opened = open_(client, lessons[0]).json()
    by = make.make_staff("content_reviewer")
    withdraw(
        course=lessons[0].edition.course, lesson=lessons[0].lesson, reason="图错了", by=by, now=timezone.now()
    )

    refused = play(client, opened, t=(1_000, 1_900)).json()["refused"]

    assert [r["reason"] for r in refused] == ["lesson_withdrawn"]
    assert open_(client, lessons[0]).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"beats": [{"seq": 1}]},
        {"beats": "x"},
        {"answers": [{"id": "?", "answer": True, "shown": 0, "t": 1}]},
    ],
)
def test_bad_input_is_a_problem_never_a_500(client, lessons, body):
    page_of(client, lessons[0])
    opened = open_(client, lessons[0]).json()

    answer = post(client, f"{SESSIONS}/{opened['session']}/beats", body)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
