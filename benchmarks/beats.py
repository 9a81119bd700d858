"""
Beats per second, against the floor: the same request answered by one UPDATE (benchmarks/floor/).

    bin/bench beats [--smoke]

Learners of the demo play one after another, each beat as long as the time since the one before, so that all of it is honest.
Product and floor take turns in the same server; of each the best round counts. The ratio of processor time is the
figure to watch: beats per second share the machine with the clients that send them.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import django
from measure import ROOT, Demo, Figure, report, running_demo

PORT = 8767
LEARNERS, ROUND_S, ROUNDS = 16, 8.0, 3
SESSIONS = "/api/v1/study/sessions"


@contextmanager
def server() -> Iterator[None]:
    """The product with the floor beside it, on a port of its own, on the demo's data."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "floor_settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "benchmarks" / "floor"), str(ROOT), str(ROOT / "site")]),
    }
    granian = Path(sys.executable).parent / "granian"
    options = ["--interface", "wsgi", "--port", str(PORT), "--workers", "2", "--blocking-threads", "4"]
    process = subprocess.Popen(
        [
            str(granian),
            *options,
            "--no-access-log",
            "--workers-kill-timeout",
            "5",
            "skillspower.wsgi:application",
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                http.client.HTTPConnection("127.0.0.1", PORT, timeout=5).request("GET", "/health/live")
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


class Learner:
    """Plays the first part of a lesson in beats as long as the time that passed."""

    def __init__(self, token: str, lesson: str) -> None:
        self.wire = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.session, self.seq, self.sent = str(uuid4()), 0, 0
        opened = self.post(SESSIONS, {"session": self.session, "lesson": lesson, "device": "bench"})
        self.opened_at = time.monotonic()
        part = max(opened["parts"], key=lambda part: part["nominal_ms"])
        self.part, self.length = part["part"], part["nominal_ms"]
        self.session = opened["session"]

    def post(self, path: str, body: object) -> dict:
        self.wire.request("POST", path, json.dumps(body), self.headers)
        answer = self.wire.getresponse()
        read = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {read[:300]!r}")
        return json.loads(read)

    def beat(self, prefix: str) -> None:
        now = int((time.monotonic() - self.opened_at) * 1000)
        now = max(now, self.sent + 1)
        stretch = [self.sent, now]
        position = self.sent % max(1, self.length - 60_000)
        played = [position, position + now - self.sent]
        self.seq, self.sent = self.seq + 1, now
        beat = {"seq": self.seq, "part": self.part, "t": stretch, "ranges": [played], "visible": True}
        self.post(f"{prefix}/{self.session}/beats", {"beats": [beat]})


def play(learners: list[Learner], prefix: str, seconds: float) -> list[float]:
    """Let all play at once for some seconds; return how long each beat took to be answered, in ms, shortest first."""
    took: list[float] = []
    until = time.monotonic() + seconds

    def run(index: int) -> None:
        while (began := time.monotonic()) < until:
            learners[index].beat(prefix)
            took.append((time.monotonic() - began) * 1000)

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(learners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took)


def tokens(demo: Demo, count: int) -> list[str]:
    from accounts.api import find_user, issue_token

    people = demo.facts["workers"][:count]
    return [issue_token(user=find_user(who["login"]), scopes=["study"]) for who in people]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="one short round, nothing judged")
    options = parser.parse_args()
    count, seconds, rounds = (2, 0.5, 1) if options.smoke else (LEARNERS, ROUND_S, ROUNDS)
    with running_demo() as demo:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.production")
        django.setup()
        with server():
            served = Demo(port=PORT)
            learners = [Learner(token, demo.facts["lessons"][0]) for token in tokens(demo, count)]
            rates: dict[str, list[float]] = {"floor": [], "product": []}
            costs: dict[str, list[float]] = {"floor": [], "product": []}
            slowest: dict[str, list[float]] = {"floor": [], "product": []}
            for _ in range(rounds):
                for name, prefix in (("product", SESSIONS), ("floor", "/api/v1/floor")):
                    before = served.cpu_ms()
                    took = play(learners, prefix, seconds)
                    rates[name].append(len(took) / seconds)
                    costs[name].append((served.cpu_ms() - before) / max(1, len(took)))
                    slowest[name].append(took[int(len(took) * 0.99)])
    best = {name: max(values) for name, values in rates.items()}
    cost = {name: min(values) for name, values in costs.items()}
    p99 = {name: min(values) for name, values in slowest.items()}
    sys.exit(
        report(
            [
                Figure("beats per second, product", best["product"], "/s"),
                Figure("beats per second, floor", best["floor"], "/s"),
                Figure("beats per second, product / floor", best["product"] / max(best["floor"], 0.01), "x"),
                Figure("p99 of a beat, product", p99["product"], "ms"),
                Figure("p99 of a beat, floor", p99["floor"], "ms"),
                Figure("p99, product / floor", p99["product"] / max(p99["floor"], 0.01), "x"),
                Figure("processor time of a beat, product", cost["product"], "ms"),
                Figure("processor time of a beat, floor", cost["floor"], "ms"),
                Figure("processor time, product / floor", cost["product"] / max(cost["floor"], 0.01), "x"),
            ],
            judges=not options.smoke,
        )
    )


if __name__ == "__main__":
    main()
