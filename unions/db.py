"""
Periods that must not overlap, refused by the database: an exclusion constraint on PostgreSQL, a pair of triggers on
SQLite, from one description; and the statements that walk the tree of a day.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.db import sql_value


def forbid_overlap(*, table: str, keys: list[str], name: str) -> Any:
    """Return a function for ``migrations.RunPython``: rows equal in ``keys`` may not share a day."""

    def run(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            equal = ", ".join(f"{k} WITH =" for k in keys)
            schema_editor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist "
                f"({equal}, daterange(active_from, active_to) WITH &&)"
            )
            return
        same = " AND ".join(f"o.{k} = NEW.{k}" for k in keys)
        for event, other in (("INSERT", ""), ("UPDATE", " AND o.id <> NEW.id")):
            schema_editor.execute(
                f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} WHEN EXISTS ("
                f"SELECT 1 FROM {table} o WHERE {same}{other} "
                "AND (o.active_to IS NULL OR o.active_to > NEW.active_from) "
                "AND (NEW.active_to IS NULL OR NEW.active_to > o.active_from)) "
                f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END"
            )

    return run


def forbid_wrong_level() -> Any:
    """Return a function for ``migrations.RunPython``: a child's level must lie inside what its parent manages."""
    misfit = (
        "SELECT 1 FROM unions_union c JOIN unions_unionkind ck ON ck.code = c.kind_id, "
        "unions_union p JOIN unions_unionkind pk ON pk.code = p.kind_id "
        "WHERE c.id = NEW.union_id AND p.id = NEW.parent_id "
        "AND (pk.lowest_child_level IS NULL OR pk.highest_child_level IS NULL "
        "OR ck.level < pk.lowest_child_level OR ck.level > pk.highest_child_level)"
    )

    def run(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                "CREATE OR REPLACE FUNCTION unions_refuse_wrong_level() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN IF EXISTS ({misfit}) THEN RAISE EXCEPTION 'union_place_level' "
                "USING ERRCODE = 'check_violation', CONSTRAINT = 'union_place_level'; END IF; RETURN NEW; END $$"
            )
            schema_editor.execute(
                "CREATE TRIGGER union_place_level BEFORE INSERT OR UPDATE ON unions_unionplace "
                "FOR EACH ROW EXECUTE FUNCTION unions_refuse_wrong_level()"
            )
            return
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(
                f"CREATE TRIGGER union_place_level_{event.lower()} BEFORE {event} ON unions_unionplace "
                f"WHEN EXISTS ({misfit}) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: union_place_level'); END"
            )

    return run


# Walking places. The statements are the same on both databases; a depth of 20 ends a loop that data repair left.

_ACTIVE = "p.line = %s AND p.active_from <= %s AND (p.active_to IS NULL OR p.active_to > %s)"


def ancestor_uuids(unions: Sequence[UUID], *, on: date, line: str) -> dict[UUID, list[UUID]]:
    """
    Return for each union that exists those above it on a day, the nearest first, with itself at the head. One statement
    for 500 unions.
    """
    chains: dict[UUID, list[UUID]] = {}
    for start in range(0, len(unions), 500):
        part = unions[start : start + 500]
        marks = ", ".join(["%s"] * len(part))
        sql = (
            "WITH RECURSIVE up(start_uuid, id, depth) AS ("
            f"SELECT u.uuid, u.id, 0 FROM unions_union u WHERE u.uuid IN ({marks}) "
            "UNION ALL SELECT up.start_uuid, p.parent_id, up.depth + 1 FROM up "
            f"JOIN unions_unionplace p ON p.union_id = up.id AND {_ACTIVE} "
            "WHERE p.parent_id IS NOT NULL AND up.depth < 20) "
            "SELECT up.start_uuid, u.uuid FROM up JOIN unions_union u ON u.id = up.id ORDER BY up.start_uuid, up.depth"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*map(sql_value, part), line, on, on])
            for below, above in cursor.fetchall():
                chains.setdefault(UUID(str(below)), []).append(UUID(str(above)))
    return chains


def descendant_ids(union: int, *, on: date, line: str) -> list[int]:
    """Return the ids of a union and everything below it on a day, level by level."""
    sql = (
        "WITH RECURSIVE down(id, depth) AS ("
        "SELECT u.id, 0 FROM unions_union u WHERE u.id = %s "
        "UNION ALL SELECT p.union_id, down.depth + 1 FROM down "
        f"JOIN unions_unionplace p ON p.parent_id = down.id AND {_ACTIVE} WHERE down.depth < 20) "
        "SELECT id FROM down ORDER BY depth, id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [union, line, on, on])
        return [row[0] for row in cursor.fetchall()]


def tree_rows(*, on: date, line: str) -> list[tuple[int, UUID, int | None, int]]:
    """Return (id, uuid, parent id, depth) of a whole line on a day, parents first."""
    sql = (
        "WITH RECURSIVE down(id, parent_id, depth) AS ("
        f"SELECT p.union_id, p.parent_id, 1 FROM unions_unionplace p WHERE p.parent_id IS NULL AND {_ACTIVE} "
        "UNION ALL SELECT p.union_id, p.parent_id, down.depth + 1 FROM down "
        f"JOIN unions_unionplace p ON p.parent_id = down.id AND {_ACTIVE} WHERE down.depth < 20) "
        "SELECT d.id, u.uuid, d.parent_id, d.depth FROM down d JOIN unions_union u ON u.id = d.id "
        "ORDER BY d.depth, d.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [line, on, on, line, on, on])
        return [(r[0], UUID(str(r[1])), r[2], r[3]) for r in cursor.fetchall()]
