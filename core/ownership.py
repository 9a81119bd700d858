"""
The two roles of PostgreSQL: the owner migrates; web and worker run as a role that owns nothing.

On SQLite there is one role, the process, and everything here does nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import dj_database_url
from django.conf import settings
from django.db import connection

from core.db import RUNTIME_GROUP


def has_own_owner() -> bool:
    """Return whether the tables belong to another role than the one that web and worker use."""
    return connection.vendor == "postgresql" and _user(settings.DATABASE_OWNER_URL) != _user(
        settings.DATABASE_URL
    )


def _user(url: str) -> str:
    return str(dj_database_url.parse(url)["USER"])


@contextmanager
def acting_as_owner() -> Iterator[None]:
    """Let the default connection be the owner's until the block ends: for migrating."""
    if not has_own_owner():
        yield
        return
    owner = cast("dict[str, Any]", dj_database_url.parse(settings.DATABASE_OWNER_URL))
    mine = connection.settings_dict
    kept = {key: mine[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    connection.close()
    mine.update({key: owner[key] for key in kept})
    try:
        yield
    finally:
        connection.close()
        mine.update(kept)


def grant_runtime(cursor: Any) -> None:
    """
    Give the run-time role its rights on every table of the owner, who must be the one asking.

    Append-only tables, known by their trigger, give SELECT and INSERT; the rest also UPDATE and DELETE. Nothing gives
    TRUNCATE. The receiver is the group role where there is one, else the role in DATABASE_URL.
    """
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [RUNTIME_GROUP])
    receiver = RUNTIME_GROUP if cursor.fetchone() else _user(settings.DATABASE_URL)
    receiver = connection.ops.quote_name(receiver)
    cursor.execute(
        "SELECT c.relname, EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname LIKE '%%\\_refuse\\_row') "
        "FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace "
        "WHERE s.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = current_user"
    )
    by_rights: dict[str, list[str]] = {"SELECT, INSERT": [], "SELECT, INSERT, UPDATE, DELETE": []}
    for table, is_append_only in cursor.fetchall():
        rights = "SELECT, INSERT" if is_append_only else "SELECT, INSERT, UPDATE, DELETE"
        by_rights[rights].append(connection.ops.quote_name(table))
    for rights, tables in by_rights.items():
        if tables:
            cursor.execute(f"REVOKE ALL ON {', '.join(tables)} FROM {receiver}")
            cursor.execute(f"GRANT {rights} ON {', '.join(tables)} TO {receiver}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {receiver}")
