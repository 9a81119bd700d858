"""Minutes before signing in: kept for a day, the person's own once signed in there, never more than they are worth."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from accounts.api import find_person
from core import outbox
from core.clock import from_ms
from records.api import CheckMissed, LessonNotOpen, accept_beats, issue_policy
from records.ledger.state import Beat
from records.models import (
    GuestSession,
    GuestSpan,
    LedgerEntry,
    PartProgress,
    RefusedSpan,
    StudySession,
    StudyState,
)
from records.operations import guests as guests_module
from records.operations import sessions
from records.operations.claims import claim_guest_study
from records.operations.guests import KEPT_MS, GuestLimit, accept_guest_beats, forget_guests
from records.verify import verify
from tests.factories.people import make_member, make_person, make_tree, make_user
from tests.factories.records import MINUTE, make_lesson
from tests.records.guest import Guest
from tests.records.player import Player
from unions.api import confirm_request, request_to_join


@pytest.fixture
def lessons(monkeypatch):
    """Every lesson a guest has opened is open to everybody, until it is taken out of this dict."""
    known = {}

    def resolve(lesson, learner, now):
        if lesson not in known:
            raise LessonNotOpen("这一节暂时停用。")
        return known[lesson]

    monkeypatch.setattr(sessions, "_RESOLVERS", [resolve])
    return known


@pytest.fixture
def guest(clock, lessons):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    made = Guest(clock)
    lessons[made.lesson.lesson] = made.lesson
    return made


def credited(learner):
    return sum(LedgerEntry.objects.filter(learner=learner).values_list("ms", flat=True))


@pytest.mark.django_db
class TestKeeping:
    def test_what_a_guest_plays_waits_and_is_not_in_any_ledger(self, guest):
        totals = guest.play(MINUTE)
        proven = guest.answer()

        assert (totals.credited_seconds, totals.pending_seconds) == (0, 60)
        assert (proven.credited_seconds, proven.pending_seconds) == (0, 60)
        assert GuestSpan.objects.count() == 4
        assert not LedgerEntry.objects.exists()
        assert not StudyState.objects.exists()

    def test_a_repeated_opening_shows_how_far_the_guest_was(self, guest):
        guest.play(30_000)
        guest.open()

        assert guest.opened.parts[0].covered == [(0, 30_000)]
        assert guest.opened.resume == (guest.lesson.parts[0].uuid, 30_000)

    def test_a_repeated_beat_changes_nothing_and_other_content_is_refused(self, guest):
        beat = guest.beat()
        guest.send([beat])
        again = guest.send([beat])
        other = guest.send([Beat(beat.seq, beat.part, 0, 15_000, ((100_000, 115_000),))])

        assert again.pending_seconds == other.pending_seconds == 15
        assert [r.reason for r in other.refused] == ["seq_reused"]
        assert GuestSpan.objects.count() == 1

    def test_a_repeat_gets_the_refusals_of_the_first_time(self, guest):
        fast = Beat(1, guest.lesson.parts[0].uuid, 0, 10_000, ((0, 60_000),))
        guest.t = 10_000
        first = guest.send([fast])

        assert [r.reason for r in first.refused] == ["faster_than_clock"]
        assert guest.send([fast]).refused == first.refused

    def test_a_beat_ahead_of_the_clock_is_not_kept(self, guest):
        beat = guest.beat(MINUTE)
        totals = accept_guest_beats(device=guest.device, session=guest.session, beats=[beat])

        assert [r.reason for r in totals.refused] == ["ahead_of_clock"]
        assert not GuestSpan.objects.exists()

    def test_a_missed_check_is_missed_for_a_guest_too(self, guest):
        guest.play(MINUTE)
        with pytest.raises(CheckMissed) as missed:
            guest.answer(late=61_000)

        assert missed.value.totals.pending_seconds == 0

    def test_a_second_tab_ends_the_first(self, guest):
        guest.play(15_000)
        first, second = guest.session, Guest(guest.clock, guest.lesson, guest.device)
        late = guest.beat()
        guest.clock.forward(MINUTE)

        totals = accept_guest_beats(device=guest.device, session=first, beats=[late])

        assert [r.reason for r in totals.refused] == ["superseded"]
        assert GuestSession.objects.filter(ended_at=None).get().pk == second.session

    def test_another_device_finds_nothing(self, guest):
        with pytest.raises(guests_module.SessionNotFound):
            accept_guest_beats(device="f" * 64, session=guest.session, beats=[guest.beat()])

    def test_a_device_may_not_send_without_end(self, guest, monkeypatch):
        monkeypatch.setattr(guests_module, "MOST_BEATS", 4)
        guest.play(MINUTE)

        with pytest.raises(GuestLimit):
            guest.play(15_000)
        assert GuestSpan.objects.count() == 4

    def test_a_device_may_not_open_without_end(self, guest, monkeypatch):
        monkeypatch.setattr(guests_module, "MOST_SESSIONS", 2)
        guest.open()

        with pytest.raises(GuestLimit):
            guest.open()

    def test_a_withdrawn_lesson_stops_for_guests(self, guest):
        guest.play(15_000)
        sessions.end_sessions_of_lesson(lesson=guest.lesson.lesson)

        assert [r.reason for r in guest.play(15_000).refused] == ["lesson_withdrawn"]

    def test_after_24_hours_it_is_deleted(self, guest):
        guest.play(15_000)
        guest.clock.forward(KEPT_MS - 20_000)
        assert forget_guests(now=guest.clock.now) == 0
        assert GuestSession.objects.exists()

        assert forget_guests(now=guest.clock.forward(20_000)) == 1
        assert not GuestSession.objects.exists()


@pytest.mark.django_db
class TestClaiming:
    def test_signing_in_makes_it_the_persons_own_as_if_it_always_had_been(self, guest):
        guest.play(MINUTE)
        guest.answer()
        guest.play(30_000)
        learner = make_person().uuid

        assert claim_guest_study(device=guest.device, learner=learner) == 1

        [entry] = LedgerEntry.objects.all()
        assert (entry.learner, entry.ms, entry.source, entry.evidence) == (learner, MINUTE, "guest", "beats")
        assert entry.lesson == guest.lesson.lesson
        assert verify([learner]).bad is None
        assert not GuestSpan.objects.exists()
        assert not GuestSession.objects.exists()
        assert PartProgress.objects.get(learner=learner).covered_ms == MINUTE
        later = Player(guest.clock, guest.lesson, learner)
        assert later.opened.totals.pending_seconds == 30

    def test_claiming_again_gives_nothing(self, guest):
        guest.play(MINUTE)
        guest.answer()
        learner = make_person().uuid
        claim_guest_study(device=guest.device, learner=learner)

        assert claim_guest_study(device=guest.device, learner=learner) == 0
        assert credited(learner) == MINUTE

    def test_the_first_person_on_a_device_has_it(self, guest):
        guest.play(MINUTE)
        guest.answer()
        first, second = make_person().uuid, make_person().uuid

        claim_guest_study(device=guest.device, learner=first)
        claim_guest_study(device=guest.device, learner=second)

        assert (credited(first), credited(second)) == (MINUTE, 0)

    def test_another_device_claims_nothing(self, guest):
        guest.play(MINUTE)

        assert claim_guest_study(device="f" * 64, learner=make_person().uuid) == 0
        assert GuestSpan.objects.count() == 4

    def test_what_is_older_than_24_hours_is_not_claimed_even_if_nobody_has_deleted_it(self, guest):
        guest.play(MINUTE)
        guest.answer()
        guest.clock.forward(KEPT_MS)
        learner = make_person().uuid

        assert claim_guest_study(device=guest.device, learner=learner) == 0
        assert credited(learner) == 0

    def test_unproven_minutes_wait_for_the_persons_next_proof(self, guest):
        guest.play(30_000)
        learner = make_person().uuid
        claim_guest_study(device=guest.device, learner=learner)

        assert credited(learner) == 0
        player = Player(guest.clock, guest.lesson, learner)
        player.position = 30_000
        player.play(30_000)
        assert player.answer().credited_seconds == 60

    def test_the_tap_that_ended_the_lesson_proves_what_was_played(self, guest):
        guest.play(30_000)
        guest.close()
        learner = make_person().uuid
        claim_guest_study(device=guest.device, learner=learner)

        assert credited(learner) == 30_000

    def test_time_studied_elsewhere_at_the_same_instants_counts_once(self, guest):
        learner = make_person().uuid
        guest.play(30_000)
        phone = Player(guest.clock, make_lesson(), learner)
        phone.play(MINUTE)
        phone.answer()
        guest.t = guest.position = (
            45_000  # the guest's page has gone on meanwhile, half of it at the same instants
        )
        guest.play(MINUTE)
        guest.close()

        claim_guest_study(device=guest.device, learner=learner)

        # The person went on elsewhere after 30 s: there this session ended.
        assert credited(learner) == MINUTE + 30_000
        assert set(RefusedSpan.objects.values_list("reason", flat=True)) == {"superseded"}

    def test_the_cap_of_the_day_is_the_persons(self, guest):
        quick = {"presence_min_ms": MINUTE, "presence_max_ms": MINUTE}
        issue_policy(owner="national", effective_from=1, daily_cap_ms=90_000, **quick)
        learner = make_person().uuid
        phone = Player(guest.clock, make_lesson(), learner)
        phone.play(MINUTE)
        phone.answer()
        guest.open()
        guest.play(MINUTE)
        guest.close()

        claim_guest_study(device=guest.device, learner=learner)

        assert credited(learner) == 90_000
        assert "day_cap" in RefusedSpan.objects.values_list("reason", flat=True)

    def test_the_policy_is_that_of_the_persons_union(self, guest):
        union = make_tree()["plant"]
        issue_policy(owner=f"union:{union.uuid}", effective_from=0, part_cap_ms=20_000)
        learner = make_member(union).uuid
        guest.play(MINUTE)
        guest.close()

        claim_guest_study(device=guest.device, learner=learner)

        [entry] = LedgerEntry.objects.all()
        assert (entry.ms, entry.union) == (20_000, union.uuid)
        assert entry.policy.startswith(f"union:{union.uuid}@1")

    def test_without_a_union_it_is_unassigned_and_becomes_the_unions_when_it_confirms(self, guest):
        union = make_tree()["plant"]
        person = make_person()
        guest.play(MINUTE)
        guest.close()
        claim_guest_study(device=guest.device, learner=person.uuid)
        assert LedgerEntry.objects.get().union is None

        request = request_to_join(person=person, union=union, on=from_ms(guest.clock.now).date())
        confirm_request(request=request, officer=make_user(), at=from_ms(guest.clock.now))
        outbox.deliver()

        by_union = {}
        for entry in LedgerEntry.objects.filter(learner=person.uuid):
            by_union[entry.union] = by_union.get(entry.union, 0) + entry.ms
        assert by_union == {None: 0, union.uuid: MINUTE}

    def test_a_lesson_that_is_not_open_now_waits_on(self, guest, lessons):
        guest.play(MINUTE)
        guest.close()
        lesson = lessons.pop(guest.lesson.lesson)
        learner = make_person().uuid
        assert claim_guest_study(device=guest.device, learner=learner) == 0

        lessons[lesson.lesson] = lesson
        assert claim_guest_study(device=guest.device, learner=learner) == 1
        assert credited(learner) == MINUTE

    def test_parts_the_persons_edition_does_not_have_are_refused(self, guest, lessons):
        guest.play(MINUTE)
        guest.close()
        lessons[guest.lesson.lesson] = make_lesson(lesson=guest.lesson.lesson)
        learner = make_person().uuid
        claim_guest_study(device=guest.device, learner=learner)

        assert credited(learner) == 0
        assert set(RefusedSpan.objects.values_list("reason", flat=True)) == {"outside_part"}

    def test_two_sittings_are_claimed_in_their_order(self, guest):
        guest.play(MINUTE)
        guest.answer()
        guest.clock.forward(10 * MINUTE)
        guest.open()
        guest.play(MINUTE)
        guest.answer()
        learner = make_person().uuid

        assert claim_guest_study(device=guest.device, learner=learner) == 2
        assert credited(learner) == 2 * MINUTE
        assert StudySession.objects.filter(learner=learner, ended_at=None).count() == 0

    def test_what_was_on_its_way_while_signing_in_still_arrives(self, guest):
        guest.play(MINUTE)
        guest.answer()
        late = guest.beat()
        guest.clock.forward(MINUTE)
        learner = make_person().uuid
        claim_guest_study(device=guest.device, learner=learner)

        totals = accept_beats(learner=learner, session=guest.session, beats=[late])

        assert (totals.refused, totals.pending_seconds) == ([], 15)


INSTANTS = count()
"""One policy comes after the other, though a test rolls nothing back between its examples."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("play"), st.integers(1, 40_000), st.integers(0, 150_000), st.integers(0, 1)),
        st.tuples(st.just("fast"), st.integers(1_000, 20_000), st.integers(0, 150_000), st.integers(0, 1)),
        st.tuples(st.just("wait"), st.integers(1, 90_000), st.just(0), st.just(0)),
        st.tuples(st.just("back"), st.integers(1, 30_000), st.just(0), st.just(0)),
        st.tuples(st.just("answer"), st.integers(0, 70_000), st.just(0), st.just(0)),
        st.tuples(st.just("study"), st.just(MINUTE), st.integers(0, 150_000), st.integers(0, 1)),
        st.tuples(st.just("open"), st.just(0), st.just(0), st.just(0)),
        st.tuples(st.just("tap"), st.just(0), st.just(0), st.just(0)),
    ),
    min_size=1,
    max_size=12,
)


def act(player, steps):
    """Let a player, a guest or somebody signed in, do all this from the same instant on, and end it by a tap."""
    answered = 0
    for kind, ms, position, part in [*steps, ("tap", 0, 0, 0)]:
        if kind == "tap":
            player.close()
        elif kind in {"play", "study"}:
            player.send([player.beat(ms, part=part, position=position)])
        elif kind == "fast":
            player.seq += 1
            start, player.t = player.t, player.t + ms
            uuid = player.lesson.parts[part].uuid
            player.send([Beat(player.seq, uuid, start, player.t, ((position, position + 2 * ms),))])
        elif kind == "wait":
            player.t += ms
        elif kind == "back":
            player.t = max(0, player.t - ms)
        elif kind == "open":
            player.clock.now = max(player.clock.now, player.opened.server_time + player.t)
            player.open()
            answered = 0
        if kind in {"answer", "study"} and answered < len(player.opened.checks):
            try:
                result = player.answer(answered, late=1_000 if kind == "study" else ms)
            except CheckMissed:
                answered += 1
            else:
                answered += bool(result.answers) and "held" not in result.answers.values()


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, cap=st.sampled_from([None, 50_000]), later=st.integers(0, 10_000_000))
def test_a_claim_never_gives_more_than_the_same_beats_gave_somebody_signed_in(
    clock, lessons, steps, cap, later
):
    quick = {"presence_min_ms": MINUTE, "presence_max_ms": MINUTE}
    issue_policy(owner="national", effective_from=next(INSTANTS), daily_cap_ms=cap, **quick)
    lesson = make_lesson(100_000, 200_000)
    lessons[lesson.lesson] = lesson
    began = clock.now
    signed_in = Player(clock, lesson)
    act(signed_in, steps)
    clock.now = began
    guest = Guest(clock, lesson)
    act(guest, steps)
    clock.forward(later)
    learner = uuid4()

    claim_guest_study(device=guest.device, learner=learner)

    assert credited(learner) <= credited(signed_in.learner)
    event("credited" if credited(learner) else "nothing credited")
    assert verify([learner]).bad is None
    clock.now = began


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("persons", [1, 2])
def test_many_claims_at_once_give_it_once(guest, persons):
    guest.play(MINUTE)
    guest.answer()
    learners = [make_person().uuid for _ in range(persons)]
    gate = Barrier(6)

    def claim(n):
        try:
            gate.wait(60)
            return claim_guest_study(device=guest.device, learner=learners[n % persons])
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        claimed = list(pool.map(claim, range(6)))

    assert sum(claimed) == 1
    assert sum(map(credited, learners)) == MINUTE
    assert not GuestSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_beats_sent_while_it_is_claimed_are_in_one_place_only(guest):
    beats = [guest.beat(5_000) for _ in range(6)]
    guest.clock.forward(MINUTE)
    learner = make_person().uuid
    gate = Barrier(7)

    def run(call):
        try:
            gate.wait(60)
            return call()
        except guests_module.SessionNotFound:
            return None
        finally:
            connection.close()

    calls = [lambda b=b: guest.send([b]) for b in beats]
    calls.append(lambda: claim_guest_study(device=guest.device, learner=learner))
    with ThreadPoolExecutor(7) as pool:
        results = list(pool.map(run, calls))

    kept = sum(result is not None for result in results[:-1])
    assert not GuestSpan.objects.exists()
    received = StudySession.objects.get(pk=guest.session).received
    assert len([beat for beat in received.split(",") if beat]) == kept
    assert find_person(learner) is not None
