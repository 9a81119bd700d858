"""Presence: invariant 6, sentence by sentence."""

import pytest

from records.ledger.requests import Answer
from records.ledger.terms import DAY_MS, Terms
from tests.records.world import NOON, World, part_id, played

pytestmark = [pytest.mark.once, pytest.mark.quick]
MIN = 60_000


def _world(**fields) -> World:
    fields.setdefault("interval", 5 * MIN)
    world = World(parts=fields.pop("parts", [120 * MIN]), **fields)
    world.open(checks=5)
    return world


def _play(
    world: World, start: int, end: int, *, seq: int = 0, session: int = -1, at: int | None = None
) -> None:
    """Play 1:1 from ``start`` to ``end`` (ms since opening, also the positions) in beats of a minute."""
    chosen = world.sessions[session]
    beats = []
    while start < end:
        ms = min(MIN, end - start)
        beats.append(played(seq or start + 1, start, start, ms))
        seq = seq + 1 if seq else 0
        start += ms
    world.send(chosen, beats, now=max(world.now, chosen.opened_at + end) if at is None else at)


def _answer(
    world: World, number: int, *, shown: int, t: int, answer: object = True, session: int = -1
) -> str:
    chosen = world.sessions[session]
    world.now = max(world.now, chosen.opened_at + t)
    return world.answer(chosen, chosen.checks[number], shown=shown, t=t, answer=answer)


def test_played_time_is_pending_until_it_is_proved():
    world = _world()
    _play(world, 0, 5 * MIN)
    assert (world.credited, world.pending) == ([0], [5 * MIN])

    assert _answer(world, 0, shown=5 * MIN, t=5 * MIN + 3_000) == "proof"

    assert (world.credited, world.pending) == ([5 * MIN], [0])


def test_check_is_open_from_its_due_time_until_it_is_judged():
    world = _world()
    session = world.sessions[-1]
    _play(world, 0, 5 * MIN - 1)
    assert world.open_check(session) is None
    _play(world, 5 * MIN - 1, 5 * MIN)
    assert world.open_check(session) is session.checks[0]
    _play(world, 5 * MIN, 9 * MIN)
    assert world.open_check(session) is session.checks[0]
    _answer(world, 0, shown=9 * MIN, t=9 * MIN)
    assert world.open_check(session) is None


def test_check_shown_before_its_due_time_proves_nothing():
    world = _world()
    assert _answer(world, 0, shown=0, t=1_000) == "held"
    _play(world, 0, 10 * MIN)
    assert world.credited == [0]
    assert _answer(world, 0, shown=5 * MIN - 1, t=5 * MIN) == "held"
    assert world.credited == [0]


def test_answer_that_arrives_before_its_beats_counts_when_they_have_come():
    world = _world()
    assert _answer(world, 0, shown=5 * MIN, t=5 * MIN + 1_000) == "held"
    _play(world, 0, 5 * MIN)
    assert world.credited == [5 * MIN]


def test_answer_out_of_time_is_a_miss_and_its_time_is_earned_by_playing_again():
    world = _world()
    _play(world, 0, 5 * MIN)
    assert _answer(world, 0, shown=5 * MIN, t=6 * MIN + 1) == "miss"
    assert (world.credited, world.pending, world.reasons()) == ([0], [0], {"missed_check": 5 * MIN})
    assert world.sets[part_id(0)].covered == []

    world.send(world.sessions[-1], [played(900, 7 * MIN, 0, 5 * MIN)], now=NOON + 12 * MIN)
    assert _answer(world, 1, shown=12 * MIN, t=12 * MIN) == "proof"
    assert world.credited == [5 * MIN]


@pytest.mark.parametrize(("late", "result"), [(60_000, "proof"), (60_001, "miss")])
def test_time_to_answer_runs_on_the_players_clock(late, result):
    world = _world()
    _play(world, 0, 5 * MIN)
    world.now = NOON + 60 * MIN
    assert _answer(world, 0, shown=5 * MIN, t=5 * MIN + late) == result


def test_elder_mode_waits_longer():
    world = _world(terms=Terms(presence_timeout_ms=180_000))
    _play(world, 0, 5 * MIN)
    assert _answer(world, 0, shown=5 * MIN, t=8 * MIN) == "proof"


def test_players_own_report_of_a_miss_is_a_miss():
    world = _world()
    _play(world, 0, 5 * MIN)
    assert _answer(world, 0, shown=5 * MIN, t=6 * MIN, answer=None) == "miss"
    assert world.reasons() == {"missed_check": 5 * MIN}


def test_silence_leaves_time_pending():
    world = _world()
    _play(world, 0, 12 * MIN)
    assert (world.credited, world.pending, world.reasons()) == ([0], [12 * MIN], {})


def test_wrong_answer_in_time_proves_presence():
    world = _world()
    _play(world, 0, 5 * MIN)
    assert _answer(world, 0, shown=5 * MIN, t=5 * MIN, answer="42") == "proof"


def test_one_proof_covers_sixteen_minutes_and_the_first_recorded_stand():
    world = _world()
    _play(world, 0, 30 * MIN)
    assert world.pending == [16 * MIN]
    assert _answer(world, 0, shown=30 * MIN, t=30 * MIN) == "proof"
    assert world.credited == [16 * MIN]
    assert world.sets[part_id(0)].covered == [(0, 16 * MIN)]
    assert world.reasons() == {"missed_check": 14 * MIN}


def test_first_recorded_stands_even_when_it_was_played_later():
    world = _world()
    session = world.sessions[-1]
    _play(world, 10 * MIN, 25 * MIN)
    world.send(session, [played(9_000, 0, 0, 5 * MIN)])
    assert _answer(world, 0, shown=25 * MIN, t=25 * MIN) == "proof"
    assert world.sets[part_id(0)].covered == [(0, MIN), (10 * MIN, 25 * MIN)]


def test_beat_that_arrives_after_the_proof_is_decided_by_it_within_what_it_covers():
    world = _world()
    _play(world, 0, 14 * MIN)
    _answer(world, 0, shown=18 * MIN, t=18 * MIN)
    _play(world, 14 * MIN, 18 * MIN, at=NOON + 19 * MIN)
    assert world.credited == [16 * MIN]
    assert world.reasons() == {"missed_check": 2 * MIN}


def test_first_judgement_at_or_after_an_instant_decides_it():
    world = _world()
    _play(world, 0, 5 * MIN)
    _answer(world, 0, shown=5 * MIN, t=5 * MIN)
    _play(world, 5 * MIN, 10 * MIN)
    _answer(world, 1, shown=10 * MIN, t=10 * MIN, answer=None)
    _play(world, 10 * MIN, 15 * MIN)
    _answer(world, 2, shown=15 * MIN, t=15 * MIN)
    assert world.sets[part_id(0)].covered == [(0, 5 * MIN), (10 * MIN, 15 * MIN)]
    assert world.credited == [10 * MIN]


def test_late_beat_before_a_miss_is_missed():
    world = _world()
    _play(world, 0, 5 * MIN)
    _answer(world, 0, shown=7 * MIN, t=7 * MIN, answer=None)
    _play(world, 5 * MIN, 6 * MIN, at=NOON + 20 * MIN)
    assert world.reasons() == {"missed_check": 6 * MIN}
    assert world.pending == [0]


def test_answer_to_that_very_check_given_in_time_turns_the_miss_into_a_proof():
    world = _world()
    _play(world, 0, 5 * MIN)
    assert _answer(world, 0, shown=5 * MIN, t=6 * MIN, answer=None) == "miss"
    assert _answer(world, 0, shown=5 * MIN, t=5 * MIN + 59_000) == "proof"
    assert world.credited == [5 * MIN]
    assert world.reasons() == {}


def test_late_answer_out_of_time_turns_nothing():
    world = _world()
    _play(world, 0, 5 * MIN)
    _answer(world, 0, shown=5 * MIN, t=6 * MIN, answer=None)
    assert _answer(world, 0, shown=5 * MIN, t=6 * MIN + 1) == "miss"
    assert world.credited == [0]


def test_time_after_a_turned_answer_waits_for_the_next_judgement():
    world = _world()
    _play(world, 0, 6 * MIN)
    _answer(world, 0, shown=5 * MIN, t=6 * MIN, answer=None)
    assert _answer(world, 0, shown=5 * MIN, t=5 * MIN + 30_000) == "proof"
    assert (world.credited, world.pending) == ([5 * MIN + 30_000], [30_000])


def test_tap_dated_before_a_miss_does_not_turn_it():
    world = _world()
    first = world.sessions[-1]
    _play(world, 0, 2 * MIN)
    world.now = NOON + 2 * MIN
    world.open(checks=3)
    _play(world, 0, 3 * MIN, seq=500)
    assert _answer(world, 0, shown=3 * MIN, t=4 * MIN, answer=None) == "miss"
    world.close(first, t=2 * MIN, present=True)
    assert world.credited == [0]
    assert world.reasons() == {"missed_check": 5 * MIN}


def test_tap_that_ends_a_lesson_proves():
    world = _world()
    _play(world, 0, 3 * MIN)
    world.close(world.sessions[-1], t=3 * MIN, present=True)
    assert world.credited == [3 * MIN]


def test_close_without_a_tap_proves_nothing():
    world = _world()
    _play(world, 0, 3 * MIN)
    world.close(world.sessions[-1], t=3 * MIN)
    assert (world.credited, world.pending) == ([0], [3 * MIN])


def test_tap_does_not_restart_the_countdown():
    world = _world()
    for number in range(2):
        session = world.sessions[-1]
        world.send(session, [played(1, 0, number * 3 * MIN, 3 * MIN)], now=session.opened_at + 3 * MIN)
        if number == 0:
            world.close(session, present=True)
            world.open(checks=3)
    assert world.sessions[-1].checks[0].after_ms == 2 * MIN
    assert world.open_check(world.sessions[-1]) is not None


def test_while_a_check_is_open_a_tap_proves_only_time_before_it_fell_due():
    world = _world()
    _play(world, 0, 9 * MIN)
    world.close(world.sessions[-1], t=9 * MIN, present=True)
    assert (world.credited, world.pending) == ([5 * MIN], [4 * MIN])


def test_taps_alone_never_pass_an_unanswered_check():
    world = _world()
    for number in range(8):
        session = world.sessions[-1]
        world.send(session, [played(1, 0, number * 4 * MIN, 4 * MIN)], now=session.opened_at + 4 * MIN)
        world.close(session, present=True)
        world.open()
    assert world.credited == [5 * MIN]


def test_tap_sent_before_its_beats_proves_no_more_than_after_them():
    world = _world()
    session = world.sessions[-1]
    world.now = NOON + 9 * MIN
    world.close(session, t=9 * MIN, present=True)
    _play(world, 0, 9 * MIN)
    assert world.credited == [5 * MIN]


def test_check_falls_due_by_time_played_across_sessions():
    world = _world()
    for number in range(3):
        session = world.sessions[-1]
        world.send(session, [played(1, 0, number * 2 * MIN, 2 * MIN)], now=session.opened_at + 2 * MIN)
        if number < 2:
            assert world.open_check(session) is None
            world.open()
    assert world.sessions[-1].checks[0].after_ms == MIN
    assert world.open_check(world.sessions[-1]) is not None


def test_check_of_an_ended_session_is_void_and_the_next_session_asks_at_once():
    world = _world()
    _play(world, 0, 6 * MIN)
    first = world.sessions[-1]
    second = world.open()
    assert world.open_check(first) is None
    assert second.checks[0].after_ms == 0
    assert _answer(world, 0, shown=0, t=2_000) == "proof"
    assert world.credited == [6 * MIN]


def test_answer_after_the_end_of_its_session_is_void():
    world = _world()
    _play(world, 0, 6 * MIN)
    world.open()
    assert _answer(world, 0, shown=6 * MIN, t=7 * MIN, session=0) == "void"
    assert world.credited == [0]


def test_answer_ahead_of_the_clock_is_void():
    world = _world()
    _play(world, 0, 5 * MIN)
    session = world.sessions[-1]
    assert world.answer(session, session.checks[0], shown=5 * MIN, t=5 * MIN + 2_001) == "void"


def test_answers_out_of_order_give_what_answers_in_order_give():
    in_order, shuffled = _world(), _world()
    for world, order in ((in_order, (0, 1, 2)), (shuffled, (2, 1, 0))):
        _play(world, 0, 25 * MIN)
        for number in order:
            t = (number + 1) * 5 * MIN
            _answer(world, number, shown=t, t=t)
        world.now = NOON + 30 * MIN
        world.prove()
    assert in_order.credited == shuffled.credited == [25 * MIN]


def test_proof_enters_nothing_older_than_the_make_up_window():
    world = _world()
    _play(world, 0, 5 * MIN)
    world.now = NOON + 8 * DAY_MS
    world.open()
    assert _answer(world, 0, shown=0, t=1_000) == "proof"
    assert world.credited == [0]
    assert world.reasons() == {"missed_check": 5 * MIN}


def test_answered_question_proves_and_restarts_the_countdown():
    world = World(parts=[120 * MIN, 30_000], kinds=["video", "question"], interval=5 * MIN)
    session = world.open(checks=3)
    _play(world, 0, 4 * MIN)
    world.send(session, answers=[Answer(str(part_id(1)), 2, 4 * MIN, 4 * MIN)])
    assert world.credited == [4 * MIN, 0]
    _play(world, 4 * MIN, 8 * MIN)
    assert world.open_check(session) is None
    _play(world, 8 * MIN, 9 * MIN)
    assert world.open_check(session) is session.checks[0]


def test_open_question_answered_while_a_check_is_open_proves_only_time_before_it():
    world = World(parts=[120 * MIN, 30_000], kinds=["video", "question"], interval=5 * MIN)
    session = world.open(checks=3)
    _play(world, 0, 7 * MIN)
    world.send(session, answers=[Answer(str(part_id(1)), 2, 7 * MIN, 7 * MIN)])
    assert world.credited == [5 * MIN, 0]
    assert world.open_check(session) is session.checks[0]
