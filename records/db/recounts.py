"""Versions of policies and the lines of a recount are written once; the request to recount is final when decided."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.db import append_only_sql
from records.db.corrections import guard_sql

APPEND_ONLY: dict[str, tuple[tuple[str, ...], ...]] = {
    "records_studypolicy": (("owner", "version"), ("owner", "effective_from")),
    "records_recountedlearner": (("recount_id", "learner"),),
    "records_recountline": (),
}
"""Tables, and their keys besides ``id``."""
_FILED = (
    "id", "uuid", "policy_id", "union", "day_from", "day_to", "words", "preview", "filed_by", "filed_at",
)  # fmt: skip


def guard_policies(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers. For ``migrations.RunPython``."""
    vendor = schema_editor.connection.vendor
    statements = [
        sql for table, keys in APPEND_ONLY.items() for sql in append_only_sql(table, vendor, unique=keys)
    ]
    statements += guard_sql(
        "records_recount", _FILED, ("approved", "refused"), "id = NEW.id OR uuid = NEW.uuid", vendor
    )
    for statement in statements:
        schema_editor.execute(statement, params=None)
