"""
The tables of the libraries on SQLite, as their own migrations make them, in one file: third_party_schema.sql.

Wagtail and the others bring 180 migrations, and Django builds the models anew at most of them: 7 s of processor time for
what is the same every time. An empty SQLite database begins with the file instead; then Django runs our own migrations
and those of the libraries that are newer. The file names by a fingerprint the migrations it stands for. Where they are
others (a library was changed, the file not yet), it is not used and all of them run. PostgreSQL never sees it, nor does a
database that holds a table.

``bin/manage third_party_schema`` writes and checks the file; bin/check holds it to what the migrations make.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import translation

FILE = Path(__file__).with_name("third_party_schema.sql")
OURS = {path.parent.parent.name for path in FILE.parents[1].glob("*/migrations/__init__.py")}
HEAD = "-- fingerprint: "
NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
NEW_UUID = "lower(hex(randomblob(16)))"

Key = tuple[str, str]
"""App and name of a migration."""


def begin() -> bool:
    """Bring an empty SQLite database to where the libraries' migrations end; return whether that was done."""
    if connection.vendor != "sqlite" or not FILE.exists() or connection.introspection.table_names():
        return False
    text = FILE.read_text(encoding="utf-8")
    if text.partition("\n")[0] != HEAD + fingerprint():
        return False
    _migrate_ours_below()
    with connection.cursor() as cursor:
        # In one transaction: whoever is killed here leaves a database that migrates as ever.
        cursor.connection.executescript(f"PRAGMA foreign_keys = OFF;\nBEGIN;\n{text}COMMIT;\n")
    connection.close()  # and with it the setting
    return True


def fingerprint() -> str:
    """Return 16 hex digits that change with any migration of a library, and with what such migrations read."""
    digest = hashlib.sha256(f"{django.__version__} {settings.LANGUAGE_CODE}".encode())
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app not in OURS:
            digest.update(f"{app}.{name}".encode())
            digest.update(Path(str(import_module(type(migration).__module__).__file__)).read_bytes())
    return digest.hexdigest()[:16]


def wanted() -> str:
    """
    Return what the file should hold, by migrating.

    The default connection must lead to an empty SQLite database of its own; it is left with the libraries' tables.
    """
    _migrate_ours_below()
    statements, recorded = set(_statements()), set(_recorded())
    executor = MigrationExecutor(connection)
    with translation.override(None):  # as ``migrate`` does: names of permissions are written in English
        executor.migrate(_leaves_of_libraries(executor.loader))
    lines = [HEAD + fingerprint()]
    lines += [f"{statement};" for statement in _statements() if statement not in statements]
    lines += [line for table in _tables() for line in _rows(table)]
    lines += [
        f"INSERT INTO django_migrations (app, name, applied) VALUES ('{app}', '{name}', {NOW});"  # noqa: S608  # a file's names
        for app, name in _recorded()
        if (app, name) not in recorded
    ]
    connection.close()
    return "\n".join(lines) + "\n"


def _migrate_ours_below() -> None:
    """Run the migrations of ours that the libraries' build on (the user's), and what those need."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    leaves = _leaves_of_libraries(executor.loader)
    executor.migrate(sorted({key for leaf in leaves for key in graph.forwards_plan(leaf) if key[0] in OURS}))


def _leaves_of_libraries(loader: MigrationLoader) -> list[Key]:
    leaves: list[Key] = loader.graph.leaf_nodes()
    return [key for key in leaves if key[0] not in OURS]


def _statements() -> list[str]:
    """Return what makes each table, index and trigger, tables first; not what SQLite makes by itself."""
    by_itself = sorted(name for name, kind in _kinds().items() if kind == "shadow")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' "
            "ORDER BY type <> 'table', type, tbl_name, name"
        )
        return [statement for name, statement in cursor.fetchall() if name not in by_itself]


def _kinds() -> dict[str, str]:
    """Return each table's kind: table, virtual, or shadow for those in which a virtual one keeps its content."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA table_list")
        return {row[1]: row[2] for row in cursor.fetchall()}


def _tables() -> list[str]:
    without = ("django_migrations", "sqlite_")
    return sorted(name for name, kind in _kinds().items() if kind == "table" and not name.startswith(without))


def _rows(table: str) -> Iterator[str]:
    with connection.cursor() as cursor, sqlite3.connect(":memory:") as quoting:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY rowid')  # noqa: S608  # a name from the schema
        columns = ", ".join(f'"{column[0]}"' for column in cursor.description or ())
        for row in cursor.fetchall():
            values = [quoting.execute("SELECT quote(?)", [value]).fetchone()[0] for value in row]
            # Each installation draws its own, as it does by migrating.
            values = [
                NEW_UUID if re.fullmatch("'[0-9a-f]{32}'", str(value)) else str(value) for value in values
            ]
            yield f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join(values)});'  # noqa: S608


def _recorded() -> list[Key]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return [(app, name) for app, name in cursor.fetchall()]
