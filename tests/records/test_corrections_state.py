"""What a grant leaves behind in the learner's state: nothing missed, nothing twice, a lesson complete."""

from datetime import date

import pytest

from records.api import Answer, accept_beats, answer_objection, decide_correction, file_objection, make_up
from records.ledger.codec import load_spans
from records.models import Completion, Correction, StudyState
from tests.factories.records import MINUTE
from tests.records.desk import Desk
from tests.records.world import NOON

pytestmark = pytest.mark.django_db
HOUR = 3_600_000


def _propose(desk):
    """File the objection to the missed span, and let the plant's officer answer that it stands."""
    filed = file_objection(
        learner=desk.learner, span=desk.span.pk, words="弹窗没出来，我一直在看。", now=NOON + HOUR
    )
    words = "查过当天的网络记录，确实断过。"
    answer_objection(objection=filed.uuid, officer=desk.zhou, upheld=True, words=words, now=NOON + 2 * HOUR)
    return Correction.objects.get()


def test_granted_span_is_missed_no_longer_and_a_late_answer_gives_nothing_more(clock):
    desk = Desk(clock)
    shown = desk.player.t - 1_000
    assert load_spans(StudyState.objects.get(pk=desk.learner).missed)
    correction = _propose(desk)
    decide_correction(correction=correction.uuid, officer=desk.sun, approve=True, now=NOON + 3 * HOUR)

    state = StudyState.objects.get(pk=desk.learner)
    assert (state.missed, desk.total) == ("", MINUTE)
    check = desk.player.opened.checks[0]
    late = Answer(check.id, True, shown, shown + 500)  # given in time, arrives hours later
    totals = accept_beats(
        learner=desk.learner, session=desk.player.session, beats=[], answers=[late], now=NOON + 4 * HOUR
    )
    assert (totals.credited_seconds, totals.pending_seconds, desk.total) == (60, 0, MINUTE)
    assert make_up(desk.learner, NOON + 4 * HOUR) == []


def test_grant_that_makes_a_lesson_whole_completes_it_at_once(clock):
    desk = Desk(clock, minutes=10)
    assert not Completion.objects.exists()
    correction = _propose(desk)

    decide_correction(correction=correction.uuid, officer=desk.sun, approve=True, now=NOON + 3 * HOUR)

    [completion] = Completion.objects.filter(learner=desk.learner)
    assert (completion.lesson, completion.day) == (desk.player.lesson.lesson, date(2026, 11, 23))
    assert completion.union == desk.tree["plant"].uuid
