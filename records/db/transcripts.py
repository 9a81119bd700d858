"""An issued transcript stays as it was, and a revoked one stays revoked: triggers in both databases."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "records_transcript"
ISSUED_ONCE = (
    "id", "uuid", "learner", "code_hash", "digest", "signing_key", "signature", "chains", "pdf_sha256", "shows_name",
    "first_day", "last_day", "ms", "issued_at", "expires_on",
)  # fmt: skip
"""Columns that no statement may set again. Document, code and file name may be blanked when a person is erased."""


def guard_transcripts(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers. For ``migrations.RunPython``."""
    named = ", ".join(f'"{column}"' for column in ISSUED_ONCE)
    guards = {
        "issued": (f"UPDATE OF {named}", ""),
        "revoked": ("UPDATE OF revoked_at", "WHEN (OLD.revoked_at IS NOT NULL)"),
        "delete": ("DELETE", ""),
    }
    if schema_editor.connection.vendor == "postgresql":
        body = "EXECUTE FUNCTION refuse_change()"
        statements = [
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {event} ON {TABLE} FOR EACH ROW {when} {body}"
            for name, (event, when) in guards.items()
        ]
        statements.append(
            f"CREATE TRIGGER {TABLE}_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT {body}"
        )
    else:
        statements = [
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {event} ON {TABLE} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE}: {name} refused'); END"
            for name, (event, when) in guards.items()
        ]
        # REPLACE deletes without firing a delete trigger.
        statements.append(
            f"CREATE TRIGGER {TABLE}_replace BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} "
            "WHERE id = NEW.id OR uuid = NEW.uuid OR code_hash = NEW.code_hash) "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE}: REPLACE refused'); END"
        )
    for statement in statements:
        schema_editor.execute(statement, params=None)
