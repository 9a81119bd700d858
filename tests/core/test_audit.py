"""The audit log: chained, append-only for everybody who writes through the database, and honest about damage."""

import json
from hashlib import sha256
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core import audit
from core.db import is_postgres, owner_cursor
from core.models import AuditHead, AuditRow

pytestmark = pytest.mark.django_db
STREAM = "test"


def write(n: int) -> list[AuditRow]:
    return [audit.record(stream=STREAM, action="thing.do", actor=uuid4(), detail={"n": i}) for i in range(n)]


def test_rows_are_numbered_and_chained_to_the_one_before():
    first, second, third = write(3)
    assert [r.n for r in (first, second, third)] == [1, 2, 3]
    assert bytes(first.prev) == audit.first_hash(STREAM)
    assert bytes(third.prev) == bytes(second.hash)
    assert audit.verify(STREAM) is None


def test_streams_have_chains_of_their_own():
    write(2)
    other = audit.record(stream="other", action="x")
    assert other.n == 1
    assert bytes(other.prev) != audit.first_hash(STREAM)


def test_the_same_row_has_the_same_hash_after_reading_it_back():
    row = audit.record(
        stream=STREAM, action="名.字", target="union:x", detail={"b": "二", "a": [1, None, True]}
    )
    assert audit.row_hash(AuditRow.objects.get(pk=row.pk)) == bytes(row.hash)


def test_the_bytes_that_are_hashed_are_published():
    row = AuditRow(
        stream="people", n=7, at_ms=1_795_305_600_000, actor=None, address="10.0.0.7", action="role.grant",
        target="person:x", result="ok", detail={"role": "讲师"}, prev=b"\0" * 32,
    )  # fmt: skip
    written = (
        b"2:a16:people1:713:1795305600000-8:10.0.0.710:role.grant8:person:x2:ok"
        b'17:{"role":"\xe8\xae\xb2\xe5\xb8\x88"}' + b"\0" * 32
    )
    assert audit.row_hash(row) == sha256(written).digest()


def test_numbers_with_a_fraction_are_refused():
    with pytest.raises(ValueError, match="whole numbers"):
        audit.record(stream=STREAM, action="x", detail={"share": 0.5})


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditrow SET action = 'other'",
        "DELETE FROM core_auditrow",
        pytest.param("TRUNCATE core_auditrow", marks=pytest.mark.services),
        pytest.param(
            "REPLACE INTO core_auditrow (id, stream, n, at_ms, address, action, target, result, detail, prev, hash) "
            "SELECT id, stream, n, at_ms, address, 'other', target, result, detail, prev, hash FROM core_auditrow",
            marks=pytest.mark.embedded,
        ),
    ],
)
def test_change_is_refused_by_the_database(sql):
    write(1)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditRow.objects.get().action == "thing.do"


def tamper(sql: str) -> None:
    """Do what only somebody who owns the database can: take the guard off, change, put it back."""
    if is_postgres():
        pytest.skip("the owner's session cannot see the rows of this test's transaction")
    with connection.cursor() as cursor:
        for event in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER core_auditrow_refuse_{event}")
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("sql", "n", "reason"),
    [
        ("UPDATE core_auditrow SET action = 'other' WHERE n = 2", 2, "content changed"),
        ("DELETE FROM core_auditrow WHERE n = 2", 2, "missing"),
        ("DELETE FROM core_auditrow WHERE n = 3", 3, "cut off at the end"),
        ("UPDATE core_auditrow SET prev = zeroblob(32) WHERE n = 3", 3, "not chained to the row before it"),
    ],
)
@pytest.mark.embedded
def test_tampering_is_found_at_the_first_broken_row(sql, n, reason):
    write(3)
    tamper(sql)
    assert audit.verify(STREAM) == audit.Broken(STREAM, n, reason)


@pytest.mark.embedded
def test_the_command_says_ok_and_then_names_the_broken_row():
    write(3)
    out = StringIO()
    call_command("verify_audit", "--stream", STREAM, "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "ok": True,
        "streams": [{"stream": STREAM, "rows": 3, "broken_at": None, "reason": None}],
    }
    tamper("UPDATE core_auditrow SET action = 'other' WHERE n = 2")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", "--stream", STREAM, stdout=out)
    assert "broken at row 2: content changed" in out.getvalue()


def test_a_transaction_that_fails_leaves_no_row_and_no_hole():
    write(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(stream=STREAM, action="x")
        raise ZeroDivisionError
    write(1)
    assert list(AuditRow.objects.filter(stream=STREAM).order_by("n").values_list("n", flat=True)) == [1, 2]
    assert AuditHead.objects.get(stream=STREAM).n == 2
    assert audit.verify(STREAM) is None


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7, 8.8.8.8", "7.7.7.7"),
        (2, "8.8.8.8", "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert audit.address_of(request) == address


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_tables_is_refused_too_while_the_triggers_stand():
    write(1)
    with owner_cursor() as cursor, pytest.raises(Exception, match="append-only"):
        cursor.execute("UPDATE core_auditrow SET action = 'other'")


def test_a_row_of_a_chain_that_has_begun_takes_three_statements():
    write(1)
    with CaptureQueriesContext(connection) as queries:
        write(1)
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) == 3, asked
