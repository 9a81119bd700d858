"""A learner's sessions against the database, on whichever of the two the suite runs."""

from datetime import date
from uuid import uuid4

import pytest

from records.api import (
    Answer,
    Beat,
    CheckMissed,
    SessionNotFound,
    SessionTaken,
    UnknownCheck,
    accept_beats,
    answer_presence,
    close_session,
    end_sessions_of_lesson,
    issue_policy,
    open_session,
)
from records.models import (
    Completion,
    Mark,
    PartProgress,
    RefusedSpan,
    StudySession,
    StudyState,
)
from tests.factories.people import make_member, make_tree
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture
def quick_checks():
    """Checks fall due after exactly one minute of play."""
    return issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)


@pytest.fixture
def player(clock, quick_checks):
    return Player(clock)


def test_opening_says_what_the_player_needs(clock, quick_checks):
    lesson = make_lesson(10 * MINUTE, MINUTE, kinds=("video", "text"))
    opened = Player(clock, lesson).opened

    assert opened.is_new
    assert opened.server_time == clock.now
    assert opened.edition == lesson.edition
    assert [(p.part, p.kind, p.nominal_ms) for p in opened.parts] == [
        (p.uuid, p.kind, p.nominal_ms) for p in lesson.parts
    ]
    assert [(p.covered, p.to_make_up, p.owed_ms) for p in opened.parts] == [
        ([], [(0, 10 * MINUTE)], 0),
        ([], [(0, MINUTE)], 0),
    ]
    assert len(opened.checks) == 12
    assert {c.after_ms for c in opened.checks} == {MINUTE}
    assert len({c.id for c in opened.checks}) == len({c.seal for c in opened.checks}) == 12
    assert opened.resume == (lesson.parts[0].uuid, 0)
    assert opened.max_rate == 1.5
    assert (opened.totals.credited_seconds, opened.totals.pending_seconds) == (0, 0)


def test_repeated_opening_gives_the_same_session_and_the_same_checks(player):
    again = open_session(learner=player.learner, session=player.session, lesson=player.lesson)

    assert not again.is_new
    assert again.checks == player.opened.checks
    assert StudySession.objects.count() == 1


def test_repeated_opening_of_an_ended_session_neither_reopens_it_nor_ends_another(player, clock):
    first = player.session
    clock.forward(MINUTE)
    player.open()
    clock.forward(MINUTE)

    open_session(learner=player.learner, session=first, lesson=player.lesson)

    assert StudySession.objects.get(pk=first).ended_at is not None
    assert StudySession.objects.get(pk=player.session).ended_at is None


def test_session_of_somebody_else_cannot_be_opened_used_or_closed(player):
    stranger = uuid4()
    with pytest.raises(SessionTaken):
        open_session(learner=stranger, session=player.session, lesson=player.lesson)
    with pytest.raises(SessionNotFound):
        accept_beats(learner=stranger, session=player.session, beats=[player.beat()])
    with pytest.raises(SessionNotFound):
        close_session(learner=stranger, session=player.session)


def test_same_session_for_another_lesson_is_refused(player):
    with pytest.raises(SessionTaken):
        open_session(learner=player.learner, session=player.session, lesson=make_lesson())


def test_opening_ends_the_other_session_at_that_instant(player, clock):
    first = player.session
    clock.forward(30_000)
    player.open()

    ended = StudySession.objects.get(pk=first)
    assert (ended.ended_at, ended.end_reason) == (clock.now, "superseded")
    assert StudyState.objects.get(pk=player.learner).open_session == player.session


def test_played_time_is_pending_and_leaves_no_entry_until_it_is_proved(player):
    totals = player.play(45_000)
    assert (totals.credited_seconds, totals.pending_seconds, totals.presence) == (0, 45, None)
    assert player.entries == []

    player.play(15_000)
    totals = player.answer()

    assert (totals.credited_seconds, totals.pending_seconds, totals.presence) == (60, 0, None)
    [entry] = player.entries
    assert (entry.ms, entry.ranges, entry.day, entry.booked_on) == (60_000, "0-60000", DAY, DAY)
    assert (entry.t_from, entry.t_to) == (player.opened.server_time, player.opened.server_time + 60_000)
    assert (entry.kind, entry.source, entry.evidence, entry.online) == ("study", "player", "beats", True)
    assert (entry.session, entry.lesson, entry.part) == (
        player.session,
        player.lesson.lesson,
        player.lesson.parts[0].uuid,
    )
    assert (entry.edition, entry.activity) == (player.lesson.edition, player.lesson.activity)
    assert (entry.occupation, entry.level, entry.union) == ("6-18-02-04", 2, None)
    assert entry.policy == "national@1"
    assert Mark.objects.filter(learner=player.learner, day=DAY).count() == 1


def test_open_check_is_in_every_answer_until_it_is_judged(player):
    asked = player.play(60_000).presence
    assert (asked.id, asked.kind, asked.expires_in) == (player.opened.checks[0].id, "tap", 60)
    assert player.play(15_000).presence == asked
    assert player.answer().presence is None


def test_second_proof_goes_on_in_the_chain(player):
    player.play(60_000)
    player.answer()
    player.play(60_000)
    player.answer(1)

    first, second = player.entries
    assert [e.n for e in player.entries] == [1, 2]
    assert bytes(second.prev) == bytes(first.hash)
    state = StudyState.objects.get(pk=player.learner)
    assert (state.chain_length, bytes(state.chain_head)) == (2, bytes(second.hash))


def test_more_checks_are_issued_when_the_sealed_ones_are_used_up(player):
    player.position = 0
    for number in range(11):
        player.play(60_000, position=0 if number % 5 == 0 else None)
        player.answer(number)
    asked = player.play(60_000, position=0).presence
    assert asked is not None
    assert asked.id not in {c.id for c in player.opened.checks}
    assert len(player.entries) == 5


def test_missed_check_is_told_and_its_time_refused(player):
    player.play(60_000)
    with pytest.raises(CheckMissed) as missed:
        player.answer(late=60_001)

    assert (missed.value.totals.credited_seconds, missed.value.totals.pending_seconds) == (0, 0)
    assert {r.reason for r in missed.value.totals.refused} == {"missed_check"}
    rows = RefusedSpan.objects.filter(learner=player.learner)
    assert sum(r.position_to - r.position_from for r in rows) == 60_000
    assert {(r.reason, r.policy, r.day) for r in rows} == {("missed_check", "national@1", DAY)}


def test_answer_in_time_that_arrives_late_takes_the_refusal_back(player):
    player.play(60_000)
    with pytest.raises(CheckMissed):
        player.answer(late=60_000, answer=None)
    check = player.opened.checks[0]

    totals = answer_presence(
        learner=player.learner, session=player.session, answer=Answer(check.id, True, 60_000, 90_000)
    )

    assert totals.credited_seconds == 60
    back = RefusedSpan.objects.exclude(takes_back=None)
    assert set(back.values_list("takes_back", flat=True)) == set(
        RefusedSpan.objects.filter(takes_back=None).values_list("pk", flat=True)
    )


def test_answer_to_a_check_of_another_session_is_unknown(player, clock):
    old = player.opened.checks[0]
    player.play(60_000)
    player.open()
    with pytest.raises(UnknownCheck):
        answer_presence(learner=player.learner, session=player.session, answer=Answer(old.id, True, 0, 0))


def test_repeated_request_changes_nothing_and_gets_the_same_refusals(player):
    outside = Beat(7, player.lesson.parts[0].uuid, 0, 10_000, ((595_000, 605_000),))
    player.clock.forward(20_000)
    first = accept_beats(learner=player.learner, session=player.session, beats=[outside])
    version = StudyState.objects.get(pk=player.learner).version

    again = accept_beats(learner=player.learner, session=player.session, beats=[outside])

    assert [(r.seq, r.positions, r.reason) for r in first.refused] == [
        (7, (600_000, 605_000), "outside_part")
    ]
    assert again == first
    assert StudyState.objects.get(pk=player.learner).version == version
    assert RefusedSpan.objects.count() == 1


def test_other_content_under_a_known_number_is_refused(player):
    player.clock.forward(60_000)
    part = player.lesson.parts[0].uuid
    accept_beats(
        learner=player.learner, session=player.session, beats=[Beat(1, part, 0, 10_000, ((0, 10_000),))]
    )
    forged = Beat(1, part, 10_000, 20_000, ((10_000, 20_000),))

    for _ in range(2):
        totals = accept_beats(learner=player.learner, session=player.session, beats=[forged])
        assert [(r.seq, r.reason) for r in totals.refused] == [(1, "seq_reused")]
        assert totals.pending_seconds == 10
    assert RefusedSpan.objects.filter(reason="seq_reused").count() == 1


def test_other_content_may_name_an_instant_that_has_no_date(player):
    player.send([player.beat()])
    far = Beat(1, player.lesson.parts[0].uuid, 2**48 - 1_000, 2**48, ((0, 1_000),))

    assert [r.reason for r in player.send([far]).refused] == ["seq_reused"]


def test_numbers_stay_known_after_hundreds_of_beats(player):
    beats = [player.beat(1_000, position=n * 1_000) for n in range(450)]
    for at in range(0, 450, 50):
        player.send(beats[at : at + 50])
    version = StudyState.objects.get(pk=player.learner).version

    for at in (0, 100, 449):
        assert player.send([beats[at]]).refused == []
    assert StudyState.objects.get(pk=player.learner).version == version
    assert player.send([]).pending_seconds == 120
    forged = Beat(3, beats[0].part, 500_000, 501_000, ((0, 1_000),))
    player.clock.forward(MINUTE * 10)
    assert [r.reason for r in player.send([forged]).refused] == ["seq_reused"]


def test_gap_in_the_numbers_may_fill_later(player):
    beats = [player.beat() for _ in range(3)]
    player.send([beats[2]])
    player.send([beats[0], beats[1]])
    assert PartProgress.objects.count() == 0
    player.play(15_000)
    assert player.answer().credited_seconds == 60


def test_beat_ahead_of_its_clock_is_not_recorded_and_may_come_again(player):
    beat = player.beat(15_000)
    early = accept_beats(learner=player.learner, session=player.session, beats=[beat])
    assert [r.reason for r in early.refused] == ["ahead_of_clock"]
    assert RefusedSpan.objects.count() == 0

    assert player.send([beat]).pending_seconds == 15


def test_two_parts_get_an_entry_each(clock, quick_checks):
    player = Player(clock, make_lesson(MINUTE, MINUTE))
    player.play(30_000)
    player.play(30_000, part=1, position=0)
    player.answer()
    assert [(e.part, e.ms) for e in player.entries] == [(p.uuid, 30_000) for p in player.lesson.parts]


def test_proof_counts_for_the_lessons_before_it_too(player, clock):
    player.play(30_000)
    other = make_lesson()
    first, player.lesson = player.lesson, other
    player.open()
    player.position = 0
    player.play(30_000)
    totals = player.answer()

    assert totals.credited_seconds == 30
    assert [(e.lesson, e.activity, e.ms) for e in player.entries] == [
        (first.lesson, first.activity, 30_000),
        (other.lesson, other.activity, 30_000),
    ]


def test_tap_that_ends_the_lesson_proves_and_closing_twice_is_fine(player):
    player.play(30_000)
    totals = close_session(learner=player.learner, session=player.session, t=player.t, present=True)
    assert totals.credited_seconds == 30
    again = close_session(learner=player.learner, session=player.session, t=player.t, present=True)
    assert (again.credited_seconds, len(player.entries)) == (30, 1)
    session = StudySession.objects.get(pk=player.session)
    assert (session.end_reason, session.ended_at) == ("close", player.opened.server_time + 30_000)


def test_beats_after_the_end_are_refused_and_those_before_it_still_count(player):
    late = player.beat(15_000)
    player.clock.forward(10_000)
    close_session(learner=player.learner, session=player.session, t=10_000)
    totals = player.send([late])
    assert totals.pending_seconds == 10
    assert [(r.positions, r.reason) for r in totals.refused] == [((10_000, 15_000), "after_close")]


def test_lesson_is_complete_once_every_part_is_covered(clock, quick_checks):
    player = Player(clock, make_lesson(30_000, 30_000))
    player.play(30_000)
    player.play(30_000, part=1, position=0)
    player.answer()

    [done] = Completion.objects.all()
    assert (done.learner, done.lesson, done.course, done.day, done.booked_on) == (
        player.learner,
        player.lesson.lesson,
        player.lesson.course,
        DAY,
        DAY,
    )


def test_opening_again_shows_what_is_covered_owed_and_where_to_go_on(player):
    player.clock.forward(MINUTE)
    fast = Beat(1, player.lesson.parts[0].uuid, 0, 30_000, ((0, 45_000),))
    accept_beats(learner=player.learner, session=player.session, beats=[fast])
    [waiting] = player.open().parts
    assert (waiting.covered, waiting.pending_ms, waiting.owed_ms) == ([(0, 45_000)], 30_000, 15_000)

    player.position = 100_000
    player.play(30_000)
    player.answer()
    opened = player.open()

    [state] = opened.parts
    assert state.covered == [(0, 45_000), (100_000, 130_000)]
    assert state.to_make_up == [(45_000, 100_000), (130_000, 600_000)]
    assert (state.credited_ms, state.pending_ms, state.owed_ms) == (60_000, 0, 15_000)
    assert opened.resume == (state.part, 130_000)


def test_entry_has_the_union_of_its_day(clock, quick_checks):
    tree = make_tree()
    person = make_member(tree["plant"])
    player = Player(clock, learner=person.uuid)
    player.play(60_000)
    player.answer()
    assert player.entries[0].union == tree["plant"].uuid
    assert StudySession.objects.get(pk=player.session).union == tree["plant"].uuid


def test_nearest_union_decides_and_a_programme_may_only_be_stricter(clock):
    tree = make_tree()
    person = make_member(tree["plant"])
    issue_policy(owner="national", effective_from=0, max_rate="1.25", presence_max_ms=10 * MINUTE)
    issue_policy(owner=f"union:{tree['county'].uuid}", effective_from=0, max_rate="2.0")
    issue_policy(owner="programme:drill", effective_from=0, daily_cap_ms=MINUTE, max_rate="3.0")

    player = Player(clock, make_lesson(owner_keys=("programme:drill",)), person.uuid)

    assert player.opened.max_rate == 2.0
    session = StudySession.objects.get(pk=player.session)
    assert session.policy == f"union:{tree['county'].uuid}@1+national@1+programme:drill@1"
    assert session.terms[0][1]["daily_cap_ms"] == MINUTE


def test_change_of_policy_seals_the_span_in_the_middle_of_a_session(player, clock):
    player.play(30_000)
    issue_policy(owner="national", presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    player.play(30_000)
    player.answer()
    assert [(e.policy, e.ms) for e in player.entries] == [("national@1", 30_000), ("national@2", 30_000)]


def test_policy_announced_for_later_seals_the_span_when_it_begins(clock, quick_checks):
    issue_policy(
        owner="national", effective_from=clock.now + 20_000, presence_min_ms=MINUTE, presence_max_ms=MINUTE
    )
    player = Player(clock)
    player.play(60_000)
    player.answer()
    assert [(e.policy, e.ms) for e in player.entries] == [("national@1", 20_000), ("national@2", 40_000)]


def test_day_cap_refuses_the_rest_and_says_so(clock):
    issue_policy(
        owner="national",
        effective_from=0,
        presence_min_ms=90_000,
        presence_max_ms=90_000,
        daily_cap_ms=MINUTE,
    )
    player = Player(clock)
    totals = player.play(90_000)
    assert totals.pending_seconds == 60
    totals = player.answer()
    assert (totals.credited_seconds, totals.pending_seconds) == (60, 0)
    assert {r.reason for r in totals.refused} == {"day_cap"}
    assert sum(r.positions[1] - r.positions[0] for r in totals.refused) == 30_000


def test_midnight_gives_two_days_an_entry_each(clock, quick_checks):
    clock.now = 1_795_449_600_000 - 20_000
    player = Player(clock)
    player.play(60_000)
    player.answer()
    assert [(e.day, e.ms) for e in player.entries] == [
        (date(2026, 11, 23), 20_000),
        (date(2026, 11, 24), 40_000),
    ]


def test_withdrawn_lesson_ends_its_sessions(player):
    player.play(30_000)
    assert end_sessions_of_lesson(lesson=player.lesson.lesson) == 1
    totals = player.play(15_000)
    assert {r.reason for r in totals.refused} == {"lesson_withdrawn"}
    assert totals.pending_seconds == 30


def test_elder_mode_waits_three_minutes(clock, quick_checks):
    player = Player(clock)
    player.open(is_elder=True)
    player.play(60_000)
    assert player.answer(late=170_000).credited_seconds == 60


def test_month_that_has_closed_books_late_time_in_the_next_open_one(clock, quick_checks):
    clock.now = 1_793_462_400_000 - 60_000  # 31 October 2026, 23:59 in Shanghai
    player = Player(clock)
    player.play(59_000)
    player.clock.now += 16 * 86_400_000
    late = Player(clock, player.lesson, player.learner)
    assert late.opened.totals.pending_seconds == 0
    assert {r.reason for r in RefusedSpan.objects.all()} == {"missed_check"}
