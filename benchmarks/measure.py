"""
How figures are taken: a running demo, processor time of its processes, people who are signed in, the lowest of rounds.

Wall-clock time depends on what else a machine does; processor time hardly does. So a request costs the processor time
that web processes and database spent on a batch of requests, divided by their number, and of several rounds the lowest
counts: whatever else happened only added to the others.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

ROOT = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("SKILLSPOWER_VAR", ROOT / "var"))


@dataclass(frozen=True)
class Figure:
    """One line of a report. ``bar`` is the highest value that is good enough, ``least`` the lowest; None: told, not judged."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    least: float | None = None

    @property
    def is_good(self) -> bool:
        return (self.bar is None or self.value <= self.bar) and (
            self.least is None or self.value >= self.least
        )

    def __str__(self) -> str:
        bars = [
            f"{word} {bar:g}"
            for word, bar in (("bar", self.bar), ("at least", self.least))
            if bar is not None
        ]
        judged = f"   {', '.join(bars)}: {'ok' if self.is_good else 'MISSED'}" if bars else ""
        return f"{self.name:<44} {self.value:>10.2f} {self.unit}{judged}"


def report(figures: list[Figure], *, judges: bool) -> int:
    """Print the figures. Return 1 if they are judged and one missed its bar, else 0."""
    for figure in figures:
        print(figure, flush=True)
    return int(judges and not all(figure.is_good for figure in figures))


def lowest(rounds: int, measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(rounds))


class Demo:
    """A running demo and its web processes, or those of another server on its data."""

    def __init__(self, *, port: int = 0) -> None:
        self.facts: dict[str, Any] = json.loads((VAR / "demo.json").read_text(encoding="utf-8"))
        self.base_url = str(self.facts["base_url"])
        port = port or int(self.base_url.rsplit(":", 1)[1])
        self.roots = [_granian(port), *_local_postgres()]

    def cpu_ms(self) -> float:
        """
        Processor time that web and database have used up to now, with all their processes: those that came later (a
        connection to PostgreSQL is one) and those that have ended, which their parents account for.
        """
        used = 0.0
        for root in self.roots:
            for process in (root, *root.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    used += times.user + times.system + times.children_user + times.children_system
        return used * 1000

    def person(self, who: dict[str, str]) -> requests.Session:
        """Sign in as a person of ``demo.json`` and return the browser."""
        browser = requests.Session()
        address = f"{self.base_url}/accounts/login/"
        form = browser.get(address, timeout=30).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        if token is None:
            raise RuntimeError(f"no sign-in form at {address}")
        answer = browser.post(
            address,
            data={"login": who["login"], "password": who["password"], "csrfmiddlewaretoken": token[1]},
            headers={"Referer": address},
            allow_redirects=False,
            timeout=30,
        )
        if answer.status_code != 302:
            raise RuntimeError(f"{who['login']} could not sign in: {answer.status_code}")
        return browser


def _granian(port: int) -> psutil.Process:
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if any("granian" in word for word in command[:2]) and str(port) in command:
            return process
    raise RuntimeError(f"no web process serves port {port}")


def _local_postgres() -> list[psutil.Process]:
    """The server's first process if PostgreSQL runs here: the parent of the session that answers us, not of another's."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return []
    with psycopg.connect(url) as session:
        try:
            process = psutil.Process(session.info.backend_pid)
            return [process.parent() or process] if process.name().startswith("postgres") else []
        except psutil.NoSuchProcess:
            return []


@contextmanager
def running_demo() -> Iterator[Demo]:
    """Use the demo that runs from this folder, or start one and stop it at the end."""
    try:
        base_url = json.loads((VAR / "demo.json").read_text(encoding="utf-8"))["base_url"]
        requests.get(f"{base_url}/health/live", timeout=5).raise_for_status()
    except (OSError, KeyError, requests.RequestException):
        command = [str(ROOT / "bin" / "demo"), "--port", str(_free_port())]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
        try:
            _wait_for_address(process)
            yield Demo()
        finally:
            process.terminate()
            process.wait(timeout=30)
    else:
        yield Demo()


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def _wait_for_address(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if "http://" in line:
            return
    raise RuntimeError("bin/demo did not start")


def cpu_ms_per_request(demo: Demo, browser: requests.Session, path: str, *, requests_a_round: int) -> float:
    """Return the processor time one request for a page costs, over one round."""
    address = demo.base_url + path
    before = demo.cpu_ms()
    for _ in range(requests_a_round):
        answer = browser.get(address, timeout=60)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    # The kernel books processor time in ticks of 10 ms; a round must be long enough for that not to matter.
    return (demo.cpu_ms() - before) / requests_a_round


def statements(path: str, cookies: dict[str, str]) -> int:
    """
    Return how many statements one request makes with a warm cache, asked in this process with these cookies.

    BEGIN, COMMIT and reading the session and its user are not counted: every page pays them alike. Django must be set up.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    for name, value in cookies.items():
        client.cookies[name] = value
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    ignored = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", 'FROM "django_session"', 'FROM "accounts_user"')
    return sum(not any(word in query["sql"] for word in ignored) for query in captured.captured_queries)


def own_cpu_ms(path: str, cookies: dict[str, str], *, rounds: int) -> float:
    """
    Return the processor time of one request, asked in this process with these cookies: the lowest of some rounds, after
    two that warm the caches. Django must be set up.
    """
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    for name, value in cookies.items():
        client.cookies[name] = value
    best = float("inf")
    for turn in range(rounds + 2):
        before = time.process_time()
        answer = client.get(path)
        if turn > 1:
            best = min(best, time.process_time() - before)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return best * 1000


@contextmanager
def nothing_but_the_floor() -> Iterator[str]:
    """
    Serve, in this process and for the time of the context, nothing but the address this gives: a view that says who is
    signed in. What it costs is what every page pays: the middleware, the session, the user.
    """
    from django.http import HttpRequest, HttpResponse
    from django.test import override_settings
    from django.urls import path

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.user))

    floor = types.ModuleType("benchmarks_floor")
    vars(floor)["urlpatterns"] = [path("floor/", view)]
    sys.modules[floor.__name__] = floor
    with override_settings(ROOT_URLCONF=floor.__name__):
        yield "/floor/"


def seconds_since(started: float) -> float:
    return time.monotonic() - started
