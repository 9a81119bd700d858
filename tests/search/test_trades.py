"""The trade box: what people call their work, and the occupation it is."""

import subprocess
import sys

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.trade_box import rows, titles
from search.analysis import Synonyms, trade_synonyms
from search.analysis.segment import DATA
from search.operations import rebuild_index
from search.trades.model import OccupationRow, TradeModel, job
from search.trades.suggest import suggest_occupation
from tests.factories import courses as make
from tests.search.matching import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def classification(db):
    call_command("load_occupations", verbosity=0)


@pytest.fixture(scope="module")
def model():
    return TradeModel(rows(), trade_synonyms(), titles())


@pytest.fixture(scope="module")
def names():
    return {row.code: row.name for row in rows()}


class TestModel:
    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("开天车的", "起重装卸机械操作工"),
            ("开叉车的", "起重装卸机械操作工"),
            ("电焊", "焊工"),
            ("我是电焊工", "焊工"),
            ("水电工", "电工"),
            ("cnc", "多工序数控机床操作调整工"),
            ("外卖小哥", "网约配送员"),
            ("高薪诚聘数控车工12000元包吃住", "车工"),
            ("焊工", "焊工"),
        ],
    )
    def test_the_occupation_meant_comes_first(self, model, names, title, name):
        assert names[model.suggest(title)[0].code] == name

    def test_an_official_name_stands_for_itself(self, model, names):
        wrong = [name for code, name in list(names.items())[::8] if model.suggest(name, 1)[0].code != code]

        assert len(wrong) <= 1, wrong

    def test_near_copies_of_a_title_do_not_outshout_one_that_fits_better(self):
        occupations = [OccupationRow("1-01", "甲", (), "", ""), OccupationRow("1-02", "乙", (), "", "")]
        titles = [(f"销售经理{n}", "1-01") for n in range(20)] + [("销售助理", "1-02")]

        assert TradeModel(occupations, Synonyms(), titles).suggest("销售助理")[0].code == "1-02"

    @pytest.mark.parametrize("title", ["", "!!!", "🔥", "\x00", "zzzzqqqq"])
    def test_what_says_nothing_gives_nothing(self, model, title):
        assert model.suggest(title) == []

    def test_a_very_long_text_is_answered(self, model):
        assert len(model.suggest("焊工" * 5000)) <= 5

    @given(st.text(max_size=40))
    def test_any_text_is_answered(self, model, text):
        guesses = model.suggest(text)

        assert len({guess.code for guess in guesses}) == len(guesses) <= 5


class TestSuggest:
    @pytest.mark.parametrize("title", ["dianhangong", "hangong", "dian han gong"])
    def test_pinyin_is_understood(self, index, title):
        for code, name in (
            ("6-18-02-04", "焊工"),
            ("2-02-08-03", "航空产品适航工程技术人员"),
            ("6-31-01-03", "电工"),
        ):
            make.make_occupation(code, name)
        rebuild_index(clock=timezone.now)

        assert suggest_occupation(title)[0].name == "焊工"

    def test_the_occupations_are_read_once(self, django_assert_num_queries):
        make.make_occupation()
        suggest_occupation("焊工")

        with django_assert_num_queries(0):
            assert suggest_occupation("焊工")[0].code == "6-18-02-04"


@pytest.mark.parametrize(
    ("title", "work"),
    [
        ("漳州高薪12000元招聘焊工，包吃住", "焊工"),
        ("装配钳工(J10771)", "装配钳工"),
        ("保安", "保安"),
        ("招聘", "招聘"),
    ],
)
def test_what_is_offered_for_a_job_is_not_the_job(title, work):
    assert work in job(title)


class TestCommand:
    def test_titles_come_by_line_and_answers_go_by_line(self, classification, monkeypatch, capsys):
        import io
        import json

        monkeypatch.setattr(sys, "stdin", io.StringIO("开天车的\n\n水电工\n"))
        call_command("suggest_occupation", "--json")

        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line["title"] for line in lines] == ["开天车的", "", "水电工"]
        assert lines[0]["codes"][0] == "6-30-05-01"
        assert lines[1]["codes"] == []
        assert len(lines[2]["codes"]) == 5


def test_the_dictionary_of_trades_is_what_the_occupation_table_makes(classification):
    call_command("build_trade_dictionary", "--check")

    assert (DATA / "jieba_trades.txt").read_text(encoding="utf-8").startswith("# made by")


def test_the_benchmark_runs():
    done = subprocess.run(
        [sys.executable, "benchmarks/trade_box.py", "--smoke"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "% within five" in done.stdout
