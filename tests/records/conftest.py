"""A clock the test moves: the database's clock as the study record reads it."""

from dataclasses import dataclass
from typing import Any

import pytest

from records.db import store
from records.http import guests as guests_http
from records.operations import claims, entries, guests, policies, sessions
from tests.records.world import NOON


@dataclass
class DatabaseClock:
    now: int = NOON

    def forward(self, ms: int) -> int:
        self.now += ms
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> DatabaseClock:
    fake = DatabaseClock()
    read = store.load

    def load(*args: Any) -> store.Loaded | None:
        loaded = read(*args)
        if loaded is not None:
            loaded.now = fake.now
        return loaded

    monkeypatch.setattr(store, "load", load)
    for module in (claims, entries, guests, guests_http, policies, sessions):
        monkeypatch.setattr(module, "now_ms", lambda: fake.now)
    return fake
