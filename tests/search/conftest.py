"""An index of a test's own, on whatever engine this run has."""

import pytest

from search import synonyms
from search.engines import SearchEngine, engine
from search.engines.embedded import EmbeddedEngine
from search.trades import suggest


def empty(target: SearchEngine) -> None:
    """Leave an index without rows. Making a new one each time takes Elasticsearch most of a second."""
    if isinstance(target, EmbeddedEngine):
        target.drop()
        target.ensure_index()
        return
    target.ensure_index()
    target.refresh()
    target._writer.delete_by_query(index=target._alias, query={"match_all": {}})  # type: ignore[attr-defined]
    target.refresh()


@pytest.fixture
def index():
    """An empty index."""
    target = engine()
    empty(target)
    return target


@pytest.fixture(scope="session", autouse=True)
def _no_index_stays():
    yield
    engine().drop()


@pytest.fixture(autouse=True)
def _forget_occupations(monkeypatch):
    """Read occupations and synonyms once a test, however long it runs."""
    monkeypatch.setattr(synonyms, "KEEP_S", float("inf"))
    suggest.forget()
    synonyms.forget()
    yield
    synonyms.forget()
