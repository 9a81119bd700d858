"""
What differs between PostgreSQL and SQLite and belongs to no app: the database's clock, the owner's connection,
triggers that refuse change.
"""

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import dj_database_url
import psycopg
from django.conf import settings
from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

M = TypeVar("M", bound=models.Model)
_STORED_AS_TEXT = (uuid.UUID, date)
RUNTIME_GROUP = "skillspower_runtime"
"""PostgreSQL group role of web and worker. It may read and insert into append-only tables, nothing else there."""


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def now_ms() -> int:
    """
    Return the database's clock in ms since the epoch. Study time is placed by this clock and by no other, because
    web hosts disagree. On SQLite the database is in this process, so its clock is the host's.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_clock_sql()}")
        row = cursor.fetchone()
    return int(row[0])


def _clock_sql() -> str:
    if is_postgres():
        return "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint"
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"


def move_audit_head(stream: str) -> tuple[int, bytes, int] | None:
    """
    Move the head of an audit chain on to its next row, which locks it until the transaction ends; return the number of
    that row, the hash of the row before it, and the clock under the lock. None if the chain has not begun.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE core_audithead SET n = n + 1 WHERE stream = %s RETURNING n, hash, {_clock_sql()}",
            [stream],
        )
        row = cursor.fetchone()
    return (int(row[0]), bytes(row[1]), int(row[2])) if row else None


def sql_value(value: Any) -> Any:
    """Return a value as this database stores it, for plain SQL: SQLite keeps uuids, days and instants as text."""
    # What most values are is asked first: the ledger passes 40 of them for each entry.
    if not isinstance(value, _STORED_AS_TEXT) or is_postgres():
        return value
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat()


def inline_rows(columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> tuple[str, list[Any]]:
    """
    Return a FROM item of given rows, and its parameters: ``inline_rows({"learner": "uuid", "day": "date"}, pairs)``.

    The whole set travels as one parameter per column (PostgreSQL) or one in all (SQLite), so a statement over
    thousands of rows is one statement, prepared once. Column types are PostgreSQL's names.
    """
    rows = list(rows)
    if is_postgres():
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        lists = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in columns]
        return f"unnest({arrays}) AS given({', '.join(columns)})", lists
    picked = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(columns))
    return f"(SELECT {picked} FROM json_each(%s)) AS given", [
        json.dumps([[sql_value(v) for v in r] for r in rows])
    ]


def looked_up(table: str, alias: str, condition: str, *, optional: bool = False) -> str:
    """
    Return a join that looks the rows of a table up, by an index, for each row before it.

    For statements over :func:`inline_rows`: PostgreSQL knows little of how many rows a batch brings or finds, and a
    join order that is right for ten rows takes minutes for fifty thousand. OFFSET 0 keeps the look-up as it is written;
    its cost grows with the batch alone. SQLite keeps the order of a CROSS JOIN.
    """
    if not is_postgres():
        return f"{'LEFT JOIN' if optional else 'CROSS JOIN'} {table} {alias} ON {condition}"
    found = f"LATERAL (SELECT * FROM {table} {alias} WHERE {condition} OFFSET 0) {alias}"
    return f"LEFT JOIN {found} ON true" if optional else f"CROSS JOIN {found}"


LONGEST_LOOK_S = 0.1
"""SQLite looks this often, at the least, whether the writer's lock it waits for is free."""


@contextmanager
def fair_turn() -> Iterator[None]:
    """
    Wrap one transaction of a loop of many: on SQLite, rest afterwards for as long as it took (at most 0.1 s).

    There, who waits for the writer's lock does not queue but looks now and then; a loop that begins again at once is
    always first. Beside one worker in a loop of 50 ms others waited 6 s on average and up to the time-out, where a
    learner's beat fails with "database is locked"; with the rest, 54 ms.
    """
    began = time.monotonic()
    yield
    if not is_postgres() and not connection.in_atomic_block:
        time.sleep(min(time.monotonic() - began, LONGEST_LOOK_S))


@contextmanager
def snapshot() -> Iterator[None]:
    """
    Let all statements of a block see one state of the database, and keep nobody from writing meanwhile.

    Inside a transaction it is that transaction that decides what is seen.
    """
    if connection.in_atomic_block:
        yield
    elif is_postgres():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            # Not atomic(): it would begin IMMEDIATE and hold the writer's lock.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


@contextmanager
def owner_cursor() -> Iterator[Any]:
    """
    Yield a cursor of the role that owns the tables: for partitions, grants and truncation in tests.

    On SQLite, and where no owner is named, it is a cursor of the ordinary connection.
    """
    if not is_postgres():
        with connection.cursor() as cursor:
            yield cursor
        return
    config = dj_database_url.parse(settings.DATABASE_OWNER_URL)
    with (
        psycopg.connect(
            host=config["HOST"] or None,
            port=config["PORT"] or None,
            user=config["USER"] or None,
            password=config["PASSWORD"] or None,
            dbname=connection.settings_dict["NAME"],  # in tests the name differs from the setting's
            autocommit=True,
        ) as owner,
        owner.cursor() as cursor,
    ):
        yield cursor


_REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""


def append_only_sql(table: str, vendor: str, *, unique: Sequence[tuple[str, ...]] = ()) -> list[str]:
    """
    Return the statements that make a table append-only: UPDATE, DELETE, TRUNCATE and REPLACE fail in the database.

    On PostgreSQL a TRUNCATE of a partition fires no trigger of its parent, so each partition needs them too; and they fire
    always, in a session that applies what is replicated, too. On SQLite a REPLACE deletes whatever stands in its way
    without firing delete triggers, so an insert over an existing key is refused itself: over ``id``, and over each key
    of ``unique``.
    """
    if vendor == "postgresql":
        return [
            _REFUSE_FUNCTION,
            f"DROP TRIGGER IF EXISTS {table}_refuse_row ON {table}",
            f"DROP TRIGGER IF EXISTS {table}_refuse_truncate ON {table}",
            f"CREATE TRIGGER {table}_refuse_row BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuse_row, "
            f"ENABLE ALWAYS TRIGGER {table}_refuse_truncate",
            f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{RUNTIME_GROUP}') THEN "
            f"REVOKE ALL ON {table} FROM {RUNTIME_GROUP}; GRANT SELECT, INSERT ON {table} TO {RUNTIME_GROUP}; "
            "END IF; END $$",
        ]
    same_key = " OR ".join(
        " AND ".join(f'"{column}" = NEW."{column}"' for column in key) for key in (("id",), *unique)
    )
    return [
        f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: UPDATE refused'); END",
        f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: DELETE refused'); END",
        f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_key}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: REPLACE refused'); END",
    ]


def make_append_only(*tables: str, unique: Sequence[tuple[str, ...]] = ()) -> Any:
    """
    Return a function for ``migrations.RunPython`` that makes these tables append-only on either database; ``unique`` are
    the keys that each of them has besides ``id``.
    """

    def run(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for table in tables:
            for statement in append_only_sql(table, schema_editor.connection.vendor, unique=unique):
                schema_editor.execute(statement, params=None)  # no parameters: a percent sign is itself

    return run


def lock_rows(queryset: models.QuerySet[M]) -> models.QuerySet[M]:
    """Return the rows locked until the transaction ends; on SQLite the writer's lock is already held."""
    return queryset.select_for_update() if is_postgres() else queryset
