"""
Reading and writing the rows of one learner, in as few statements as each database allows.

A beat costs two statements on PostgreSQL: one that reads state, session and progress in one snapshot, and one that
writes all of it if nobody else has written since (``version``). On SQLite the same writes are plain statements in a
transaction of their own, which begins after the rules have been worked: the whole site has one writer at a time.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection

from core.clock import day_of, month_start
from core.db import inline_rows, is_postgres, sql_value
from records.db.ledger import COLUMNS
from records.db.one_writer import OneWriter
from records.ledger.chain import Link
from records.ledger.format import FIELDS

_STATE = ("version", "chain_length", "chain_head", "open_session", "clock", "granted", "pending", "missed", "judgements", "days",
          "window_days")  # fmt: skip
_SESSION = ("uuid", "source", "is_elder", "lesson", "edition", "activity", "title", "course", "course_title",
            "occupation", "occupation_name", "level", "parts", "owner_keys", "terms", "policy_seen", "policy_day",
            "opened_at", "ended_at", "end_reason", "checks", "received")  # fmt: skip
_PROGRESS = ("part", "lesson", "course", "nominal_ms", "covered", "covered_ms", "worked_ms", "credited_ms", "spare",
             "last_position", "updated_at")  # fmt: skip
_REFUSED = ("learner", "session", "seq", "lesson", "part", "position_from", "position_to", "t_from", "t_to", "reason",
            "policy", "day", "takes_back", "recorded_at")  # fmt: skip
_REFUSED_TYPES = ("uuid", "uuid", "bigint", "uuid", "uuid", "bigint", "bigint", "bigint", "bigint", "varchar",
                  "varchar", "date", "bigint", "bigint")  # fmt: skip
_COMPLETION = (
    "learner",
    "lesson",
    "edition",
    "course",
    "day",
    "booked_on",
    "union",
    "occupation",
    "level",
    "recorded_at",
)
_COMPLETION_TYPES = (
    "uuid",
    "uuid",
    "uuid",
    "varchar",
    "date",
    "date",
    "uuid",
    "varchar",
    "smallint",
    "bigint",
)
_PROGRESS_TYPES = ("uuid", "uuid", "uuid", "varchar", "bigint", "text", "bigint", "bigint", "bigint", "text", "bigint",
                   "bigint")  # fmt: skip
_JSON_COLUMNS = {"parts", "owner_keys", "terms", "checks"}
_UUID_COLUMNS = {"uuid", "lesson", "edition", "open_session", "session", "learner"}
_LEDGER = [*FIELDS, "hash", "month"]
_fields = attrgetter(*FIELDS)
_CONVERTED = (UUID, date)
_LEDGER_TYPES = tuple({name: pg for name, pg, _, _ in COLUMNS}[name] for name in _LEDGER)

Row = dict[str, Any]


@dataclass(slots=True)
class Loaded:
    """State, session and progress of one lesson as one snapshot, and the database's clock."""

    now: int
    newest_policy: int
    state: Row
    session: Row
    progress: list[Row]


@dataclass(slots=True)
class Changes:
    """What one request writes. ``state`` and ``session`` are columns with their new values."""

    learner: UUID
    version: int
    state: Row = field(default_factory=dict)
    session: UUID | None = None
    session_columns: Row = field(default_factory=dict)
    progress: list[Row] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)
    completions: list[Row] = field(default_factory=list)


def load(learner: UUID, session: UUID, *, now: int | None = None) -> Loaded | None:
    """
    Return what a beat of this session needs, in one statement; None if the learner has no such session.

    ``now`` is the instant of the request in ms; None takes the database's clock.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOAD_PG if is_postgres() else _LOAD_SQLITE, [sql_value(session), sql_value(learner)])
        row = cursor.fetchone()
    if row is None:
        return None
    state = dict(zip(_STATE, row[2 : 2 + len(_STATE)], strict=True))
    rest = row[2 + len(_STATE) :]
    return Loaded(
        int(row[0]) if now is None else now,
        int(row[1] or 0),
        _plain_row(state),
        _plain_row(dict(zip(_SESSION, rest[: len(_SESSION)], strict=True))),
        [_progress_row(item) for item in _json(rest[len(_SESSION)]) or []],
    )


def load_progress(learner: UUID, parts: Sequence[UUID]) -> list[Row]:
    """Return the progress of these parts."""
    marks = ", ".join(["%s"] * len(parts))
    columns = ", ".join(_PROGRESS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM records_partprogress WHERE learner = %s AND part IN ({marks})",
            [sql_value(learner), *map(sql_value, parts)],
        )
        return [_progress_row(row) for row in cursor.fetchall()]


def load_standing(learner: UUID) -> tuple[int, Row, list[Row]] | None:
    """
    Return the database's clock in ms, ``pending`` and ``days`` of a learner's row, and the progress in every part, in one
    statement; None for who has never studied.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING_PG if is_postgres() else _STANDING_SQLITE, [sql_value(learner)])
        row = cursor.fetchone()
    if row is None:
        return None
    now, pending, days, progress = row
    return (
        int(now),
        {"pending": pending, "days": days},
        [_progress_row(item) for item in _json(progress) or []],
    )


def load_column(table: str, column: str, key_column: str, key: UUID) -> str:
    """Return one column of one row: the past of a clock or of a session's beats, which most beats do not need."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {key_column} = %s", [sql_value(key)])
        row = cursor.fetchone()
    return row[0] if row else ""


def course_credit(learner: UUID, course: str) -> int:
    """Return the ms credited to a learner in a course."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(SUM(credited_ms), 0) FROM records_partprogress WHERE learner = %s AND course = %s",
            [sql_value(learner), course],
        )
        return int(cursor.fetchone()[0])


def save(changes: Changes) -> bool:
    """
    Write everything if the learner's row still has the version it was read with; tell whether it had.

    On PostgreSQL this is one statement, so it is atomic by itself and nothing of it happens if another was first.
    """
    if is_postgres():
        return _save_in_one(changes)
    if connection.in_atomic_block:
        return _save_in_turn(changes)
    return _together.save(changes)


def lock_state(learner: UUID) -> Row:
    """Lock the learner's row, made on first need, until the transaction ends, and return it."""
    with connection.cursor() as cursor:
        cursor.execute(_new_state("VALUES (%s, {values})"), [sql_value(learner)])
        columns = ", ".join(_STATE)
        cursor.execute(
            f"SELECT {columns} FROM records_studystate WHERE learner = %s"
            + (" FOR UPDATE" if is_postgres() else ""),
            [sql_value(learner)],
        )
        return _plain_row(dict(zip(_STATE, cursor.fetchone(), strict=True)))


def lock_chains(learners: Iterable[UUID]) -> dict[UUID, tuple[int, bytes | None]]:
    """
    Lock the rows of many learners, in the order of their uuids so that nobody waits in a circle, and return length and
    head of each chain.
    """
    rows, values = inline_rows({"learner": "uuid"}, [(learner,) for learner in sorted(set(learners))])
    with connection.cursor() as cursor:
        cursor.execute(
            _new_state(f"SELECT learner, {{values}} FROM {rows} WHERE true ORDER BY learner"), values
        )
        cursor.execute(
            f"SELECT st.learner, st.chain_length, st.chain_head FROM {rows} "
            "JOIN records_studystate st ON st.learner = given.learner ORDER BY st.learner"
            + (" FOR UPDATE OF st" if is_postgres() else ""),
            values,
        )
        return {
            learner if isinstance(learner, UUID) else UUID(learner): (
                length,
                None if head is None else bytes(head),
            )
            for learner, length, head in cursor.fetchall()
        }


def _new_state(source: str) -> str:
    values = "0, 0, '', '', '', '', '', '', '', 14, 0"
    return (
        "INSERT INTO records_studystate (learner, version, chain_length, clock, clock_past, granted, pending, missed, "
        f"judgements, days, window_days, updated_at) {source.format(values=values)} "
        "ON CONFLICT (learner) DO NOTHING"
    )


def lock_chain(learner: UUID) -> tuple[int, bytes | None]:
    """Lock the learner's row and return length and head of the chain."""
    state = lock_state(learner)
    return state["chain_length"], state["chain_head"]


def move_chain(learner: UUID, length: int, links: Sequence[Link]) -> None:
    """
    Move the learner's chain from ``length`` on to the last of ``links``.

    :raises RuntimeError: if it is no longer at ``length``.
    """
    move_chains({learner: length}, links)


def move_chains(lengths: Mapping[UUID, int], links: Sequence[Link]) -> None:
    """
    Move each learner's chain from its length on to the last of that learner's ``links``.

    :raises RuntimeError: if one of them is no longer at that length.
    """
    last = {each.entry.learner: each for each in links}
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE records_studystate SET chain_length = %s, chain_head = %s, version = version + 1 "
            "WHERE learner = %s AND chain_length = %s",
            [[each.entry.n, each.hash, sql_value(uuid), lengths[uuid]] for uuid, each in last.items()],
        )
        if cursor.rowcount != len(lengths):
            raise RuntimeError("the chain moved under its lock")


def write_links(links: Sequence[Link]) -> None:
    """Insert entries, and a mark for each learner-day among them, in two statements."""
    with connection.cursor() as cursor:
        _insert(cursor, "records_ledgerentry", _LEDGER, _link_values(links))
        _insert(cursor, "records_mark", ("learner", "day"), _marks(links, []))


_CLOCK_PG = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint"
_CLOCK_SQLITE = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"
_PROGRESS_PG = "json_agg(json_build_array({}))".format(", ".join(f"p.{c}" for c in _PROGRESS))
_PROGRESS_SQLITE = "json_group_array(json_array({}))".format(", ".join(f"p.{c}" for c in _PROGRESS))


def _load_sql(now: str, progress: str) -> str:
    columns = ", ".join([*(f"st.{c}" for c in _STATE), *(f"se.{c}" for c in _SESSION)])
    return (
        f"SELECT {now}, (SELECT MAX(id) FROM records_studypolicy), {columns}, "
        f"(SELECT {progress} FROM records_partprogress p WHERE p.learner = se.learner AND p.lesson = se.lesson) "
        "FROM records_studysession se JOIN records_studystate st ON st.learner = se.learner "
        "WHERE se.uuid = %s AND se.learner = %s"
    )


def _standing_sql(now: str, progress: str) -> str:
    return (
        f"SELECT {now}, st.pending, st.days, "
        f"(SELECT {progress} FROM records_partprogress p WHERE p.learner = st.learner) "
        "FROM records_studystate st WHERE st.learner = %s"
    )


_LOAD_PG = _load_sql(_CLOCK_PG, _PROGRESS_PG)
_LOAD_SQLITE = _load_sql(_CLOCK_SQLITE, _PROGRESS_SQLITE)
_STANDING_PG = _standing_sql(_CLOCK_PG, _PROGRESS_PG)
_STANDING_SQLITE = _standing_sql(_CLOCK_SQLITE, _PROGRESS_SQLITE)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


def _plain_row(row: Row) -> Row:
    for name, value in row.items():
        if name in _JSON_COLUMNS:
            row[name] = _json(value)
        elif name in _UUID_COLUMNS and isinstance(value, str):
            row[name] = UUID(value)
        elif name == "policy_day" and isinstance(value, str):
            row[name] = date.fromisoformat(value)
        elif name == "chain_head" and value is not None:
            row[name] = bytes(value)
        elif name == "is_elder":
            row[name] = bool(value)
    return row


def _progress_row(values: Sequence[Any]) -> Row:
    row = dict(zip(_PROGRESS, values, strict=True))
    for name in ("part", "lesson"):
        if isinstance(row[name], str):
            row[name] = UUID(row[name])
    return row


def _link_values(links: Iterable[Link]) -> list[list[Any]]:
    """Return entries as this database stores them. An import writes ten thousands: which database is asked once."""
    rows = [[*_fields(each.entry), each.hash, month_start(day_of(each.entry.recorded_at))] for each in links]
    if is_postgres():
        return rows
    return [[sql_value(v) if isinstance(v, _CONVERTED) else v for v in row] for row in rows]


def _marks(links: Sequence[Link], completions: Sequence[Row]) -> list[list[Any]]:
    days = dict.fromkeys((each.entry.learner, each.entry.day) for each in links)
    days |= dict.fromkeys((row["learner"], row["day"]) for row in completions)
    return [[sql_value(learner), sql_value(day)] for learner, day in days]


def _assignments(columns: Row) -> tuple[str, list[Any]]:
    values = [json.dumps(v) if name in _JSON_COLUMNS else sql_value(v) for name, v in columns.items()]
    return ", ".join(f"{name} = %s" for name in columns), values


def _values_of(rows: Sequence[Row], columns: Sequence[str]) -> list[list[Any]]:
    return [[sql_value(row[name]) for name in columns] for row in rows]


def _upsert() -> str:
    kept = ", ".join(f"{c} = EXCLUDED.{c}" for c in _PROGRESS if c != "part")
    return f"ON CONFLICT (learner, part) DO UPDATE SET {kept}"


def _writes(changes: Changes) -> list[tuple[str, Sequence[str], Sequence[str], list[list[Any]], str]]:
    """Return the inserts of a request: table, columns, PostgreSQL types, rows, what to do on conflict."""
    progress = [{"learner": changes.learner, **row} for row in changes.progress]
    inserts = [
        (
            "records_partprogress",
            ("learner", *_PROGRESS),
            _PROGRESS_TYPES,
            _values_of(progress, ("learner", *_PROGRESS)),
            _upsert(),
        ),
        ("records_ledgerentry", _LEDGER, _LEDGER_TYPES, _link_values(changes.links), ""),
        ("records_refusedspan", _REFUSED, _REFUSED_TYPES, _values_of(changes.refused, _REFUSED), ""),
        (
            "records_completion",
            _COMPLETION,
            _COMPLETION_TYPES,
            _values_of(changes.completions, _COMPLETION),
            "ON CONFLICT (learner, lesson) DO NOTHING",
        ),
        (
            "records_mark",
            ("learner", "day"),
            ("uuid", "date"),
            _marks(changes.links, changes.completions),
            "",
        ),
    ]
    return [insert for insert in inserts if insert[3]]


def _save_in_one(changes: Changes) -> bool:
    assignments, params = _assignments(changes.state)
    parts = [
        f"st AS (UPDATE records_studystate SET version = version + 1, {assignments} "
        "WHERE learner = %s AND version = %s RETURNING 1)"
    ]
    params += [changes.learner, changes.version]
    if changes.session is not None and changes.session_columns:
        assignments, values = _assignments(changes.session_columns)
        parts.append(
            f"se AS (UPDATE records_studysession SET {assignments} WHERE uuid = %s AND EXISTS (SELECT 1 FROM st))"
        )
        params += [*values, changes.session]
    for number, (table, columns, types, rows, conflict) in enumerate(_writes(changes)):
        names = ", ".join(f'"{c}"' for c in columns)
        row = "({})".format(", ".join(f"%s::{kind}" for kind in types))
        parts.append(
            f"w{number} AS (INSERT INTO {table} ({names}) SELECT * FROM (VALUES {', '.join([row] * len(rows))}) AS v "
            f"WHERE EXISTS (SELECT 1 FROM st) {conflict})"
        )
        params += [value for values in rows for value in values]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT COUNT(*) FROM st", params)
        return bool(cursor.fetchone()[0])


def _save_in_turn(changes: Changes) -> bool:
    with connection.cursor() as cursor:
        assignments, params = _assignments(changes.state)
        cursor.execute(
            f"UPDATE records_studystate SET version = version + 1, {assignments} WHERE learner = %s AND version = %s",
            [*params, sql_value(changes.learner), changes.version],
        )
        if cursor.rowcount != 1:
            return False
        if changes.session is not None and changes.session_columns:
            assignments, params = _assignments(changes.session_columns)
            cursor.execute(
                f"UPDATE records_studysession SET {assignments} WHERE uuid = %s",
                [*params, sql_value(changes.session)],
            )
        for table, columns, _, rows, conflict in _writes(changes):
            _insert(cursor, table, columns, rows, conflict)
    return True


_together = OneWriter(_save_in_turn)


def _insert(
    cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], conflict: str = ""
) -> None:
    names = ", ".join(f'"{c}"' for c in columns)
    row = "({})".format(", ".join(["%s"] * len(columns)))
    cursor.execute(
        f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * len(rows))} {conflict}",
        [value for values in rows for value in values],
    )
