"""The signed daily digest: what is taken home one day shows later that a chain was rewritten or cut."""

import gzip
import json
import subprocess
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.core.management import CommandError, call_command
from django.db import connection

from core.clock import day_start_ms
from core.db import sql_value
from core.keys import public_key, sign
from records.against import verify_against
from records.api import append_entries
from records.db import entry_bytes_sql
from records.ledger.format import digest as hash_of
from records.ledger.heads import NotADigest
from records.management.commands import ledger_digest
from records.models import StudyState
from records.operations import digests
from records.operations.digests import keep_digests, kept_path, read_digest, write_digest
from records.verify import verify
from tests.records.test_append_only import DAY, NOW, _grant
from tests.records.test_commands import TABLE, _run, _tamper

pytestmark = pytest.mark.django_db
BEFORE = DAY - timedelta(days=1)
EARLIER = NOW - 86_400_000


@pytest.fixture(autouse=True)
def _today(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(ledger_digest, "now_ms", lambda: NOW + 1_000)
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def learners():
    """Three chains: two entries of each yesterday, one today."""
    found = sorted((uuid4() for _ in range(3)), key=lambda u: u.hex)
    for learner in found:
        append_entries(learner=learner, drafts=[_grant(day=BEFORE), _grant(day=BEFORE)], now=EARLIER)
        append_entries(learner=learner, drafts=[_grant()], now=NOW)
    return found


@pytest.fixture
def file(learners, tmp_path):
    path = tmp_path / "digest.json"
    write_digest(BEFORE, path, now=NOW + 1_000)
    return path


def _rewrite(learner: UUID, first: int, length: int) -> None:
    """Write a chain anew from one entry on, as somebody who owns the database could: sound in itself, with its head."""
    key = sql_value(learner)
    _tamper(f"UPDATE {TABLE} SET ms = ms + 1 WHERE learner = %s AND n = %s", key, first)
    with connection.cursor() as cursor:
        for n in range(first, length + 1):
            cursor.execute(
                f"SELECT {entry_bytes_sql(connection.vendor)} FROM {TABLE} WHERE learner = %s AND n = %s",
                [key, n],
            )
            own = hash_of(1, bytes(cursor.fetchone()[0]))
            _tamper(f"UPDATE {TABLE} SET hash = %s WHERE learner = %s AND n = %s", own, key, n)
            _tamper(f"UPDATE {TABLE} SET prev = %s WHERE learner = %s AND n = %s", own, key, n + 1)
    StudyState.objects.filter(pk=learner).update(chain_head=own)


def _cut(learner: UUID, to: int) -> None:
    """Cut a chain's tail, with its head."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT hash FROM {TABLE} WHERE learner = %s AND n = %s", [sql_value(learner), to])
        head = bytes(cursor.fetchone()[0])
    _tamper(f"DELETE FROM {TABLE} WHERE learner = %s AND n > %s", sql_value(learner), to)
    StudyState.objects.filter(pk=learner).update(chain_length=to, chain_head=head)


def test_digest_of_a_day_speaks_of_chains_as_they_were_when_it_ended(learners, file, tmp_path):
    body = json.loads(file.read_text())["body"]

    assert (body["learners"], body["entries"], body["day"]) == (3, 6, str(BEFORE))
    assert body["before_ms"] == day_start_ms(DAY)
    assert [line.split()[:2] for line in body["lines"]] == [[str(learner), "2"] for learner in learners]

    today = write_digest(DAY, tmp_path / "today.json", now=NOW + 1_000)
    assert (today["learners"], today["entries"]) == (3, 9)


def test_digest_made_again_later_has_the_same_heads(learners, file, tmp_path):
    append_entries(learner=uuid4(), drafts=[_grant()], now=NOW)
    append_entries(learner=learners[0], drafts=[_grant()], now=NOW)

    again = write_digest(BEFORE, tmp_path / "again.json", now=NOW + 1_000)

    assert again == json.loads(file.read_text())["body"]


def test_ledger_that_only_grew_stands_against_an_older_digest(learners, file):
    append_entries(learner=uuid4(), drafts=[_grant()], now=NOW)

    assert _run("verify_ledger", "--against", str(file)) == "ok: 4 chains, 10 entries\n"
    assert _run("verify_ledger", "--learner", str(learners[1]), "--against", str(file)).startswith(
        "ok: 1 chains"
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_heads", [True, False])
@pytest.mark.parametrize(
    ("tamper", "n", "why"),
    [
        (lambda who: _rewrite(who, 1, 3), 2, "does not have the hash"),
        (lambda who: _cut(who, 1), 2, "has 2 entries"),
    ],
    ids=["rewritten", "cut"],
)
def test_chain_that_was_made_sound_again_is_found_by_the_digest(
    learners, tmp_path, monkeypatch, tamper, n, why, with_heads
):
    monkeypatch.setattr(digests, "MOST_LINES_INSIDE", 2)
    path = tmp_path / "digest.json"
    write_digest(BEFORE, path, now=NOW + 1_000)
    tamper(learners[1])
    assert verify().bad is None

    if not with_heads:
        (tmp_path / "digest.heads.gz").unlink()
    verdict, bucket = verify_against(read_digest(path))

    if with_heads:
        assert (verdict.bad.learner, verdict.bad.n) == (learners[1], n)
        assert why in verdict.bad.why
    else:
        assert str(learners[1]).startswith(bucket.prefix)
    with pytest.raises(CommandError) as failed:
        _run("verify_ledger", "--all", "--against", str(path))
    assert failed.value.returncode == 1


@pytest.mark.django_db(transaction=True)
def test_chain_that_vanished_with_its_row_is_found_by_the_digest(learners, file):
    _tamper(f"DELETE FROM {TABLE} WHERE learner = %s", sql_value(learners[2]))
    StudyState.objects.filter(pk=learners[2]).delete()
    assert verify().bad is None

    verdict, _ = verify_against(read_digest(file))

    assert (verdict.bad.learner, verdict.bad.n) == (learners[2], 1)
    assert "2 entries of this learner" in verdict.bad.why


def test_digest_that_was_changed_or_signed_by_another_key_is_none(file, tmp_path, settings):
    changed = tmp_path / "changed.json"
    changed.write_bytes(file.read_bytes().replace(b'"entries":6', b'"entries":7'))
    for path in (changed, tmp_path / "digest.heads.gz"):
        path.touch()
        with pytest.raises(NotADigest):
            read_digest(path)

    key = public_key(sign(b"")[0])
    settings.FIELD_KEYS = "other:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    with pytest.raises(NotADigest, match="not in the registry"):
        read_digest(file)
    assert read_digest(file, key=key).has_heads
    pem = tmp_path / "key.pem"
    pem.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert "ok" in _run("verify_ledger", "--against", str(file), "--public-key", str(pem))


def test_heads_beside_a_digest_that_are_not_the_signed_ones_are_refused(learners, tmp_path, monkeypatch):
    monkeypatch.setattr(digests, "MOST_LINES_INSIDE", 0)
    path = tmp_path / "digest.json"
    write_digest(BEFORE, path, now=NOW + 1_000)
    with gzip.open(tmp_path / "digest.heads.gz", "rt") as lines:
        kept = lines.readlines()
    with gzip.open(tmp_path / "digest.heads.gz", "wt") as lines:
        lines.writelines(kept[:-1])

    with pytest.raises(CommandError, match="not those that were signed for"):
        _run("verify_ledger", "--against", str(path))
    (tmp_path / "digest.heads.gz").unlink()
    with pytest.raises(CommandError, match="only the whole ledger"):
        _run("verify_ledger", "--learner", str(learners[0]), "--against", str(path))
    assert "ok" in _run("verify_ledger", "--against", str(path))


def test_body_and_signature_are_cut_out_with_sed_as_the_page_says(file):
    """What docs/ledger-format.md tells an inspector to type, without the program that checks the signature."""
    body = subprocess.check_output(["sed", "-E", r's/^\{"body":(.*),"signature":\{[^}]*\}\}$/\1/', file])
    value = subprocess.check_output(["sed", "-E", r's/.*"value":"([^"]*)"\}\}$/\1/', file])
    signature = subprocess.run(["base64", "-d"], input=value, check=True, capture_output=True).stdout
    out = _run("ledger_digest", "--public-key")

    load_pem_public_key(out.encode()).verify(signature, body.rstrip(b"\n"))


def test_days_that_were_missed_are_made_up_and_kept_ones_stay(learners):
    assert keep_digests(now=NOW) == [BEFORE]
    kept = kept_path(BEFORE).read_bytes()
    assert keep_digests(now=NOW) == []

    assert keep_digests(now=NOW + 3 * 86_400_000) == [DAY + timedelta(days=days) for days in range(3)]
    assert kept_path(BEFORE).read_bytes() == kept


def test_gap_before_the_newest_digest_is_made_up_too_so_many_a_night(learners, monkeypatch):
    monkeypatch.setattr("records.operations.digests.MOST_DAYS_MADE_UP", 2)
    keep_digests(now=NOW)
    later = NOW + 5 * 86_400_000

    assert keep_digests(now=later) == [DAY, DAY + timedelta(days=1), DAY + timedelta(days=4)]
    assert keep_digests(now=later) == [DAY + timedelta(days=2), DAY + timedelta(days=3)]
    assert keep_digests(now=later) == []


def test_digest_that_was_kept_before_its_day_was_over_is_written_anew(learners):
    _run("ledger_digest", "--day", str(DAY))
    append_entries(learner=learners[0], drafts=[_grant()], now=NOW + 3_600_000)

    assert keep_digests(now=NOW + 86_400_000) == [DAY]

    assert read_digest(kept_path(DAY)).body["entries"] == 10
    assert keep_digests(now=NOW + 86_400_000) == []


def test_digest_of_a_day_that_has_not_begun_is_refused(tmp_path):
    with pytest.raises(CommandError, match="has not begun"):
        _run("ledger_digest", "--day", str(DAY + timedelta(days=1)), "--out", str(tmp_path / "d.json"))
    with pytest.raises(CommandError, match="Name a day"):
        _run("ledger_digest")
    with pytest.raises(CommandError, match="No such file"):
        call_command("ledger_digest", day=date(2026, 11, 1), out=tmp_path / "none" / "d.json")
