"""The hashed bytes are published and final; Python and SQL build the same ones."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from records.api import Draft, append_entries
from records.checks import hash_is_there
from records.db import entry_bytes_sql
from records.ledger.format import FIELDS, HASHES, Entry, digest, entry_bytes, field, genesis
from records.models import LedgerEntry
from records.operations import hashing
from records.verify import UnsupportedHash, verify
from tests.records.test_append_only import NOW, _grant

VECTORS = json.loads((Path(__file__).parent / "vectors" / "ledger.json").read_text())
CHAINS = [chain["entries"] for chain in VECTORS["chains"]]
UUIDS = {"learner", "session", "lesson", "part", "edition", "union", "actor", "approver"}


def _entry(fields: dict[str, Any]) -> Entry:
    values = dict(fields)
    for name, value in fields.items():
        if value is None:
            continue
        if name in UUIDS:
            values[name] = UUID(value)
        elif name in {"day", "booked_on"}:
            values[name] = date.fromisoformat(value)
        elif name == "prev":
            values[name] = bytes.fromhex(value)
    return Entry(**values)


@pytest.mark.parametrize("row", [row for chain in CHAINS for row in chain])
def test_published_vector_has_these_bytes_and_this_hash(row):
    entry = _entry(row["fields"])

    assert entry_bytes(entry).decode() == row["bytes"]
    assert digest(entry.format, entry_bytes(entry)).hex() == row["hash"]


def test_vector_is_hashed_by_the_algorithm_its_format_names():
    algorithms = {1: "sha256", 2: "sm3"}
    for row in (row for chain in CHAINS for row in chain):
        algorithm = algorithms[row["fields"]["format"]]
        assert hashlib.new(algorithm, row["bytes"].encode()).hexdigest() == row["hash"]


@pytest.mark.parametrize(
    ("number", "published"),
    [
        (1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),  # FIPS 180-2, B.1
        (2, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),  # GB/T 32905-2016, A.1
    ],
)
def test_hash_of_a_format_is_the_one_its_standard_publishes(number, published):
    assert digest(number, b"abc").hex() == published


@pytest.mark.parametrize("chain", CHAINS)
def test_published_chain_begins_with_its_learner_and_links_on(chain):
    expected = genesis(UUID(chain[0]["fields"]["learner"])).hex()
    for n, row in enumerate(chain, start=1):
        assert row["fields"]["n"] == n
        assert row["fields"]["prev"] == expected
        expected = row["hash"]


def test_columns_of_the_table_begin_with_the_hashed_fields_in_their_order():
    columns = [f.name for f in LedgerEntry._meta.local_fields if f.name != "pk"]
    assert columns == [*FIELDS, "hash", "month", "id"]


def test_field_of_an_unknown_type_is_refused():
    with pytest.raises(TypeError):
        field(1.5)


@pytest.mark.django_db
def test_both_databases_build_the_bytes_that_python_hashes():
    drafts = [
        Draft(**{k: getattr(entry, k) for k in Draft.__dataclass_fields__ if k != "booked_on"})
        for entry in (_entry(row["fields"]) for row in CHAINS[0])
    ]
    learner = UUID(CHAINS[0][0]["fields"]["learner"])
    for draft in drafts:
        append_entries(learner=learner, drafts=[draft], now=CHAINS[0][0]["fields"]["recorded_at"])

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {entry_bytes_sql(connection.vendor)}, hash FROM records_ledgerentry ORDER BY n"
        )
        rows = [(bytes(octets).decode(), bytes(hash_).hex()) for octets, hash_ in cursor.fetchall()]

    assert rows == [(row["bytes"], row["hash"]) for row in CHAINS[0]]


@pytest.mark.django_db
def test_chain_goes_on_with_another_hash_when_the_site_changes_its_suite(settings, monkeypatch):
    learner = uuid4()
    for suite in ("intl", "gm", "intl"):
        settings.CRYPTO_SUITE = suite
        append_entries(learner=learner, drafts=[_grant(), _grant()], now=NOW)

    numbers = LedgerEntry.objects.filter(learner=learner).order_by("n").values_list("format", flat=True)
    assert list(numbers) == [1, 1, 2, 2, 1, 1]
    assert (verify().bad, verify().entries) == (None, 6)

    def without_sm3(octets):
        raise ValueError("unsupported hash type sm3")

    monkeypatch.setitem(HASHES, 2, without_sm3)
    with pytest.raises(UnsupportedHash):
        verify()


def test_site_that_wants_sm3_where_there_is_none_does_not_start(settings, monkeypatch):
    assert hash_is_there(None) == []
    monkeypatch.setattr("records.checks.has_sm3", lambda: False)
    assert hash_is_there(None) == []
    settings.CRYPTO_SUITE = "gm"
    assert [found.id for found in hash_is_there(None)] == ["records.E001"]


def test_python_that_has_no_sm3_says_so(monkeypatch):
    assert hashing.has_sm3()

    def unsupported(name):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashing.hashlib, "new", unsupported)
    assert not hashing.has_sm3()
