"""The hashed bytes are published and final; Python and SQL build the same ones."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from records.api import Draft, append_entries
from records.db import entry_bytes_sql
from records.ledger.format import FIELDS, Entry, digest, entry_bytes, field, genesis
from records.models import LedgerEntry

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
