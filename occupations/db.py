"""
What the database itself refuses of standards, in both dialects: two in force on one day, publishing one with a column of
weights that does not add up to a hundred, and any change of what was published but its validity. Each table has its way
to the standard it belongs to.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_STANDARD = "occupations_occupationalstandard"
_LEVEL_OF = "SELECT l.standard_id FROM occupations_standardlevel l WHERE l.id = {row}.standard_level_id"
_FUNCTION_OF = (
    "SELECT l.standard_id FROM occupations_standardfunction f "
    "JOIN occupations_standardlevel l ON l.id = f.standard_level_id WHERE f.id = {row}.function_id"
)
_TASK_OF = (
    "SELECT l.standard_id FROM occupations_standardtask t "
    "JOIN occupations_standardfunction f ON f.id = t.function_id "
    "JOIN occupations_standardlevel l ON l.id = f.standard_level_id WHERE t.id = {row}.task_id"
)
_WAYS = {
    "occupations_standardbasic": "{row}.standard_id",
    "occupations_standardlevel": "{row}.standard_id",
    "occupations_standardfunction": f"({_LEVEL_OF})",
    "occupations_standardtask": f"({_FUNCTION_OF})",
    "occupations_standardrequirement": f"({_TASK_OF})",
}
_ROWS = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}
_FIXED = ("occupation_id", "edition", "is_example", "source", "licence", "definition")
_OVERLAP, _FROZEN, _WEIGHTS = "standard_one_in_force", "standard_is_frozen", "standard_weights_sum"
_THEORY = "l.ethics_weight + l.basics_weight + COALESCE(SUM(f.theory_weight), 0)"
_NOT_A_HUNDRED = (
    "SELECT 1 FROM occupations_standardlevel l "
    "LEFT JOIN occupations_standardfunction f ON f.standard_level_id = l.id "
    "WHERE l.standard_id = NEW.id GROUP BY l.id, l.ethics_weight, l.basics_weight "
    f"HAVING {_THEORY} <> 100 OR COALESCE(SUM(f.skill_weight), 0) <> 100"
)
_NO_LEVEL = "NOT EXISTS (SELECT 1 FROM occupations_standardlevel l WHERE l.standard_id = NEW.id)"


def forbid_two_in_force(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For ``migrations.RunPython``: published editions of an occupation may not share a day."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(
            f"ALTER TABLE {_STANDARD} ADD CONSTRAINT {_OVERLAP} EXCLUDE USING gist "
            "(occupation_id WITH =, daterange(active_from, active_to) WITH &&) WHERE (published_at IS NOT NULL)"
        )
        return
    for event, other in (("INSERT", ""), ("UPDATE", " AND o.id <> NEW.id")):
        schema_editor.execute(
            f"CREATE TRIGGER {_OVERLAP}_{event.lower()} BEFORE {event} ON {_STANDARD} "
            f"WHEN NEW.published_at IS NOT NULL AND EXISTS (SELECT 1 FROM {_STANDARD} o "
            f"WHERE o.occupation_id = NEW.occupation_id AND o.published_at IS NOT NULL{other} "
            "AND (o.active_to IS NULL OR o.active_to > NEW.active_from) "
            "AND (NEW.active_to IS NULL OR NEW.active_to > o.active_from)) "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {_OVERLAP}'); END"
        )


def require_full_weights(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For ``migrations.RunPython``: who publishes has levels, and both columns of each add up to 100."""
    wrong = f"({_NO_LEVEL} OR EXISTS ({_NOT_A_HUNDRED}))"
    if schema_editor.connection.vendor == "postgresql":
        refuse = (
            f"RAISE EXCEPTION '{_WEIGHTS}' USING ERRCODE = 'check_violation', CONSTRAINT = '{_WEIGHTS}'; "
        )
        published = "NEW.published_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.published_at IS NULL)"
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {_WEIGHTS}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {published} THEN IF {wrong} THEN {refuse} END IF; END IF; RETURN NEW; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {_WEIGHTS} BEFORE INSERT OR UPDATE ON {_STANDARD} "
            f"FOR EACH ROW EXECUTE FUNCTION {_WEIGHTS}()"
        )
        return
    for event, before in (("INSERT", ""), ("UPDATE", " AND OLD.published_at IS NULL")):
        schema_editor.execute(
            f"CREATE TRIGGER {_WEIGHTS}_{event.lower()} BEFORE {event} ON {_STANDARD} "
            f"WHEN NEW.published_at IS NOT NULL{before} AND {wrong} "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {_WEIGHTS}'); END"
        )


def freeze_published(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For ``migrations.RunPython``: below a published standard nothing is added, changed or deleted."""
    if schema_editor.connection.vendor == "postgresql":
        _freeze_on_postgres(schema_editor)
    else:
        _freeze_on_sqlite(schema_editor)


def _is_published(way: str, row: str) -> str:
    standard = way.format(row=row)
    return f"EXISTS (SELECT 1 FROM {_STANDARD} s WHERE s.id = {standard} AND s.published_at IS NOT NULL)"


def _changed(different: str) -> str:
    return " OR ".join(f"NEW.{column} {different} OLD.{column}" for column in _FIXED)


def _freeze_on_sqlite(schema_editor: BaseDatabaseSchemaEditor) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {_FROZEN}'); END"
    for table, way in _WAYS.items():
        for event, rows in _ROWS.items():
            when = " OR ".join(_is_published(way, row) for row in rows)
            schema_editor.execute(
                f"CREATE TRIGGER {table}_frozen_{event.lower()} BEFORE {event} ON {table} WHEN {when} {refuse}"
            )
    schema_editor.execute(
        f"CREATE TRIGGER {_STANDARD}_frozen_update BEFORE UPDATE ON {_STANDARD} WHEN "
        f"OLD.published_at IS NOT NULL AND NEW.published_at IS NOT NULL AND ({_changed('IS NOT')}) {refuse}"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {_STANDARD}_frozen_delete BEFORE DELETE ON {_STANDARD} "
        f"WHEN OLD.published_at IS NOT NULL {refuse}"
    )


def _freeze_on_postgres(schema_editor: BaseDatabaseSchemaEditor) -> None:
    refuse = f"RAISE EXCEPTION '{_FROZEN}' USING ERRCODE = 'check_violation', CONSTRAINT = '{_FROZEN}'; "
    for table, way in _WAYS.items():
        steps = "".join(
            f"IF TG_OP IN ({ops}) AND {_is_published(way, row)} THEN {refuse} END IF; "
            for row, ops in (("OLD", "'UPDATE', 'DELETE'"), ("NEW", "'INSERT', 'UPDATE'"))
        )
        _on_each_row(schema_editor, table, "INSERT OR UPDATE OR DELETE", steps)
    steps = (
        f"IF TG_OP = 'DELETE' THEN IF OLD.published_at IS NOT NULL THEN {refuse} END IF; "
        "ELSIF OLD.published_at IS NOT NULL AND NEW.published_at IS NOT NULL "
        f"AND ({_changed('IS DISTINCT FROM')}) THEN {refuse} END IF; "
    )
    _on_each_row(schema_editor, _STANDARD, "UPDATE OR DELETE", steps)


def _on_each_row(schema_editor: BaseDatabaseSchemaEditor, table: str, events: str, steps: str) -> None:
    answer = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
    schema_editor.execute(
        f"CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {steps}{answer} END $$",
        params=None,
    )
    schema_editor.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE {events} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_frozen()"
    )
