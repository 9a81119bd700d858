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
from dataclasses import dataclass, replace  # noqa: E402
from itertools import count, cycle, islice  # noqa: E402
from uuid import UUID, uuid4  # noqa: E402

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from measure import Figure, lowest, report  # noqa: E402

from benchmarks.worlds.database import cpu_seconds, own_database  # noqa: E402
from benchmarks.worlds.ledger import learner_number, make_chains  # noqa: E402
from core.db import is_postgres, owner_cursor, sql_value  # noqa: E402
from records.api import (  # noqa: E402
    Answer,
    Beat,
    LessonSnapshot,
    PartSnapshot,
    accept_beats,
    issue_policy,
    open_session,
)
from records.db import store  # noqa: E402

PLAYERS, ROUNDS = 16, 5
BEAT_MS, PROOF_EVERY = 500, 20
AHEAD_MS = 6 * 3_600_000
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
        _let_time_pass()
        return report(_figures(options.learners, options.entries, beats), judges=not options.smoke)


def _let_time_pass() -> None:
    """Let the database's clock run six hours ahead for beats, so that they need not wait to have happened."""
    read = store.load

    def load(learner: UUID, session: UUID, *, now: int | None = None) -> store.Loaded | None:
        found = read(learner, session, now=now)
        return None if found is None else replace(found, now=found.now + AHEAD_MS)

    store.load = load


_numbers = count()


@dataclass
class Player:
    learner: UUID
    lesson: LessonSnapshot
    session: UUID
    checks: list[str]
    seq: int = 0
    t: int = 0

    @classmethod
    def open(cls, number: int) -> "Player":
        """Open a session of the learner of this number, whose own clock it must not have run on before."""
        learner = learner_number(number)
        part = PartSnapshot(uuid=uuid4(), kind="video", nominal_ms=AHEAD_MS, title="第一段")
        lesson = LessonSnapshot(
            lesson=uuid4(), edition=uuid4(), activity="urn:bench", title="平敷焊", course="course:bench",
            course_title="焊工", occupation="6-18-02-04", occupation_name="焊工", level=2, parts=(part,),
        )  # fmt: skip
        session = uuid4()
        opened = open_session(learner=learner, session=session, lesson=lesson)
        return cls(learner, lesson, session, [check.id for check in opened.checks])

    def beat(self) -> Beat:
        self.seq += 1
        start, self.t = self.t, self.t + BEAT_MS
        return Beat(self.seq, self.lesson.parts[0].uuid, start, self.t, ((start, self.t),))

    def send(self, beats: int = 1) -> None:
        accept_beats(learner=self.learner, session=self.session, beats=[self.beat() for _ in range(beats)])

    def prove(self) -> None:
        """Answer the next check in one request with a beat; when the last is used, begin another session."""
        answer = Answer(self.checks.pop(0), True, self.t, self.t + 1)
        accept_beats(learner=self.learner, session=self.session, beats=[self.beat()], answers=[answer])
        if not self.checks:  # somebody else: the own clock has run ahead of the next opening
            again = Player.open(next(_numbers))
            self.learner = again.learner
            self.lesson, self.session, self.checks, self.seq, self.t = (
                again.lesson,
                again.session,
                again.checks,
                0,
                0,
            )


def _figures(learners: int, entries: int, beats: int) -> list[Figure]:
    issue_policy(
        owner="national",
        effective_from=0,
        presence_min_ms=(PROOF_EVERY - 1) * BEAT_MS,
        presence_max_ms=(PROOF_EVERY - 1) * BEAT_MS,
    )
    make_chains(learners, entries)
    _analyze()
    players = [Player.open(next(_numbers)) for _ in range(PLAYERS)]
    figures = _statements(players[0])
    one = _cost(players, beats)
    hundred = min(
        _per([Player.open(next(_numbers)) for _ in range(PLAYERS)], lambda p: p.send(100), PLAYERS)
        for _ in range(ROUNDS)
    )
    floor = lowest(ROUNDS, lambda: _per(players, _floor, beats))
    figures += [
        Figure("processor time of a beat, 1 in 20 seals", one, "ms"),
        Figure("processor time of one UPDATE, floor", floor, "ms"),
        Figure("a request of 100 beats / one beat", hundred / max(one, 0.001), "x", BAR_BATCH),
    ]
    behind = learners * entries
    make_chains(9 * learners, entries, first=learners)
    _analyze()
    before = _cost([Player.open(next(_numbers)) for _ in range(PLAYERS)], beats)
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
            "UPDATE records_studystate SET version = version WHERE learner = %s", [sql_value(player.learner)]
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
