"""Minutes before a union is confirmed are nobody's, and become the union's when it confirms."""

from datetime import date, timedelta

import pytest

from accounts.api import find_person
from core import outbox
from core.clock import from_ms
from records.api import attribution, issue_policy
from records.models import LedgerEntry
from records.operations.entries import EntryRefused, attribute_to_union
from tests.factories.people import make_person, make_tree, make_user
from tests.factories.records import MINUTE
from tests.records.player import Player
from unions.api import confirm_request, join_by_code, request_to_join

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def worker(clock):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    return Player(clock, learner=make_person().uuid)


def _study(player):
    player.play(MINUTE)
    player.answer()


def _by_union(learner):
    out = {}
    for entry in LedgerEntry.objects.filter(learner=learner):
        out[entry.union] = out.get(entry.union, 0) + entry.ms
    return out


def test_time_since_the_application_becomes_the_unions_by_opposite_entries(worker, clock):
    union = make_tree()["plant"]
    person = find_person(worker.learner)
    _study(worker)
    request = request_to_join(person=person, union=union, on=TODAY)

    confirm_request(request=request, officer=make_user(), at=from_ms(clock.now))
    outbox.deliver()

    assert _by_union(worker.learner) == {None: 0, union.uuid: MINUTE}
    kinds = list(LedgerEntry.objects.order_by("n").values_list("kind", "ms", "refers_to"))
    assert kinds == [("study", MINUTE, None), ("attribution", -MINUTE, 1), ("attribution", MINUTE, 1)]


def test_attribution_done_twice_changes_nothing(worker):
    union = make_tree()["plant"].uuid
    _study(worker)
    assert attribute_to_union(learner=worker.learner, union=union, from_day=TODAY) == 1
    assert attribute_to_union(learner=worker.learner, union=union, from_day=TODAY) == 0
    assert _by_union(worker.learner) == {None: 0, union: MINUTE}


def test_time_before_the_application_stays_nobodys(worker):
    union = make_tree()["plant"].uuid
    _study(worker)
    assert attribute_to_union(learner=worker.learner, union=union, from_day=TODAY + timedelta(days=1)) == 0
    with pytest.raises(EntryRefused):
        attribution(LedgerEntry.objects.get(), union=union, actor=None, from_day=TODAY + timedelta(days=1))


def test_time_that_a_union_has_earned_is_not_attributed_again(worker):
    union = make_tree()["plant"].uuid
    _study(worker)
    attribute_to_union(learner=worker.learner, union=union, from_day=TODAY)
    with pytest.raises(EntryRefused):
        attribution(LedgerEntry.objects.get(n=3), union=union, actor=None, from_day=TODAY)


def test_membership_does_not_begin_before_the_last_entry_of_another_union(worker, clock):
    tree = make_tree()
    person = find_person(worker.learner)
    tree["plant"].join_code = "JOIN-PLANT"
    tree["plant"].save()
    join_by_code(person=person, code="JOIN-PLANT", on=TODAY)
    _study(worker)
    worker.position = MINUTE

    request = request_to_join(person=person, union=tree["mine"], on=TODAY - timedelta(days=10))
    membership = confirm_request(request=request, officer=make_user(), at=from_ms(clock.now))

    assert membership.active_from >= TODAY
