"""The coverage map as pages and files: counted when published, the same when counted again, equal to its export."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from courses.models import CourseCoverage
from courses.operations import lift_withdrawal, rebuild_coverage, withdraw
from courses.queries.coverage import coverage_of
from courses.queries.coverage_overview import fill_in, overview
from occupations.api import requirement_rows
from tests.factories import courses as make
from tests.factories.people import make_tree, make_union
from tests.factories.standards import make_examples

pytestmark = pytest.mark.django_db
ON = make.NOW.date() + timedelta(days=11)


@pytest.fixture
def welder(db):
    return make_examples()[make.WELDER]


def mapped(title, *requirements):
    lesson = make.lesson(title, make.text("焊条送进前移摆动"))
    return type(lesson)(**{**lesson.__dict__, "requirements": [r.id for r in requirements]})


def harmless(standard, rank=2):
    return [row for row in requirement_rows(standard=standard.pk, rank=rank) if not row.is_hazardous]


def make_mapped(*lessons, union=None, name="陈铁山"):
    teacher = make.make_instructor(name, union=union)
    make.make_taught(teacher, level=5)
    course = make.make_draft(*lessons, instructors=[teacher])
    make.publish(course)
    return course


def stored():
    fields = ("course", "standard_level__level", "taught", "lessons", "ms", "published_at")
    return list(CourseCoverage.objects.order_by("course", "standard_level").values_list(*fields))


def cell_of(code=make.WELDER, rank=2, **asked):
    line = next(line for line in overview(on=ON, **asked).lines if line.code == code)
    fill_in([line])
    return line.cells[rank]


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


class TestCounting:
    def test_the_map_of_all_says_what_the_map_of_one_says_and_a_rebuild_says_the_same(self, welder):
        one, two, three, *_rest = harmless(welder)
        course = make_mapped(mapped("运条", one, two), mapped("收弧", two))
        make_mapped(mapped("接头", two, three), name="沈国栋")

        level = coverage_of(occupation=make.WELDER, on=ON).levels[0]
        cell = cell_of()
        assert (cell.covered, cell.requirements) == (level.covered, len(level.rows)) == (3, len(level.rows))
        assert (cell.lessons, cell.instructors, cell.newest_at) == (3, 2, make.NOW)
        live = stored()
        assert rebuild_coverage() == (2, 2) and stored() == live

        lesson = course.editions.get().lessons.get(title="运条").lesson
        reviewer = make.make_staff("content_reviewer")
        flag = withdraw(course=course, lesson=lesson, reason="有误", by=reviewer, now=make.NOW)
        assert cell_of().covered == coverage_of(occupation=make.WELDER, on=ON).levels[0].covered == 2
        live = stored()
        rebuild_coverage()
        assert stored() == live
        lift_withdrawal(withdrawal=flag, by=reviewer, now=make.NOW)
        assert cell_of().covered == 3
        withdraw(course=course, lesson=None, reason="有误", by=reviewer, now=make.NOW)
        assert cell_of().covered == 2 and CourseCoverage.objects.count() == 1

    def test_a_province_counts_the_courses_of_its_own_instructors(self, welder):
        one, two, *_rest = harmless(welder)
        tree = make_tree()
        other = make_union("PROV", tree["nat"], code="BYP", name="北原省总工会")
        make_mapped(mapped("运条", one), union=tree["plant"])
        make_mapped(mapped("收弧", two), union=other, name="沈国栋")

        for region, requirement in ((tree["prov"], one), (other, two)):
            assert cell_of(region=region).covered == 1
            level = coverage_of(occupation=make.WELDER, on=ON, region=region).levels[0]
            assert [row.requirement.id for row in level.rows if not row.is_gap] == [requirement.id]
        assert cell_of(region=tree["nat"]).covered == 2

    def test_the_database_refuses_a_row_that_teaches_nothing(self, welder):
        course = make_mapped(mapped("运条", harmless(welder)[0]))
        for change in ({"lessons": 0}, {"taught": "0"}, {"taught": ""}, {"ms": -1}):
            with pytest.raises(DatabaseError), transaction.atomic():
                CourseCoverage.objects.filter(course=course).update(**change)


class TestPages:
    @pytest.fixture(autouse=True)
    def _reader(self, client, welder):
        client.force_login(make.make_staff("instructor"))

    def test_shows_levels_gaps_and_the_lessons_of_each_requirement(self, client, welder):
        one, *_rest = harmless(welder)
        make_mapped(mapped("运条", one))
        page = words(client.get("/coverage/"))
        assert f">1／{cell_of().requirements}</a>" in page and "焊工" in page and "齐了的" in page
        page = words(client.get(f"/coverage/occupation/{make.WELDER}/?level=2"))
        assert one.text in page and ">运条</a>" in page and "还没有课" in page
        assert one.text not in words(client.get(f"/coverage/occupation/{make.WELDER}/?level=2&only=gaps"))
        assert client.get("/coverage/occupation/6-99-99-99/").status_code == 404
        assert client.get("/coverage/pdf/").status_code == 404

    def test_a_file_holds_the_figures_of_the_page(self, client, welder):
        one, two, *_rest = harmless(welder)
        make_mapped(mapped("运条", one, two))
        lines = overview(on=ON).lines

        text = client.get("/coverage/csv/").content.decode("utf-8-sig")
        book = load_workbook(io.BytesIO(client.get("/coverage/xlsx/").content))

        table = list(csv.DictReader(io.StringIO(text)))
        assert [row["代码"] for row in table] == [line.code for line in lines]
        row = next(row for row in table if row["代码"] == make.WELDER)
        cell = cell_of()
        assert (row["五级/初级工 要求"], row["五级/初级工 有课"]) == (str(cell.requirements), "2")
        assert row["还缺"] == str(next(line for line in lines if line.code == make.WELDER).gaps)
        cells = [["" if v is None else str(v) for v in r] for r in book.active.iter_rows(values_only=True)]
        assert cells == list(csv.reader(io.StringIO(text)))
        rows = csv.DictReader(
            io.StringIO(
                client.get(f"/coverage/occupation/{make.WELDER}/csv/?level=2").content.decode("utf-8-sig")
            )
        )
        assert [(r["编号"], r["课时数"]) for r in rows if r["课时数"] != "0"] == [
            (one.code, "1"),
            (two.code, "1"),
        ]

    def test_asks_the_database_as_often_for_many_as_for_few(self, client, welder):
        requirements = harmless(welder)

        def count(address):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            return len(captured)

        addresses = ("/coverage/", f"/coverage/occupation/{make.WELDER}/?level=2")
        make_mapped(mapped("运条", requirements[0]))
        few = [count(address) for address in addresses]
        for number, requirement in enumerate(requirements[1:4]):
            make_mapped(mapped(f"第{number}节", requirement), name=f"师傅{number}")
        assert [count(address) for address in addresses] == few and max(few) <= 12

    @pytest.mark.parametrize(
        "asked",
        ["?region=x&state=x&order=x&page=x", "?q=%00", "?q=焊&state=all&order=name&page=9", "?state=none"],
    )
    def test_leaves_out_what_it_does_not_understand(self, client, asked):
        assert client.get(f"/coverage/{asked}").status_code == 200
