import pytest

from core import gateways
from core.gateways import import_string


@pytest.fixture
def sent_at_once(monkeypatch):
    """Let codes leave within the test's transaction, which never commits (tests/core/test_gateways.py: after it)."""

    def send(path, **letter):
        import_string(path)().send(**letter)

    monkeypatch.setattr(gateways, "_after_commit", send)
