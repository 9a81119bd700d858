"""A migrated database of a benchmark's own, and the processor time of what works on it. Django must be set up."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from django.conf import settings
from django.db import connection, connections

from core import template_database
from core.db import is_postgres


@contextmanager
def own_database(purpose: str) -> Iterator[None]:
    """Copy the migrated template, let the default connection be the copy's, and drop it in the end."""
    name = f"bench_{purpose}_{os.getpid()}"
    connections.close_all()
    if connections["default"].vendor == "sqlite":
        path = settings.VAR_DIR / f"{name}.sqlite3"
        template_database.copy_sqlite(path)
        name = str(path)
    else:
        template_database.copy_postgres(name)
    settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name
    try:
        yield
    finally:
        _drop(name)


def _drop(name: str) -> None:
    is_sqlite = connections["default"].vendor == "sqlite"
    connections.close_all()
    if is_sqlite:
        for ending in ("", "-wal", "-shm"):
            Path(name + ending).unlink(missing_ok=True)
        return
    for _ in range(50):  # the session that was closed just now may still be on its way out
        with (
            contextlib.suppress(psycopg.errors.InsufficientPrivilege),
            template_database.owner_of_server() as cursor,
        ):
            template_database.drop_postgres(name, cursor)
            return
        time.sleep(0.1)


def cpu_seconds(task: Callable[[], object]) -> float:
    """Return the processor time of this process and of its database session that a task takes."""
    began = _used()
    task()
    return _used() - began


def _used() -> float:
    processes = [psutil.Process()]
    if is_postgres():
        connection.ensure_connection()
        processes.append(psutil.Process(connection.connection.info.backend_pid))
    return sum(times.user + times.system for times in (p.cpu_times() for p in processes))
