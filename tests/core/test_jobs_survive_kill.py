"""Real workers on the real broker of the profile, killed without warning while jobs are in their hands."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from core import jobs
from core.jobs import operations
from core.jobs.models import Job
from core.tasks import sweep
from tests.core import probe_handler  # noqa: F401  # registers its kind

ROOT = Path(__file__).resolve().parents[2]
JOBS = 10


def database_url() -> str:
    mine = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{mine['NAME']}"
    return f"postgres://{mine['USER']}:{mine['PASSWORD']}@{mine['HOST']}:{mine['PORT']}/{mine['NAME']}"


def start_worker() -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "skillspower.settings.dev",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
        "DATABASE_URL": database_url(),
        "SKILLSPOWER_VAR": str(settings.VAR_DIR),
        "JOB_HEARTBEAT_SECONDS": "0.3",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "skillspower", "worker", "--pool=threads", "--concurrency=3",
         "--include=tests.core.probe_handler", "--without-gossip", "--without-mingle", "-Q", settings.CELERY_TASK_DEFAULT_QUEUE, "-l", "warning"],
        env=environment, cwd=ROOT, start_new_session=True,
    )  # fmt: skip


def wait_until(condition, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "took too long"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_each_accepted_job_ends_though_its_worker_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "JOB_HEARTBEAT_SECONDS", 0.3)
    from skillspower.celery import app

    app.conf.task_always_eager = False
    worker = start_worker()
    try:
        accepted = [
            jobs.enqueue(kind="tests.probe", payload={"folder": str(tmp_path), "until": "go"}, max_attempts=9)
            for _ in range(JOBS)
        ]
        attempts = tmp_path / "attempts"
        for _ in range(2):
            seen = attempts.stat().st_size if attempts.exists() else 0
            wait_until(lambda seen=seen: attempts.exists() and attempts.stat().st_size > seen, 90)
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
            worker = start_worker()
        (tmp_path / "go").touch()  # until now no job could end, however slowly the workers were killed

        def all_ended() -> bool:
            sweep()
            return not Job.objects.filter(state__in=["queued", "running"]).exists()

        wait_until(all_ended, 180)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        with (
            app.connection_for_write() as broker
        ):  # what was sent twice is not for the workers of later tests
            app.amqp.TaskConsumer(broker).purge()
        app.conf.task_always_eager = True

    assert Counter(Job.objects.values_list("state", flat=True)) == {Job.State.DONE: JOBS}
    assert all((tmp_path / str(job.uuid)).exists() for job in accepted)
    started = attempts.read_text().split()
    assert len(started) > JOBS, "no job was in a worker's hands when it was killed: the test shows nothing"
    assert operations.sweep(now=Job.objects.latest("ended_at").ended_at) == []
