"""The edges of each rule: the last ms that counts, the second answer, the tap that comes late."""

from dataclasses import replace

import pytest

from records.ledger.intervals import measure, union
from records.ledger.presence import forget, open_check, settle
from records.ledger.requests import Answer, UnknownCheck
from records.ledger.state import Clock
from records.ledger.terms import DAY_MS, Terms
from tests.records.world import NOON, World, beat, part_id, played

pytestmark = pytest.mark.quick
MIN = 60_000


def _world(*, checks: int = 5, **fields) -> World:
    fields.setdefault("interval", 5 * MIN)
    world = World(parts=fields.pop("parts", [120 * MIN]), **fields)
    world.open(checks=checks)
    return world


def _quiz(**fields) -> World:
    return _world(parts=[120 * MIN, 30_000], kinds=["video", "question"], **fields)


def _play(world: World, start: int, end: int, *, session: int = -1, part: int = 0) -> None:
    chosen = world.sessions[session]
    now = max(world.now, chosen.opened_at + end)
    beats = [played(a + 1, a, a, min(MIN, end - a), part=part) for a in range(start, end, MIN)]
    world.send(chosen, beats, now=now)


def _answer(
    world: World, number: int, t: int, *, shown: int | None = None, answer: object = True, session: int = -1
) -> str:
    chosen = world.sessions[session]
    world.now = max(world.now, chosen.opened_at + t)
    return world.answer(
        chosen, chosen.checks[number], shown=t if shown is None else shown, t=t, answer=answer
    )


def _ask(world: World, t: int, *, answer: object = 1, now: int | None = None) -> str:
    """Answer the question of the lesson's second part."""
    question = str(part_id(1))
    received = world.send(world.sessions[0], answers=[Answer(question, answer, t, t)], now=now)
    return received.answers[question]


# What is refused is recorded all the same.


@pytest.mark.parametrize(
    "refused",
    [
        beat(1, (0, 10_000), (0, 10_000), part=9),
        beat(1, (0, 10_000), (0, 10_000), part=9, visible=False),
        beat(1, (0, 10_000), (0, 10_000), visible=False),
        beat(1, (0, 10_000), (8_000_000, 8_010_000)),
    ],
    ids=["no part", "no part, hidden", "hidden", "outside"],
)
def test_refused_beat_is_recorded_so_that_its_number_stands(refused):
    world = _world()
    received = world.send(world.sessions[0], [refused], now=NOON + MIN)
    assert received.recorded == [refused]
    assert world.pending == [0]


def test_beat_too_late_is_recorded_so_that_its_number_stands():
    world = _world()
    late = played(1, 0, 0, 10_000)
    assert world.send(world.sessions[0], [late], now=NOON + 8 * DAY_MS).recorded == [late]
    assert (world.learner.spans, world.learner.clock.played(0, 1 << 60)) == ([], 0)


def test_range_that_ends_where_the_part_ends_leaves_nothing_outside():
    world = _world(parts=[10_000])
    world.send(world.sessions[0], [beat(1, (0, 10_000), (0, 10_000), (10_000, 10_000))], now=NOON + MIN)
    assert {r.positions for r in world.refusals} <= {(10_000, 10_000)}
    assert world.pending == [10_000]


# The three sets and the caps.


def test_instants_left_over_from_a_growth_wait_for_the_next_one():
    world = _world()
    session = world.sessions[0]
    world.send(session, [played(1, 0, 0, 20_000), played(2, 20_000, 0, 20_000)], now=NOON + 40_000)
    world.prove()
    for number in range(2):
        start = 40_000 + 2_000 * number
        before = len(world.takings)
        more = played(3 + number, start, 20_000 + 3_000 * number, 2_000, rate=1_500)
        world.send(session, [more], now=NOON + start + 2_000)
        world.prove()
        taken = [(t.start - NOON, t.end - NOON) for t in world.takings[before:]]
        # The first 20 s were credited at once; of the second 20 s the newest go first, a second each time.
        assert taken == [(start, start + 2_000), (39_000 - 1_000 * number, 40_000 - 1_000 * number)]


def test_only_the_newest_surplus_that_can_still_be_credited_is_kept():
    world = _world(parts=[30_000])
    beats = [played(n, n * 20_000, 0, 20_000) for n in range(3)]
    world.send(world.sessions[0], beats, now=NOON + MIN)
    world.prove()
    assert [(a - NOON, b - NOON) for a, b, _ in world.sets[part_id(0)].spare] == [(50_000, 60_000)]


def test_place_to_go_on_is_where_the_last_beat_ended():
    world = _world()
    world.send(world.sessions[0], [played(1, 0, 5_000, 10_000)], now=NOON + MIN)
    world.prove()
    assert world.sets[part_id(0)].last_position == 15_000


@pytest.mark.parametrize(
    ("terms", "word"),
    [
        (Terms(daily_cap_ms=10_000, part_cap_ms=20_000, course_cap_ms=20_000), "day_cap"),
        (Terms(daily_cap_ms=20_000, part_cap_ms=10_000, course_cap_ms=20_000), "part_cap"),
        (Terms(daily_cap_ms=20_000, part_cap_ms=20_000, course_cap_ms=10_000), "course_cap"),
    ],
)
def test_of_several_caps_the_one_that_leaves_least_decides_and_is_named(terms, word):
    world = _world(terms=terms)
    world.send(world.sessions[0], [played(1, 0, 0, 30_000)], now=NOON + MIN)
    world.prove()
    assert (world.credited, world.reasons()) == ([10_000], {word: 20_000})


def test_cap_refuses_instants_of_another_beat_without_positions():
    """Growth may reach back to older instants; the positions of the beat that grew it are not laid on them."""
    world = _world(terms=Terms(daily_cap_ms=12_000))
    session = world.sessions[0]
    world.send(session, [played(1, 0, 0, 10_000), played(2, 10_000, 0, 10_000)], now=NOON + 20_000)
    world.prove()
    world.send(session, [played(3, 20_000, 10_000, 2_000, rate=1_500)], now=NOON + 22_000)
    world.prove()
    [capped] = [r for r in world.refusals if r.reason == "day_cap"]
    assert (capped.seq, capped.positions, capped.end - capped.start) == (None, None, 1_000)
    assert capped.end == NOON + 20_000
    assert world.sets[part_id(0)].spare[-1][:2] == (NOON + 10_000, NOON + 19_000)


def test_beats_of_one_ms_above_a_cap_refuse_each_instant_once_and_in_whole_pieces():
    world = _world(terms=Terms(daily_cap_ms=60_000))
    session = world.sessions[0]
    _play(world, 0, MIN)
    world.send(
        session,
        [played(90_000 + n, MIN + n * 1_000, n * 1_000, 1_000) for n in range(60)],
        now=NOON + 2 * MIN,
    )
    world.prove()
    world.now = NOON + 3 * MIN
    world.send(session, [played(95_000 + n, 2 * MIN + n, MIN + n, 1) for n in range(50)])
    world.prove()
    assert world.credited == [60_000]
    assert len(world.refusals) <= 2 * 111  # 111 beats were sent; a minute has 60,000 ms
    refused = [(r.start, r.end) for r in world.refusals]
    assert measure(refused) == measure(union(refused))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_cap_of_one_day_leaves_the_surplus_of_another_to_be_credited(order):
    """Play a minute twice on the first day; what the second day's cap keeps out takes nothing from the first day."""
    world = _world(terms=Terms(daily_cap_ms=90_000))
    _play(world, 0, MIN)
    _play(world, MIN, 2 * MIN)
    world.prove()
    world.now = NOON + DAY_MS
    second = world.open()
    beats = [played(1, 0, 2 * MIN, 80_000, rate=1_500), played(2, 80_000, 4 * MIN, 20_000)]
    world.send(second, [beats[n] for n in order], now=second.opened_at + 2 * MIN)
    world.prove()
    assert sorted(world.by_day().values()) == [90_000, 90_000]
    assert world.credited == [180_000]


# Checks.


def test_check_that_was_proved_stays_proved_whatever_comes_after():
    world = _world()
    _play(world, 0, 6 * MIN)
    assert _answer(world, 0, 5 * MIN) == "proof"
    before = list(world.learner.judgements)
    assert _answer(world, 0, 6 * MIN + 1, shown=5 * MIN) == "proof"
    assert _answer(world, 0, 6 * MIN, answer=None) == "proof"
    assert _answer(world, 0, 6 * MIN) == "proof"
    assert world.learner.judgements == before
    assert world.credited == [5 * MIN]


def test_miss_reported_twice_stands_where_it_was_first():
    world = _world()
    _play(world, 0, 5 * MIN)
    assert _answer(world, 0, 6 * MIN, shown=5 * MIN, answer=None) == "miss"
    _play(world, 6 * MIN, 8 * MIN)
    assert _answer(world, 0, 8 * MIN, shown=5 * MIN, answer=None) == "miss"
    assert world.pending == [2 * MIN]


def test_missed_check_is_not_turned_by_an_answer_shown_before_it_was_due():
    world = _world()
    _play(world, 0, 6 * MIN)
    assert _answer(world, 0, 6 * MIN, answer=None) == "miss"
    assert _answer(world, 0, 5 * MIN, shown=5 * MIN - 1) == "miss"
    assert world.sessions[0].checks[0].held is None


def test_next_check_is_the_next_sealed_one_and_a_new_one_only_when_they_are_used_up():
    world = _world(checks=2)
    session = world.sessions[0]
    _play(world, 0, 10 * MIN)
    _answer(world, 0, 5 * MIN)
    assert len(session.checks) == 2
    _answer(world, 1, 10 * MIN)
    assert len({check.id for check in session.checks}) == 3
    _play(world, 10 * MIN, 15 * MIN)
    assert _answer(world, 2, 15 * MIN) == "proof"
    assert world.credited == [15 * MIN]


def test_later_check_waits_for_the_one_before_it():
    world = _world()
    _play(world, 0, 12 * MIN)
    assert _answer(world, 1, 12 * MIN) == "held"
    assert world.credited == [0]


def test_answer_older_than_the_lateness_window_is_void():
    world = _world()
    _play(world, 0, 5 * MIN)
    world.now = NOON + 8 * DAY_MS
    assert _answer(world, 0, 5 * MIN) == "void"
    world.now = NOON + 7 * DAY_MS + 5 * MIN
    assert _answer(world, 0, 5 * MIN) == "proof"


def test_answer_two_seconds_ahead_is_taken_and_one_of_the_last_instant_of_its_session():
    world = _world()
    _play(world, 0, 5 * MIN)
    session = world.sessions[0]
    session.ended_at = NOON + 5 * MIN + 2_000
    assert world.answer(session, session.checks[0], shown=5 * MIN, t=5 * MIN + 2_000) == "proof"


def test_answer_given_before_the_end_that_arrives_after_it_counts():
    world = _world()
    _play(world, 0, 5 * MIN)
    world.now = NOON + 6 * MIN
    world.open()
    assert _answer(world, 0, 5 * MIN, session=0) == "proof"
    assert _answer(world, 0, 7 * MIN, session=0) == "proof"  # what is void changes nothing
    world.now -= 10 * MIN
    assert world.answer(world.sessions[0], world.sessions[0].checks[0], shown=0, t=7 * MIN) == "proof"


def test_session_without_checks_asks_nothing():
    world = World()
    session = world.open(checks=0)
    assert open_check(world.learner, session, NOON + 60 * MIN) is None


def test_unknown_check_changes_nothing():
    world = _world()
    with pytest.raises(UnknownCheck):
        world.send(world.sessions[0], [played(1, 0, 0, 1_000)], [Answer("no", True, 0, 0)], now=NOON + MIN)
    assert world.pending == [0]


# Questions and taps.


def test_question_proves_once():
    world = _quiz()
    _play(world, 0, 2 * MIN)
    assert _ask(world, 2 * MIN) == "proof"
    _play(world, 2 * MIN, 4 * MIN)
    assert _ask(world, 4 * MIN) == ""
    assert world.credited == [2 * MIN, 0]


def test_question_left_unanswered_proves_nothing():
    world = _quiz()
    _play(world, 0, 2 * MIN)
    assert _ask(world, 2 * MIN, answer=None) == ""
    assert world.credited == [0, 0]


@pytest.mark.parametrize(
    ("t", "now", "ended", "result"),
    [
        (4 * MIN, NOON + 4 * MIN - 2_001, None, ""),
        (4 * MIN, NOON + 4 * MIN - 2_000, None, "proof"),
        (4 * MIN, NOON + 4 * MIN + 7 * DAY_MS + 1, None, ""),
        (4 * MIN, NOON + 4 * MIN + 7 * DAY_MS, None, "proof"),
        (4 * MIN, NOON + 9 * MIN, NOON + 4 * MIN - 1, ""),
        (4 * MIN, NOON + 9 * MIN, NOON + 4 * MIN, "proof"),
    ],
    ids=["ahead", "just not ahead", "too late", "just not too late", "after the end", "at the end"],
)
def test_question_counts_within_its_session_and_the_window(t, now, ended, result):
    world = _quiz()
    _play(world, 0, 3 * MIN)
    world.sessions[0].ended_at, world.sessions[0].end_reason = ended, "close"
    assert _ask(world, t, now=now) == result


def test_question_asks_for_the_next_sealed_check_and_draws_one_when_they_are_used_up():
    world = _quiz(checks=1)
    world.sessions[0].checks[0].after_ms = 7 * MIN
    _play(world, 0, 2 * MIN)
    _ask(world, 2 * MIN)
    assert world.learner.judgements[-1].next_ms == 7 * MIN

    world = _quiz(checks=0)
    _play(world, 0, 2 * MIN)
    _ask(world, 2 * MIN)
    assert world.learner.judgements[-1].next_ms == 5 * MIN


def test_question_answered_the_instant_a_check_falls_due_does_not_restart_the_countdown():
    world = _quiz()
    _play(world, 0, 5 * MIN)
    _ask(world, 5 * MIN)
    assert world.open_check(world.sessions[0]) is world.sessions[0].checks[0]


def test_question_answered_after_a_check_was_shown_does_not_make_it_undue():
    world = _quiz()
    world.now = NOON + 9 * MIN
    _ask(world, 9 * MIN)
    _play(world, 0, 9 * MIN)
    assert _answer(world, 0, 5 * MIN) == "proof"


def test_question_of_another_session_does_not_put_off_the_check_of_this_one():
    world = _quiz()
    _play(world, 0, 2 * MIN)
    world.now = NOON + 2 * MIN
    second = world.open(checks=3)
    _play(world, 0, 3 * MIN, part=0)
    _ask(world, 2 * MIN)
    assert world.open_check(second) is second.checks[0]


def test_tap_counts_once_a_session_and_not_after_its_end():
    world = _world()
    _play(world, 0, MIN)
    world.close(world.sessions[0], t=MIN, present=True)
    world.now = NOON + 3 * MIN
    session = world.open()
    world.send(session, [played(1, 0, 0, MIN)], now=world.now + MIN)
    for t in (MIN // 2, MIN, 3 * MIN):
        world.close(world.sessions[0], t=t, present=True)
    assert (world.credited, [j.kind for j in world.learner.judgements]) == ([MIN], ["start", "tap"])


def test_tap_dated_before_a_proof_counts():
    world = _world(interval=60 * MIN)
    _play(world, 0, 10 * MIN)
    world.now = NOON + 10 * MIN
    world.open()
    _play(world, 0, 10 * MIN)
    world.prove()
    assert world.credited == [10 * MIN]  # the same ten minutes of film twice
    world = _world(interval=60 * MIN)
    _play(world, 0, 20 * MIN)
    world.prove()
    assert world.credited == [16 * MIN]
    world.close(world.sessions[0], t=10 * MIN, present=True)
    assert world.credited == [20 * MIN]


def test_tap_at_the_instant_of_a_miss_does_not_turn_it():
    world = _world()
    _play(world, 0, 5 * MIN)
    assert _answer(world, 0, 5 * MIN, answer=None) == "miss"
    world.close(world.sessions[0], t=5 * MIN, present=True)
    assert world.credited == [0]


def test_tap_is_limited_by_the_check_that_was_open_then_not_by_a_later_one():
    world = _world(terms=Terms(proof_covers_ms=6 * MIN))
    _play(world, 0, 12 * MIN)
    assert _answer(world, 0, 12 * MIN) == "proof"
    assert world.credited == [6 * MIN]
    world.close(world.sessions[0], t=9 * MIN, present=True)
    # The check fell due at minute 5: the tap decides up to there, the proof the six minutes from there on.
    assert world.credited == [11 * MIN]


# Windows.


def test_proof_reaches_back_to_the_very_edge_of_the_make_up_window():
    world = _world(interval=DAY_MS)
    world.send(world.sessions[0], [played(1, 0, 0, 1_000)], now=NOON + MIN)
    world.now = NOON + 7 * DAY_MS
    world.prove()
    assert world.credited == [1_000]


def test_pending_promises_nothing_older_than_the_make_up_window():
    world = _world()
    _play(world, 0, 2 * MIN)
    world.now = NOON + 8 * DAY_MS
    assert world.pending == [0]


def test_pending_knows_what_the_day_has_had():
    world = _world(terms=Terms(daily_cap_ms=3 * MIN))
    _play(world, 0, 2 * MIN)
    world.prove()
    _play(world, 2 * MIN, 4 * MIN)
    assert (world.credited, world.pending) == ([2 * MIN], [MIN])


def test_time_that_nothing_can_prove_any_more_is_missed_and_can_be_played_again():
    world = _world()
    _play(world, 0, 2 * MIN)
    settle(world.learner, world.sets, world.out, expire_before=NOON + MIN)
    assert world.reasons() == {"missed_check": MIN}
    assert [(s.start, s.is_missed) for s in world.learner.spans] == [(NOON + MIN, False)]


def test_what_is_forgotten_keeps_the_countdown():
    world = _world()
    _play(world, 0, 5 * MIN)
    _answer(world, 0, 5 * MIN)
    _play(world, 5 * MIN, 9 * MIN)
    world.close(world.sessions[0], t=9 * MIN, present=True)
    learner = world.learner
    forget(learner, NOON + 20 * MIN)
    assert [(j.at, j.kind) for j in learner.judgements] == [(NOON + 5 * MIN, "check")]


def test_instants_that_nothing_can_touch_are_forgotten():
    clock = Clock([(100, 200)], lambda: [(0, 10), (20, 30)])
    assert clock.inside(0, 300) == [(0, 10), (20, 30), (100, 200)]
    clock.forget(15)
    assert (clock.past, clock.is_past_changed) == ([(20, 30)], True)


def test_what_is_recent_is_not_forgotten():
    world = _world()
    _play(world, 0, 5 * MIN)
    _answer(world, 0, 5 * MIN)
    before = list(world.learner.judgements), world.learner.clock.inside(0, 1 << 60)
    forget(world.learner, NOON)
    assert (world.learner.judgements, world.learner.clock.inside(0, 1 << 60)) == before


def test_span_that_ends_at_a_change_of_policy_is_judged_by_the_old_one():
    world = _world()
    session = world.sessions[0]
    session.segments.append((NOON + 10_000, replace(Terms(), identity="national@2")))
    world.send(session, [played(1, 0, 0, 10_000), played(2, 10_000, 10_000, 5_000)], now=NOON + MIN)
    world.prove()
    assert [t.context.policy for t in world.takings] == ["default@1", "national@2"]
