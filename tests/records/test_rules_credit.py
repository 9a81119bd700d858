"""The three sets and the caps: invariants 2 and 7, and completion."""

from dataclasses import replace

import pytest

from core.clock import day_of
from records.ledger.rules import is_complete
from records.ledger.state import Context
from records.ledger.terms import DAY_MS, Terms
from tests.records.world import NOON, World, beat, part_id, played

pytestmark = [pytest.mark.once, pytest.mark.quick]


def _play(world: World, *beats, after: int) -> None:
    world.send(world.sessions[-1], list(beats), now=world.sessions[-1].opened_at + after)
    world.prove()


def test_credit_is_the_smaller_of_covered_and_worked():
    world = World()
    world.open()
    _play(world, played(1, 0, 0, 20_000), played(2, 20_000, 0, 20_000), after=40_000)
    assert world.credited == [20_000]
    _play(world, played(3, 40_000, 20_000, 10_000), after=50_000)
    assert world.credited == [30_000]


def test_growth_takes_the_newest_instants():
    world = World()
    session = world.open()
    _play(world, played(1, 0, 0, 20_000), played(2, 20_000, 0, 20_000), after=40_000)
    before = len(world.takings)
    _play(world, beat(3, (40_000, 50_000), (20_000, 35_000)), after=50_000)
    taken = [(t.start - session.opened_at, t.end - session.opened_at) for t in world.takings[before:]]
    assert taken == [(40_000, 50_000), (35_000, 40_000)]


def test_no_more_is_credited_than_the_part_is_long():
    world = World(parts=[30_000])
    world.open()
    _play(world, *[played(i, i * 30_000, 0, 30_000) for i in range(5)], after=150_000)
    assert world.credited == [30_000]
    assert world.sets[part_id(0)].spare == []


def test_day_cap_limits_credit_and_not_coverage():
    world = World(terms=Terms(daily_cap_ms=60_000))
    world.open()
    _play(world, *[played(i, i * 15_000, i * 15_000, 15_000) for i in range(6)], after=90_000)
    sets = world.sets[part_id(0)]
    assert (sets.credited_ms, sets.covered_ms, sets.worked_ms) == (60_000, 90_000, 90_000)
    assert world.reasons() == {"day_cap": 30_000}


def test_pending_never_promises_more_than_the_cap_leaves():
    world = World(terms=Terms(daily_cap_ms=60_000))
    session = world.open()
    world.send(session, [played(i, i * 15_000, i * 15_000, 15_000) for i in range(6)], now=NOON + 90_000)
    assert world.pending == [60_000]


def test_what_the_day_cap_kept_out_is_earned_by_playing_again_from_the_next_day():
    world = World(terms=Terms(daily_cap_ms=60_000))
    world.open()
    _play(world, played(1, 0, 0, 90_000), after=90_000)
    _play(world, played(2, 90_000, 0, 30_000), after=120_000)
    assert world.credited == [60_000]

    world.now = NOON + DAY_MS
    world.open()
    _play(world, played(1, 0, 0, 20_000), after=20_000)
    assert world.credited == [80_000]
    _play(world, played(2, 20_000, 20_000, 20_000), after=40_000)
    assert world.credited == [90_000]
    assert list(world.by_day().values()) == [60_000, 30_000]


def test_day_cap_counts_the_day_of_the_instant_not_of_the_arrival():
    world = World(terms=Terms(daily_cap_ms=60_000))
    first = world.open()
    world.now = NOON + DAY_MS
    second = world.open()
    world.send(second, [played(1, 0, 0, 60_000)], now=second.opened_at + 60_000)
    world.send(first, [played(1, 0, 60_000, 60_000)])
    world.prove()
    assert world.credited == [120_000]
    assert {day_of(NOON): 60_000, day_of(NOON + DAY_MS): 60_000} == world.by_day()


@pytest.mark.parametrize(
    ("terms", "word"), [(Terms(part_cap_ms=20_000), "part_cap"), (Terms(course_cap_ms=20_000), "course_cap")]
)
def test_part_and_course_caps_limit_credit(terms, word):
    world = World(terms=terms)
    world.open()
    _play(world, played(1, 0, 0, 30_000), after=30_000)
    assert world.credited == [20_000]
    assert world.reasons() == {word: 10_000}


def test_course_cap_is_shared_by_its_parts():
    world = World(parts=[600_000, 600_000], terms=Terms(course_cap_ms=50_000))
    world.open()
    _play(world, played(1, 0, 0, 30_000), played(2, 30_000, 0, 30_000, part=1), after=60_000)
    assert world.credited == [30_000, 20_000]


def test_cap_that_holds_is_the_one_of_the_span_not_of_a_later_policy():
    world = World(terms=Terms(daily_cap_ms=10_000))
    session = world.open()
    session.segments.append((NOON + 20_000, replace(Terms(), identity="national@2")))
    _play(world, played(1, 0, 0, 40_000), after=40_000)
    by_policy: dict[str, int] = {}
    for taking in world.takings:
        assert isinstance(taking.context, Context)
        by_policy[taking.context.policy] = by_policy.get(taking.context.policy, 0) + taking.end - taking.start
    assert by_policy == {"default@1": 10_000, "national@2": 20_000}


def test_lesson_is_complete_by_coverage_never_by_credit():
    world = World(parts=[100_000, 20_000])
    world.open()
    nominal = {part_id(0): 100_000, part_id(1): 20_000}
    _play(world, played(1, 0, 0, 60_000, rate=1_500), after=60_000)
    assert not is_complete(world.sets, nominal, 950)
    _play(world, played(2, 60_000, 0, 18_999, part=1), after=80_000)
    assert not is_complete(world.sets, nominal, 950)
    _play(world, played(3, 80_000, 18_999, 1, part=1), played(4, 81_000, 90_000, 4_999), after=90_000)
    assert not is_complete(world.sets, nominal, 1_000)
    assert is_complete(world.sets, nominal, 900)
    assert sum(world.credited) < 95_000
    assert not is_complete({}, {}, 950)
