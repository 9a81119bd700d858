from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core import health
from core.jobs import pulse

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> dict[str, health.Check]:
    """The parts asked, without the broker, which tests have none of."""
    kept = {name: check for name, check in health._parts.items() if name in ("database", "worker")}
    monkeypatch.setattr(health, "_parts", kept)
    return kept


def test_live_answers_without_asking_the_database(client: Client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/health/live").status_code == 200


def test_ready_names_the_worker_that_never_started(client: Client, parts):
    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["parts"] == {
        "database": {"ok": True},
        "worker": {"ok": False, "reason": "no worker has started yet"},
    }


def test_ready_once_a_worker_lives(client: Client, parts):
    pulse.beat(worker="w@here", now=timezone.now())

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_a_worker_silent_for_a_minute_is_down(client: Client, parts):
    pulse.beat(worker="w@here", now=timezone.now() - timedelta(seconds=61))

    assert client.get("/health/ready").json()["parts"]["worker"]["ok"] is False


def test_what_a_part_says_when_it_breaks_shows_no_address(client: Client, parts):
    def down() -> None:
        raise ConnectionRefusedError("redis://:secret@10.0.0.1 refused")

    parts["search"] = down

    assert client.get("/health/ready").json()["parts"]["search"] == {
        "ok": False,
        "reason": "ConnectionRefusedError",
    }


def test_workers_long_gone_are_forgotten():
    now = timezone.now()
    pulse.beat(worker="old@here", now=now - timedelta(days=2))

    pulse.beat(worker="new@here", now=now)

    assert list(pulse.Pulse.objects.values_list("worker", flat=True)) == ["new@here"]


@pytest.mark.services
def test_no_warning_while_owner_and_run_time_role_differ(client: Client, parts):
    assert client.get("/health/ready").json()["warnings"] == []


@pytest.mark.services
def test_warns_when_the_run_time_role_owns_the_tables(client: Client, parts, settings):
    settings.DATABASE_OWNER_URL = settings.DATABASE_URL

    assert len(client.get("/health/ready").json()["warnings"]) == 1
