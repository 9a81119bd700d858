"""What is closed never changes; what arrives afterwards stands beside it, and both together are what the ledger says."""

import re
from datetime import date

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from core.clock import day_start_ms, to_ms
from records import api as records
from reports.closings import (
    AlreadyStated,
    NotClosedYet,
    close_due_periods,
    closes_on,
    first_broken,
    state_closed,
    union_hash,
)
from reports.http import EXAMPLE
from reports.models import (
    ClosedStudy,
    ClosingStatement,
    LateStudy,
    OwnStudy,
    PeriodClosing,
    UnionStudy,
)
from reports.operations import begin_day, rebuild, roll_up
from reports.queries import study_report
from reports.recount.checking import check_figures
from reports.rules import parse_period
from reports.tables import BY_CHILD, as_dict, csv_lines, rows_of
from tests.factories.people import make_user
from tests.reports.test_pages import officer_at
from tests.reports.world import make_member, make_union, move_member, move_union, noon, study
from unions.models import Line, Union
from unions.operations import refresh_paths

pytestmark = pytest.mark.django_db

OCTOBER, SEPTEMBER, NOVEMBER = (parse_period(p) for p in ("2026-10", "2026-09", "2026-11"))
CLOSING_DAY = date(2026, 11, 16)
TODAY = date(2026, 11, 23)


class World:
    """A province, two counties, a mill in each; 40 minutes in October and its closing on 16 November."""

    def __init__(self) -> None:
        self.province = make_union("省")
        self.east = make_union("东县", under=self.province)
        self.west = make_union("西县", under=self.province)
        self.mill = make_union("厂", under=self.east)
        begin_day(today=date(2026, 10, 1))
        self.li = make_member(self.mill)
        self.entry = study(self.li, 2_400_000, day=date(2026, 10, 20), union=self.mill)
        roll_up(today=CLOSING_DAY)
        self.closed = close_due_periods(now=at(CLOSING_DAY))

    def report(self, union: Union, code: str = "2026-10"):
        return study_report(union=union, period=parse_period(code), line=Line.ADMINISTRATIVE, today=TODAY)


def at(day: date) -> int:
    return day_start_ms(day) + 3_600_000


@pytest.fixture
def world() -> World:
    return World()


class TestClosing:
    def test_comes_by_the_calendar_and_once(self, world: World) -> None:
        assert [p.code for p in world.closed] == ["2026-10"]
        assert closes_on(OCTOBER) == CLOSING_DAY
        assert close_due_periods(now=at(TODAY)) == []

    def test_waits_for_writers_who_asked_the_clock_before_midnight(self) -> None:
        begin_day(today=date(2026, 10, 1))
        roll_up(today=CLOSING_DAY)

        assert close_due_periods(now=day_start_ms(CLOSING_DAY) + 60_000) == []

    def test_waits_for_what_is_not_rolled_up(self) -> None:
        mill = make_union("厂")
        begin_day(today=date(2026, 10, 1))
        roll_up(today=CLOSING_DAY)
        study(make_member(mill), 1, day=date(2026, 10, 31), union=mill, recorded_on=date(2026, 11, 15))

        assert close_due_periods(now=at(CLOSING_DAY)) == []

        roll_up(today=CLOSING_DAY)
        assert close_due_periods(now=at(CLOSING_DAY)) == [OCTOBER]

    def test_is_a_chain_that_shows_a_changed_figure(self, world: World) -> None:
        roll_up(today=date(2026, 12, 16))
        close_due_periods(now=at(date(2026, 12, 16)))
        first, second = PeriodClosing.objects.order_by("pk")
        assert second.prev == first.hash
        assert first_broken() == ""

        with owner_without_triggers("reports_closedstudy"):
            ClosedStudy.objects.filter(
                union=world.mill.uuid, kind="month", start=OCTOBER.start, line=""
            ).update(visits=5)

        assert first_broken() == "2026-10"

    @pytest.mark.parametrize("model", [PeriodClosing, ClosedStudy, ClosingStatement])
    def test_is_append_only_by_the_database(self, world: World, model: type) -> None:
        officer = make_user()
        state_closed(union=world.mill, period=OCTOBER, officer=officer, at=noon(TODAY))
        table = model._meta.db_table
        for statement in (f"UPDATE {table} SET start = start", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


class owner_without_triggers:
    """Go round the triggers as who owns the database could."""

    def __init__(self, table: str) -> None:
        self.table = table

    def __enter__(self) -> None:
        from core.db import is_postgres

        if is_postgres():
            pytest.skip("the run-time role cannot even try")
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {self.table}_refuse_update")

    def __exit__(self, *error: object) -> None:
        """The test's transaction is taken back as a whole."""


class TestAfterwards:
    def test_a_late_upload_is_shown_as_added_and_changes_no_closed_figure(self, world: World) -> None:
        study(
            world.li, 300_001, day=date(2026, 10, 30), union=world.mill, recorded_on=TODAY, evidence="offline"
        )
        roll_up(today=TODAY)

        for union in (world.mill, world.east, world.province):
            report = world.report(union)
            assert report.total.total_ms == 2_400_000
            assert (report.late.late_ms, report.late.corrected_ms) == (300_001, 0)
            assert report.late.live_ms(report.total) == 2_700_001
        assert world.report(world.west).late.late_ms == 0
        assert world.report(world.province, "2026-11").total.total_ms == 300_001
        assert check_figures(today=TODAY).difference is None

    def test_a_reversal_is_shown_as_taken_back(self, world: World) -> None:
        draft = records.reversal_of(world.entry, reason="mistake", actor=world.li.uuid)
        records.append_entries(learner=world.li.uuid, drafts=[draft], now=to_ms(noon(TODAY)))
        roll_up(today=TODAY)

        report = world.report(world.province)
        assert (report.total.total_ms, report.late.corrected_ms) == (2_400_000, -2_400_000)
        assert report.late.live_ms(report.total) == 0

    def test_moves_dated_back_change_neither_figures_nor_the_tree_of_the_past(self, world: World) -> None:
        before = world.report(world.east)

        move_union(world.mill, under=world.west, on=date(2026, 10, 5))
        move_member(world.li, to=world.west, on=date(2026, 10, 21))
        study(world.li, 7, day=date(2026, 10, 30), union=world.mill, recorded_on=TODAY)
        roll_up(today=TODAY)

        after = world.report(world.east)
        assert (after.total, after.own, [c.figures for c in after.children]) == (
            before.total,
            before.own,
            [c.figures for c in before.children],
        )
        assert [c.stands for c in after.children] == [False]
        assert after.late.late_ms == 7
        assert world.report(world.west).late.late_ms == 0
        assert check_figures(today=TODAY).difference is None

    def test_a_rebuild_gives_the_same_late_rows_and_leaves_what_is_closed(self, world: World) -> None:
        study(world.li, 5, day=date(2026, 10, 30), union=world.mill, recorded_on=TODAY)
        roll_up(today=TODAY)
        late = _rows(LateStudy)
        closed = [_rows(model) for model in (ClosedStudy, PeriodClosing)]

        rebuild(today=TODAY)

        assert _rows(LateStudy) == late
        assert [_rows(model) for model in (ClosedStudy, PeriodClosing)] == closed
        assert late

    def test_live_rows_of_a_closed_month_do_not_move_either(self, world: World) -> None:
        before = [_rows(m, kind="month", start=OCTOBER.start) for m in (OwnStudy, UnionStudy)]
        make_member(world.mill)
        roll_up(today=TODAY)

        assert [_rows(m, kind="month", start=OCTOBER.start) for m in (OwnStudy, UnionStudy)] == before


def _rows(model: type, **which: object) -> list[tuple[object, ...]]:
    names = [f.attname for f in model._meta.concrete_fields if f.name != "id"]
    return sorted(model.objects.filter(**which).values_list(*names), key=str)


class TestStatement:
    def test_says_who_when_and_what_was_seen(self, world: World) -> None:
        officer = make_user()

        statement = state_closed(union=world.east, period=OCTOBER, officer=officer, at=noon(TODAY))

        assert (statement.closed_by, statement.closed_at) == (officer, noon(TODAY))
        assert statement.hash == union_hash(world.east, OCTOBER) != union_hash(world.west, OCTOBER)

    def test_is_made_once(self, world: World) -> None:
        state_closed(union=world.east, period=OCTOBER, officer=make_user(), at=noon(TODAY))

        with pytest.raises(AlreadyStated):
            state_closed(union=world.east, period=OCTOBER, officer=make_user(), at=noon(TODAY))

    def test_of_an_open_month_is_refused(self, world: World) -> None:
        with pytest.raises(NotClosedYet):
            state_closed(union=world.east, period=NOVEMBER, officer=make_user(), at=noon(TODAY))


class TestPage:
    def test_shows_closed_added_taken_back_and_live_and_takes_the_officers_word(self, world: World) -> None:
        study(world.li, 300_001, day=date(2026, 10, 30), union=world.mill, recorded_on=TODAY)
        with time_machine.travel(noon(TODAY), tick=False):
            roll_up(today=TODAY)
            refresh_paths(on=TODAY)
            client = Client()
            officer = officer_at(world.east, may_write=True)
            client.force_login(officer)
            address = reverse("reports:study", args=[world.east.uuid])

            page = client.get(address, {"period": "2026-10"}).content.decode()
            numbers = re.findall(r'<dd><data value="(-?\d+)">', page)
            assert [int(n) for n in numbers] == [2_400_000, 300_001, 0, 2_700_001]

            post = reverse("reports:confirm_closing", args=[world.east.uuid])
            client.post(f"{post}?period=2026-10")
            client.post(f"{post}?period=2026-11")
            shown = client.get(address, {"period": "2026-10"}).content.decode()

        (statement,) = ClosingStatement.objects.all()
        assert statement.closed_by == officer
        assert statement.hash[:12] in shown
        assert "确认本单位关账" in page
        assert "确认本单位关账" not in shown

    def test_and_api_and_command_say_the_same(self, world: World) -> None:
        study(world.li, 300_001, day=date(2026, 10, 30), union=world.mill, recorded_on=TODAY)
        roll_up(today=TODAY)

        body = as_dict(world.report(world.east), by=BY_CHILD)

        assert body["closing"]["late"] == {
            "closed_ms": 2_400_000,
            "late_ms": 300_001,
            "corrected_ms": 0,
            "live_ms": 2_700_001,
        }
        assert body["rows"][0]["late"] == body["closing"]["late"]
        assert body["closing"].keys() == EXAMPLE["closing"].keys()
        assert body["closing"]["hash"] == PeriodClosing.objects.get().hash
        lines = "".join(csv_lines(world.report(world.east), rows_of(world.report(world.east)))).splitlines()
        assert lines[1].endswith(",300001,0,2700001")
        assert as_dict(world.report(world.east, "2026-11"), by=BY_CHILD)["closing"] is None

    def test_of_a_closed_month_costs_as_little_as_any(
        self, world: World, django_assert_max_num_queries
    ) -> None:
        with django_assert_max_num_queries(7):
            world.report(world.province)
