"""Where a beat lies on the clock, and how much of it can count: invariants 1, 3 and 5, one example each."""

from dataclasses import replace

import pytest

from records.ledger.intervals import measure
from records.ledger.terms import DAY_MS, Terms
from tests.records.world import World, beat, part_id, played

pytestmark = [pytest.mark.once, pytest.mark.quick]


def _world(**fields) -> World:
    world = World(**fields)
    world.open()
    return world


def _send(world: World, *beats, after: int = 60_000) -> World:
    world.send(world.sessions[-1], list(beats), now=world.sessions[-1].opened_at + after)
    return world


def test_beat_that_ends_after_its_own_clock_is_not_recorded_and_may_come_again():
    world = _send(_world(), played(1, 0, 0, 12_001), after=10_000)
    assert (world.pending, world.reasons()) == ([0], {"ahead_of_clock": 12_001})

    _send(world, played(1, 0, 0, 12_001), after=12_001)

    assert world.pending == [12_001]


def test_beat_up_to_two_seconds_ahead_is_recorded():
    assert _send(_world(), played(1, 0, 0, 12_000), after=10_000).pending == [12_000]


def test_beat_older_than_the_lateness_window_is_too_late():
    world = _send(_world(), played(1, 0, 0, 10_000), after=7 * DAY_MS + 10_001)
    assert (world.pending, world.reasons()) == ([0], {"too_late": 10_000})


def test_beat_at_the_edge_of_the_lateness_window_counts():
    world = _world()
    _send(world, played(1, 0, 0, 10_000), after=7 * DAY_MS + 10_000)
    world.now = world.sessions[-1].opened_at + DAY_MS
    world.prove()
    assert world.credited == [10_000]


def test_only_as_much_of_the_clock_counts_as_was_played_on_it():
    world = _send(_world(), beat(1, (0, 60_000), (0, 10_000)))
    assert world.learner.clock.played(0, 1 << 60) == 10_000
    assert world.learner.clock.inside(0, 1 << 60)[0][0] == world.sessions[-1].opened_at


def test_instants_recorded_once_are_cut_away_with_their_positions():
    world = _send(_world(), played(1, 0, 0, 10_000), played(2, 5_000, 20_000, 10_000))
    world.now += 1
    world.prove()
    assert world.credited == [15_000]
    assert world.sets[part_id(0)].covered == [(0, 10_000), (25_000, 30_000)]
    assert world.reasons() == {"clock_used": 5_000}


def test_same_instants_do_not_count_for_two_parts_or_two_sessions():
    world = _send(_world(parts=[600_000, 600_000]), played(1, 0, 0, 10_000))
    first = world.sessions[-1]
    world.now = first.opened_at + 60_000
    second = world.open()
    world.send(first, [played(2, 0, 0, 10_000, part=1)])
    world.send(second, [played(1, 0, 0, 1_000)], now=second.opened_at + 1_000)
    world.prove()
    assert world.credited == [11_000 - 1_000, 0]
    assert world.reasons() == {"clock_used": 10_000}


def test_positions_go_as_fast_as_the_policy_lets_them():
    world = _send(_world(), beat(1, (0, 10_000), (0, 30_000)))
    world.prove()
    assert world.sets[part_id(0)].covered == [(0, 15_250)]
    assert world.credited == [10_000]
    assert world.reasons() == {"faster_than_clock": 14_750}


def test_dust_of_one_millisecond_covers_no_more_than_itself():
    world = _world(parts=[600_000])
    _send(world, *[beat(i, (i, i + 1), (i * 1_000, i * 1_000 + 1_000)) for i in range(100)], after=1_000)
    world.prove()
    assert (world.credited, measure(world.sets[part_id(0)].covered)) == ([100], 100)


def test_many_beats_on_the_same_instants_cover_once():
    world = _world()
    _send(world, *[beat(i, (0, 10_000), (i * 15_000, i * 15_000 + 15_000)) for i in range(40)], after=10_000)
    world.prove()
    assert (world.credited, measure(world.sets[part_id(0)].covered)) == ([10_000], 15_000)


def test_faster_play_earns_the_clock_and_playing_any_of_it_again_earns_the_rest():
    world = _send(_world(), played(1, 0, 0, 20_000, rate=1_500))
    world.prove()
    assert world.credited == [20_000]
    _send(world, played(2, 70_000, 0, 10_000), after=90_000)
    world.prove()
    assert world.credited == [30_000]


@pytest.mark.parametrize("max_rate", [1_000, 1_250, 2_000])
def test_rate_is_the_policys(max_rate):
    world = _send(_world(terms=Terms(max_rate_permille=max_rate)), beat(1, (0, 10_000), (0, 60_000)))
    world.prove()
    assert world.sets[part_id(0)].covered == [(0, 10 * max_rate + 250)]


def test_positions_outside_the_part_are_refused_and_take_no_clock():
    world = _send(_world(parts=[5_000]), beat(1, (0, 10_000), (0, 10_000)))
    assert (world.pending, world.reasons()) == ([5_000], {"outside_part": 5_000})
    assert world.learner.clock.played(0, 1 << 60) == 5_000


def test_part_that_is_not_in_the_lesson_is_outside():
    world = _send(_world(), beat(1, (0, 10_000), (0, 10_000), part=9))
    assert world.reasons() == {"outside_part": 10_000}
    assert world.learner.clock.played(0, 1 << 60) == 0


def test_hidden_page_takes_no_instants():
    world = _send(_world(), beat(1, (0, 10_000), (0, 10_000), visible=False), played(2, 0, 0, 10_000))
    assert (world.pending, world.reasons()) == ([10_000], {"not_visible": 10_000})


@pytest.mark.parametrize(("allowed", "pending"), [(True, [10_000]), (False, [0])])
def test_audio_with_the_screen_off_counts_where_the_policy_allows_it(allowed, pending):
    world = _world(kinds=["audio"], terms=Terms(sound_only=allowed))
    assert _send(world, beat(1, (0, 10_000), (0, 10_000), visible=False)).pending == pending


def test_beat_over_an_end_is_cut_there():
    world = _world()
    first = world.sessions[-1]
    world.now += 5_000
    world.open()
    world.send(first, [played(1, 0, 0, 10_000)], now=first.opened_at + 20_000)
    assert world.pending == [5_000]
    assert world.reasons() == {"superseded": 5_000}
    assert world.learner.clock.played(0, 1 << 60) == 5_000


def test_late_beats_of_the_old_device_do_not_take_the_clock_of_the_new_one():
    world = _world()
    first = world.sessions[-1]
    world.now += 5_000
    second = world.open()
    world.send(first, [played(1, 6_000, 0, 10_000)], now=first.opened_at + 20_000)
    world.send(second, [played(1, 0, 0, 15_000)])
    assert world.pending == [15_000]
    assert world.reasons() == {"superseded": 10_000}


@pytest.mark.parametrize(
    ("reason", "word"), [("close", "after_close"), ("lesson_withdrawn", "lesson_withdrawn")]
)
def test_what_lies_after_an_end_has_its_word(reason, word):
    world = _world()
    session = world.sessions[-1]
    session.ended_at, session.end_reason = world.now + 4_000, reason
    _send(world, played(1, 0, 0, 10_000))
    assert world.reasons() == {word: 6_000}


def test_close_ends_at_the_players_clock_but_not_in_the_future():
    world = _world()
    session = world.sessions[-1]
    world.now += 10_000
    world.close(session, t=60_000)
    assert session.ended_at == session.opened_at + 10_000
    world.close(session, t=2_000)
    assert session.ended_at == session.opened_at + 10_000


def test_midnight_in_shanghai_cuts_a_span_in_two_days():
    world = World(now=1_795_449_600_000 - 4_000)  # four seconds before 24 November
    world.open()
    _send(world, played(1, 0, 0, 10_000))
    world.prove()
    assert {day.isoformat(): ms for day, ms in world.by_day().items()} == {
        "2026-11-23": 4_000,
        "2026-11-24": 6_000,
    }


def test_change_of_policy_seals_the_span():
    world = _world()
    session = world.sessions[-1]
    session.segments.append((session.opened_at + 4_000, replace(Terms(), identity="national@2")))
    _send(world, played(1, 0, 0, 10_000))
    world.prove()
    by_policy = {}
    for taking in world.takings:
        by_policy[taking.context.policy] = by_policy.get(taking.context.policy, 0) + taking.end - taking.start
    assert by_policy == {"default@1": 4_000, "national@2": 6_000}
