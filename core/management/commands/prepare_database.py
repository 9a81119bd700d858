"""
Bring the database to today's migrations: a fresh one by copying the migrated template, a used one by migrating.

With ``--reset`` everything in it is dropped first. Prints ``fresh`` or ``kept``, for the command that started this.
"""

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from elasticsearch import Elasticsearch

from core import template_database
from core.answering import AnsweringCommand


class Command(AnsweringCommand):
    help = "Bring the database to today's migrations, quickly where it is fresh."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reset", action="store_true", help="drop everything in it first")

    def handle(self, *args: Any, reset: bool, **options: Any) -> None:
        if reset and settings.ELASTICSEARCH_URL:
            _drop_indexes()
        is_fresh = _prepare_sqlite(reset) if connection.vendor == "sqlite" else _prepare_postgres(reset)
        state = "fresh" if is_fresh else "kept"
        self.answer({"database": state}, state, as_json=options["json"])


def _prepare_sqlite(reset: bool) -> bool:
    path = Path(connection.settings_dict["NAME"])
    if path.exists() and not reset:
        _migrate_if_behind()
        return False
    connection.close()
    if template_database.sqlite_template().exists():
        template_database.copy_sqlite(path)
        return True
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    connection.close()
    template_database.keep_sqlite(path)
    return True


def _prepare_postgres(reset: bool) -> bool:
    if not reset and _holds_tables():
        _migrate_if_behind()
        return False
    connection.close()
    try:
        template_database.copy_postgres(connection.settings_dict["NAME"])
    except (psycopg.errors.InsufficientPrivilege, psycopg.OperationalError) as error:
        if reset:
            raise CommandError(
                "The role in DATABASE_OWNER_URL may not create databases: drop and create it yourself, then start "
                "without --reset."
            ) from error
        call_command("migrate", verbosity=0)
    return True


def _holds_tables() -> bool:
    try:
        with template_database.owner_of_server() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [connection.settings_dict["NAME"]])
            if cursor.fetchone() is None:
                return False
    except psycopg.OperationalError:
        pass  # a server that lets nobody into its database "postgres"; ours exists, or the next line says so
    return "django_migrations" in connection.introspection.table_names()


def _migrate_if_behind() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        connection.close()
        call_command("migrate", verbosity=0)


def _drop_indexes() -> None:
    client = Elasticsearch(settings.ELASTICSEARCH_URL)
    for name in client.indices.get(index=f"{settings.SEARCH_INDEX_PREFIX}*"):
        client.indices.delete(index=name)
