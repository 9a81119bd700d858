"""Standards: what may be published, what the database refuses, what a workbook brings in and takes out."""

import io
import json
import zipfile
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from openpyxl import Workbook, load_workbook

from core.importer import runs
from core.importer.models import ImportRun
from occupations import api
from occupations.imports import STANDARD
from occupations.models import OccupationalStandard, StandardRequirement, StandardTask
from occupations.operations.examples import example_standards
from occupations.operations.standards import (
    StandardIncomplete,
    StandardOverlaps,
    publish_standard,
    save_content,
)
from occupations.queries.standards import content_of, level_labels
from occupations.rules import Function, facts, faults_in
from occupations.sheets import SHEETS, template, workbook
from tests.factories.standards import NOW, make_examples, small

pytestmark = pytest.mark.django_db
WELDER = "6-18-02-04"


def published(content):
    standard = save_content(content=content, actor=None)
    return publish_standard(standard=standard, now=NOW, actor=None)


def sheet_file(content, name="焊工"):
    return workbook(content, name=name, labels=level_labels())


def brought_in(content: bytes, *, apply=True):
    run = runs.make_run(kind=STANDARD, content=content, file_name="焊工.xlsx")
    return runs.apply_run(run=run, now=NOW) if apply else run


def changed(content: bytes, sheet: str, cell: str, value: object) -> bytes:
    book = load_workbook(io.BytesIO(content))
    book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def why(run):
    return [reason for row in run.rows.order_by("line") for reason in row.errors]


@pytest.fixture
def classified(db):
    api.load_classification()


class TestExamples:
    @pytest.mark.parametrize("content", example_standards(), ids=lambda c: c.occupation)
    def test_each_is_complete_and_has_sixty_requirements_over_three_levels(self, content):
        assert faults_in(content) == []
        assert len(content.levels) == 3
        assert sum(1 for key in facts(content) if key.startswith("requirement/")) >= 60
        assert content.is_example and "非国家公布" in content.source and content.licence
        texts = [fact[3] for key, fact in facts(content).items() if key.startswith("requirement/")]
        assert all(len(text) >= 6 for text in texts)

    def test_they_are_published_once_and_answer_by_level(self):
        made = make_examples()
        assert set(made) == {WELDER, "6-18-01-01", "6-31-01-03", "6-31-07-01"}
        assert api.load_example_standards(now=NOW) == []
        standard = api.standard_in_force(occupation=WELDER, on=date(2026, 11, 23))
        rows = api.requirement_rows(standard=standard.pk, rank=2)
        assert rows[0].code == "1.1.1" and rows[0].kind == "skill" and rows[0].is_hazardous
        level = api.level_rows(standard.pk)[0]
        assert level.hours == 200 and api.may_teach(level.teacher, rank=5)
        assert api.standard_in_force(occupation=WELDER, on=date(2025, 12, 31)) is None


class TestPublishing:
    def test_a_column_that_does_not_add_up_to_a_hundred_is_refused(self, classified):
        content = small()
        content.levels[0].functions.append(Function(2, "焊接", 1, 0, content.levels[0].functions[0].tasks))
        standard = save_content(content=content, actor=None)
        with pytest.raises(StandardIncomplete) as refused:
            publish_standard(standard=standard, now=NOW, actor=None)
        assert [(f.code, f.total) for f in refused.value.faults] == [("column", 101)]

    def test_two_editions_of_an_occupation_may_touch_but_not_share_a_day(self, classified):
        published(small("一", active_from="2024-01-01", active_to="2026-01-01"))
        published(small("二", active_from="2026-01-01"))
        with pytest.raises(StandardOverlaps):
            published(small("三", active_from="2025-12-31", active_to="2026-01-01"))
        save_content(content=small("草稿"), actor=None)

    def test_the_database_refuses_percents_outside_a_hundred(self, classified):
        for change in ({"ethics_weight": 101}, {"basics_weight": -1}):
            standard = save_content(content=small(), actor=None)
            with pytest.raises(DatabaseError), transaction.atomic():
                standard.levels.update(**change)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE occupations_standardrequirement SET text = 'x'",
            "DELETE FROM occupations_standardrequirement",
            "UPDATE occupations_standardtask SET name = 'x'",
            "UPDATE occupations_standardfunction SET theory_weight = 1",
            "UPDATE occupations_standardlevel SET hours = 1",
            "INSERT INTO occupations_standardbasic (standard_id, kind, number, text) "
            "SELECT id, 'ethics', 99, 'x' FROM occupations_occupationalstandard",
            "UPDATE occupations_occupationalstandard SET edition = 'x'",
            "DELETE FROM occupations_occupationalstandard",
        ],
    )
    def test_the_database_refuses_to_change_what_was_published(self, classified, statement):
        published(small())
        with (
            pytest.raises(DatabaseError, match="standard_is_frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert StandardTask.objects.get().name == "穿戴防护"

    def test_its_validity_may_still_change(self, classified):
        standard = published(small())
        OccupationalStandard.objects.filter(pk=standard.pk).update(active_to="2027-01-01")


class TestWorkbook:
    def test_what_is_exported_comes_back_unchanged_byte_for_byte(self):
        made = make_examples()
        for standard in made.values():
            first = sheet_file(content_of(standard), standard.occupation.name)
            assert first == sheet_file(content_of(standard), standard.occupation.name)
            run = brought_in(first)
            assert set(run.rows.values_list("action", flat=True)) == {"unchanged"}
            assert why(run) == []
        assert OccupationalStandard.objects.count() == 4

    def test_the_template_itself_would_be_accepted(self, classified):
        run = brought_in(template(labels=level_labels()))
        assert why(run) == [] and not OccupationalStandard.objects.get().is_draft
        assert StandardRequirement.objects.count() == 2

    def test_an_import_makes_all_of_it_and_undo_leaves_nothing(self, classified):
        run = brought_in(sheet_file(small()))
        standard = OccupationalStandard.objects.get()
        assert not standard.is_draft and facts(content_of(standard)) == facts(small())
        assert set(run.rows.values_list("outcome", flat=True)) == {"done", ""}
        runs.undo_run(run=run, now=NOW)
        assert not OccupationalStandard.objects.exists()
        assert "kept" not in set(run.rows.values_list("outcome", flat=True))

    def test_a_preview_changes_nothing(self, classified):
        run = brought_in(sheet_file(small()), apply=False)
        assert run.counts()["new"] > 5
        assert not OccupationalStandard.objects.exists()

    @pytest.mark.parametrize(
        ("sheet", "cell", "value", "reason"),
        [
            ("概况", "B2", "6-18-02-99", "概况!B2：没有代码是“6-18-02-99”的职业"),
            ("概况", "B3", "车工", "概况!B3"),
            ("概况", "B9", "明年", "概况!B9：日期写成 2026-01-01 的样子"),
            ("概况", "B9", None, "概况!B9：填上生效日期"),
            ("等级", "A2", "六级", "等级!A2：没有“六级”这个等级"),
            ("等级", "B2", "两百", "等级!B2：培训学时写 0 到 2000 的整数"),
            ("工作要求", "B2", "1.1", "工作要求!B2：编号写成 1.2.3"),
            ("工作要求", "B3", "1.1.3", "工作要求!B3：要求的编号要连着写，这里应该是 1"),
            ("工作要求", "F3", "技能要求", "工作要求!A3：和第 2 行说的是同一项"),
            ("工作要求", "G3", None, "工作要求!G3：要求没有填"),
            ("工作要求", "G2", "长" * 401, "工作要求!G2：要求最多 400 个字"),
            ("权重表", "B4", 70, "权重表!B5：五级/初级工的“理论知识”一列加起来是 95，要正好 100。还差 5"),
            ("权重表", "C4", 0.5, "权重表!C4：百分数写 0 到 100 的整数"),
            ("权重表", "A4", "焊后", "权重表!A4：“工作要求”里没有“焊后”"),
        ],
    )
    def test_each_fault_names_its_sheet_and_cell_and_nothing_is_kept(
        self, classified, sheet, cell, value, reason
    ):
        run = brought_in(changed(sheet_file(small()), sheet, cell, value), apply=False)
        if cell == "B3" and sheet == "概况":
            assert "核对代码和名称" in "".join(why(run))
        else:
            assert any(reason in words for words in why(run)), why(run)
        with pytest.raises(runs.WrongState):
            runs.apply_run(run=run, now=NOW)
        assert not OccupationalStandard.objects.exists()

    def test_the_content_of_a_published_edition_is_refused_its_validity_is_taken(self, classified):
        standard = published(small())
        run = brought_in(changed(sheet_file(small()), "工作要求", "G2", "能穿戴整齐"), apply=False)
        assert "已经发布，内容不能改" in why(run)[0] and "工作要求!A2" in why(run)[0]
        run = brought_in(sheet_file(small(active_to="2027-01-01")))
        standard.refresh_from_db()
        assert standard.active_to == date(2027, 1, 1)
        runs.undo_run(run=run, now=NOW)
        standard.refresh_from_db()
        assert standard.active_to is None

    def test_a_draft_is_brought_to_the_file_and_undo_brings_the_draft_back(self, classified):
        before = small(source="草稿")
        save_content(content=before, actor=None)
        run = brought_in(sheet_file(small()))
        assert run.counts()["changed"] == 1
        runs.undo_run(run=run, now=NOW)
        standard = OccupationalStandard.objects.get()
        assert standard.is_draft and facts(content_of(standard)) == facts(before)


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (lambda: b"", "文件是空的"),
            (lambda: b"a,b\n1,2\n", "只认 xlsx"),
            (lambda: "职业编码,6-18-02-04\n".encode("gb18030"), "只认 xlsx"),
            (lambda: "职业编码,6-18-02-04\n".encode("utf-16"), "只认 xlsx"),
            (lambda: b"PK\x03\x04 broken", "打不开"),
            (lambda: with_part("xl/vbaProject.bin", b"macro"), "带宏"),
            (lambda: with_part("xl/x.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "不是表格软件存的"),
            (lambda: with_part("xl/big.xml", b"0" * 100_000_001), "解开后太大"),
            (lambda: rows_of(100_000), "20,000 行"),
            (lambda: plain_book(["概况"]), "少了工作表"),
            (lambda: plain_book(SHEETS), "少了"),
        ],
        ids=["empty", "csv", "gbk", "utf-16", "broken", "macros", "entities", "bomb", "rows", "sheets", "headings"],
    )  # fmt: skip
    def test_is_refused_with_a_reason_and_leaves_nothing(self, classified, make, reason, tmp_path):
        path = tmp_path / "x.xlsx"
        path.write_bytes(make())
        with pytest.raises(CommandError, match=reason) as refused:
            call_command("import_standard", str(path), stdout=io.StringIO())
        assert refused.value.returncode == 2
        assert not OccupationalStandard.objects.exists() and not ImportRun.objects.exists()


def plain_book(titles):
    book, out = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for title in titles:
        book.create_sheet(title)
    book.save(out)
    return out.getvalue()


def rows_of(count):
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("概况")
    for _n in range(count):
        sheet.append(["x"])
    book.save(out)
    return out.getvalue()


def with_part(name, content):
    out = io.BytesIO(plain_book(SHEETS))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def test_the_commands_bring_out_and_in_and_exit_two_when_refused(tmp_path):
    make_examples()
    out, path = io.StringIO(), tmp_path / "a.xlsx"
    call_command("export_standard", WELDER, str(path), "--json", stdout=out)
    assert json.loads(out.getvalue())["occupation"] == WELDER
    out = io.StringIO()
    call_command("import_standard", str(path), "--dry-run", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["state"] == "ready" and answer["rows"]["unchanged"] > 100
    path.write_bytes(changed(path.read_bytes(), "权重表", "B4", 99))
    with pytest.raises(CommandError, match="权重表!") as refused:
        call_command("import_standard", str(path), stdout=io.StringIO())
    assert refused.value.returncode == 2


def test_the_page_shows_each_level_says_that_it_is_an_example_and_gives_the_workbook(
    client, django_assert_max_num_queries
):
    made = make_examples()
    assert "焊工" in client.get("/standards/").content.decode()
    with django_assert_max_num_queries(12):
        text = client.get(f"/standards/{WELDER}/?level=3").content.decode()
    assert "示例，非国家公布文本" in text and "二氧化碳气体保护焊" in text and "培训 240 学时" in text
    assert client.get(f"/standards/{WELDER}/?level=x").status_code == 200
    assert client.get("/standards/6-99-99-99/").status_code == 404
    file = client.get(f"/standards/{WELDER}/standard.xlsx")
    assert file.content == sheet_file(content_of(made[WELDER]))
