"""The named workers' study: a plan that holds on any day, and what the rules make of it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import uuid5

import pytest

from core.clock import SHANGHAI, day_of, month_start, to_ms
from records import api as records
from records.models import Completion, LedgerEntry, StudySession, StudyState
from skillspower.demo.content import courses, lesson_ms
from skillspower.demo.playing import play
from skillspower.demo.stories import LOCKED_MS, MISSED_MS, Sitting, plan
from skillspower.demo.workers import stories
from tests.factories.people import make_member, make_tree
from tests.factories.records import make_lesson

LENGTHS = {(course.slug, le.slug): lesson_ms(le) for course in courses() for le in course.lessons}
STORIES = {story.person: story for story in stories()}
LONG_AGO = date(2020, 1, 1)
INSTANTS = {
    "a usual day": datetime(2026, 11, 23, 16, 40, tzinfo=SHANGHAI),
    "just after midnight": datetime(2026, 11, 24, 0, 0, 1, tzinfo=SHANGHAI),
    "new year's first minute": datetime(2027, 1, 1, 0, 0, 30, tzinfo=SHANGHAI),
    "noon of the 1st": datetime(2027, 2, 1, 12, 0, tzinfo=SHANGHAI),
    "the 2nd": datetime(2027, 3, 2, 6, 0, tzinfo=SHANGHAI),
    "the 3rd": datetime(2027, 3, 3, 9, 0, tzinfo=SHANGHAI),
    "29 February": datetime(2028, 2, 29, 20, 0, tzinfo=SHANGHAI),
    "after 29 February": datetime(2028, 3, 1, 23, 30, tzinfo=SHANGHAI),
    "the year's last second": datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI),
    "a day that UTC has not begun": datetime(2026, 9, 30, 17, 0, tzinfo=UTC),
}
each_instant = pytest.mark.parametrize("now", INSTANTS.values(), ids=INSTANTS)
each_story = pytest.mark.parametrize("person", STORIES)


def planned(person: str, now: datetime) -> list[Sitting]:
    return plan(STORIES[person], now=to_ms(now), lengths=LENGTHS, since=LONG_AGO)


def of_this_month(sittings: list[Sitting], now: datetime) -> int:
    first = month_start(day_of(to_ms(now)))
    return sum(s.counts_ms for s in sittings if day_of(s.at) >= first)


class TestPlan:
    @each_instant
    @each_story
    def test_is_over_and_sent_before_the_community_is_loaded(self, person, now):
        ends = [s.at + s.takes_ms + s.arrives_after_ms for s in planned(person, now)]

        assert ends and max(ends) < to_ms(now)

    @each_instant
    @each_story
    def test_has_a_person_do_one_thing_at_a_time_and_no_lesson_twice(self, person, now):
        sittings = planned(person, now)

        assert all(a.at + a.takes_ms < b.at for a, b in pairwise(sittings))
        assert all(0 < s.until_ms <= LENGTHS[s.lesson] for s in sittings)
        assert max(Counter(s.lesson for s in sittings).values()) == 1

    @each_instant
    def test_gives_li_haisheng_his_96_minutes_as_far_as_the_month_is_old_enough(self, now):
        sittings = planned("li-haisheng", now)

        counted = of_this_month(sittings, now)
        day = now.astimezone(SHANGHAI).day
        assert counted == STORIES["li-haisheng"].month_ms if day > 2 else counted <= 96 * 60_000
        assert sum(s.locked for s in sittings) == sum(s.missed for s in sittings) == 1
        last = sittings[-1]
        assert last.lesson == ("co2-v-groove", "fill-and-cap")
        assert 0 < last.until_ms < LENGTHS[last.lesson] * 0.9

    def test_has_nothing_in_the_month_that_has_just_begun_and_something_by_noon(self):
        assert (
            of_this_month(
                planned("li-haisheng", INSTANTS["new year's first minute"]),
                INSTANTS["new year's first minute"],
            )
            == 0
        )
        assert (
            of_this_month(planned("li-haisheng", INSTANTS["noon of the 1st"]), INSTANTS["noon of the 1st"])
            > 40 * 60_000
        )

    @each_instant
    def test_has_the_miner_send_some_days_at_once_and_one_lesson_too_late(self, now):
        sent = [
            (s.at + s.takes_ms + s.arrives_after_ms, s.arrives_after_ms)
            for s in planned("yang-zhicheng", now)
        ]

        assert sum(after > 7 * 86_400_000 for _, after in sent) == 1
        returns = Counter(day_of(at) for at, after in sent if after < 7 * 86_400_000)
        assert max(returns.values()) >= 2

    def test_begins_with_the_membership(self):
        now = INSTANTS["a usual day"]
        since = now.date() - timedelta(days=30)

        sittings = plan(STORIES["li-haisheng"], now=to_ms(now), lengths=LENGTHS, since=since)

        assert day_of(sittings[0].at) >= since


@pytest.mark.django_db
class TestPlayed:
    NOW = INSTANTS["a usual day"]

    def test_without_a_network_counts_as_much_when_it_comes_back(self, monkeypatch):
        (learner, sittings, _) = self.played("li-haisheng", monkeypatch, source="offline")

        entries = LedgerEntry.objects.filter(learner=learner)
        assert {e.source for e in entries} == {"offline"}
        assert sum(e.ms for e in entries) == sum(s.counts_ms for s in sittings)

    @pytest.fixture
    def li(self, monkeypatch):
        return self.played("li-haisheng", monkeypatch)

    def played(self, key, monkeypatch, **more):
        """Somebody and the plan, played through the operations on lessons as long as those of the demo."""
        member = make_member(make_tree()["shop"])
        lessons = {key: uuid5(member.uuid, "/".join(key)) for key in LENGTHS}
        known = {
            lessons[key]: make_lesson(
                ms - 60_000, 30_000, 30_000, kinds=("text", "question", "question"), lesson=lessons[key]
            )
            for key, ms in LENGTHS.items()
        }
        monkeypatch.setattr("skillspower.demo.playing.resolve_lesson", lambda *, lesson, **_: known[lesson])
        sittings = planned(key, self.NOW)
        assert play(learner=member.uuid, sittings=sittings, lessons=lessons, **more) == len(sittings)
        return member.uuid, sittings, lessons

    def test_is_study_proven_by_beats_that_comes_to_what_was_planned(self, li):
        learner, sittings, lessons = li
        entries = list(LedgerEntry.objects.filter(learner=learner).order_by("n"))

        assert {(e.kind, e.evidence) for e in entries} == {("study", "beats")}
        assert sum(e.ms for e in entries) == sum(s.counts_ms for s in sittings)
        assert sum(e.ms for e in entries if e.day >= date(2026, 11, 1)) == 96 * 60_000
        assert all(0 <= e.recorded_at - e.t_to < 900_000 for e in entries)
        assert [e.recorded_at for e in entries] == sorted(e.recorded_at for e in entries)
        whole = {s.lesson for s in sittings if s.until_ms == LENGTHS[s.lesson] and not s.missed}
        assert set(Completion.objects.values_list("lesson", flat=True)) == {lessons[key] for key in whole}

    def test_leaves_what_was_refused_and_only_the_missed_minutes_to_make_up(self, li):
        learner, _, lessons = li
        refused = Counter()
        for span in records.own_refusals(learner, records.Filter()):
            refused[span.reason] += span.t_to - span.t_from

        assert (
            refused
            == {"not_visible": LOCKED_MS, "missed_check": MISSED_MS}
            == {"not_visible": 200_000, "missed_check": 360_000}
        )
        to_make_up = records.make_up(learner, to_ms(self.NOW))
        assert {(m.lesson, m.ms) for m in to_make_up} == {
            (lessons["low-voltage-electrician", "read-through"], 360_000)
        }
        state = StudyState.objects.get(learner=learner)
        assert (state.open_session, state.pending) == (None, "")
        assert not StudySession.objects.filter(learner=learner, ended_at=None).exists()
