"""
A ledger made by the database itself: chains of so many learners, one link of all of them a statement, with true hashes.
"""

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from core.clock import day_start_ms
from core.db import inline_rows, is_postgres
from records.db import entry_bytes_sql
from records.ledger.format import FIELDS, genesis

SPACE = UUID("0f6f4a58-7d0d-4a53-8a0f-52a8f3c1b0aa")
FIRST_DAY = date(2026, 11, 2)
BATCH = 10_000


def learner_number(number: int) -> UUID:
    return uuid5(SPACE, str(number))


def make_chains(learners: int, entries_each: int, *, first: int = 0, a_day: int = 0) -> None:
    """
    Give ``learners`` new learners, numbered from ``first``, chains of study entries: what 15 min between two proofs
    leaves, a lesson's part each, with the lengths such fields have in production. ``a_day`` of them lie on one day; 0: all.
    """
    if not is_postgres():
        connection.ensure_connection()
        connection.connection.create_function("sha256", 1, lambda octets: hashlib.sha256(octets).digest())
        connection.connection.create_function("genesis", 1, lambda learner: genesis(UUID(learner)))
    for start in range(first, first + learners, BATCH):
        rows, values = inline_rows(
            {"learner": "uuid"},
            [(learner_number(n),) for n in range(start, min(start + BATCH, first + learners))],
        )
        _run(
            "INSERT INTO records_studystate (learner, version, chain_length, chain_head, clock, clock_past, granted, "
            "pending, missed, judgements, days, window_days, updated_at) "
            f"SELECT learner, 0, 0, {_genesis()}, '', '', '', '', '', '', '', 14, {first} FROM {rows}",
            values,
        )
    for n in range(1, entries_each + 1):
        _link_on(n, first, FIRST_DAY + timedelta(days=(n - 1) // a_day if a_day else 0))


def _link_on(n: int, first: int, on: date) -> None:
    """Append entry ``n`` to every chain of this making (``updated_at`` carries its number) and move its head."""
    at = day_start_ms(on) + 9 * 3_600_000 + (n - on.toordinal() + FIRST_DAY.toordinal()) * 1_000_000
    day = str(on)
    row = {
        "format": _typed("1", "smallint"),
        "learner": "s.learner",
        "n": _typed(str(n), "bigint"),
        "kind": "'study'",
        "source": "'player'",
        "session": "s.learner",
        "lesson": "s.learner",
        "part": "s.learner",
        "edition": "s.learner",
        "activity": "'https://skillspower.example/xapi/lessons/7a5c2b1e-6f5e-4f43-9a51-0c7d5a3f9b11'",
        "occupation": "'6-18-02-04'",
        "level": _typed("3", "smallint"),
        "t_from": _typed(str(at - 900_000), "bigint"),
        "t_to": _typed(str(at), "bigint"),
        "ranges": f"'{n * 900_000}-{(n + 1) * 900_000}'",
        "ms": _typed("900000", "bigint"),
        "day": _typed(f"'{day}'", "date"),
        "booked_on": _typed(f"'{day}'", "date"),
        "union": "s.learner",
        "policy": "'national@1'",
        "evidence": "'beats'",
        "evidence_ref": "NULL",
        "online": "true" if is_postgres() else "1",
        "reason": "NULL",
        "refers_to": _typed("NULL", "bigint"),
        "actor": _typed("NULL", "uuid"),
        "approver": _typed("NULL", "uuid"),
        "recorded_at": _typed(str(at), "bigint"),
        "prev": "s.chain_head",
    }
    assert tuple(row) == FIELDS
    names = ", ".join(f'"{name}"' for name in FIELDS)
    picked = ", ".join(f'{value} AS "{name}"' for name, value in row.items())
    month = _typed(f"'{FIRST_DAY:%Y-%m}-01'", "date")
    insert = (
        f"INSERT INTO records_ledgerentry ({names}, hash, month) "
        f"SELECT {names}, sha256({entry_bytes_sql(connection.vendor)}), {month} "
        f"FROM (SELECT {picked} FROM records_studystate s WHERE s.updated_at = {first}) r"
    )
    moved = f"UPDATE records_studystate SET chain_length = {n}, chain_head = l.hash"
    if is_postgres():
        _run(
            f"WITH l AS ({insert} RETURNING learner, hash) {moved} FROM l WHERE records_studystate.learner = l.learner"
        )
    else:
        _run(insert)
        _run(
            f"{moved} FROM records_ledgerentry l WHERE records_studystate.learner = l.learner AND l.n = {n} "
            f"AND records_studystate.updated_at = {first}"
        )


def _genesis() -> str:
    if is_postgres():
        return "decode(repeat('00', 32) || replace(learner::text, '-', ''), 'hex')"
    return "genesis(learner)"


def _typed(value: str, kind: str) -> str:
    return f"{value}::{kind}" if is_postgres() else value


def _run(sql: str, params: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
