"""What an objection may give back, over the real record: no instant that another beat has, and all that none has."""

from dataclasses import replace

import pytest

from records.api import CheckMissed, answer_objection, decide_correction, file_grant, file_objection
from records.corrections import errors
from records.corrections.queries import spans_of
from records.models import Correction, RefusedSpan
from tests.factories.records import MINUTE
from tests.records.desk import PAPER, Desk
from tests.records.world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock):
    return Desk(clock)


def _object_to(desk, reason):
    span = RefusedSpan.objects.filter(learner=desk.learner, reason=reason).latest("pk")
    return file_objection(learner=desk.learner, span=span.pk, words="我一直在看。", now=NOON + 3_600_000)


def _uphold(desk, objection):
    return answer_objection(
        objection=objection.uuid, officer=desk.zhou, upheld=True, words="好。", now=NOON + 2 * 3_600_000
    )


def test_instants_of_another_beat_are_not_given_for_a_span_that_took_none(desk):
    hidden = replace(desk.player.beat(), visible=False)
    desk.player.send([hidden])
    desk.player.t = hidden.t_from
    desk.player.play(MINUTE)
    objection = _object_to(desk, "not_visible")

    with pytest.raises(errors.NothingToGive):  # they wait for a proof
        _uphold(desk, objection)
    desk.player.answer(1)
    assert desk.total == MINUTE
    with pytest.raises(errors.NothingToGive):
        _uphold(desk, objection)


def test_span_in_which_nothing_else_was_played_is_given_between_what_counts(desk):
    desk.player.play(MINUTE // 2)
    desk.player.send([replace(desk.player.beat(), visible=False)])
    desk.player.play(MINUTE // 2)
    desk.player.answer(1)

    assert _uphold(desk, _object_to(desk, "not_visible")).corrections.get().ms == 15_000


def test_miss_that_an_answer_turned_since_is_not_given_again(desk):
    """At one and a half times the part has room left, and the same minute would fill it."""
    beats = [desk.player.beat() for _ in range(4)]
    desk.player.send(
        [replace(b, ranges=((MINUTE + n * 22_500, MINUTE + (n + 1) * 22_500),)) for n, b in enumerate(beats)]
    )
    with pytest.raises(CheckMissed):
        desk.player.answer(1, answer=None)
    objection = _object_to(desk, "missed_check")
    desk.player.t -= 1_000
    desk.player.answer(1)
    assert desk.total == MINUTE

    spans = set(objection.spans.values_list("span__t_from", flat=True))
    assert {span.t_from for span in spans_of(objection)} < spans
    assert _uphold(desk, objection).corrections.get().ms == MINUTE


def _approve(desk):
    decide_correction(
        correction=Correction.objects.get().uuid, officer=desk.sun, approve=True, now=NOON + 3 * 3_600_000
    )


def test_beats_that_arrive_after_a_grant_do_not_count_on_its_instants_again(desk):
    late = [desk.player.beat() for _ in range(5)]
    began_at = desk.player.opened.server_time + late[0].t_from
    file_grant(
        learner=desk.learner, began_at=began_at, ms=MINUTE, officer=desk.zhou, reason="classroom",
        words="有签到表。", paper=PAPER, now=NOON + 3_600_000,
    )  # fmt: skip
    _approve(desk)
    assert desk.total == MINUTE

    totals = desk.player.send(late)

    assert {refused.reason for refused in totals.refused} == {"clock_used"}
    assert (totals.credited_seconds, totals.pending_seconds) == (0, 15)


def test_a_span_that_was_given_is_not_played_again_on_the_same_instants(desk):
    hidden = replace(desk.player.beat(MINUTE), visible=False)
    desk.player.send([hidden])
    _uphold(desk, _object_to(desk, "not_visible"))
    _approve(desk)
    assert desk.total == MINUTE

    desk.player.t = hidden.t_from
    totals = desk.player.play(MINUTE)

    assert {refused.reason for refused in totals.refused} == {"clock_used"}
    assert totals.pending_seconds == 0


def test_granted_instants_spend_nothing_of_what_a_proof_covers(desk):
    """A class of the morning lies between two proofs and leaves the second one all that it covers."""
    desk.clock.now = NOON + 3_600_000
    file_grant(
        learner=desk.learner, began_at=NOON + 600_000, ms=20 * MINUTE, officer=desk.zhou, reason="classroom",
        words="有签到表。", paper=PAPER, now=NOON + 3_600_000,
    )  # fmt: skip
    _approve(desk)
    desk.player.open()
    desk.player.play(MINUTE)
    desk.player.answer()

    assert desk.total == 21 * MINUTE
