"""What a learner sees of the own records, over the API."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.api import Beat, CheckMissed, accept_beats, issue_policy
from records.models import LedgerEntry
from records.queries import Filter, make_up, own_refusals, totals_of, year_times
from tests.factories.people import make_user
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player
from tests.records.test_http_study import Phone, _problem

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def phone(clock):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    return Phone(make_user())


@pytest.fixture
def player(phone, clock):
    return Player(clock, learner=phone.user.person.uuid)


def _earn(player, minutes=1):
    for number in range(minutes):
        player.play(MINUTE)
        player.answer(number)


def test_own_records_come_newest_first_with_their_titles_and_a_cursor(phone, player):
    for _ in range(6):
        player.position = 0
        player.lesson = make_lesson(title="安全用电")
        player.open()
        _earn(player, 10)

    first = phone.get("/api/v1/me/records").json()
    second = phone.get(f"/api/v1/me/records?cursor={first['next']}").json()

    assert [r["n"] for r in first["records"]] == list(range(60, 10, -1))
    assert [r["n"] for r in second["records"]] == list(range(10, 0, -1))
    assert second["next"] is None
    assert first["total_ms"] == second["total_ms"] == 60 * MINUTE
    newest = first["records"][0]
    assert (newest["title"], newest["ms"], newest["day"], newest["kind"]) == (
        "安全用电",
        MINUTE,
        "2026-11-23",
        "study",
    )
    assert newest["ranges"] == [[540_000, 600_000]]
    assert newest["hash"] == bytes(LedgerEntry.objects.get(n=60).hash).hex()


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("?q=用电", 1), ("?q=焊条", 2), ("?q=没有的", 0), ("?occupation=6-31-01-03", 1), ("?from=2026-11-24", 0),
     ("?to=2026-11-22", 0), ("?from=2026-11-23&to=2026-11-23", 2)],
)  # fmt: skip
def test_own_records_are_found_by_word_day_and_occupation(phone, player, query, count):
    _earn(player)
    player.lesson = make_lesson(title="安全用电", occupation="6-31-01-03", occupation_name="电工")
    player.position = 0
    player.open()
    _earn(player)
    assert len(phone.get(f"/api/v1/me/records{query}").json()["records"]) == count


@pytest.mark.parametrize("query", ["?from=yesterday", "?cursor=made-up", "?sort=ms", f"?q={'长' * 81}"])
def test_question_that_is_wrong_is_422(phone, query):
    _problem(phone.get(f"/api/v1/me/records{query}"), 422, "unprocessable")


def test_records_of_others_are_not_shown(phone, player):
    _earn(player)
    assert Phone(make_user()).get("/api/v1/me/records").json()["records"] == []


def test_number_of_queries_does_not_grow_with_the_records(phone, player):
    counts = []
    for _ in range(2):
        _earn(player, 2)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            phone.get("/api/v1/me/records")
        counts.append(len(queries))
        player.position = 0
        player.lesson = make_lesson()
        player.open()
        _earn(player, 9)
    assert counts[0] == counts[1]


def test_missed_time_and_owed_time_can_be_made_up(phone, player, clock):
    player.play(MINUTE)
    with pytest.raises(CheckMissed):
        player.answer(answer=None)
    start = player.t
    clock.forward(2 * MINUTE)
    fast = Beat(90, player.lesson.parts[0].uuid, start, start + 40_000, ((100_000, 160_000),))
    accept_beats(learner=player.learner, session=player.session, beats=[fast])
    player.t, player.position = start + 40_000, 160_000
    player.play(20_000)
    player.answer(1)

    body = phone.get("/api/v1/me/make-up").json()

    assert body == {
        "parts": [
            {
                "lesson": str(player.lesson.lesson),
                "title": player.lesson.title,
                "part": str(player.lesson.parts[0].uuid),
                "to_make_up": [[0, MINUTE]],
                "owed_ms": 20_000,
                "from_day": "2026-11-23",
            }
        ],
        "total_ms": 80_000,
    }


def test_what_was_made_up_is_no_longer_offered(player, clock):
    player.play(MINUTE)
    with pytest.raises(CheckMissed):
        player.answer(answer=None)
    player.play(30_000, position=0)
    assert [p.to_make_up for p in make_up(player.learner, clock.now)] == [[(30_000, MINUTE)]]
    player.play(30_000)
    assert make_up(player.learner, clock.now) == []


def test_time_above_the_day_cap_counts_from_tomorrow(clock):
    issue_policy(
        owner="national",
        effective_from=0,
        presence_min_ms=MINUTE,
        presence_max_ms=MINUTE,
        daily_cap_ms=40_000,
    )
    player = Player(clock)
    _earn(player)
    [item] = make_up(player.learner, clock.now)
    assert (item.to_make_up, item.owed_ms, item.from_day) == ([], 20_000, date(2026, 11, 24))


def test_refusal_that_was_taken_back_is_not_shown(player):
    player.play(MINUTE)
    with pytest.raises(CheckMissed):
        player.answer(late=MINUTE, answer=None)
    assert own_refusals(player.learner, Filter()) != []
    player.t -= MINUTE
    player.answer(late=30_000)
    assert own_refusals(player.learner, Filter()) == []


def test_totals_show_what_was_just_acknowledged(player):
    _earn(player, 3)
    found = totals_of(year_times(player.learner, TODAY), TODAY)
    assert (found.today_ms, found.month_ms, found.year_ms) == (3 * MINUTE,) * 3
