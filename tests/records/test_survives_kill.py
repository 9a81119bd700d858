"""Web processes that are killed right after they answered, or get the same at once: what was acknowledged stands, once."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from accounts.api import issue_token
from records.api import issue_policy, open_session
from records.models import LedgerEntry, PartProgress, StudySession, StudyState
from records.verify import verify
from tests.core.test_jobs_survive_kill import ROOT, database_url
from tests.factories.people import make_user
from tests.factories.records import make_lesson
from tests.journeys.conftest import free_port

ROUNDS = 3
SECOND = 1_000


class Web:
    """One web process in front of the test's database, with production's server."""

    def __init__(self) -> None:
        end = time.monotonic() + 90
        while not self._serves(end):
            assert time.monotonic() < end, "the web process did not start"

    def _serves(self, end: float) -> bool:
        """Start on a free port and wait; False when it ended by itself, because somebody else took that port."""
        self.port = free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "skillspower.settings.dev",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
            "DATABASE_URL": database_url(),
            "SKILLSPOWER_VAR": str(settings.VAR_DIR),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
             "--workers", "1", "--no-log", "skillspower.wsgi:application"],
            env=environment, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=10)
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
            else:
                return True
        self.kill()
        return False

    def post(self, path: str, body: dict, token: str) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/study/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)


@pytest.mark.django_db(transaction=True)
def test_what_was_acknowledged_survives_sigkill():
    issue_policy(owner="national", effective_from=0, presence_min_ms=20 * SECOND, presence_max_ms=20 * SECOND)
    user = make_user()
    token = issue_token(user=user, scopes=["study"])
    learner, lesson, session = user.person.uuid, make_lesson(), uuid4()
    opened = open_session(learner=learner, session=session, lesson=lesson)
    _open_earlier(learner, session, by_ms=600 * SECOND)
    connection.close()

    acknowledged = (0, 0)
    for number in range(ROUNDS):
        web = Web()
        try:
            start = number * 20 * SECOND
            beats = [
                {"seq": number * 2 + i, "part": str(lesson.parts[0].uuid), "t": [at, at + 10 * SECOND],
                 "ranges": [[at, at + 10 * SECOND]]}
                for i, at in enumerate((start, start + 10 * SECOND))
            ]  # fmt: skip
            totals = web.post(f"sessions/{session}/beats", {"beats": beats}, token)
            if number < ROUNDS - 1:
                t = start + 20 * SECOND
                proof = {"id": opened.checks[number].id, "answer": True, "shown": t, "t": t}
                totals = web.post(f"sessions/{session}/presence", proof, token)
            acknowledged = (totals["credited_seconds"], totals["pending_seconds"])
        finally:
            web.kill()

    assert acknowledged == (40, 20)
    assert sum(LedgerEntry.objects.filter(learner=learner).values_list("ms", flat=True)) == 40 * SECOND
    assert PartProgress.objects.get(learner=learner).credited_ms == 40 * SECOND
    assert verify([learner]).bad is None

    web = Web()
    try:
        again = web.post(f"sessions/{session}/beats", {"beats": beats}, token)
    finally:
        web.kill()
    assert (again["credited_seconds"], again["pending_seconds"]) == acknowledged


@pytest.mark.django_db(transaction=True)
def test_two_web_processes_that_get_the_same_at_once_count_it_once():
    issue_policy(owner="national", effective_from=0, presence_min_ms=20 * SECOND, presence_max_ms=20 * SECOND)
    user = make_user()
    token = issue_token(user=user, scopes=["study"])
    learner, lesson, session = user.person.uuid, make_lesson(), uuid4()
    opened = open_session(learner=learner, session=session, lesson=lesson)
    _open_earlier(learner, session, by_ms=600 * SECOND)
    connection.close()
    proof = {"id": opened.checks[0].id, "answer": True, "shown": 20 * SECOND, "t": 20 * SECOND}
    requests = [
        {"beats": [{"seq": n, "part": str(lesson.parts[0].uuid), "t": [at, at + 5 * SECOND],
                    "ranges": [[at, at + 5 * SECOND]]}], "answers": [proof]}
        for n, at in enumerate(range(0, 20 * SECOND, 5 * SECOND))
    ]  # fmt: skip

    webs = []
    try:
        webs += [Web(), Web()]
        calls = [(web, body) for body in requests for web in webs] * 2
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda call: call[0].post(f"sessions/{session}/beats", call[1], token), calls))
        totals = [web.post(f"sessions/{session}/beats", requests[0], token) for web in webs]
    finally:
        for web in webs:
            web.kill()

    assert [(t["credited_seconds"], t["pending_seconds"], t["refused"]) for t in totals] == [(20, 0, [])] * 2
    assert sum(LedgerEntry.objects.filter(learner=learner).values_list("ms", flat=True)) == 20 * SECOND
    assert PartProgress.objects.get(learner=learner).worked_ms == 20 * SECOND
    assert verify([learner]).bad is None


def _open_earlier(learner, session, *, by_ms):
    """Let a session have been opened some minutes ago: its clock is the database's, which a test cannot move."""
    row = StudySession.objects.get(pk=session)
    row.opened_at -= by_ms
    row.terms[0][0] -= by_ms
    row.save(update_fields=["opened_at", "terms"])
    state = StudyState.objects.get(pk=learner)
    judgements = json.loads(state.judgements)
    judgements[0][0] -= by_ms
    state.judgements = json.dumps(judgements)
    state.save(update_fields=["judgements"])
