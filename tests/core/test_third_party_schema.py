"""The file a SQLite database begins with. That it equals what the libraries' migrations make, bin/check asks."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from core import third_party_schema


@pytest.fixture
def empty(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """The default connection leads to an empty database of its own."""
    kept = connection.settings_dict["NAME"]
    path = tmp_path / "empty.sqlite3"
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = str(path)
        yield path
        connection.close()
    connection.settings_dict["NAME"] = kept


def tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_the_file_stands_for_the_libraries_installed() -> None:
    first = third_party_schema.FILE.read_text(encoding="utf-8").partition("\n")[0]

    assert first == third_party_schema.HEAD + third_party_schema.fingerprint(), (
        "a library's migrations have changed: run bin/manage third_party_schema update"
    )


@pytest.mark.embedded
def test_an_empty_database_begins_with_the_libraries_tables_and_what_they_build_on(empty: Path) -> None:
    assert third_party_schema.begin()

    made = tables(empty)
    assert {"wagtailcore_page", "account_emailaddress", "accounts_user"} <= made
    assert "courses_coursepage" not in made
    with sqlite3.connect(empty) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        uuids = {row[0] for row in database.execute("SELECT translation_key FROM wagtailcore_page")}
        assert len(uuids) == 2 and all(len(drawn) == 32 for drawn in uuids)


@pytest.mark.embedded
def test_a_file_of_other_libraries_is_not_used(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.sql"
    other.write_text(third_party_schema.HEAD + "0000000000000000\nCREATE TABLE other (id integer);\n")
    monkeypatch.setattr(third_party_schema, "FILE", other)

    assert not third_party_schema.begin()
    assert tables(empty) == set()


@pytest.mark.embedded
def test_a_database_that_holds_a_table_is_left_alone(empty: Path) -> None:
    with sqlite3.connect(empty) as database:
        database.execute("CREATE TABLE somebody_elses (id integer)")

    assert not third_party_schema.begin()
    assert tables(empty) == {"somebody_elses"}


@pytest.mark.embedded
def test_migrating_one_app_begins_with_nothing_else(empty: Path) -> None:
    call_command("migrate", "sessions", verbosity=0)

    assert "django_session" in tables(empty)
    assert "wagtailcore_page" not in tables(empty)
