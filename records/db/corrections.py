"""What was filed cannot be changed, and what was decided is final: triggers on objections and corrections."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.db import append_only_sql

APPEND_ONLY: dict[str, tuple[tuple[str, ...], ...]] = {
    "records_evidencefile": (("uuid",),),
    "records_objectionspan": (("span_id",),),
    "records_objectionstep": (),
}
"""Tables, and their keys besides ``id``."""
FILED_ONCE = {
    "records_objection": (
        "id", "uuid", "learner", "session", "lesson", "day", "reason", "policy", "ms", "words", "photo_id", "evidence",
        "evidence_hash", "filed_at", "union",
    ),
    "records_correction": (
        "id", "uuid", "learner", "kind", "entry", "kept_ms", "ms", "day", "began_at", "union", "desk", "reason", "words",
        "objection_id", "evidence_id", "filed_by", "filed_at",
    ),
}  # fmt: skip
"""Columns by table that no statement may set again."""
FINAL = {"records_objection": ("upheld", "not_upheld"), "records_correction": ("approved", "refused")}
"""States by table after which a row does not change."""
SAME_KEY = {
    "records_objection": "id = NEW.id OR uuid = NEW.uuid",
    "records_correction": "id = NEW.id OR uuid = NEW.uuid OR (state IN ('filed', 'approved') "
    "AND (learner = NEW.learner AND entry = NEW.entry OR objection_id = NEW.objection_id))",
}
"""What stands in the way of an insert, by table: every key that the table has."""


def guard_corrections(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers. For ``migrations.RunPython``."""
    vendor = schema_editor.connection.vendor
    statements = [
        sql for table, keys in APPEND_ONLY.items() for sql in append_only_sql(table, vendor, unique=keys)
    ]
    for table, columns in FILED_ONCE.items():
        statements += guard_sql(table, columns, FINAL[table], SAME_KEY[table], vendor)
    for statement in statements:
        schema_editor.execute(statement, params=None)


def guard_sql(
    table: str, columns: tuple[str, ...], final: tuple[str, ...], same_key: str, vendor: str
) -> list[str]:
    """
    Return the statements after which these columns cannot be set again, a row in a final state does not change, and no
    row goes: neither by DELETE nor by an insert over it (``same_key``: what stands in its way).
    """
    named = ", ".join(f'"{column}"' for column in columns)
    states = ", ".join(f"'{state}'" for state in final)
    guards = {
        "filed": (f"UPDATE OF {named}", ""),
        "final": ("UPDATE", f"WHEN (OLD.state IN ({states}))"),
        "delete": ("DELETE", ""),
    }
    if vendor == "postgresql":
        body = "EXECUTE FUNCTION refuse_change()"
        made = [
            f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW {when} {body}"
            for name, (event, when) in guards.items()
        ]
        return [
            *made,
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {body}",
        ]
    made = [
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: {name} refused'); END"
        for name, (event, when) in guards.items()
    ]
    # REPLACE deletes without firing a delete trigger.
    return [
        *made,
        f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_key}) "
        f"BEGIN SELECT RAISE(ABORT, '{table}: REPLACE refused'); END",
    ]
