"""The second count finds every figure that is not what the ledger says, and nothing else, whatever happened before."""

import json
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from reports.models import LateStudy, OwnStudy, PeriodClosing, ReportPeriod, UnionStudy
from reports.operations import begin_day, roll_up
from reports.recount.checking import check_figures
from reports.rules import parse_period
from tests.reports.history import History
from tests.reports.world import make_member, make_union, noon, study
from unions.models import Union

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
NOVEMBER = parse_period("2026-11")


@pytest.mark.parametrize("seed", [1, 2])
def test_no_history_of_moves_merges_corrections_and_late_uploads_leaves_a_difference(seed: int) -> None:
    history = History(seed, begins=date(2026, 9, 1))
    history.live(acts=110, until=date(2027, 1, 20))

    checked = check_figures(today=history.today)

    assert checked.difference is None, str(checked.difference)
    assert checked.periods > 10
    assert UnionStudy.objects.filter(kind="year", total_ms__gt=0).exists()
    assert PeriodClosing.objects.filter(kind="quarter", start=date(2026, 7, 1)).exists()
    assert LateStudy.objects.filter(line="adm", kind="month", late_ms__gt=0).exists()
    assert LateStudy.objects.filter(line="adm", kind="month", corrected_ms__lt=0).exists()


class TestOneWrongFigure:
    @pytest.fixture
    def mill(self) -> Union:
        county = make_union("县")
        mill = make_union("厂", under=county)
        begin_day(today=date(2026, 10, 1))
        study(make_member(mill), 2_700_000, day=TODAY, union=mill)
        roll_up(today=TODAY)
        return mill

    @pytest.mark.parametrize("name", ["total_ms", "visits", "members", "members_ms"])
    @pytest.mark.parametrize("model", [OwnStudy, UnionStudy])
    def test_is_named(self, mill: Union, model: type[OwnStudy | UnionStudy], name: str) -> None:
        row = model.objects.get(union=mill.uuid, kind="month", start=NOVEMBER.start)
        model.objects.filter(pk=row.pk).update(**{name: getattr(row, name) + 1})

        found = check_figures(today=TODAY).difference

        assert found is not None
        assert (found.union, found.period, found.figure) == (mill.uuid, NOVEMBER, name)
        assert found.kept == found.counted + 1

    def test_is_looked_for_only_where_it_was_asked(self, mill: Union) -> None:
        UnionStudy.objects.filter(union=mill.uuid, kind="month").update(visits=9)
        other = make_union("另一个厂")
        roll_up(today=TODAY)

        assert check_figures(today=TODAY, union=other).difference is None
        assert check_figures(today=TODAY, period=parse_period("2026")).difference is None
        assert check_figures(today=TODAY, union=mill).difference is not None

    def test_a_row_that_is_gone_is_found(self, mill: Union) -> None:
        OwnStudy.objects.filter(union=mill.uuid, kind="year").delete()

        assert check_figures(today=TODAY).difference is not None

    def test_study_in_a_month_for_which_there_are_no_rows_is_found(self, mill: Union) -> None:
        study(make_member(mill), 1, day=date(2026, 9, 30), union=mill)
        roll_up(today=TODAY)
        for model in (ReportPeriod, OwnStudy, UnionStudy):
            model.objects.filter(kind="month", start=date(2026, 9, 1)).delete()

        found = check_figures(today=TODAY).difference

        assert found is not None
        assert (found.period.code, found.figure) == ("2026-09", "is_begun")

    def test_ends_the_command_with_one(self, mill: Union) -> None:
        out = StringIO()
        with time_machine.travel(noon(TODAY), tick=False):
            call_command("check_figures", "--json", stdout=out)
            assert json.loads(out.getvalue())["ok"] is True
            OwnStudy.objects.filter(union=mill.uuid, kind="month", total_ms__gt=0).update(total_ms=1)
            with pytest.raises(CommandError, match="total_ms: kept 1, counted 2700000") as refused:
                call_command("check_figures", "--period", "2026-11", "--json", stdout=StringIO())
        assert refused.value.returncode == 1
