"""
A migrated, empty database, made once per state of the migrations and copied wherever a fresh one is needed: by the
first start of the demo and by every test process. Migrating takes seconds, copying a blink.

The template is named by a fingerprint of everything that migrations run, so an edited migration makes a new one.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import django
import psycopg
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "template"


def fingerprint() -> str:
    """Return 16 hex digits that change with any migration, or with any module that a migration may run."""
    digest = hashlib.sha256(django.__version__.encode())
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        digest.update(f"{app}.{name}".encode())
        digest.update(_source(type(migration).__module__))
    for path in (
        *sorted(ROOT.glob("*/db.py")),
        *sorted(ROOT.glob("*/db/*.py")),
        ROOT / "core" / "ownership.py",
        *sorted((ROOT / "core").glob("third_party_schema.*")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def sqlite_template() -> Path:
    """Return where the SQLite template of today's migrations lies, or would lie."""
    return FOLDER / f"{fingerprint()}.sqlite3"


def keep_sqlite(migrated: Path) -> None:
    """Take a database that was just migrated, holds nothing else and is closed, as the template."""
    template = sqlite_template()
    with _building(template):
        unfinished = template.with_suffix(".unfinished")
        shutil.copyfile(migrated, unfinished)
        unfinished.rename(template)


def copy_sqlite(target: Path) -> None:
    """Write a migrated SQLite database to ``target``, replacing what is there."""
    template = sqlite_template()
    with _building(template):
        if not template.exists():
            unfinished = template.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            _migrate({"DATABASE_URL": f"sqlite:///{unfinished}", "DATABASE_OWNER_URL": ""})
            unfinished.rename(template)
            for old in set(FOLDER.glob("*.sqlite3")) - {template}:
                old.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    # A new file, not new bytes in the old one: SQLite knows a database by its inode, and a connection that some thread
    # left open would go on with the old file's shared memory and fail with "disk I/O error".
    for ending in ("", "-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    shutil.copyfile(template, target)


def copy_postgres(name: str) -> None:
    """
    Make the PostgreSQL database ``name`` a migrated one, dropping what was there.

    :raises psycopg.errors.InsufficientPrivilege: if the owner may not create databases.
    """
    template = f"skillspower_template_{fingerprint()}"
    with _building(FOLDER / template), owner_of_server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if cursor.fetchone() is None:
            unfinished = f"{template}_unfinished"
            drop_postgres(unfinished, cursor)
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
            _migrate({key: _with_database(getattr(settings, key), unfinished) for key in _URLS})
            cursor.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(template)
                )
            )
        drop_postgres(name, cursor)
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def drop_postgres(name: str, cursor: Any) -> None:
    """
    Drop a database, ending the connections to it.

    Each role ends its own: WITH (FORCE) fails for an owner who is no member of the run-time role, and whenever the
    server happens to vacuum there; a plain DROP sends the vacuum away.
    """
    for url in (settings.DATABASE_URL, settings.DATABASE_OWNER_URL):
        with _connected_to_server(url) as own:
            own.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
                [name],
            )
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def owner_of_server() -> Iterator[Any]:
    """Yield a cursor of the owner outside the database in use, where databases can be made and dropped."""
    with _connected_to_server(settings.DATABASE_OWNER_URL) as cursor:
        yield cursor


@contextmanager
def _connected_to_server(url: str) -> Iterator[Any]:
    config = dj_database_url.parse(url)
    with (
        psycopg.connect(
            host=config["HOST"] or None,
            port=config["PORT"] or None,
            user=config["USER"] or None,
            password=config["PASSWORD"] or None,
            dbname="postgres",
            autocommit=True,
        ) as owner,
        owner.cursor() as cursor,
    ):
        yield cursor


_URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")


def _source(module: str) -> bytes:
    path = import_module(module).__file__
    return Path(path).read_bytes() if path else b""


@contextmanager
def _building(template: Path) -> Iterator[None]:
    """Let one process at a time build this template; the others wait and find it."""
    template.parent.mkdir(parents=True, exist_ok=True)
    with template.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(environment: dict[str, str]) -> None:
    command = [sys.executable, str(ROOT / "site" / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(command, check=True, env={**os.environ, **environment}, stdin=subprocess.DEVNULL)  # noqa: S603


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
