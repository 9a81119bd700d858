"""
Properties of the rules under random players, honest and hostile, and against a plain model of the same text.
"""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.ledger.intervals import measure, union
from records.ledger.state import Beat
from records.ledger.terms import Terms
from tests.records.reference import Reference
from tests.records.world import NOON, World, part_id

pytestmark = [pytest.mark.once, pytest.mark.quick]
PARTS = [90, 60]


@st.composite
def hostile_beats(draw):
    """Beats that overlap, jump, claim too much and lie outside their part, within half a second of clock."""
    beats = []
    for seq in range(draw(st.integers(1, 12))):
        start = draw(st.integers(0, 400))
        ranges = draw(
            st.lists(
                st.tuples(st.integers(-10, 100), st.integers(0, 60)).map(lambda r: (r[0], r[0] + r[1])),
                max_size=3,
            )
        )
        beats.append(
            Beat(
                seq, part_id(draw(st.integers(0, 1))), start, start + draw(st.integers(0, 80)), tuple(ranges)
            )
        )
    return beats


@st.composite
def honest_beats(draw):
    """
    What an honest player sends: one stretch after the other, at up to 1.5 times, with jumps and pauses between them.
    """
    beats = []
    t = 0
    for seq in range(draw(st.integers(1, 14))):
        part = draw(st.integers(0, 1))
        t += draw(st.integers(0, 20))
        ms = draw(st.integers(1, 40))
        rate = draw(st.sampled_from([500, 1_000, 1_250, 1_500]))
        position = draw(st.integers(0, PARTS[part] - 1))
        end = min(PARTS[part], position + max(1, ms * rate // 1000))
        beats.append(Beat(seq, part_id(part), t, t + ms, ((position, end),)))
        t += ms
    return beats


def _counted(beat: Beat) -> int:
    return min(beat.t_to - beat.t_from, measure(beat.ranges))


def _world(**terms) -> World:
    world = World(parts=list(PARTS), terms=Terms(**terms), interval=10**9)
    world.open()
    return world


def _deliver(world: World, batches: list[list[Beat]]) -> World:
    for batch in batches:
        world.send(world.sessions[0], batch, now=NOON + 10_000)
    return world


@settings(max_examples=300, deadline=None)
@given(
    beats=hostile_beats(),
    cap=st.one_of(st.none(), st.integers(10, 120)),
    covers=st.integers(20, 400),
    proofs=st.lists(st.integers(0, 500), max_size=3),
    end=st.one_of(st.none(), st.integers(0, 450)),
)
def test_any_history_gets_what_the_plain_model_of_the_text_gives(beats, cap, covers, proofs, end):
    world = _world(daily_cap_ms=cap, proof_covers_ms=covers)
    model = Reference(list(PARTS), daily_cap=cap, covers=covers)
    session = world.sessions[0]
    if end is not None:
        session.ended_at, session.end_reason = NOON + end, "close"
    for beat in beats:
        world.send(session, [beat], now=NOON + 10_000)
        part = 0 if beat.part == part_id(0) else 1
        model.beat(part, beat.t_from, beat.t_to, list(beat.ranges), end)

    for at in [*sorted(proofs), 600]:
        world.now = NOON + at
        world.prove()
        model.prove(at)

    assert world.credited == [len(k) for k in model.credited]
    assert [measure(s.covered) for s in world.sets.values()] == [len(c) for c in model.covered]
    assert [s.worked_ms for s in world.sets.values()] == [len(w) for w in model.worked]


@settings(max_examples=150, deadline=None)
@given(
    beats=hostile_beats(),
    early_cap=st.one_of(st.none(), st.integers(5, 60)),
    proof=st.integers(0, 450),
    covers=st.integers(20, 400),
)
def test_pending_is_what_a_proof_would_credit_with_and_without_a_cap(beats, early_cap, proof, covers):
    """A cap that nothing reaches takes the long way, none the short one; an early cap leaves time that no proof enters."""
    free = _world(proof_covers_ms=covers, daily_cap_ms=early_cap)
    capped = _world(proof_covers_ms=covers, daily_cap_ms=early_cap)
    for world, cap in ((free, None), (capped, 10**9)):
        _deliver(world, [beats[:4]])
        world.now = NOON + proof
        world.prove()
        world.now = NOON + 500
        session = world.open(Terms(proof_covers_ms=covers, daily_cap_ms=cap))
        world.send(session, beats[4:], now=NOON + 10_000)
    waiting, before = free.pending, free.credited

    assert waiting == capped.pending
    free.now = NOON + 5_000
    free.prove()
    assert [now - then for now, then in zip(free.credited, before, strict=True)] == waiting


@settings(max_examples=300, deadline=None)
@given(beats=honest_beats(), seed=st.integers(0, 2**32), size=st.integers(1, 5))
def test_honest_player_is_credited_the_smaller_of_covered_and_worked_however_beats_arrive(beats, seed, size):
    shuffled = beats + beats[: len(beats) // 2]
    random.Random(seed).shuffle(shuffled)
    world = _deliver(_world(), [shuffled[i : i + size] for i in range(0, len(shuffled), size)])
    waiting = world.pending
    world.now = NOON + 10_000
    world.prove()

    for number, sets in enumerate(world.sets.values()):
        own = [b for b in beats if b.part == part_id(number)]
        covered = measure(union([r for b in own for r in b.ranges]))
        worked = sum(map(_counted, own))
        assert sets.covered_ms == covered
        assert sets.credited_ms == waiting[number] == min(covered, worked)
        assert covered - sets.credited_ms <= covered // 3 + 1
    assert world.reasons() == {}


@settings(max_examples=200, deadline=None)
@given(beats=honest_beats(), seed=st.integers(0, 2**32), proofs=st.lists(st.integers(0, 600), max_size=3))
def test_played_is_credited_and_pending_and_owed_at_every_moment(beats, seed, proofs):
    world = _world()
    order = list(beats)
    random.Random(seed).shuffle(order)
    for number, beat in enumerate(order):
        world.send(world.sessions[0], [beat], now=NOON + 10_000)
        if number < len(proofs):
            world.now = NOON + 10_000 + number
            world.prove()
        seen = [b for b in order[: number + 1] if b.part == beat.part]
        played = measure(union([r for b in seen for r in b.ranges]))
        index = 0 if beat.part == part_id(0) else 1
        owed = played - world.credited[index] - world.pending[index]
        assert 0 <= owed == max(0, played - sum(map(_counted, seen)))


@settings(max_examples=300, deadline=None)
@given(
    beats=hostile_beats(),
    seed=st.integers(0, 2**32),
    sessions=st.integers(1, 3),
    cap=st.one_of(st.none(), st.integers(5, 60)),
)
def test_hostile_player_never_gets_more_than_the_clock_the_part_and_the_cap(beats, seed, sessions, cap):
    rng = random.Random(seed)
    world = _world(daily_cap_ms=cap)
    for _ in range(sessions - 1):
        world.now += rng.randint(0, 200)
        world.open()
    for beat in beats:
        world.send(rng.choice(world.sessions), [beat], now=NOON + 10_000)
        if rng.random() < 0.3:
            world.now = NOON + rng.randint(0, 10_000)
            world.prove()
            world.learner.judgements.sort(key=lambda j: j.at)
    world.now = NOON + 20_000
    world.prove()

    taken = sorted((t.start, t.end) for t in world.takings)
    assert all(a[1] <= b[0] for a, b in pairwise(taken))
    assert all(NOON <= a < b <= NOON + 10_000 for a, b in taken)
    for number, sets in enumerate(world.sets.values()):
        claimed = union([r for b in beats if b.part == part_id(number) for r in b.ranges])
        inside = sum(max(0, min(b, PARTS[number]) - max(a, 0)) for a, b in claimed)
        assert sets.credited_ms <= min(sets.covered_ms, sets.worked_ms)
        assert sets.covered_ms <= inside <= PARTS[number]
    assert sum(world.credited) == sum(b - a for a, b in taken) == sum(world.by_day().values())
    if cap is not None:
        assert sum(world.by_day().values()) <= cap


@settings(max_examples=200, deadline=None)
@given(beats=hostile_beats())
def test_repeating_a_request_changes_nothing(beats):
    world = _deliver(_world(), [beats])
    world.now = NOON + 10_000
    world.prove()
    before = (world.credited, world.reasons(), len(world.takings))

    _deliver(world, [[b] for b in beats])

    assert (world.credited, world.reasons(), len(world.takings)) == before


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_answers_and_beats_in_any_order_decide_the_same_time(data):
    """Checks fall due each 100 ms of play; what was answered, when, is the same, only the delivery differs."""
    worlds = []
    minutes = data.draw(st.integers(2, 5))
    gone = data.draw(st.lists(st.booleans(), min_size=minutes, max_size=minutes))
    for _ in range(2):
        world = World(parts=[5_000], interval=100, terms=Terms(proof_covers_ms=data.draw(st.just(160))))
        session = world.open(checks=minutes)
        items = []
        t = 0
        for number in range(minutes):
            for i in range(4):
                items.append((Beat(number * 4 + i, part_id(0), t, t + 25, ((t, t + 25),)), None))
                t += 25
            items.append((None, (session.checks[number], t, None if gone[number] else True)))
        worlds.append((world, session, items))
    straight, shuffled = worlds
    order = data.draw(st.permutations(range(len(shuffled[2]))))
    for (world, session, items), indexes in ((straight, range(len(straight[2]))), (shuffled, order)):
        for index in indexes:
            beat, answer = items[index]
            world.now = NOON + 100_000
            if beat is not None:
                world.send(session, [beat])
            else:
                check, t, value = answer
                world.answer(session, check, shown=t, t=t, answer=value)

    assert straight[0].credited == shuffled[0].credited
    assert straight[0].sets[part_id(0)].covered == shuffled[0].sets[part_id(0)].covered
    assert straight[0].credited == [100 * gone.count(False)]
