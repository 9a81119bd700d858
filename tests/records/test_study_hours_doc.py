"""Each worked example of ``docs/study-hours.md``, computed: the sentence there must hold the numbers that come out."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from core.clock import from_ms
from records.api import Beat, append_entries, issue_policy, open_session, reversal_of
from records.ledger.intervals import measure
from records.ledger.licences import Run
from records.ledger.periods import booked_on
from records.ledger.terms import DAY_MS, Terms
from records.models import LedgerEntry
from records.operations.licences import accept_upload, issue_licence
from records.reasons import what, why
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player
from tests.records.world import NOON, World, beat, part_id, played

TEXT = Path(__file__).resolve().parents[2] / "docs" / "study-hours.md"
SECOND = 1_000
MIDNIGHT = NOON + 12 * 60 * MINUTE


def says(number: int, sentence: str) -> None:
    """The paragraph of an invariant must have this sentence as its example, whatever its line breaks."""
    words = " ".join(TEXT.read_text(encoding="utf-8").split())
    paragraph = words.split(f"**{number} ", 1)[1].split(f"**{number + 1} ", 1)[0]
    assert f"*Example: {sentence}*" in paragraph


def _world(**fields) -> World:
    world = World(**fields)
    world.open()
    return world


def _send(world: World, *beats, after: int = MINUTE) -> World:
    world.send(world.sessions[-1], list(beats), now=world.sessions[-1].opened_at + after)
    return world


def s(ms: int) -> str:
    """
    >>> s(15_250), s(4_000)
    ('15.25', '4')
    """
    return f"{ms / 1_000:g}"


def test_clock():
    world = _send(_world(), played(1, 0, 0, 10 * SECOND), played(2, 5 * SECOND, 20 * SECOND, 10 * SECOND))
    world.prove()
    second = world.credited[0] - 10 * SECOND
    says(1, f"10 s from 0:00, then a beat from 0:05 to 0:15. Of the second one {s(second)} s count, "
            f"{s(world.reasons()['clock_used'])} s are `clock_used`.")  # fmt: skip


def test_three_sets():
    world = _send(_world(), played(1, 0, 0, 20 * SECOND, rate=1_500))
    world.prove()
    sets = world.sets[part_id(0)]
    first, owed = sets.credited_ms, sets.covered_ms - sets.credited_ms
    _send(world, played(2, 20 * SECOND, 0, 10 * SECOND))
    world.prove()
    says(2, f"20 s of film at 1.5 × cover {s(sets.covered_ms)} s in 20 s: {s(first)} s are credited, {s(owed)} s are owed; "
            f"playing any 10 s of the part again makes it {s(sets.credited_ms)} s.")  # fmt: skip


def test_rate():
    world = _send(_world(), beat(1, (0, 10 * SECOND), (0, 30 * SECOND)))
    world.prove()
    covered = measure(world.sets[part_id(0)].covered)
    says(
        3,
        f"10 s that claim 30 s cover {s(covered)} s; {s(world.reasons()['faster_than_clock'])} s stay open.",
    )


@pytest.fixture
def player(clock):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    return Player(clock)


@pytest.mark.django_db
def test_idempotence(player):
    seven = player.beat(15 * SECOND)
    for _ in range(3):
        totals = player.send([seven])
    other = type(seven)(seven.seq, seven.part, seven.t_from, seven.t_to, ((100_000, 115_000),))
    refused = player.send([other]).refused
    ms = sum(b - a for a, b in (r.positions for r in refused))
    says(4, f"15 s sent three times are {totals.pending_seconds} s; the same number with other positions is "
            f"{s(ms)} s of `{refused[0].reason}`.")  # fmt: skip


def test_one_place():
    world = _world()
    phone = world.sessions[-1]
    world.now += 4 * SECOND
    tablet = world.open()
    world.send(phone, [played(1, 0, 0, 10 * SECOND)], now=NOON + 20 * SECOND)
    of_phone = sum(world.pending)
    world.send(tablet, [played(1, 0, 10 * SECOND, 10 * SECOND)])
    world.prove()
    says(5, f"A phone plays 10 s; after 4 s a tablet opens the lesson and plays 10 s. Of the phone {s(of_phone)} s count and "
            f"{s(world.reasons()['superseded'])} s are `superseded`; in all {s(sum(world.credited))} s.")  # fmt: skip


def test_presence():
    world = World(parts=[120 * MINUTE], interval=5 * MINUTE)
    session = world.open()
    world.send(
        session, [played(n, n * MINUTE, n * MINUTE, MINUTE) for n in range(30)], now=NOON + 30 * MINUTE
    )
    world.answer(session, session.checks[0], shown=30 * MINUTE, t=30 * MINUTE)
    missed = world.reasons()["missed_check"]
    says(6, f"30 minutes played in silence, then one proof: {world.credited[0] // MINUTE} minutes are credited, "
            f"{missed // MINUTE} can be played again.")  # fmt: skip


def test_caps():
    world = _world(terms=Terms(daily_cap_ms=MINUTE))
    _send(world, played(1, 0, 0, 90 * SECOND), after=90 * SECOND)
    world.prove()
    first = world.credited[0]
    capped = world.reasons()["day_cap"]
    world.now = NOON + DAY_MS
    world.open()
    _send(world, played(1, 0, 0, 30 * SECOND))
    world.prove()
    says(7, f"Under a cap of one minute a day 90 s give {s(first)} s, {s(capped)} s are `day_cap`; playing 30 s again the "
            f"next day makes it {s(world.credited[0])} s.")  # fmt: skip


def test_honest_learners_lose_nothing():
    beats = [played(n, n * 15 * SECOND, n * 15 * SECOND, 15 * SECOND) for n in range(4)]
    world = _world()
    for each in (beats[3], beats[1], beats[1], beats[0], beats[2], beats[3]):
        _send(world, each, after=10 * MINUTE)
    world.prove()
    says(
        8,
        f"Four beats of 15 s that arrive ten minutes late, shuffled and two of them twice: {s(world.credited[0])} s.",
    )


@pytest.mark.django_db
def test_append_only(player):
    player.play(MINUTE)
    player.answer()
    entry = LedgerEntry.objects.get(learner=player.learner)
    append_entries(
        learner=player.learner, drafts=[reversal_of(entry, reason="mistake", actor=player.learner)]
    )
    both = [e.ms for e in player.entries]
    says(
        9,
        f"An entry of {s(both[0])} s is taken back by one of −{s(-both[1])} s: {len(both)} entries, {s(sum(both))} s.",
    )


@pytest.mark.django_db
def test_durable(player):
    player.play(MINUTE)
    player.answer()
    answered = player.play(20 * SECOND)
    again = open_session(learner=player.learner, session=player.session, lesson=player.lesson).totals
    assert (again.credited_seconds, again.pending_seconds) == (
        answered.credited_seconds,
        answered.pending_seconds,
    )
    says(10, f"An answer says {answered.credited_seconds} s credited and {answered.pending_seconds} s pending; the process is "
             f"killed; the next one says {again.credited_seconds} s and {again.pending_seconds} s.")  # fmt: skip


def test_explained():
    world = _send(_world(), beat(1, (0, 15 * SECOND), (0, 15 * SECOND), visible=False))
    [(reason, ms)] = world.reasons().items()
    says(11, f"15 s behind another window are `{reason}`: “{what(ms)}。{why(reason)}”")


def test_days_and_months():
    world = World(now=MIDNIGHT - 20 * SECOND)
    world.open()
    _send(world, played(1, 0, 0, MINUTE))
    world.prove()
    before, after = (world.by_day()[day] for day in sorted(world.by_day()))
    booked = booked_on(date(2026, 10, 31), date(2026, 11, 16))
    says(12, f"A minute that begins 20 s before midnight is {s(before)} s of the one day and {s(after)} s of the next; time of "
             f"31 October that is recorded on 16 November is booked on {booked.day} {booked:%B}.")  # fmt: skip


def test_without_a_network(clock, db):
    licence = issue_licence(
        learner=uuid4(), licence=uuid4(), lesson=make_lesson(kinds=("text",)), device="phone"
    )
    begin = 25 * 60 * MINUTE
    part = licence.opened.parts[0].part
    beats = [
        Beat(n, part, begin + n * 15_000, begin + (n + 1) * 15_000, ((n * 15_000, (n + 1) * 15_000),))
        for n in range(16)
    ]
    clock.forward(180 * MINUTE)
    for _again in range(2):
        accept_upload(learner=licence.learner, device="phone", token=licence.token, beats=beats,
                      taps=[begin + 4 * MINUTE], runs=[Run(1, begin, 4 * MINUTE)])  # fmt: skip
    [entry] = LedgerEntry.objects.filter(learner=licence.learner)
    first, last = (f"{from_ms(ms):%H:%M}" for ms in (entry.t_from, entry.t_to))
    words = " ".join(TEXT.read_text(encoding="utf-8").split())
    assert f"at 15:00 the phone uploads, twice: {s(entry.ms)} s, one entry, {first} to {last}.*" in words
