"""A recount is no way to more time than was studied: days it does not judge, and time that was played twice."""

from datetime import timedelta

import pytest

from records.api import issue_policy
from records.ledger.terms import DAY_MS
from records.operations.policies import version_of
from records.recounts.evidence import Resolver
from records.recounts.running import changes_of
from tests.factories.people import make_member
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player
from tests.records.test_recount import (
    MONDAY,
    QUICK,
    _enter,
    _scope,
    _second_minute,
    _stands,
    _study,
    _version,
)
from tests.records.test_recount import national as national
from tests.records.test_recount import tree as tree
from tests.records.world import NOON


@pytest.mark.django_db
def test_what_was_earned_again_on_a_day_that_is_not_judged_is_not_credited_twice(clock, tree):
    issue_policy(owner="national", effective_from=0, daily_cap_ms=MINUTE, **QUICK)
    learner = make_member(tree["shop"]).uuid
    lesson = make_lesson(2 * MINUTE)
    _study(clock, learner, minutes=2, lesson=lesson)
    again = _study(clock, learner, day=1, minutes=0, lesson=lesson)
    _second_minute(again)

    changes, _beyond = changes_of(learner, _scope(policy := _version(), days=0), Resolver(version_of(policy)))

    assert changes == []
    assert sum(_stands(learner).values()) == 2 * MINUTE


@pytest.mark.django_db
def test_what_a_recount_takes_does_not_come_back_from_time_of_that_day_played_twice(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    lesson = make_lesson(30 * MINUTE)
    first = _study(clock, learner, minutes=2, lesson=lesson)
    _second_minute(first)
    _enter(_version(daily_cap_ms=MINUTE), learner, tree, clock)

    clock.now = NOON + DAY_MS
    again = Player(clock, lesson, learner)
    again.play(15_000)
    again.close()

    assert _stands(learner) == {MONDAY: MINUTE, MONDAY + timedelta(days=1): 15_000}
