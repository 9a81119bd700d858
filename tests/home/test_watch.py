"""What has gone wrong finds the system's administrators, and goes away when it is mended."""

from collections import namedtuple
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from core import health, inbox
from core.clock import SHANGHAI
from core.inbox.bell import forget
from core.jobs.models import Job
from skillspower import watch
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
Disk = namedtuple("Disk", "total used free")


@pytest.fixture(autouse=True)
def nothing_is_wrong(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(watch.shutil, "disk_usage", lambda path: Disk(100 << 30, 40 << 30, 60 << 30))
    monkeypatch.setattr(health, "_parts", {})


@pytest.fixture
def operator(client):
    user = make_user(roles=(Role.SYSTEM_ADMIN,))
    client.force_login(user)
    return user


def told(user):
    return [
        entry.key for source in (watch.troubles, watch.silent_parts) for entry in source(user, timezone.now())
    ]


def test_where_nothing_is_wrong_nobody_is_told_anything(operator):
    assert told(operator) == []


def test_a_failed_job_is_told_until_a_week_has_passed(operator):
    ended = timezone.now() - timedelta(hours=1)
    job = Job.objects.create(
        kind="video.encode", state="failed", error="Traceback\nno space left", ended_at=ended
    )

    [entry] = watch.troubles(operator, timezone.now())

    assert entry.key == f"watch-jobs:{job.pk}"
    assert "video.encode：no space left" in entry.body
    assert list(watch.troubles(operator, timezone.now() + timedelta(days=8))) == []


def test_a_digest_that_was_not_made_is_told_from_the_third_day_on(operator, settings):
    folder = settings.VAR_DIR / "digests"
    folder.mkdir()
    (folder / "ledger-2026-11-20.json").write_text("{}")
    noon = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)

    assert list(watch.troubles(operator, noon)) == []
    [entry] = watch.troubles(operator, noon + timedelta(days=1))
    assert "2026-11-20" in entry.title


def test_a_disk_that_fills_up_is_told(operator, monkeypatch):
    monkeypatch.setattr(watch.shutil, "disk_usage", lambda path: Disk(100 << 30, 97 << 30, 3 << 30))

    assert [key.partition(":")[0] for key in told(operator)] == ["watch-disk"]


def test_a_part_that_does_not_answer_is_told_without_ringing(operator, monkeypatch):
    def down():
        raise health.PartDown("no worker since yesterday")

    monkeypatch.setattr(health, "_parts", {"worker": down, "database": lambda: None})

    assert told(operator) == ["watch-part:worker"]
    assert inbox.bell_count(operator, timezone.now()) == 0


def test_nobody_else_hears_of_it(client):
    Job.objects.create(kind="video.encode", state="failed", error="x", ended_at=timezone.now())

    assert told(make_user()) == []
    assert told(make_user(roles=(Role.AUDIT_ADMIN,))) == []


def test_the_first_page_names_what_waits_for_somebody(client, operator):
    assert "等你办" not in client.get("/").content.decode()
    Job.objects.create(kind="video.encode", state="failed", error="x", ended_at=timezone.now())
    forget([operator.person.uuid])

    page = client.get("/").content.decode()

    assert "等你办" in page
    assert "1 个后台任务没有做成" in page
