"""
What the record itself costs a beat, without the web in front of it: statements, processor time of one beat against one of
a hundred in a request, and the same learners with ten times the ledger behind them.

    bin/bench judge [--smoke] [--learners N] [--entries N]

In a database of its own, in one process. Learners play in turns, prove their presence at every twentieth beat and so seal
an entry each time. The floor is one UPDATE of the learner's row. Processor time of process and database session together.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.test")

import django  # noqa: E402

django.setup()

from collections.abc import Callable  # noqa: E402
from itertools import cycle, islice  # noqa: E402

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from measure import Figure, lowest, report  # noqa: E402

from benchmarks.worlds.database import cpu_seconds, own_database  # noqa: E402
from benchmarks.worlds.ledger import make_chains  # noqa: E402
from benchmarks.worlds.players import Player, let_time_pass, numbers, prove_every  # noqa: E402
from core.db import is_postgres, owner_cursor, sql_value  # noqa: E402

PLAYERS, ROUNDS = 16, 5
PROOF_EVERY = 20
BAR_BATCH, BAR_LEDGER = 5.0, 1.1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="a few beats, nothing judged")
    parser.add_argument("--learners", type=int, default=2_000, help="with a ledger behind them")
    parser.add_argument("--entries", type=int, default=10, help="of each, at first")
    options = parser.parse_args()
    if options.smoke:
        options.learners, options.entries = 200, 2
    beats = 2 * PLAYERS if options.smoke else 40 * PLAYERS
    with own_database("judge"):
        let_time_pass()
        return report(_figures(options.learners, options.entries, beats), judges=not options.smoke)


def _figures(learners: int, entries: int, beats: int) -> list[Figure]:
    prove_every(PROOF_EVERY)
    make_chains(learners, entries)
    _analyze()
    players = [Player.open(next(numbers)) for _ in range(PLAYERS)]
    figures = _statements(players[0])
    one = _cost(players, beats)
    hundred = min(
        _per([Player.open(next(numbers)) for _ in range(PLAYERS)], lambda p: p.send(100), PLAYERS)
        for _ in range(ROUNDS)
    )
    sealing = [Player.open(next(numbers)) for _ in range(PLAYERS)]
    sealed = lowest(ROUNDS, lambda: _per(sealing, Player.tap, beats))
    floor = lowest(ROUNDS, lambda: _per(players, _floor, beats))
    figures += [
        Figure("processor time of a beat, 1 in 20 seals", one, "ms"),
        Figure("processor time of a beat, each one seals", sealed, "ms"),
        Figure("processor time of one UPDATE, floor", floor, "ms"),
        Figure("a request of 100 beats / one beat", hundred / max(one, 0.001), "x", BAR_BATCH),
    ]
    behind = learners * entries
    make_chains(9 * learners, entries, first=learners)
    _analyze()
    before = _cost([Player.open(next(numbers)) for _ in range(PLAYERS)], beats)
    name = f"a beat with {10 * behind} entries behind / {behind}"
    return [*figures, Figure(name, before / max(one, 0.001), "x", BAR_LEDGER)]


def _cost(players: list[Player], beats: int) -> float:
    """Return ms of processor time a beat, each twentieth with a proof, the lowest of some rounds."""

    def play(player: Player) -> None:
        player.prove() if player.seq % PROOF_EVERY == PROOF_EVERY - 1 else player.send()

    return lowest(ROUNDS, lambda: _per(players, play, beats))


def _per(players: list[Player], act: Callable[[Player], None], times: int) -> float:
    def all_of_them() -> None:
        for player in islice(cycle(players), times):
            act(player)

    return cpu_seconds(all_of_them) * 1000 / times


def _floor(player: Player) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_studystate SET updated_at = updated_at + 1 WHERE learner = %s",
            [sql_value(player.learner)],
        )


def _statements(player: Player) -> list[Figure]:
    def counted(act: Callable[[], None]) -> float:
        with CaptureQueriesContext(connection) as captured:
            act()
        words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return float(sum(not query["sql"].startswith(words) for query in captured.captured_queries))

    player.send()
    figures = [Figure("statements of a beat", counted(player.send), "", 3.0 if is_postgres() else None)]
    while player.seq < PROOF_EVERY - 1:
        player.send()
    bar = 4.0 if is_postgres() else None
    return [*figures, Figure("statements of a beat that seals", counted(player.prove), "", bar)]


def _analyze() -> None:
    with owner_cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if is_postgres() else "ANALYZE")


if __name__ == "__main__":
    sys.exit(main())
