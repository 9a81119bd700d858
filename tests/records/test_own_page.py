"""The page of a learner's own records."""

from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.api import Beat, CheckMissed, accept_beats, issue_policy
from records.ledger.kinds import earned_otherwise
from records.models.ledger import Reason
from records.operations.entries import append_entries
from records.reasons import helps_to_replay, made_up, why
from tests.factories.people import make_tree, make_user
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player
from unions.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(clock, client):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    user = make_user()
    client.force_login(user)
    return Player(clock, learner=user.person.uuid)


def _study(player, minutes=1):
    for number in range(minutes):
        player.play(MINUTE)
        player.answer(number)


def _page(client, query=""):
    answer = client.get(f"/records/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_asks_for_a_sign_in(client):
    assert client.get("/records/").status_code == 302


def test_page_without_records_says_how_to_get_the_first(worker, client):
    page = _page(client)
    assert "还没有记录" in page
    assert "看一节 6 分钟的课，这里就有第一笔。" in page


def test_counted_minutes_stand_under_their_day_with_the_evidence(worker, client):
    _study(worker, 3)
    page = _page(client)
    assert "平敷焊的运条手法" in page
    assert "3′00″" in page
    assert "11月23日 周一" in page
    assert "第 3 笔" in page
    assert str(worker.session) in page
    assert bytes(worker.entries[2].hash).hex() in page
    assert "national@1" in page


def test_refused_span_has_its_reason_in_plain_words_and_what_to_do(worker, client):
    worker.play(MINUTE)
    with pytest.raises(CheckMissed):
        worker.answer(answer=None)
    page = _page(client)
    assert "1 分钟没有算" in page
    assert why("missed_check") in page
    assert "有 1 分钟可以补回来。" in page
    assert f"/learn/{worker.lesson.lesson}/" in page


def test_span_that_was_played_again_is_no_longer_offered(worker, client):
    worker.play(MINUTE)
    with pytest.raises(CheckMissed):
        worker.answer(answer=None)
    assert "现在补" in _page(client)
    worker.play(MINUTE, position=0)
    worker.answer(1)
    page = _page(client)
    assert "1 分钟没有算" in page
    assert "现在补" not in page
    assert made_up("missed_check") in page
    assert why("missed_check") not in page


def test_word_month_and_occupation_narrow_the_list(worker, client):
    _study(worker)
    worker.lesson = make_lesson(title="触电急救", occupation="6-31-01-03", occupation_name="电工")
    worker.position = 0
    worker.open()
    _study(worker)

    assert "触电急救" not in _page(client, "?q=平敷焊")
    assert "平敷焊的运条手法" in _page(client, "?q=平敷焊")
    assert "触电急救" in _page(client, "?occupation=6-31-01-03&month=2026-11")
    assert "没找到这样的记录" in _page(client, "?month=2026-10")
    assert "没找到这样的记录" in _page(client, "?q=没有这一节")
    assert ">电工" in _page(client)


def test_course_and_source_narrow_the_list_and_the_year_is_split_by_them(worker, client):
    _study(worker)
    worker.lesson = make_lesson(
        title="触电急救",
        course="course:first-aid",
        course_title="安全用电",
        occupation="6-31-01-03",
        occupation_name="电工",
    )
    worker.position = 0
    worker.open()
    _study(worker, 2)
    worker.play(MINUTE)
    with pytest.raises(CheckMissed):
        worker.answer(2, answer=None)
    granted = earned_otherwise(
        kind="practice", activity="https://skillspower.example/practice", source="class", t_from=worker.clock.now - 7_200_000,
        ms=5 * MINUTE, union=None, policy="national@1", evidence="master", evidence_ref="ab" * 32, actor=UUID(int=5),
    )  # fmt: skip
    append_entries(learner=worker.learner, drafts=[granted], now=worker.clock.now)

    page = _page(client)
    for words in ("今年学了什么", "按课程", "按工种", "按来源", "没有课程的", "联网学习", "实操"):
        assert words in page
    assert 'href="?course=course%3Afirst-aid"' in page

    def listed(query):
        return _page(client, query).partition('class="record-day"')[2].partition("<aside")[0]

    course = listed("?course=course%3Afirst-aid")
    assert "触电急救" in course and "平敷焊的运条手法" not in course
    assert "没等到你点" in course
    practice = listed("?source=practice")
    assert "5′00″" in practice and "触电急救" not in practice and "没等到你点" not in practice
    assert "触电急救" in listed("?source=online")
    assert "没找到这样的记录" in _page(client, "?source=offline")


@pytest.mark.parametrize("query", ["?source=magic", "?month=2026-13", "?before=soon", "?month=0001-01"])
def test_address_that_makes_no_sense_still_shows_the_page(worker, client, query):
    answer = client.get(f"/records/{query}")
    assert answer.status_code == 400
    assert "学习记录" in answer.content.decode()


def test_older_days_are_on_the_next_page(worker, client, clock):
    for _day in range(10):
        worker.position = 0
        worker.lesson = make_lesson()
        worker.open()
        _study(worker, 9)
        clock.forward(86_400_000)
    first = _page(client)
    assert first.count('class="record-day"') == 3
    older = _page(client, "?before=2026-11-26")
    assert older.count('class="record-day"') == 3


def test_goal_of_the_month_is_the_unions(worker, client):
    plant = make_tree()["plant"]
    plant.annual_target_ms = 12 * 135 * MINUTE
    plant.save()
    from accounts.api import find_person

    Membership.objects.create(member=find_person(worker.learner), union=plant, active_from=date(2026, 1, 1))
    assert "目标 135 分钟" in _page(client)


def test_number_of_queries_does_not_grow(worker, client, clock):
    def study_a_day():
        worker.lesson = make_lesson()
        worker.position = 0
        worker.open()
        worker.play(MINUTE)
        with pytest.raises(CheckMissed):
            worker.answer(answer=None)
        _study_more(worker)

    def _study_more(player):
        for number in range(1, 4):
            player.play(MINUTE)
            player.answer(number)
        fast = Beat(900, player.lesson.parts[0].uuid, player.t, player.t + 10_000, ((500_000, 530_000),))
        clock.forward(20_000)
        accept_beats(learner=player.learner, session=player.session, beats=[fast])

    counts = []
    for days in (1, 5):
        for _ in range(days):
            study_a_day()
            clock.forward(86_400_000)
        _page(client)
        with CaptureQueriesContext(connection) as queries:
            _page(client)
        counts.append([q["sql"] for q in queries.captured_queries])
    assert len(counts[0]) == len(counts[1]), "\n".join(set(counts[1]) - set(counts[0]))
    own = [sql for sql in counts[1] if "records_" in sql]
    assert len(own) <= 8


@pytest.mark.parametrize("reason", Reason.values)
def test_every_reason_has_plain_words(reason):
    words = why(reason)
    assert words.endswith("。")
    assert not {"非法", "无效", "参数", "作弊"} & {words[i : i + 2] for i in range(len(words))}
    assert helps_to_replay(reason) in (True, False)


def test_what_a_full_day_kept_out_is_offered_from_the_next_day_on(worker, client, clock):
    issue_policy(
        owner="national",
        effective_from=1,
        presence_min_ms=MINUTE,
        presence_max_ms=MINUTE,
        daily_cap_ms=40_000,
    )
    fresh = Player(clock, learner=worker.learner)
    _study(fresh)
    page = _page(client)
    assert "第二天起再看这段能算" in page
    assert "11月24日" in page and "起能补" in page
    assert "现在补" not in page

    clock.forward(86_400_000)
    page = _page(client)
    assert "现在补" in page
    assert "起能补" not in page


def test_missed_span_is_listed_with_a_button_that_plays_just_that_span(worker, client):
    _study(worker)
    worker.play(MINUTE)
    with pytest.raises(CheckMissed):
        worker.answer(1, answer=None)
    part = worker.lesson.parts[0].uuid
    address = f"/learn/{worker.lesson.lesson}/?part={part}&amp;from=60000&amp;to=120000"

    page = _page(client)

    assert "1:00 起，1 分钟" in page
    assert page.count(f'href="{address}"') == 2  # in the list, and beside the reason


def test_what_counts_only_from_tomorrow_on_has_no_button_today(worker, client):
    issue_policy(owner="national", daily_cap_ms=MINUTE, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    worker.clock.forward(10_000)
    worker.open()
    _study(worker, 2)

    page = _page(client)

    assert "起能补" in page
    assert "?part=" not in page
