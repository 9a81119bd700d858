"""Checks as the server issues them: when they come, what they ask, and what of it the policy decides."""

from dataclasses import replace
from uuid import uuid4

import pytest

from records.api import Question, issue_policy, terms_now
from records.models import StudySession
from records.operations import sessions
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player

pytestmark = pytest.mark.django_db
ARC = Question("焊接电流太小会怎样？", ("引弧难，容易粘条", "飞溅多，咬边"))


@pytest.fixture
def always_last(monkeypatch):
    """Chance picks the last of everything."""
    monkeypatch.setattr(sessions._random, "randrange", lambda n: n - 1)


def test_no_check_comes_in_the_first_two_minutes_of_a_session_nor_twice_within_four(clock):
    player = Player(clock, make_lesson(200 * MINUTE))
    player.play(player.opened.checks[0].after_ms + 1_000)
    assert player.opened.totals.presence is None

    again = Player(clock, player.lesson, player.learner)  # the open check is void with its session

    assert again.opened.checks[0].after_ms == 2 * MINUTE
    assert all(5 * MINUTE <= check.after_ms <= 13 * MINUTE for check in again.opened.checks[1:])
    assert again.play(2 * MINUTE - 1_000).presence is None
    assert again.play(1_000).presence is not None
    totals = again.answer()
    assert totals.pending_seconds == 0
    assert (
        totals.credited_seconds == (player.position + again.position) // 1000 - 2 * 60
    )  # two were played twice
    assert totals.refused == []


def test_policy_that_asks_every_few_seconds_keeps_its_intervals_and_asks_by_a_tap(clock, always_last):
    issue_policy(owner="national", effective_from=0, presence_min_ms=5_000, presence_max_ms=10_000)
    player = Player(clock, make_lesson(10 * MINUTE, questions=(ARC,)))
    player.play(player.opened.checks[0].after_ms)

    again = Player(clock, player.lesson, player.learner)

    assert again.opened.checks[0].after_ms == 0
    assert {check.kind for check in again.opened.checks} == {"tap"}
    assert all(5_000 <= check.after_ms <= 10_000 for check in again.opened.checks[1:])


def test_check_may_ask_a_question_of_the_lesson_and_any_answer_in_time_proves(clock, always_last):
    player = Player(clock, make_lesson(60 * MINUTE, questions=(ARC,)))
    check = player.opened.checks[0]
    assert (check.kind, check.prompt) == ("choice", "\n".join([ARC.prompt, *ARC.options]))
    player.play(check.after_ms - 15_000)

    asked = player.play(15_000).presence

    assert (asked.id, asked.kind, asked.prompt) == (check.id, "choice", check.prompt)
    assert player.answer(answer=1).pending_seconds == 0


def test_number_to_type_is_in_the_prompt(clock, monkeypatch):
    monkeypatch.setattr(sessions._random, "randrange", lambda n: min(2, n - 1))
    check = Player(clock).opened.checks[0]
    assert (check.kind, check.prompt) == ("number", "还在学吗？照着输入：12")


def test_lesson_that_is_heard_is_asked_by_a_tap_unless_sound_alone_does_not_count(clock, always_last):
    lesson = make_lesson(60 * MINUTE, kinds=["audio"], owner_keys=("lesson:a",))
    assert {c.kind for c in Player(clock, lesson).opened.checks} == {"tap"}

    issue_policy(owner="lesson:a", effective_from=0, sound_only=False)

    player = Player(clock, lesson)
    assert {c.kind for c in player.opened.checks} == {"choice"}
    assert StudySession.objects.get(pk=player.session).terms[0][1]["sound_only"] is False


def test_terms_of_a_page_are_those_a_session_would_open_with(clock):
    issue_policy(owner="lesson:a", effective_from=0, presence_timeout_ms=30_000, sound_only=False)
    fields = {"learner": uuid4(), "owner_keys": ("lesson:a",), "now": clock.now}
    assert terms_now(**fields).presence_timeout_ms == 30_000
    assert terms_now(**fields, is_elder=True).presence_timeout_ms == 180_000
    assert terms_now(**(fields | {"learner": None})).sound_only is True


def test_sound_with_the_screen_off_counts_in_audio_alone_and_only_where_the_lesson_lets_it(clock):
    issue_policy(owner="lesson:b", effective_from=0, sound_only=False)
    counted = {}
    for name, kind, owners in (
        ("talk", "audio", ()),
        ("film", "video", ()),
        ("strict", "audio", ("lesson:b",)),
    ):
        player = Player(clock, make_lesson(10 * MINUTE, kinds=[kind], owner_keys=owners))
        unseen = replace(player.beat(15_000), visible=False)
        totals = player.send([unseen])
        counted[name] = totals.pending_seconds, [r.reason for r in totals.refused]

    assert counted == {"talk": (15, []), "film": (0, ["not_visible"]), "strict": (0, ["not_visible"])}
