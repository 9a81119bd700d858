"""
What every test stands on: a database copied from the migrated template, two profiles, no network but loopback.

The profile is the environment's: with DATABASE_URL, REDIS_URL and ELASTICSEARCH_URL the suite runs on the services
(as the run-time role, which may not change append-only tables), without them on SQLite and the embedded parts.
``bin/test`` runs both.
"""

import gc
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import pytest_socket
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connections
from django.test import TransactionTestCase
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.browser import chromium  # noqa: F401 - one for the whole process

# The same examples at each run, and none judged by how long it took: a slow machine must not turn the suite red.
# HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis_settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("house", hypothesis_settings.get_profile("explore"), derandomize=True)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

SERVICES = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")
MISSING_SERVICES = [name for name in SERVICES if not os.environ.get(name)]
ON_SERVICES = not MISSING_SERVICES
WHY_NO_SERVICES = (
    os.environ.get("SKILLSPOWER_NO_SERVICES") or f"no {', '.join(MISSING_SERVICES)} in the environment"
)
"""``bin/test`` says why it could not start them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Leave out tests of the other profile; where services are missing, say so or, with CI=true, fail.

    What touches no service says nothing new on the second profile: it is marked ``once``.
    """
    other = ("embedded", "once") if ON_SERVICES else ("services",)
    ours: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        (others if any(item.get_closest_marker(mark) for mark in other) else ours).append(item)
    if ON_SERVICES or os.environ.get("SKILLSPOWER_PROFILE") == "embedded":
        config.hook.pytest_deselected(items=others)
        items[:] = ours


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: the garbage collector need not visit it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_runtest_setup(item: pytest.Item) -> None:
    hosts = {"127.0.0.1", "::1", "localhost"}
    hosts |= {urlsplit(os.environ[name]).hostname or "" for name in SERVICES if os.environ.get(name)}
    pytest_socket.socket_allow_hosts(sorted(hosts - {""}), allow_unix_socket=True)
    if item.get_closest_marker("services") and not ON_SERVICES:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must not skip this: {WHY_NO_SERVICES}", pytrace=False)
        pytest.skip(WHY_NO_SERVICES)


class TestDatabase:
    """This process's own copy of the template; ``renew`` makes it pristine again."""

    __test__ = False

    def __init__(self) -> None:
        self.name = f"test_skillspower_{os.getpid()}"

    def renew(self) -> None:
        from core import template_database

        connections.close_all()
        database = connections["default"]
        if database.vendor == "sqlite":
            path = settings.VAR_DIR / f"{self.name}.sqlite3"
            assert _is_closed(path), "a thread of this test left its connection to the database open"
            template_database.copy_sqlite(path)
            self._use(str(path))
        else:
            template_database.copy_postgres(self.name)
            self._use(self.name)

    def remove(self) -> None:
        from core import template_database

        connections.close_all()
        if connections["default"].vendor == "postgresql":
            with template_database.owner_of_server() as cursor:
                template_database.drop_postgres(self.name, cursor)

    @staticmethod
    def _use(name: str) -> None:
        settings.DATABASES["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name


def _is_closed(database: Path) -> bool:
    """Wait for the threads that still answer what a closed browser window had asked; return whether all are done."""
    until = time.monotonic() + 60
    while _files_open(database):
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _files_open(database: Path) -> list[str]:
    """Return the files of a SQLite database that this process holds open."""
    gc.collect()  # a connection of a thread that ended may wait in a circle of references
    return [file.path for file in psutil.Process().open_files() if file.path.startswith(str(database))]


@pytest.fixture(scope="session")
def test_database() -> TestDatabase:
    return TestDatabase()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, test_database: TestDatabase
) -> Iterator[None]:
    """Replace pytest-django's own: no migrating, no test of the database's name, one copy a process."""
    with django_db_blocker.unblock():
        test_database.renew()
    # Django empties tables after a transactional test. Append-only tables refuse that, and rows that migrations made
    # (the root page, collections) would be gone; a new copy has neither trouble.
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: test_database.renew())
    yield
    patch.undo()
    with django_db_blocker.unblock():
        test_database.remove()


@pytest.fixture(scope="session", autouse=True)
def _var_of_this_process() -> Iterator[None]:
    (settings.VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
    yield
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)
    if ON_SERVICES:
        client = Elasticsearch(settings.ELASTICSEARCH_URL)
        for name in client.indices.get(index=f"{settings.SEARCH_INDEX_PREFIX}*"):
            client.indices.delete(index=name)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and locks of one test are not those of the next. In Redis, only this process's keys."""
    if not ON_SERVICES:
        for each in caches.all(initialized_only=True):
            each.clear()
        return
    client = cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # Django names no public way to delete by prefix
    keys = list(client.scan_iter(match=f"{settings.CACHES['default']['KEY_PREFIX']}:*", count=1000))
    if keys:
        client.delete(*keys)
