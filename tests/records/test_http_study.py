"""The player's calls over HTTP: the wire format, word by word, and everything that is not to its taste."""

import json
from datetime import datetime
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from accounts.api import issue_token
from records.api import LessonNotOpen, issue_policy
from records.models import LedgerEntry, StudySession
from records.operations import sessions
from tests.factories.people import make_user
from tests.factories.records import MINUTE, make_lesson

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/study/sessions"


class Phone:
    """A client of the API with a bearer token."""

    def __init__(self, user, *scopes):
        self.user = user
        self.token = issue_token(user=user, scopes=list(scopes or ("study", "read")))
        self.client = Client()

    def post(self, path, body, **headers):
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(
            path,
            content,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"} | headers,
        )

    def get(self, path):
        return self.client.get(path, headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture
def lesson(monkeypatch):
    known = make_lesson(10 * MINUTE, MINUTE, kinds=("video", "text"))

    def resolve(uuid, learner, now):
        if uuid != known.lesson:
            raise LookupError(uuid)
        return known

    monkeypatch.setattr(sessions, "_RESOLVERS", [resolve])
    return known


@pytest.fixture
def phone(clock):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    return Phone(make_user())


@pytest.fixture
def opened(phone, lesson):
    answer = phone.post(
        SESSIONS, {"session": str(uuid4()), "lesson": str(lesson.lesson), "device": "phone-1"}
    )
    assert answer.status_code == 201, answer.content
    return answer.json()


def _problem(answer, status, kind):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"].endswith(f"/api/v1/problems#{kind}")
    assert body["status"] == status
    assert body["title"]
    return body


def _beat(opened, seq=1, start=0, ms=15_000, **changed):
    return {
        "seq": seq,
        "part": opened["parts"][0]["part"],
        "t": [start, start + ms],
        "ranges": [[start, start + ms]],
        "visible": True,
    } | changed


def _beats(opened):
    return f"{SESSIONS}/{opened['session']}/beats"


def test_opening_answers_in_the_words_of_the_wire(opened, lesson, clock):
    assert set(opened) == {
        "session", "server_time", "edition", "parts", "checks", "resume", "beat_interval", "max_rate",
        "credited_seconds", "pending_seconds",
    }  # fmt: skip
    assert set(opened["parts"][0]) == {"part", "kind", "nominal_ms", "covered", "to_make_up", "owed_ms"}
    assert set(opened["checks"][0]) == {"id", "after_ms", "kind", "prompt", "seal"}
    assert opened["resume"] == {"part": str(lesson.parts[0].uuid), "at_ms": 0}
    assert datetime.fromisoformat(opened["server_time"]).timestamp() * 1_000 == pytest.approx(clock.now)
    assert opened["server_time"].endswith("+08:00")
    assert (opened["max_rate"], opened["beat_interval"]) == (1.5, 15)


def test_opening_again_answers_200_and_the_same(phone, opened, lesson):
    again = phone.post(SESSIONS, {"session": opened["session"], "lesson": str(lesson.lesson), "device": "x"})
    assert again.status_code == 200
    assert again.json() == opened


def test_minute_of_study_from_beats_to_the_ledger(phone, opened, clock):
    clock.forward(75_000)
    answer = phone.post(_beats(opened), {"beats": [_beat(opened, n, n * 15_000) for n in range(4)]})
    assert answer.status_code == 200
    check = opened["checks"][0]
    assert answer.json() == {
        "credited_seconds": 0,
        "pending_seconds": 60,
        "refused": [],
        "presence": {"id": check["id"], "kind": "tap", "prompt": check["prompt"], "expires_in": 60},
    }

    proof = {"id": check["id"], "answer": True, "shown": 60_000, "t": 62_000}
    answer = phone.post(f"{SESSIONS}/{opened['session']}/presence", proof)

    assert answer.json() == {"credited_seconds": 60, "pending_seconds": 0, "refused": [], "presence": None}
    [entry] = LedgerEntry.objects.filter(learner=phone.user.person.uuid)
    assert entry.ms == 60_000


def test_answers_may_come_with_their_beats_or_alone(phone, opened, clock):
    clock.forward(200_000)
    proof = {"id": opened["checks"][0]["id"], "answer": True, "shown": 60_000, "t": 62_000}
    both = {"beats": [_beat(opened, n, n * 15_000) for n in range(4)], "answers": [proof]}
    assert phone.post(_beats(opened), both).json()["credited_seconds"] == 60

    alone = {"answers": [{"id": opened["checks"][1]["id"], "answer": None, "shown": 70_000, "t": 130_000}]}
    assert phone.post(_beats(opened), alone).status_code == 200


def test_missed_check_is_410_with_the_totals(phone, opened, clock):
    clock.forward(300_000)
    phone.post(_beats(opened), {"beats": [_beat(opened, n, n * 15_000) for n in range(4)]})
    late = {"id": opened["checks"][0]["id"], "answer": True, "shown": 60_000, "t": 120_001}
    body = _problem(phone.post(f"{SESSIONS}/{opened['session']}/presence", late), 410, "check_missed")
    assert (body["credited_seconds"], body["pending_seconds"]) == (0, 0)
    assert {r["reason"] for r in body["refused"]} == {"missed_check"}


def test_closing_twice_is_fine(phone, opened, clock):
    clock.forward(20_000)
    phone.post(_beats(opened), {"beats": [_beat(opened)]})
    address = f"{SESSIONS}/{opened['session']}/close"
    assert phone.post(address, {"t": 15_000, "present": True}).json()["credited_seconds"] == 15
    assert phone.post(address, {}).json()["credited_seconds"] == 15
    assert StudySession.objects.get().end_reason == "close"


def test_refused_stretch_names_number_part_range_and_reason(phone, opened, clock):
    clock.forward(60_000)
    fast = _beat(opened, ranges=[[0, 40_000]])
    answer = phone.post(_beats(opened), {"beats": [fast]})
    assert answer.json()["refused"] == [
        {"seq": 1, "part": fast["part"], "range": [22_750, 40_000], "reason": "faster_than_clock"}
    ]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1", b'{"beats": [', b"\xff\xfe", b"nonsense", b"[" * 100_000],
)
def test_body_that_cannot_be_read_is_400(phone, opened, body):
    _problem(phone.post(_beats(opened), body), 400, "malformed")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"seq": -1}, "seq"),
        ({"seq": 1.5}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"seq": True}, "seq"),
        ({"seq": 2**31}, "seq"),
        ({"part": "x"}, "part"),
        ({"part": None}, "part"),
        ({"t": [10, 5]}, "t"),
        ({"t": [0, 300_001]}, "t"),
        ({"t": [-5, 5]}, "t.0"),
        ({"t": [0]}, "t"),
        ({"t": [0, 1, 2]}, "t"),
        ({"t": [0, 1e400]}, "t.1"),
        ({"t": [0, float("nan")]}, "t.1"),
        ({"t": [0, 10**30]}, "t.1"),
        ({"t": "0-15"}, "t"),
        ({"ranges": [[5, 0]]}, "ranges"),
        ({"ranges": [[-1, 5]]}, "ranges.0.0"),
        ({"ranges": [[0, 1]] * 201}, "ranges"),
        ({"ranges": None}, "ranges"),
        ({"visible": "yes"}, "visible"),
        ({"rate": 16}, "rate"),
    ],
)
def test_beat_that_is_wrong_is_422_and_names_the_field(phone, opened, changed, field):
    body = _problem(phone.post(_beats(opened), {"beats": [_beat(opened, **changed)]}), 422, "unprocessable")
    assert f"beats.0.{field}" in {e["field"] for e in body["errors"]}
    assert LedgerEntry.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"beats": []},
        {"beats": {}},
        {"beats": [], "answers": []},
        {"answers": [{"id": "x", "answer": True, "shown": 5, "t": 1}]},
        {"answers": [{"id": "x", "shown": 1, "t": 5}]},
        {"answers": [{"id": "x", "answer": [1], "shown": 1, "t": 5}]},
        {"beats": [], "extra": 1},
        [],
        7,
        None,
    ],
)
def test_request_without_sense_is_422(phone, opened, body):
    _problem(phone.post(_beats(opened), body), 422, "unprocessable")


def test_hundred_and_first_beat_is_422(phone, opened):
    beats = [_beat(opened, n, n, 1) for n in range(101)]
    body = _problem(phone.post(_beats(opened), {"beats": beats}), 422, "unprocessable")
    assert body["errors"] == [{"field": "beats", "message": "太多了"}]


def test_body_beyond_any_batch_is_413(phone, opened):
    _problem(phone.post(_beats(opened), b" " * 1_000_001), 413, "too_large")


def test_unknown_check_is_422(phone, opened):
    body = {"id": "nobody-issued-this", "answer": True, "shown": 0, "t": 1}
    _problem(phone.post(f"{SESSIONS}/{opened['session']}/presence", body), 422, "unprocessable")


@pytest.mark.parametrize("call", ["beats", "presence", "close"])
def test_session_of_somebody_else_or_of_nobody_is_404(phone, opened, clock, call):
    body = {
        "beats": {"beats": [_beat(opened)]},
        "presence": {"id": "x", "answer": True, "shown": 0, "t": 1},
        "close": {},
    }[call]
    stranger = Phone(make_user())
    _problem(stranger.post(f"{SESSIONS}/{opened['session']}/{call}", body), 404, "not_found")
    _problem(phone.post(f"{SESSIONS}/{uuid4()}/{call}", body), 404, "not_found")
    assert StudySession.objects.get().ended_at is None


def test_opening_with_a_uuid_of_somebody_else_is_409(opened, lesson):
    stranger = Phone(make_user())
    body = {"session": opened["session"], "lesson": str(lesson.lesson)}
    _problem(stranger.post(SESSIONS, body), 409, "conflict")


def test_unknown_lesson_is_404_and_a_closed_one_403(phone, lesson, monkeypatch):
    body = {"session": str(uuid4()), "lesson": str(uuid4()), "device": "x"}
    _problem(phone.post(SESSIONS, body), 404, "not_found")

    def refuse(uuid, learner, now):
        raise LessonNotOpen("先报名这门课，再来学。")

    monkeypatch.setattr(sessions, "_RESOLVERS", [refuse])
    assert _problem(phone.post(SESSIONS, body), 403, "lesson_not_open")["detail"] == "先报名这门课，再来学。"


def test_without_a_sign_in_it_is_401(opened):
    client = Client()
    body = json.dumps({"beats": [_beat(opened)]})
    answer = client.post(_beats(opened), body, content_type="application/json")
    assert answer["WWW-Authenticate"] == "Bearer"
    _problem(answer, 401, "unauthorized")
    for header in ("Bearer wrong", "Basic abc", "Bearer", "Bearer "):
        answer = client.post(
            _beats(opened), body, content_type="application/json", headers={"Authorization": header}
        )
        _problem(answer, 401, "unauthorized")


def test_token_needs_the_scope(opened, phone):
    reader = Phone(phone.user, "read")
    body = _problem(reader.post(_beats(opened), {"beats": [_beat(opened)]}), 403, "insufficient_scope")
    assert body["scope"] == "study"


def test_browser_needs_its_csrf_token(opened, phone, clock):
    clock.forward(60_000)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(phone.user)
    body = json.dumps({"beats": [_beat(opened)]})
    _problem(browser.post(_beats(opened), body, content_type="application/json"), 403, "csrf")

    browser.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    answer = browser.post(
        _beats(opened), body, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert answer.json()["pending_seconds"] == 15


def test_elder_mode_of_the_browser_gives_more_time(phone, lesson, clock):
    browser = Client()
    browser.force_login(phone.user)
    browser.cookies["look_size"] = "2"
    body = json.dumps({"session": str(uuid4()), "lesson": str(lesson.lesson)})
    assert browser.post(SESSIONS, body, content_type="application/json").status_code == 201
    assert StudySession.objects.get().is_elder


def test_too_many_calls_are_429(phone, opened, monkeypatch):
    from records.http import limits

    monkeypatch.setattr(limits, "CALLS", 0)
    assert (
        _problem(phone.post(_beats(opened), {"beats": [_beat(opened)]}), 429, "too_many_requests")[
            "retry_after"
        ]
        > 0
    )


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v2/study/sessions", "/api/v1/study/sessions/not-a-uuid/beats"]
)
def test_unknown_address_is_a_problem_too(phone, path):
    _problem(phone.post(path, {}), 404, "not_found")


def test_description_has_an_example_for_every_answer_and_the_closed_list_of_reasons(client):
    schema = client.get("/api/v1/openapi.json").json()
    reasons = schema["components"]["schemas"]["RefusedOut"]["properties"]["reason"]["enum"]
    assert set(reasons) == {
        "ahead_of_clock", "too_late", "clock_used", "faster_than_clock", "not_visible", "outside_part", "superseded",
        "after_close", "seq_reused", "missed_check", "day_cap", "part_cap", "course_cap", "lesson_withdrawn",
        "licence_expired",
    }  # fmt: skip
    study = {p: calls for p, calls in schema["paths"].items() if "/study/" in p or "/me/" in p}
    assert len(study) == 9
    for path, calls in study.items():
        for method, call in calls.items():
            for status, answer in call["responses"].items():
                for content in answer["content"].values():
                    assert content.get("example") or content.get("examples"), (path, method, status)
