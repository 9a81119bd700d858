"""The evidence of one day: who reads it and why, that it is whole, and that its archive checks with standard tools."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.keys import public_key
from core.models import AuditRow
from media.api import PAPER_TYPES, keep_private_file
from records.api import answer_objection, decide_correction, file_grant, file_objection
from records.inspection import archive_of, read_dossier
from records.models import LedgerEntry
from records.operations.entries import append_entries, reversal_of
from tests.factories.people import make_user
from tests.factories.records import MINUTE
from tests.records.desk import Desk, officer_at
from tests.records.world import NOON

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture
def desk(clock, settings, tmp_path):
    """李海生 has two entries, a missed check, an objection that was not upheld, and a grant with a paper."""
    settings.MEDIA_ROOT = tmp_path
    desk = Desk(clock)
    for number in (1, 2):
        desk.player.play(MINUTE)
        desk.player.answer(number)
    objection = file_objection(learner=desk.learner, span=desk.span.pk, words="信号断了。", now=clock.now)
    answer_objection(
        objection=objection.uuid, officer=desk.zhou, upheld=False, words="查过，网络正常。", now=clock.now
    )
    paper = keep_private_file(file=ContentFile(b"%PDF-1.7 list of the class"), allowed=PAPER_TYPES)
    filed = file_grant(
        learner=desk.learner, began_at=NOON - 3 * 3_600_000, ms=MINUTE, officer=desk.zhou, reason="classroom",
        words="班前学习", paper=paper, now=clock.now,
    )  # fmt: skip
    decide_correction(correction=filed.uuid, officer=desk.sun, approve=True, now=clock.now)
    return desk


def client_of(user=None):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def address(desk, day=DAY, tail=""):
    return f"/inspection/{desk.learner}/{day}/{tail}"


def dossier_of(desk, day=DAY):
    return read_dossier(person=desk.learner, name="李海生", chains=[desk.learner], day=day)


def unpacked(octets, folder):
    with ZipFile(BytesIO(octets)) as zipped:
        zipped.extractall(folder)
        return sorted(zipped.namelist())


def test_archive_checks_with_sha256sum_alone_and_its_links_with_its_own_script(desk, tmp_path):
    folder = tmp_path / "out"
    names = unpacked(archive_of(dossier_of(desk)), folder)
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(": OK\n") == len(names) - 2
    linked = subprocess.run([sys.executable, "check.py"], cwd=folder, capture_output=True, text=True)
    assert linked.stdout == "ok\n", linked.stderr
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    entries = LedgerEntry.objects.filter(learner=desk.learner)
    assert entries.count() == 3
    for entry in entries:
        assert sums[f"chain/{desk.learner}-{entry.n:08d}.entry"] == bytes(entry.hash).hex()
    signed = json.loads((folder / "SIGNATURE.json").read_text())
    octets = (folder / "SHA256SUMS").read_bytes()
    public_key(signed["key"]).verify(bytes.fromhex(signed["value"]), octets)


def test_entry_that_was_changed_in_the_archive_is_found(desk, tmp_path):
    unpacked(archive_of(dossier_of(desk)), tmp_path)
    entry = next(tmp_path.glob("chain/*00000002.entry"))
    entry.write_bytes(entry.read_bytes().replace(b"5:60000", b"5:90000"))
    assert (
        subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True).returncode == 1
    )
    assert subprocess.run([sys.executable, "check.py"], cwd=tmp_path, capture_output=True).returncode == 1


def test_entry_of_another_day_that_lies_between_gives_its_hash_alone(desk, tmp_path):
    first = LedgerEntry.objects.get(learner=desk.learner, n=1)
    back = reversal_of(first, reason="duplicate", actor=desk.learner)
    other = replace(back, kind="attribution", day=DAY + timedelta(days=1), reason="union_confirmed")
    append_entries(learner=desk.learner, drafts=[other, back])

    names = unpacked(archive_of(dossier_of(desk)), tmp_path)

    assert [n for n in range(1, 6) if f"chain/{desk.learner}-{n:08d}.entry" in names] == [1, 2, 3, 5]
    assert (tmp_path / "chain.csv").read_text().count(str(desk.learner)) == 9
    assert (
        subprocess.run([sys.executable, "check.py"], cwd=tmp_path, capture_output=True).stdout.strip()
        == b"ok"
    )


def test_archive_holds_the_whole_day(desk, tmp_path):
    unpacked(archive_of(dossier_of(desk)), tmp_path)

    def read(name):
        return json.loads((tmp_path / name).read_text())

    day = read("day.json")
    assert (day["credited_ms"], day["name"]) == (3 * MINUTE, "李海生")
    assert day["union"]["code"] == "JC-QJ-ZJ"
    assert day["heads"][0]["entries"] == 3
    session = read("sessions.json")[0]
    assert session["beats"] == {"received": 12, "first": 1, "last": 12, "missing": []}
    assert [c["outcome"] for c in session["checks"] if c["at"]] == ["miss", "proof", "proof"]
    assert "id" not in session["checks"][0]
    assert [r["reason"] for r in read("refused.json")] == ["missed_check"] * 4
    assert read("objections.json")[0]["answer"] == "查过，网络正常。"
    assert read("corrections.json")[0]["state"] == "approved"
    assert [p["owner"] for p in read("policies.json")] == ["national"]
    paper = sha256(b"%PDF-1.7 list of the class").hexdigest()
    assert (tmp_path / "files" / f"{paper}.pdf").read_bytes() == b"%PDF-1.7 list of the class"
    assert "李海生" in (tmp_path / "summary.html").read_text()
    assert (tmp_path / "entries.csv").read_bytes().startswith(b"\xef\xbb\xbfn,learner,")
    assert "sha256sum -c SHA256SUMS" in (tmp_path / "README.txt").read_text()


def test_same_evidence_gives_the_same_bytes(desk):
    first = archive_of(dossier_of(desk))
    assert archive_of(dossier_of(desk)) == first
    desk.player.play(MINUTE)
    desk.player.answer(3)
    assert archive_of(dossier_of(desk)) != first


def test_officer_of_the_primary_union_reads_it_and_each_reading_is_written_down(desk):
    reader = officer_at(desk.tree["plant"], "statistics", write=False)
    client = client_of(reader)
    page = client.get(address(desk)).content.decode()
    assert "李海生" in page
    assert "没等到你点确认" in page
    assert bytes(desk.player.entries[0].hash).hex() in page
    archive = client.get(address(desk, tail="evidence.zip"))
    assert archive["Content-Type"] == "application/zip"
    rows = list(AuditRow.objects.filter(target=f"person:{desk.learner}").order_by("pk"))
    assert [(row.action, row.actor) for row in rows] == [
        ("evidence.view", reader.person.uuid), ("evidence.export", reader.person.uuid),
    ]  # fmt: skip
    assert rows[1].detail["sha256"] == sha256(archive.content).hexdigest()


@pytest.mark.parametrize("place", ["county", "auditor"])
def test_from_above_and_as_auditor_one_says_why_each_time(desk, place):
    user = (
        make_user(roles=("audit_admin",))
        if place == "auditor"
        else officer_at(desk.tree["county"], "statistics")
    )
    client = client_of(user)
    asked = client.get(address(desk)).content.decode()
    assert "看以前先写理由" in asked
    assert "李海生" not in asked
    assert client.get(address(desk, tail="evidence.zip")).status_code == 302
    assert client.post(address(desk), {"reason": " "}).status_code == 422
    assert not AuditRow.objects.filter(action__startswith="evidence.").exists()
    answer = client.post(address(desk), {"reason": "信访件 12 号"})
    page = client.get(answer["Location"]).content.decode()
    assert "李海生" in page
    grant = answer["Location"].partition("?")[2]
    assert client.get(f"{address(desk, tail='evidence.zip')}?{grant}").status_code == 200
    rows = AuditRow.objects.filter(action__startswith="evidence.").order_by("pk")
    assert [row.action for row in rows] == ["evidence.ask", "evidence.view", "evidence.export"]
    assert {row.detail["reason"] for row in rows} == {"信访件 12 号"}
    # The reason was for this day and this reader only.
    assert "看以前先写理由" in client.get(f"{address(desk, date(2026, 11, 22))}?{grant}").content.decode()
    other = client_of(make_user(roles=("audit_admin",)))
    assert "看以前先写理由" in other.get(f"{address(desk)}?{grant}").content.decode()


def test_nobody_else_learns_that_the_person_exists(desk):
    others = [
        make_user(), desk.user, desk.zhou, make_user(roles=("system_admin", "instructor")),
        officer_at(desk.tree["mine"], "statistics"),
    ]  # fmt: skip
    for user in others:
        for tail in ("", "evidence.zip"):
            assert client_of(user).get(address(desk, tail=tail)).status_code == 404
            assert client_of(user).post(address(desk, tail=tail), {"reason": "x"}).status_code == 404
    assert client_of().get(address(desk)).status_code == 302
    assert client_of(make_user()).get("/inspection/").status_code == 404
    assert not AuditRow.objects.filter(action__startswith="evidence.").exists()


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "20261123", "0001-01-01"])
def test_day_that_is_none_is_not_found(desk, day):
    assert client_of(make_user(roles=("audit_admin",))).get(address(desk, day)).status_code == 404


def test_form_leads_there_and_hides_who_is_out_of_reach(desk):
    client = client_of(make_user(roles=("audit_admin",)))
    answer = client.post("/inspection/", {"who": desk.user.username, "day": "2026-11-23"})
    assert answer["Location"] == address(desk)
    assert client.post("/inspection/", {"who": str(desk.learner), "day": "2026-11-23"})[
        "Location"
    ] == address(desk)
    foreign = client_of(officer_at(desk.tree["mine"], "statistics"))
    said = {
        foreign.post("/inspection/", {"who": who, "day": "2026-11-23"}).content.decode().count("没有这个人")
        for who in (desk.user.username, "nobody", str(desk.tree["plant"].uuid))
    }
    assert len(said) == 1
    assert said != {0}
    assert client.post("/inspection/", {"who": "", "day": "soon"}).status_code == 422


def test_day_without_anything_says_so(desk):
    reader = client_of(officer_at(desk.tree["plant"], "statistics"))
    assert "这一天没有记录" in reader.get(address(desk, date(2026, 11, 1))).content.decode()


def test_queries_do_not_grow_with_the_day(desk):
    reader = client_of(officer_at(desk.tree["plant"], "statistics"))

    def asked():
        with CaptureQueriesContext(connection) as found:
            assert reader.get(address(desk)).status_code == 200
        return len(found)

    asked()
    few = asked()
    desk.player.position = 0
    desk.player.open()
    desk.player.play(MINUTE)
    desk.player.answer(0)
    assert asked() == few


def test_command_writes_the_same_archive_and_an_audit_row(desk, tmp_path, capsys):
    out = tmp_path / "day.zip"
    arguments = {"learner": desk.user.username, "day": DAY, "out": str(out)}
    call_command("evidence", json=True, **arguments)
    answer = json.loads(capsys.readouterr().out)
    assert answer["entries"] == 3
    assert answer["sha256"] == sha256(out.read_bytes()).hexdigest()
    assert out.read_bytes() == archive_of(dossier_of(desk))
    assert AuditRow.objects.filter(action="evidence.export", actor=None).count() == 1
    with pytest.raises(CommandError, match="没有记录"):
        call_command("evidence", **arguments | {"day": date(2026, 1, 1)})
