"""Can the attack fail? It plays against two bad servers in this process and must find both out."""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.attack import run
from benchmarks.attack.cases import CASES, Case
from benchmarks.attack.naive import FAST, LONG, OTHER, Believer, Forgetful, Naive
from benchmarks.attack.player import Worker
from benchmarks.attack.wire import Clock, WsgiLine

LEAST_FORGERIES, LEAST_LOSSES = 10, 5
START = 1_795_406_400_000  # 2026-11-23 12:00 in Shanghai


class ManualClock:
    """Time passes only when somebody waits, so a self-test takes a second."""

    def __init__(self, now: int = START) -> None:
        self.at = now

    def now(self) -> int:
        return self.at

    def sleep(self, ms: int) -> None:
        self.at += max(0, ms)


def results_of(make: Callable[[Clock], Naive], cases: list[Case] = CASES) -> list[run.Result]:
    """Play cases, each with a worker of its own, against a fresh server."""
    return [result for case in cases for result in _played(make, [case])]


def _played(make: Callable[[Clock], Naive], cases: list[Case]) -> Iterator[run.Result]:
    clock = ManualClock()
    server = make(clock)
    lessons = {"long": LONG, "other": OTHER, "fast": FAST}
    worker, stranger = (
        Worker(
            name,
            WsgiLine(server, {"Authorization": f"Bearer {name}"}),
            clock,
            lessons,
            {"fast": run.FAST_TERMS},
        )
        for name in ("worker", "stranger")
    )
    return run.play(worker, stranger, cases)


def self_test(say: Callable[[str], Any]) -> int:
    """Return 0 if both bad servers are found out, else 1."""
    forged = [r for r in results_of(Believer) if r.case.kind == "hostile" and r.verdict.forged]
    lost = [r for r in results_of(Forgetful) if r.case.kind == "honest" and r.verdict.lost]
    for result in (*forged, *lost):
        say(f"found {result.line}")
    say(
        f"a server that believes its players: {len(forged)} kinds of forgery found (at least {LEAST_FORGERIES})"
    )
    say(f"a server that forgets: {len(lost)} kinds of loss found (at least {LEAST_LOSSES})")
    return 0 if len(forged) >= LEAST_FORGERIES and len(lost) >= LEAST_LOSSES else 1
