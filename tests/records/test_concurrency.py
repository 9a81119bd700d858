"""Many requests of one learner at once, on real connections: nothing lost, nothing twice, one chain."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.db import is_postgres
from records.api import Answer, accept_beats, answer_presence, close_session, issue_policy, open_session
from records.models import LedgerEntry, PartProgress, StudySession, StudyState
from records.operations import beats as beats_module
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player


@pytest.fixture
def quick_checks():
    return issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)


def _at_once(calls: list[Callable[[], object]]) -> list[object]:
    """Run all calls at the same moment, each on a connection of its own."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            gate.wait(90)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def _assert_one_chain(learner):
    entries = list(LedgerEntry.objects.filter(learner=learner).order_by("n"))
    assert [e.n for e in entries] == list(range(1, len(entries) + 1))
    assert [bytes(e.prev) for e in entries[1:]] == [bytes(e.hash) for e in entries[:-1]]
    state = StudyState.objects.get(pk=learner)
    assert state.chain_length == len(entries)
    assert not entries or bytes(state.chain_head) == bytes(entries[-1].hash)


@pytest.mark.django_db(transaction=True)
def test_same_beats_sent_by_many_at_once_count_once(clock, quick_checks):
    player = Player(clock)
    beats = [player.beat() for _ in range(4)]
    clock.forward(2 * MINUTE)

    answers = _at_once([lambda: player.send(beats)] * 8)

    assert {a.pending_seconds for a in answers} == {60}
    assert player.answer().credited_seconds == 60
    assert sum(e.ms for e in player.entries) == 60_000


@pytest.mark.django_db(transaction=True)
def test_different_beats_at_once_are_all_kept(clock, quick_checks):
    player = Player(clock)
    beats = [player.beat(2_000) for _ in range(16)]
    clock.forward(2 * MINUTE)

    _at_once([lambda b=b: player.send([b]) for b in beats])

    assert player.send([player.beat(1_000)]).pending_seconds == 33
    assert len(StudySession.objects.get().received.split(",")) == 17


@pytest.mark.django_db(transaction=True)
def test_two_tabs_on_the_same_clock_count_once(clock, quick_checks):
    lesson = make_lesson(10 * MINUTE, 10 * MINUTE)
    player = Player(clock, lesson)
    one = [player.beat() for _ in range(4)]
    player.t = player.position = 0
    two = [player.beat(part=1) for _ in range(4)]
    clock.forward(2 * MINUTE)

    _at_once([lambda b=b: player.send([b]) for pair in zip(one, two, strict=True) for b in pair])

    assert player.answer().credited_seconds == 60
    assert sum(PartProgress.objects.values_list("worked_ms", flat=True)) == 60_000


@pytest.mark.django_db(transaction=True)
def test_proofs_beats_and_closing_at_once_leave_one_chain(clock, quick_checks):
    player = Player(clock)
    player.play(MINUTE)
    more = [player.beat() for _ in range(4)]
    clock.forward(3 * MINUTE)
    check = player.opened.checks[0]
    proof = Answer(check.id, True, MINUTE, MINUTE + 1_000)

    _at_once(
        [lambda: answer_presence(learner=player.learner, session=player.session, answer=proof)] * 4
        + [lambda b=b: player.send([b]) for b in more]
        + [lambda: close_session(learner=player.learner, session=player.session, t=2 * MINUTE, present=True)]
        * 2
    )

    _assert_one_chain(player.learner)
    assert sum(e.ms for e in player.entries) == 2 * MINUTE


@pytest.mark.django_db(transaction=True)
def test_many_openings_at_once_leave_one_open_session(clock, quick_checks):
    lesson, learner = make_lesson(), uuid4()
    uuids = [uuid4() for _ in range(8)]

    _at_once([lambda u=u: open_session(learner=learner, session=u, lesson=lesson) for u in uuids])

    assert StudySession.objects.count() == 8
    [still_open] = StudySession.objects.filter(ended_at=None)
    assert StudyState.objects.get().open_session == still_open.pk


@pytest.mark.django_db(transaction=True)
def test_same_opening_many_times_at_once_is_one_session(clock, quick_checks):
    lesson, learner, session = make_lesson(), uuid4(), uuid4()
    opened = _at_once([lambda: open_session(learner=learner, session=session, lesson=lesson)] * 6)
    assert [o.is_new for o in opened].count(True) == 1
    assert len({tuple(c.id for c in o.checks) for o in opened}) == 1


@pytest.mark.django_db(transaction=True)
def test_many_learners_at_once_do_not_wait_for_one_another(clock, quick_checks):
    players = [Player(clock) for _ in range(12)]
    clock.forward(5 * MINUTE)

    def study(player):
        player.play(MINUTE)
        player.answer()
        player.play(MINUTE)
        player.answer(1)

    _at_once([lambda p=p: study(p) for p in players])

    for player in players:
        _assert_one_chain(player.learner)
        assert sum(e.ms for e in player.entries) == 2 * MINUTE


@pytest.mark.django_db
def test_beat_that_seals_nothing_takes_three_statements_and_one_that_seals_four(clock, quick_checks):
    player = Player(clock)
    player.play(30_000)
    with CaptureQueriesContext(connection) as plain:
        player.play(15_000)
    player.play(15_000)
    with CaptureQueriesContext(connection) as sealing:
        player.answer()

    assert player.entries[-1].ms == MINUTE
    assert _statements(plain) <= (2 if is_postgres() else 3)
    # SQLite cannot write several tables in one statement; there a statement costs no round trip.
    assert _statements(sealing) <= (4 if is_postgres() else 8)


@pytest.mark.django_db
def test_batch_of_a_hundred_beats_takes_as_many_statements_as_one(clock, quick_checks):
    player = Player(clock)
    with CaptureQueriesContext(connection) as one:
        player.send([player.beat(100)])
    with CaptureQueriesContext(connection) as hundred:
        player.send([player.beat(100) for _ in range(100)])
    assert _statements(hundred) <= _statements(one) + 1


def _statements(captured: CaptureQueriesContext) -> int:
    begins = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return sum(not q["sql"].upper().startswith(begins) for q in captured.captured_queries)


@pytest.mark.django_db
def test_request_that_loses_every_race_still_gets_through_with_the_lock(clock, quick_checks, monkeypatch):
    """Somebody else writes between reading and writing, more often than we try without a lock."""
    player = Player(clock)
    lost = []
    save = beats_module.store.save

    def beaten(changes):
        if len(lost) < beats_module.TRIES_WITHOUT_LOCK:
            lost.append(changes)
            StudyState.objects.filter(pk=player.learner).update(version=changes.version + 1)
        return save(changes)

    monkeypatch.setattr(beats_module.store, "save", beaten)
    totals = accept_beats(learner=player.learner, session=player.session, beats=[player.beat(1_000)])

    assert len(lost) == beats_module.TRIES_WITHOUT_LOCK
    assert totals.pending_seconds == 1
