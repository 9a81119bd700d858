"""A clock the test moves: the database's clock as the study record reads it."""

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest

import records
from core.db import now_ms
from records.db import store
from tests.records.world import NOON


@dataclass
class DatabaseClock:
    now: int = NOON

    def forward(self, ms: int) -> int:
        self.now += ms
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> DatabaseClock:
    return put_clock(monkeypatch)


def put_clock(patch: pytest.MonkeyPatch) -> DatabaseClock:
    """Let the study record read a clock of the test's own until the patch is undone."""
    fake = DatabaseClock()
    read, read_standing = store.load, store.load_standing

    def load(*args: Any, now: int | None = None) -> store.Loaded | None:
        return read(*args, now=fake.now if now is None else now)

    def load_standing(learner: UUID) -> Any:
        found = read_standing(learner)
        return found and (fake.now, *found[1:])

    patch.setattr(store, "load", load)
    patch.setattr(store, "load_standing", load_standing)
    # Every module of records that asks the database for the time, not a list of them: one forgotten would still read
    # the real clock, and its test would fail on another day.
    for found in pkgutil.walk_packages(records.__path__, "records."):
        module = import_module(found.name)
        if getattr(module, "now_ms", None) is now_ms:
            patch.setattr(module, "now_ms", lambda: fake.now)
    return fake
