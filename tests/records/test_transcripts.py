"""学时证明: what is issued, that it cannot be changed or guessed, and that the public page holds it against the ledger."""

import json
from datetime import date
from hashlib import sha256
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import PersonAlias
from core.keys import public_key
from core.models import AuditRow
from records.api import issue_policy
from records.ledger.heads import canonical
from records.models import Transcript
from records.operations.entries import append_entries, reversal_of
from records.transcripts import pdf, views
from records.transcripts.document import standing_of
from tests.factories.people import make_member, make_tree, make_user
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 one sheet"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sheets(monkeypatch):
    """Sheets as they would be set: no program is started."""
    seen = []

    def set_sheet(sheet, *, at_ms):
        seen.append(sheet)
        return PDF + str(len(seen)).encode()

    monkeypatch.setattr("records.transcripts.operations.set_sheet", set_sheet)
    return seen


@pytest.fixture
def worker(clock, sheets, client):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    user = make_user()
    user.person.name = "李海生"
    user.person.save()
    make_member(make_tree()["plant"], person=user.person)
    client.force_login(user)
    player = Player(clock, learner=user.person.uuid)
    player.user = user
    study(player, 3)
    return player


def study(player, minutes=1):
    player.open()
    for number in range(minutes):
        player.play(MINUTE)
        player.answer(number)


def issue(client, **fields):
    answer = client.post("/records/transcripts/", {"period": "year", "valid": "180"} | fields)
    assert answer.status_code == 302, answer.content.decode()
    return Transcript.objects.latest("pk")


def verify(transcript, **more):
    return Client().get(f"/verify/{transcript.code}/", **more)


def test_issue_is_a_row_an_audit_row_and_a_signed_document(worker, client, sheets):
    issued = issue(client)
    document = json.loads(issued.document)
    assert document["total_ms"] == issued.ms == 3 * MINUTE
    assert document["holder"] == {"name": "李海生", "union": "栖江重型机械厂工会"}
    assert document["chains"] == [{"entries": 3, "head": bytes(worker.entries[-1].hash).hex()}]
    assert document["by_occupation"] == [{"code": "6-18-02-04", "name": "6-18-02-04", "ms": 3 * MINUTE}]
    assert [row["title"] for row in document["by_course"]] == ["焊条电弧焊基础"]
    octets = canonical(document)
    assert octets.decode() == issued.document
    assert sha256(octets).hexdigest() == issued.digest
    public_key(issued.signing_key).verify(bytes.fromhex(issued.signature), octets)
    row = AuditRow.objects.get(action="transcript.issue")
    assert row.target == f"transcript:{issued.uuid}"
    assert row.actor == worker.learner
    assert ["姓名", "李海生"] in sheets[0]["facts"]
    assert sheets[0]["tables"]


def test_name_and_code_are_ciphertext_in_the_database(worker, client):
    issued = issue(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, document FROM records_transcript")
        code, document = cursor.fetchone()
    assert issued.code not in code
    assert "李海生" not in document
    assert len(issued.code) == 22


def test_public_page_agrees_with_the_ledger_and_masks_the_name(worker, client):
    issued = issue(client)
    answer = verify(issued)
    page = answer.content.decode()
    assert "与台账一致" in page
    assert "李**" in page
    assert "李海生" not in page
    assert "栖江重型机械厂工会" not in page
    assert str(worker.learner) not in page
    assert bytes(worker.entries[-1].hash).hex() in page
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in answer["Cache-Control"]
    named = issue(client, shows_name="on")
    assert "李海生" in verify(named).content.decode()


def test_what_the_ledger_gains_afterwards_is_said_and_the_rest_still_agrees(worker, client):
    issued = issue(client)
    study(worker, 2)
    page = verify(issued).content.decode()
    assert "与台账一致，此后又有新增" in page
    assert "又记了 2 分钟" in page
    assert standing_of(issued).now_ms == 5 * MINUTE


def test_correction_afterwards_is_said(worker, client):
    issued = issue(client)
    back = reversal_of(worker.entries[1], reason="mistake", actor=UUID(int=1), approver=UUID(int=2))
    append_entries(learner=worker.learner, drafts=[back], now=worker.clock.now)
    page = verify(issued).content.decode()
    assert "此后有更正" in page
    assert "冲销了 1 分钟" in page
    assert standing_of(issued).word == "corrected"


def test_chain_that_no_longer_holds_the_head_is_named(worker, client):
    issued = issue(client)
    issued.chains = [[str(worker.learner), 3, "00" * 32]]
    assert standing_of(issued).word == "differs"
    issued.chains = [[str(worker.learner), 9, bytes(worker.entries[-1].hash).hex()]]
    assert standing_of(issued).word == "differs"


def test_file_is_compared_byte_for_byte(worker, client):
    issued = issue(client)
    pdf_file = b"".join(client.get(f"/records/transcripts/{issued.uuid}/pdf/").streaming_content)
    json_file = client.get(f"/records/transcripts/{issued.uuid}/json/").content
    assert pdf_file == PDF + b"1"
    assert json.loads(json_file)["document"]["total_ms"] == 3 * MINUTE

    def compared(octets):
        file = SimpleUploadedFile("a.pdf", octets)
        return Client().post(f"/verify/{issued.code}/", {"file": file}).content.decode()

    assert "一个字节也没有改" in compared(pdf_file)
    assert "一个字节也没有改" in compared(json_file)
    assert "不是开出来的那一份" in compared(pdf_file + b" ")
    assert "不是开出来的那一份" in compared(json_file.replace(b"180000", b"980000"))
    assert "先选一个文件。" in Client().post(f"/verify/{issued.code}/").content.decode()


def test_holder_takes_it_back_and_the_page_says_only_that(worker, client):
    issued = issue(client)
    answer = client.post(f"/records/transcripts/{issued.uuid}/revoke/")
    assert answer.status_code == 302
    page = verify(issued)
    assert page.status_code == 410
    assert "持有人已撤销" in page.content.decode()
    assert "李" not in page.content.decode()
    assert AuditRow.objects.filter(action="transcript.revoke").count() == 1
    client.post(f"/records/transcripts/{issued.uuid}/revoke/")
    assert AuditRow.objects.filter(action="transcript.revoke").count() == 1
    assert "撤销这张证明" not in client.get(f"/records/transcripts/{issued.uuid}/").content.decode()


def test_expired_one_says_only_that(worker, client, clock):
    issued = issue(client, valid="30")
    clock.forward(29 * 86_400_000)
    assert verify(issued).status_code == 200
    clock.forward(86_400_000)
    page = verify(issued)
    assert page.status_code == 410
    assert "已过有效期" in page.content.decode()


@pytest.mark.parametrize("code", ["A" * 22, "short", "A" * 23, "%E5%AD%A6" * 22])
def test_code_nobody_issued_is_not_found(code):
    answer = Client().get(f"/verify/{code}/")
    assert answer.status_code == 404
    assert "没有这张证明" in answer.content.decode()


def test_one_address_may_not_ask_all_day(worker, client, monkeypatch):
    issued = issue(client)
    monkeypatch.setattr(views, "LOOKS_A_MINUTE", 1)
    assert verify(issued).status_code == 200
    assert verify(issued).status_code == 429
    assert verify(issued, REMOTE_ADDR="10.0.0.9").status_code == 200


def test_transcripts_are_the_holders_alone(worker, client):
    issued = issue(client)
    other = Client()
    other.force_login(make_user())
    for path in ("", "pdf/", "json/", "code.svg"):
        assert client.get(f"/records/transcripts/{issued.uuid}/{path}").status_code == 200
        assert other.get(f"/records/transcripts/{issued.uuid}/{path}").status_code == 404
        assert Client().get(f"/records/transcripts/{issued.uuid}/{path}").status_code == 302
    assert other.post(f"/records/transcripts/{issued.uuid}/revoke/").status_code == 404


def test_period_without_hours_or_without_sense_is_explained(worker, client):
    for fields, words in [
        ({"period": "last_year"}, "还没有计上的学时"),
        ({"period": "chosen"}, "选一天。"),
        ({"period": "chosen", "first": "2026-11-02", "last": "2026-11-01"}, "在开始的前面"),
        ({"period": "chosen", "first": "2027-01-01", "last": "2027-02-01"}, "还没有开始"),
        ({"period": "chosen", "first": "0001-01-01", "last": "9999-12-31"}, "还没有开始"),
        ({"period": ""}, "选一段时间。"),
        ({"valid": "9999"}, "9999"),
    ]:
        answer = client.post("/records/transcripts/", {"period": "year", "valid": "180"} | fields)
        assert answer.status_code == 422, fields
        assert words in answer.content.decode(), fields
    assert not Transcript.objects.exists()


def test_days_are_cut_at_today(worker, client):
    issued = issue(client, period="chosen", first="2026-11-01", last="2026-12-31")
    assert (issued.first_day, issued.last_day) == (date(2026, 11, 1), date(2026, 11, 23))


def test_who_has_no_hours_is_shown_the_way_to_the_first():
    client = Client()
    client.force_login(make_user())
    assert "还没有能证明的学时" in client.get("/records/transcripts/").content.decode()


def test_merged_person_gets_both_chains_on_one_sheet(worker, client, clock):
    old = Player(clock, learner=UUID(int=77))
    study(old, 1)
    PersonAlias.objects.create(alias=old.learner, person=worker.user.person)
    issued = issue(client)
    assert issued.ms == 4 * MINUTE
    assert len(issued.chains) == 2
    assert standing_of(issued).word == "same"


def test_without_a_font_the_page_and_the_json_still_work(worker, client, monkeypatch):
    def no_font(sheet, *, at_ms):
        raise pdf.NotSet("no_font")

    monkeypatch.setattr("records.transcripts.operations.set_sheet", no_font)
    issued = issue(client)
    page = client.get(f"/records/transcripts/{issued.uuid}/").content.decode()
    assert "没有中文字体" in page
    assert "下载 PDF" not in page
    assert client.get(f"/records/transcripts/{issued.uuid}/pdf/").status_code == 404
    assert verify(issued).status_code == 200


def test_pages_ask_the_database_no_more_for_more_entries(worker, client):
    issued = issue(client)

    def asked(path, by):
        with CaptureQueriesContext(connection) as found:
            assert by.get(path).status_code == 200
        return len(found)

    def all_asked():
        return asked("/records/transcripts/", client), asked(f"/verify/{issued.code}/", Client())

    all_asked()  # what every page keeps is in the cache from then on
    few = all_asked()
    worker.lesson = make_lesson(title="触电急救")
    worker.position = 0
    study(worker, 3)
    issue(client)
    assert all_asked() == few


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_transcript SET ms = ms + 1",
        "UPDATE records_transcript SET chains = '[]'",
        "UPDATE records_transcript SET expires_on = '2099-01-01'",
        "UPDATE records_transcript SET learner = '00000000000000000000000000000001'",
        "DELETE FROM records_transcript",
    ],
)
def test_database_refuses_to_change_what_was_issued(worker, client, statement):
    issue(client)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_database_keeps_a_revoked_one_revoked(worker, client):
    issued = issue(client)
    client.post(f"/records/transcripts/{issued.uuid}/revoke/")
    with pytest.raises(DatabaseError), transaction.atomic():
        Transcript.objects.filter(pk=issued.pk).update(revoked_at=None)
    Transcript.objects.filter(pk=issued.pk).update(document="", code="", pdf_name="")
    assert "没有这张证明" in verify(issued).content.decode()
