"""
Periods that must not overlap, refused by the database: an exclusion constraint on PostgreSQL, a pair of triggers on
SQLite, from one description.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


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
