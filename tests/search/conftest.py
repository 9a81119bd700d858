"""An index of a test's own, on whatever engine this run has."""

import pytest

from search.engines import engine
from search.trades import suggest


@pytest.fixture
def index():
    """An empty index; it is gone after the test."""
    target = engine()
    target.drop()
    target.ensure_index()
    yield target
    target.drop()


@pytest.fixture(autouse=True)
def _forget_occupations():
    suggest.forget()
