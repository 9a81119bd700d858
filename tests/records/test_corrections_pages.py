"""The pages of objections and corrections: who may open them, that they work without a script, what a list costs."""

import re
from datetime import date
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import day_start_ms
from core.models import AuditRow
from records.api import answer_objection, file_grant, file_objection
from records.models import Correction, Objection, StudySession
from tests.factories.people import make_member, make_user
from tests.factories.records import MINUTE
from tests.records.desk import PAPER, Desk, officer_at, picture
from tests.records.test_http_study import Phone
from tests.records.world import NOON

pytestmark = pytest.mark.django_db
WORDS = "信号断了，弹窗没出来。"
PAST = NOON - 3 * 86_400_000
"""Some days before the clock of these tests."""


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(clock):
    return Desk(clock)


def _client(user) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def _photo(content=None, name="photo.png"):
    return SimpleUploadedFile(name, content or picture(), content_type="text/html")


def _object(desk, **fields):
    data = {"words": WORDS} | fields
    return _client(desk.user).post(f"/records/refused/{desk.span.pk}/objection/", data)


def test_refused_span_leads_to_an_objection_and_its_state_stands_beside_it(desk):
    page = _client(desk.user).get("/records/").content.decode()
    assert "我有异议" in page
    address = re.search(r"/records/refused/\d+/objection/", page)[0]
    form = _client(desk.user).get(address).content.decode()
    assert 'enctype="multipart/form-data"' in form
    answer = _object(desk, photo=_photo())

    objection = Objection.objects.get()
    assert answer["Location"] == f"/records/objections/{objection.uuid}/"
    shown = _client(desk.user).get(answer["Location"]).content.decode()
    assert WORDS in shown
    assert str(objection.evidence_hash) in shown
    page = _client(desk.user).get("/records/").content.decode()
    assert "我有异议" not in page
    assert "异议在办，最晚11月26日 周四答复" in page
    again = _client(desk.user).get(address)
    assert again["Location"] == answer["Location"]


def test_what_cannot_be_filed_is_explained_and_nothing_is_lost(desk):
    wrong = [
        ({"words": ""}, "写一句话，工会才知道哪里不对。"),
        ({"words": "字" * 201}, "一句话就够，最多 200 个字。"),
        ({"photo": _photo(b"<html>not a photo")}, "只收照片"),
        ({"photo": _photo(b"%PDF-1.7 paper")}, "只收照片"),
        ({"photo": _photo(picture()[:40])}, "只收照片"),
    ]
    for fields, words in wrong:
        answer = _object(desk, **fields)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Objection.objects.exists()


@pytest.mark.parametrize("number", [0, 2**63, 10**25])
def test_span_of_any_number_that_is_not_ones_own_is_not_found(number):
    assert _client(make_user()).get(f"/records/refused/{number}/objection/").status_code == 404


def test_who_has_no_union_is_led_to_one(desk):
    desk.user.person.memberships.all().delete()
    page = _client(desk.user).get(f"/records/refused/{desk.span.pk}/objection/").content.decode()
    assert "先加入工会" in page
    assert 'href="/unions/join/"' in page
    assert _object(desk).status_code == 422


def test_file_that_is_too_large_is_refused(desk, monkeypatch):
    monkeypatch.setattr("media.private.MAX_BYTES", 20)
    answer = _object(desk, photo=_photo())
    assert "文件超过 10 MB" in answer.content.decode()


def test_picture_that_unfolds_to_too_much_is_refused(desk, monkeypatch):
    monkeypatch.setattr("media.private.MAX_PIXELS", 63)
    assert _object(desk, photo=_photo()).status_code == 422


def test_photo_is_for_the_learner_and_the_officers_in_scope(desk):
    _object(desk, photo=_photo())
    file = Objection.objects.get().photo
    address = f"/records/evidence/{file.uuid}/"
    assert file.sha256 == sha256(picture()).hexdigest()
    seen = {
        "learner": desk.user,
        "zhou": desk.zhou,
        "sun": desk.sun,
        "reader": officer_at(desk.tree["plant"], write=False),
        "mine": officer_at(desk.tree["mine"]),
        "membership": officer_at(desk.tree["plant"], "membership"),
        "worker": make_user(),
    }
    answers = {who: _client(user).get(address) for who, user in seen.items()}
    may = {who for who, answer in answers.items() if answer.status_code == 200}
    assert may == {"learner", "zhou", "sun", "reader"}
    assert {a.status_code for who, a in answers.items() if who not in may} == {404}
    assert _client(None).get(address).status_code == 302
    answer = answers["zhou"]
    assert b"".join(answer.streaming_content) == picture()
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "private, no-store")
    assert "sandbox" in answer["Content-Security-Policy"]


def _filed(desk, now=PAST):
    return file_objection(learner=desk.learner, span=desk.span.pk, words=WORDS, now=now)


def _granted(desk, began_at=PAST - 3_600_000):
    return file_grant(
        learner=desk.learner, began_at=began_at, ms=MINUTE, officer=desk.zhou, reason="classroom",
        words="集中学习。", paper=PAPER, now=PAST,
    )  # fmt: skip


@pytest.fixture
def addresses(desk):
    desk.player.play(MINUTE, position=0)
    desk.player.answer(1)
    base = f"/unions/{desk.tree['plant'].uuid}"
    objection, correction = _filed(desk), _granted(desk)
    return {
        "objections": ("get", f"{base}/objections/"),
        "objection": ("get", f"{base}/objections/{objection.uuid}/"),
        "corrections": ("get", f"{base}/corrections/"),
        "correction": ("get", f"{base}/corrections/{correction.uuid}/"),
        "answer": ("post", f"{base}/objections/{objection.uuid}/answer/"),
        "decide": ("post", f"{base}/corrections/{correction.uuid}/decide/"),
        "reversal": ("get", f"{base}/learners/{desk.learner}/entries/1/reversal/"),
        "grant": ("get", f"{base}/learners/{desk.learner}/grant/"),
    }


def test_things_of_another_union_are_not_found_under_ones_own(desk, addresses):
    """The union of the address is the officer's own, the thing is not below it."""
    mine = desk.tree["mine"]
    client = _client(officer_at(mine))
    for name in ("objection", "correction", "answer", "decide", "reversal", "grant"):
        method, address = addresses[name]
        foreign = address.replace(str(desk.tree["plant"].uuid), str(mine.uuid))
        assert getattr(client, method)(foreign).status_code == 404, name


def test_names_are_for_the_primary_union_and_reading_is_written_down(desk, addresses):
    _, address = addresses["objection"]
    assert "李海生" in _client(desk.zhou).get(address).content.decode()
    above = _client(desk.sun).get(address).content.decode()
    assert "李海生" not in above
    assert f"会员 {desk.learner.hex[-6:].upper()}" in above
    assert AuditRow.objects.filter(action="objection.view").count() == 2


def test_officer_answers_and_a_second_one_approves_in_the_browser(desk, clock):
    objection = _filed(desk)
    base = f"/unions/{desk.tree['plant'].uuid}"
    page = _client(desk.zhou).get(f"{base}/objections/{objection.uuid}/").content.decode()
    assert "这一段最多能补 1 分钟" in page
    assert "没等到" in page
    refused = _client(desk.zhou).post(
        f"{base}/objections/{objection.uuid}/answer/",
        {"answer": "uphold", "length": "2:00", "words": "网断了。"},
    )
    assert refused.status_code == 422
    assert "最多只能记 1 分钟" in refused.content.decode()

    answer = _client(desk.zhou).post(
        f"{base}/objections/{objection.uuid}/answer/",
        {
            "answer": "uphold",
            "length": "0:40",
            "words": "网断了。",
            "paper": _photo(b"%PDF-1.7 log", "log.pdf"),
        },
    )
    assert answer.status_code == 302
    correction = Correction.objects.get()
    own = f"{base}/corrections/{correction.uuid}/"
    assert "要由另一个人复核" in _client(desk.zhou).get(own).content.decode()
    assert _client(desk.zhou).post(f"{own}decide/", {"decision": "approve"}).status_code == 422
    mine = f"/records/objections/{objection.uuid}/"
    # What one officer holds is not told before the second one has decided.
    assert "网断了。" not in _client(desk.user).get(mine).content.decode()
    wordless = _client(desk.sun).post(f"{own}decide/", {"decision": "refuse"})
    assert "写一句不通过的原因" in wordless.content.decode()

    assert _client(desk.sun).post(f"{own}decide/", {"decision": "approve"}).status_code == 302
    assert desk.total == 40_000
    assert desk.player.entries[-1].evidence_ref == sha256(b"%PDF-1.7 log").hexdigest()
    assert "异议成立，已经补上" in _client(desk.user).get("/records/").content.decode()
    decided = _client(desk.user).get(mine).content.decode()
    assert "网断了。" in decided
    assert "看工会附的依据" in decided
    assert f"/records/evidence/{correction.evidence.uuid}/" in decided


def test_reversal_and_grant_are_filed_in_the_browser(desk, addresses):
    _, reversal = addresses["reversal"]
    form = {"reason": "duplicate", "words": "同一节课记了两次。", "kept": "0:20"}
    assert "请附上依据" in _client(desk.zhou).post(reversal, form).content.decode()
    answer = _client(desk.zhou).post(reversal, form | {"paper": _photo()})
    assert answer.status_code == 302
    filed = Correction.objects.get(kind="reversal")
    assert (filed.ms, filed.kept_ms) == (-40_000, 20_000)
    _, grant = addresses["grant"]
    when = {"on": "2026-11-19", "at": "08:30", "length": "45", "reason": "classroom", "words": "有签到表。"}
    assert _client(desk.zhou).post(grant, when | {"length": "一会儿"}).status_code == 422
    assert _client(desk.zhou).post(grant, when | {"paper": _photo()}).status_code == 302
    filed = Correction.objects.get(day=date(2026, 11, 19))
    assert (filed.began_at, filed.ms) == (day_start_ms(date(2026, 11, 19)) + 510 * MINUTE, 45 * MINUTE)


def test_objection_over_the_api_is_the_same_act(desk):
    phone = Phone(desk.user)
    wanted = {"session": str(desk.player.session), "reason": "missed_check", "words": WORDS}
    for wrong, status in [
        (wanted | {"words": ""}, 422),
        (wanted | {"reason": "bad_luck"}, 422),
        (wanted | {"more": 1}, 422),
        (wanted | {"reason": "day_cap"}, 404),
        (wanted | {"session": str(desk.learner)}, 404),
    ]:
        assert phone.post("/api/v1/me/objections", wrong).status_code == status
    filed = phone.post("/api/v1/me/objections", wanted)
    assert filed.status_code == 201
    assert (filed.json()["state"], filed.json()["due_on"]) == ("filed", "2026-11-26")
    assert phone.post("/api/v1/me/objections", wanted).status_code == 409
    assert phone.get("/api/v1/me/objections").json() == {"objections": [filed.json()], "next": None}
    assert Phone(desk.zhou).get("/api/v1/me/objections").json()["objections"] == []


def _more(desk, count):
    """Put more objections and corrections of other members before the desk, without playing for each."""
    session = StudySession.objects.get(pk=desk.player.session)
    for n in range(count):
        person = make_member(desk.tree["plant"])
        session.uuid, session.learner = make_user().person.uuid, person.uuid
        session.ended_at, session.end_reason = NOON, "close"
        session.save(force_insert=True)
        span = desk.span
        span.pk, span.learner, span.session = None, person.uuid, session.uuid
        span.save(force_insert=True)
        found = file_objection(learner=person.uuid, span=span.pk, words=WORDS, now=PAST)
        if n % 2:
            answer_objection(objection=found.uuid, officer=desk.zhou, upheld=True, words="好。", now=PAST)


def test_lists_cost_the_same_with_more_rows(desk):
    counts = {"objections": [], "corrections": []}
    for more in (4, 8):
        _more(desk, more)
        client = _client(desk.zhou)
        for page, found in counts.items():
            address = f"/unions/{desk.tree['plant'].uuid}/{page}/"
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
    for few, many in counts.values():
        assert few == many <= 15
    assert Objection.objects.count() == 12
