"""Figures are what the ledger, the memberships and the places say, to the millisecond, at every node."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from accounts.models import Person, PersonAlias
from core.clock import to_ms
from records import api as records
from records.models import DailyStudy, LearnerPeriod, LedgerEntry, Mark
from reports.models import UNASSIGNED, OwnStudy, ReportPeriod, UnionMark
from reports.operations import begin_day, rebuild, roll_up
from reports.rules import Figures, parse_period
from tests.reports.world import (
    Recount,
    all_rows,
    complete,
    make_member,
    make_union,
    move_member,
    move_union,
    noon,
    own,
    place,
    study,
    subtree,
)
from unions.models import Membership, Union

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
NOVEMBER, OCTOBER, QUARTER, YEAR = (parse_period(p) for p in ("2026-11", "2026-10", "2026-Q4", "2026"))
PERIODS = [NOVEMBER, OCTOBER, QUARTER, YEAR, parse_period("2026-11-20"), parse_period("2026-11-23")]


class Tree:
    """A province with two counties; two factories in the first, a mine in the second. In use since October."""

    def __init__(self) -> None:
        self.province = make_union("省")
        self.east = make_union("东县", under=self.province)
        self.west = make_union("西县", under=self.province)
        self.factory = make_union("重机厂", under=self.east)
        self.mill = make_union("纺织厂", under=self.east)
        self.mine = make_union("煤矿", under=self.west)
        self.all = [self.province, self.east, self.west, self.factory, self.mill, self.mine]
        begin_day(today=OCTOBER.start)


@pytest.fixture
def tree() -> Tree:
    return Tree()


def assert_exact(*unions: Union, today: date = TODAY, line: str = "adm") -> None:
    recount = Recount(today)
    for union in unions:
        for period in PERIODS:
            assert subtree(union, period, line=line) == recount.of(union, period, line=line), (
                union.name,
                period.code,
            )


class TestStudy:
    def test_reaches_every_node_above_to_the_millisecond(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        wang = make_member(tree.mill)
        study(li, 2_699_999, day=date(2026, 11, 20), union=tree.factory)
        study(li, 1, day=date(2026, 11, 23), union=tree.factory)
        study(wang, 61_003, day=date(2026, 10, 31), union=tree.mill)

        roll_up(today=TODAY)

        assert subtree(tree.east, NOVEMBER).total_ms == 2_700_000
        assert subtree(tree.province, QUARTER).total_ms == 2_761_003
        assert subtree(tree.province, NOVEMBER).participants == 1
        assert subtree(tree.province, parse_period("2026-11-20")).total_ms == 2_699_999
        assert subtree(tree.province, YEAR).visits == 3
        assert_exact(*tree.all)

    def test_of_one_union_leaves_its_neighbours_alone(self, tree: Tree) -> None:
        study(make_member(tree.mine), 5_000, day=TODAY, union=tree.mine)

        roll_up(today=TODAY)

        assert subtree(tree.east, NOVEMBER) == Figures()
        assert_exact(*tree.all)

    def test_done_twice_or_late_gives_the_same_rows(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 5_000, day=TODAY, union=tree.factory)
        roll_up(today=TODAY)
        before = all_rows()

        Mark.objects.create(learner=li.uuid, day=TODAY)
        Mark.objects.create(learner=li.uuid, day=TODAY)

        assert roll_up(today=TODAY) > 0
        assert all_rows() == before

    def test_taken_back_leaves_no_visit_and_no_participant(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        entry = study(li, 2_700_000, day=TODAY, union=tree.factory)
        roll_up(today=TODAY)

        records.append_entries(
            learner=li.uuid,
            drafts=[records.reversal_of(entry, reason="mistake", actor=li.uuid)],
            now=to_ms(noon(TODAY)),
        )
        roll_up(today=TODAY)

        assert subtree(tree.province, NOVEMBER) == Figures(members=1)
        assert_exact(*tree.all)

    def test_without_a_union_is_unassigned_until_it_is_attributed(self, tree: Tree) -> None:
        li = make_member()
        entry = study(li, 90_001, day=TODAY, union=None)
        roll_up(today=TODAY)
        assert own(UNASSIGNED, NOVEMBER).total_ms == 90_001
        assert subtree(tree.province, NOVEMBER).total_ms == 0

        drafts = records.attribution(entry, union=tree.factory.uuid, actor=li.uuid, from_day=TODAY)
        records.append_entries(learner=li.uuid, drafts=drafts, now=to_ms(noon(TODAY)))
        roll_up(today=TODAY)

        assert own(UNASSIGNED, NOVEMBER) == Figures()
        assert subtree(tree.province, NOVEMBER).total_ms == 90_001
        assert subtree(tree.province, NOVEMBER).visits == 1
        assert_exact(*tree.all)

    def test_that_arrives_after_closing_counts_in_the_first_open_month(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 7_000, day=date(2026, 10, 30), union=tree.factory, recorded_on=TODAY)

        roll_up(today=TODAY)

        assert subtree(tree.province, OCTOBER).total_ms == 0
        assert subtree(tree.province, NOVEMBER).total_ms == 7_000
        assert_exact(*tree.all)

    def test_of_a_finished_lesson_counts_as_a_completion(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        complete(li, day=TODAY, union=tree.factory)

        roll_up(today=TODAY)

        assert subtree(tree.province, NOVEMBER).completions == 1
        assert_exact(*tree.all)


class TestMember:
    def test_who_moves_takes_no_past_time_along(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 3_000_000, day=date(2026, 10, 15), union=tree.factory)
        study(li, 3_000_000, day=date(2026, 11, 2), union=tree.factory)
        roll_up(today=TODAY)
        october = {union: subtree(union, OCTOBER) for union in tree.all}

        move_member(li, to=tree.mine, on=date(2026, 11, 10))
        roll_up(today=TODAY)

        assert {union: subtree(union, OCTOBER) for union in tree.all} == october
        assert subtree(tree.factory, NOVEMBER) == Figures(total_ms=3_000_000, visits=1)
        assert subtree(tree.mine, NOVEMBER) == Figures(members=1, participants=1, members_ms=3_000_000)
        assert_exact(*tree.all)

    def test_who_studies_elsewhere_is_a_participant_at_home(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 2_700_000, day=TODAY, union=tree.mine)

        roll_up(today=TODAY)

        assert subtree(tree.factory, NOVEMBER).participants == 1
        assert subtree(tree.mine, NOVEMBER) == Figures(total_ms=2_700_000, visits=1)
        assert_exact(*tree.all)

    def test_who_joins_or_leaves_without_study_is_counted(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        make_member(tree.mill)
        roll_up(today=TODAY)
        assert subtree(tree.province, NOVEMBER).members == 2

        Membership.objects.filter(member=li).update(active_to=TODAY)
        roll_up(today=TODAY)
        assert subtree(tree.province, NOVEMBER).members == 1

        Membership.objects.all().delete()
        roll_up(today=TODAY)
        assert subtree(tree.province, NOVEMBER).members == 0

    def test_entered_for_a_later_day_counts_from_that_day(self, tree: Tree) -> None:
        make_member(tree.factory, since=date(2026, 12, 2))
        roll_up(today=TODAY)
        assert subtree(tree.province, NOVEMBER).members == 0

        roll_up(today=date(2026, 12, 1))
        assert subtree(tree.province, parse_period("2026-12")).members == 0

        roll_up(today=date(2026, 12, 5))
        assert subtree(tree.province, parse_period("2026-12")).members == 1
        assert subtree(tree.province, NOVEMBER).members == 0
        assert subtree(tree.province, YEAR).members == 1

    def test_who_signs_in_first_is_registered_from_that_day(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 1_000, day=date(2026, 10, 2), union=tree.factory)
        roll_up(today=TODAY)
        assert subtree(tree.province, NOVEMBER).registered == 0

        Person.objects.filter(pk=li.pk).update(registered_at=noon(date(2026, 11, 1)))
        roll_up(today=TODAY)

        assert subtree(tree.province, NOVEMBER).registered == 1
        assert subtree(tree.province, OCTOBER).registered == 0
        assert_exact(*tree.all)

    def test_who_was_entered_twice_is_judged_by_both_chains(self, tree: Tree) -> None:
        li, twin = make_member(tree.factory), make_member()
        study(li, 1_500_000, day=TODAY, union=tree.factory)
        study(twin, 1_500_000, day=TODAY, union=tree.factory)
        roll_up(today=TODAY)
        assert subtree(tree.province, NOVEMBER).participants == 0

        PersonAlias.objects.create(alias=twin.uuid, person=li)
        roll_up(today=TODAY)

        assert subtree(tree.province, NOVEMBER).participants == 1
        assert_exact(*tree.all)


class TestUnion:
    def test_that_moves_stays_in_the_past_of_its_old_parent(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 3_000_000, day=date(2026, 10, 15), union=tree.factory)
        study(li, 4_000_000, day=date(2026, 11, 3), union=tree.factory)
        roll_up(today=TODAY)

        move_union(tree.factory, under=tree.west, on=date(2026, 11, 10))
        roll_up(today=TODAY)

        assert subtree(tree.east, OCTOBER).total_ms == 3_000_000
        assert subtree(tree.east, NOVEMBER).total_ms == 0
        assert subtree(tree.west, NOVEMBER).total_ms == 4_000_000
        assert subtree(tree.east, parse_period("2026-11-03")).total_ms == 4_000_000
        assert_exact(*tree.all)

    def test_moved_in_retrospect_takes_days_along_too(self, tree: Tree) -> None:
        study(make_member(tree.factory), 4_000_000, day=date(2026, 11, 20), union=tree.factory)
        roll_up(today=TODAY)

        move_union(tree.factory, under=tree.west, on=date(2026, 11, 19))
        roll_up(today=TODAY)

        assert subtree(tree.west, parse_period("2026-11-20")).total_ms == 4_000_000
        assert_exact(*tree.all)

    def test_that_closes_keeps_its_time_in_the_tree(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 4_000_000, day=date(2026, 11, 3), union=tree.factory)
        move_member(li, to=tree.mill, on=date(2026, 11, 10))
        tree.factory.places.update(active_to=date(2026, 11, 10))
        Union.objects.filter(pk=tree.factory.pk).update(closed_on=date(2026, 11, 10), successor=tree.mill)

        roll_up(today=TODAY)

        assert subtree(tree.east, NOVEMBER).total_ms == 4_000_000
        assert_exact(*tree.all)

    def test_counts_on_the_line_of_its_industry_as_well(self, tree: Tree) -> None:
        steel = make_union("机械冶金工会", line="ind")
        place(tree.factory, under=steel, line="ind", since=date(2026, 3, 1))
        study(make_member(tree.factory), 8_000, day=TODAY, union=tree.factory)
        study(make_member(tree.mill), 9_000, day=TODAY, union=tree.mill)

        roll_up(today=TODAY)

        assert subtree(steel, NOVEMBER, line="ind").total_ms == 8_000
        assert subtree(tree.province, NOVEMBER).total_ms == 17_000
        assert_exact(steel, tree.factory, line="ind")

    def test_that_leaves_a_line_has_no_row_there(self, tree: Tree) -> None:
        steel = make_union("机械冶金工会", line="ind")
        place(tree.factory, under=steel, line="ind", since=date(2026, 3, 1))
        study(make_member(tree.factory), 8_000, day=TODAY, union=tree.factory)
        roll_up(today=TODAY)

        tree.factory.places.filter(line="ind").update(active_to=date(2026, 11, 5))
        roll_up(today=TODAY)

        assert subtree(steel, NOVEMBER, line="ind") == Figures()
        assert subtree(tree.factory, NOVEMBER, line="ind") == Figures()
        assert subtree(tree.factory, NOVEMBER).total_ms == 8_000

    def test_inherits_the_goal_of_the_nearest_union_above(self, tree: Tree) -> None:
        li, wang = make_member(tree.factory), make_member(tree.mine)
        study(li, 600, day=TODAY, union=tree.factory)
        study(wang, 600, day=TODAY, union=tree.mine)
        roll_up(today=TODAY)
        assert subtree(tree.province, NOVEMBER).with_goal == 0

        Union.objects.filter(pk=tree.province.pk).update(annual_target_ms=12 * 600)
        Union.objects.filter(pk=tree.west.pk).update(month_targets_ms=[601] * 12)
        roll_up(today=TODAY)

        assert subtree(tree.province, NOVEMBER).with_goal == 2
        assert subtree(tree.east, NOVEMBER).on_target == 1
        assert subtree(tree.west, NOVEMBER).on_target == 0
        assert subtree(tree.province, QUARTER).on_target == 0
        assert_exact(*tree.all)

    def test_without_study_has_its_members_in_a_month_that_begins(self, tree: Tree) -> None:
        make_member(tree.factory)
        roll_up(today=TODAY)

        roll_up(today=date(2026, 12, 1))

        assert subtree(tree.province, parse_period("2026-12")).members == 1


class TestRebuild:
    def test_equals_the_live_rows(self, tree: Tree) -> None:
        people = [make_member(u) for u in (tree.factory, tree.mill, tree.mine, tree.east) for _ in range(2)]
        for n, person in enumerate(people):
            union = person.memberships.get().union
            study(person, 700_001 * (n + 1), day=date(2026, 9, 28) + timedelta(days=5 * n), union=union)
            roll_up(today=TODAY)
        move_member(people[0], to=tree.mine, on=date(2026, 11, 2))
        move_union(tree.mill, under=tree.west, on=date(2026, 11, 8))
        complete(people[3], day=TODAY, union=tree.mill)
        study(people[0], 5, day=TODAY, union=None)
        Union.objects.filter(pk=tree.west.pk).update(annual_target_ms=1_200_000)
        roll_up(today=TODAY)
        live = all_rows()
        learners = set(LearnerPeriod.objects.values_list("learner", "kind", "start", "ms", "days"))
        assert len(live["UnionStudy"]) > 60

        rebuild(today=TODAY)

        assert all_rows() == live
        assert set(LearnerPeriod.objects.values_list("learner", "kind", "start", "ms", "days")) == learners
        assert_exact(*tree.all)

    def test_mends_rows_that_were_tampered_with(self, tree: Tree) -> None:
        study(make_member(tree.factory), 5_000, day=TODAY, union=tree.factory)
        roll_up(today=TODAY)
        live = all_rows()
        DailyStudy.objects.update(ms=1)
        OwnStudy.objects.update(total_ms=2)

        rebuild(today=TODAY)

        assert all_rows() == live

    def test_leaves_closed_periods_as_they_are(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        study(li, 5_000, day=date(2026, 10, 2), union=tree.factory)
        roll_up(today=TODAY)
        ReportPeriod.objects.filter(kind="month", start=OCTOBER.start).update(closed_at=noon(TODAY))

        move_union(tree.factory, under=tree.west, on=date(2026, 10, 1))
        roll_up(today=TODAY)
        assert subtree(tree.east, OCTOBER).total_ms == 5_000

        rebuild(today=TODAY)
        assert subtree(tree.east, OCTOBER).total_ms == 5_000
        assert subtree(tree.west, QUARTER).total_ms == 5_000


class TestMarks:
    def test_are_gone_when_done(self, tree: Tree) -> None:
        study(make_member(tree.factory), 5_000, day=TODAY, union=tree.factory)

        roll_up(today=TODAY)

        assert not Mark.objects.exists()
        assert not UnionMark.objects.exists()
        assert roll_up(today=TODAY) == 0

    def test_are_not_written_when_nothing_that_counts_changes(self, tree: Tree) -> None:
        li = make_member(tree.factory)
        roll_up(today=TODAY)

        Person.objects.filter(pk=li.pk).update(display_name="李师傅")
        Union.objects.filter(pk=tree.factory.pk).update(short_name="重机")

        assert not UnionMark.objects.exists()

    def test_roll_up_takes_the_same_number_of_statements_for_ten_times_the_learners(
        self, tree: Tree, django_assert_max_num_queries: object
    ) -> None:
        counts = []
        for size in (3, 30):
            for _ in range(size):
                study(make_member(tree.factory), 5_000, day=TODAY, union=tree.factory)
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as statements:
                roll_up(today=TODAY)
            counts.append(len(statements))
        assert counts[1] <= counts[0]


def test_the_database_refuses_more_participants_than_members() -> None:
    with pytest.raises(IntegrityError):
        OwnStudy.objects.create(union=UNASSIGNED, kind="month", start=TODAY, members=1, participants=2)


def test_the_ledger_is_never_touched(tree: Tree) -> None:
    entry = study(make_member(tree.factory), 5_000, day=TODAY, union=tree.factory)

    rebuild(today=TODAY)

    assert LedgerEntry.objects.get(learner=entry.learner).hash == entry.hash
