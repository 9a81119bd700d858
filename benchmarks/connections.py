"""
Many at once: beats of sixteen connections, in two processes, at the record itself, without the web in front of it.

    bin/bench connections [--smoke]

In a database of its own, whose durability is production's (SQLite: ``synchronous=FULL``). The floor is one UPDATE of the learner's row
in a transaction of its own. "database is locked", or any other failure, ends the run. Told by the wall clock: beats that
wait for one another show in nothing else; of the rounds, taken in turns, the best counts.
"""

import argparse
import multiprocessing
import os
import sys
import threading
import time
from multiprocessing.queues import SimpleQueue
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.test")

import django  # noqa: E402

django.setup()

from collections.abc import Callable  # noqa: E402

from django.db import connection, connections, transaction  # noqa: E402
from measure import Figure, report  # noqa: E402

from benchmarks.worlds.database import own_database  # noqa: E402
from benchmarks.worlds.players import Player, let_time_pass, numbers, prove_every  # noqa: E402
from core.db import is_postgres, sql_value  # noqa: E402

PROCESSES, THREADS, ROUND_S, ROUNDS = 2, 8, 4.0, 3
PROOF_EVERY = 20
LEAST_ON_SQLITE = 800.0
Act = Callable[[Player], None]


def _play(player: Player) -> None:
    player.prove() if player.seq % PROOF_EVERY == PROOF_EVERY - 1 else player.send()


def _floor(player: Player) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_studystate SET updated_at = updated_at + 1 WHERE learner = %s",
            [sql_value(player.learner)],
        )


ACTS: dict[str, Act] = {"1 in 20 seals": _play, "each one seals": Player.tap, "floor": _floor}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="one short round, nothing judged")
    options = parser.parse_args()
    seconds, rounds = (0.3, 1) if options.smoke else (ROUND_S, ROUNDS)
    with own_database("connections"):
        let_time_pass()
        prove_every(PROOF_EVERY)
        found = [(name, *_round(act, seconds)) for _ in range(rounds) for name, act in ACTS.items()]
        figures = []
        for name in ACTS:
            rate = max(rate for other, rate, _ in found if other == name)
            p99 = min(p99 for other, _, p99 in found if other == name)
            least = LEAST_ON_SQLITE if name == "1 in 20 seals" and not is_postgres() else None
            figures += [
                Figure(f"beats of {PROCESSES * THREADS} connections, {name}", rate, "/s", least=least),
                Figure(f"p99, {name}", p99, "ms"),
            ]
        return report(figures, judges=not options.smoke)


def _round(act: Act, seconds: float) -> tuple[float, float]:
    """Let all play for some seconds; return beats a second and the p99 in ms."""
    context = multiprocessing.get_context("fork")
    answers: SimpleQueue[list[float] | str] = context.SimpleQueue()
    connections.close_all()
    firsts = [next(numbers) for _ in range(PROCESSES)]
    for first in firsts:
        context.Process(target=_process, args=(act, seconds, first, answers)).start()
    took: list[float] = []
    for _ in firsts:
        answer = answers.get()
        if isinstance(answer, str):
            raise RuntimeError(answer)
        took += answer
    for _ in range(PROCESSES * 10_000):  # numbers that the processes may have used
        next(numbers)
    took.sort()
    return len(took) / seconds, took[int(len(took) * 0.99)]


def _process(act: Act, seconds: float, first: int, answers: "SimpleQueue[list[float] | str]") -> None:
    took: list[float] = []
    failed: list[str] = []
    ready = threading.Barrier(THREADS)
    # Each process plays with learners of its own.
    offset = first * 1_000_000
    lock = threading.Lock()

    def run() -> None:
        try:
            with lock:
                player = Player.open(offset + next(numbers))
            ready.wait()
            until = time.monotonic() + seconds
            while (began := time.monotonic()) < until:
                act(player)
                took.append((time.monotonic() - began) * 1000)
        except Exception as error:  # noqa: BLE001 (whatever it is, the parent is told)
            ready.abort()
            failed.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(failed[0] if failed else took)


if __name__ == "__main__":
    sys.exit(main())
