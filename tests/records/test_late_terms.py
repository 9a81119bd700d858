"""Beats that arrive after the policy, the day, the union or the month they were played under has changed."""

from datetime import date
from typing import Any

import pytest

from core.clock import day_start_ms
from records.api import issue_policy
from records.ledger.terms import DAY_MS
from records.models import StudySession
from records.operations import beats
from tests.factories.people import make_member, make_tree
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player
from unions.models import Membership

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
MIDNIGHT = day_start_ms(TUESDAY)
QUICK: dict[str, Any] = {"presence_min_ms": MINUTE, "presence_max_ms": MINUTE}


@pytest.fixture
def national():
    return issue_policy(owner="national", effective_from=0, **QUICK)


def _by_policy(player):
    out: dict[str, int] = {}
    for entry in player.entries:
        out[entry.policy] = out.get(entry.policy, 0) + entry.ms
    return out


def test_late_beats_of_a_session_that_has_ended_are_judged_by_the_policy_that_came_meanwhile(clock, national):
    first = Player(clock)
    played = [first.beat(15_000) for _ in range(4)]
    clock.forward(30_000)
    issue_policy(owner="national", **QUICK)
    clock.forward(30_000)
    Player(clock, first.lesson, first.learner)

    first.send(played)
    first.close()

    assert _by_policy(first) == {"national@1": 30_000, "national@2": 30_000}


def test_policy_of_the_evening_judges_what_was_played_that_evening_though_it_arrives_the_next_day(
    clock, national
):
    clock.now = MIDNIGHT - 2 * MINUTE
    player = Player(clock)
    played = [player.beat(15_000) for _ in range(4)]
    clock.forward(30_000)
    issue_policy(owner="national", daily_cap_ms=40_000, **QUICK)
    clock.now = MIDNIGHT + MINUTE

    player.send(played)
    totals = player.answer(late=0)

    assert totals.credited_seconds == 40
    assert _by_policy(player) == {"national@1": 30_000, "national@2": 10_000}
    assert {e.day for e in player.entries} == {MONDAY}


def test_union_from_midnight_on_sets_the_terms_also_of_beats_that_arrive_after_the_end(clock, national):
    tree = make_tree()
    person = make_member(tree["plant"])
    issue_policy(owner=f"union:{tree['mine'].uuid}", effective_from=0, max_rate="1.0")
    Membership.objects.filter(member=person).update(active_to=TUESDAY)
    make_member(tree["mine"], since=TUESDAY, person=person)
    clock.now = MIDNIGHT - 30_000
    player = Player(clock, learner=person.uuid)
    played = [player.beat(15_000) for _ in range(4)]
    clock.now = MIDNIGHT + MINUTE
    Player(clock, player.lesson, person.uuid)

    player.send(played)
    player.close()

    assert [(e.day, e.union, e.ms) for e in player.entries] == [
        (MONDAY, tree["plant"].uuid, 30_000),
        (TUESDAY, tree["mine"].uuid, 30_000),
    ]
    assert [e.policy for e in player.entries][1].startswith(f"union:{tree['mine'].uuid}@1")


def test_member_who_moves_at_noon_has_the_whole_day_with_one_union(clock, national):
    """A membership begins with a day: what was played before the move that day goes where the day belongs."""
    tree = make_tree()
    person = make_member(tree["plant"])
    player = Player(clock, learner=person.uuid)
    player.play(30_000)
    Membership.objects.filter(member=person).update(active_to=TUESDAY)
    make_member(tree["mine"], since=TUESDAY, person=person)
    player.play(30_000)
    player.answer()

    assert {(e.day, e.union) for e in player.entries} == {(MONDAY, tree["plant"].uuid)}


def test_leap_day_is_a_day(clock, national):
    clock.now = day_start_ms(date(2028, 2, 29)) - 20_000
    player = Player(clock, make_lesson(200 * MINUTE))
    player.play(MINUTE)
    clock.now = day_start_ms(date(2028, 3, 1)) - 20_000
    player.answer(late=0)
    again = Player(clock, player.lesson, player.learner)
    again.position = 100 * MINUTE
    again.play(MINUTE)
    again.answer(late=0)

    assert [(e.day, e.booked_on, e.ms) for e in player.entries] == [
        (date(2028, 2, 28), date(2028, 2, 28), 20_000),
        (date(2028, 2, 29), date(2028, 2, 29), 40_000),
        (date(2028, 2, 29), date(2028, 2, 29), 20_000),
        (date(2028, 3, 1), date(2028, 3, 1), 40_000),
    ]


def test_terms_of_an_ended_session_are_not_resolved_anew_each_day(clock, national):
    player = Player(clock)
    player.play(15_000)
    player.close(present=False)
    clock.now = MIDNIGHT + MINUTE
    player.send([player.beat(1_000)])

    assert StudySession.objects.get().policy_day == MONDAY


def test_session_left_open_for_a_year_resolves_no_more_days_than_still_matter(clock, national, monkeypatch):
    asked = []
    real = beats.terms_for
    monkeypatch.setattr(beats, "terms_for", lambda **f: asked.append(f["since"]) or real(**f))
    player = Player(clock)
    player.play(15_000)
    issue_policy(owner="national", effective_from=clock.now + 300 * DAY_MS, daily_cap_ms=MINUTE, **QUICK)
    player.t += 400 * DAY_MS

    player.play(30_000)

    assert len(asked) <= 16
    terms = StudySession.objects.get().terms
    assert [numbers["identity"] for _, numbers in terms] == ["national@1", "national@2"]
    assert player.close().credited_seconds == 30
    assert _by_policy(player) == {"national@2": 30_000}
