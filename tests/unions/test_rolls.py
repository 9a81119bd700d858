"""Rolls as people make them: titles, merged headings, full-width digits, Chinese dates; and rolls of a whole county."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import Person
from core import inbox
from core.importer import runs
from core.importer.models import ImportRun
from core.importer.stream import open_table
from tests.factories.people import make_member, make_person, make_tree, make_user
from unions import api
from unions.imports import MEMBERS
from unions.models import Membership

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
ID = "110101199003070011"


@pytest.fixture
def t():
    return make_tree()


def plan(union, content, **options):
    told = {"today": TODAY.isoformat(), "union": union.pk, **options}
    return runs.make_run(kind=MEMBERS, content=content, options=told, scope=f"union:{union.uuid}")


def fates(run):
    return list(runs.lines_of(run).order_by("line").values_list("action", flat=True))


def why(run):
    return "；".join(reason for row in runs.lines_of(run).order_by("line") for reason in row.errors)


def applied(run):
    ImportRun.objects.filter(pk=run.pk).update(state="applying")
    return runs.apply_run(run=run, now=timezone.now())


def outcomes(run):
    return list(runs.lines_of(run).order_by("line").values_list("outcome", flat=True))


def test_a_roll_with_a_title_merged_headings_and_a_chinese_keyboard_is_understood(t):
    book = Workbook()
    sheet = book.active
    for row in (
        ["栖江重机会员花名册"],
        ["序号", "会员姓名*", "联系方式", None, "证件", "入会时间（年月日）"],
        [None, None, "手机号码", "微信", "身份证号码", None],
        [1, "李　海生", "１３８００１３８０００", "x", ID, "二〇二〇年五月一日"],
        [2, "王 好", 13800138001, None, None, date(2021, 3, 4)],
        [3, "赵好", None, None, None, "2021年3月"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("C2:D2")
    sheet.merge_cells("B2:B3")
    out = io.BytesIO()
    book.save(out)

    run = applied(plan(t["plant"], out.getvalue()))

    assert (fates(run), why(run)) == (["new"] * 3, "")
    found = {p.name: (p.phone, p.memberships.get().active_from) for p in Person.objects.all()}
    assert found == {
        "李海生": ("+8613800138000", date(2020, 5, 1)),
        "王好": ("+8613800138001", date(2021, 3, 4)),
        "赵好": ("", date(2021, 3, 1)),
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_a_spreadsheet_program_is_read(t, encoding, tmp_path):
    file = tmp_path / "roll.csv"
    file.write_text("姓名\t手机号\r\n𬱖\t13800138000\r\n", encoding=encoding)
    with open_table(file) as lines:
        assert list(lines) == [(1, ["姓名", "手机号"]), (2, ["𬱖", "13800138000"])]


def test_a_roll_of_a_county_names_the_union_of_each_line_and_moves_between_them(t):
    make_member(t["mine"], person=make_person(name="甲", phone="13800138001"), since=date(2026, 1, 1))
    content = (
        "姓名,手机号,单位代码,转入日期\n甲,13800138001,JC-QJ-ZJ,2026年11月1日\n乙,13800138002,,\n丙,13800138003,JC-QJ-ZJ,"
    ).encode()
    run = plan(t["county"], content)
    assert fates(run) == ["refused", "refused", "new"]
    assert "会籍转接" in why(run) and "没有填" in why(run)

    run = applied(plan(t["county"], content, movable=[t["nat"].path]))

    assert (fates(run), outcomes(run)) == (["moved", "refused", "new"], ["done", "", "done"])
    moved = Membership.objects.filter(member__name_index=Person.objects.earliest("pk").name_index)
    assert [(m.union.code, m.active_from, m.active_to) for m in moved.order_by("active_from")] == [
        (t["mine"].code, date(2026, 1, 1), date(2026, 11, 1)),
        ("JC-QJ-ZJ", date(2026, 11, 1), None),
    ]
    runs.undo_run(run=run, now=timezone.now())
    assert [(m.union.code, m.active_to) for m in Membership.objects.all()] == [(t["mine"].code, None)]


def test_nobody_moves_before_the_day_from_which_the_membership_stands(t):
    make_member(t["mine"], person=make_person(name="甲", phone="13800138001"), since=date(2026, 6, 1))
    content = "姓名,手机号,转入日期\n甲,13800138001,2026-05-31".encode()
    assert "早于" in why(plan(t["plant"], content, movable=[t["nat"].path]))


def test_one_person_under_two_numbers_is_one_line_and_the_second_is_refused(t):
    make_member(t["plant"], person=make_person(name="甲", phone="13800138001", identity_number=ID))
    run = plan(t["plant"], f"姓名,手机号,身份证号\n甲,13800138001,\n甲,,{ID}\n乙,,\n乙,,".encode())
    assert fates(run) == ["unchanged", "refused", "new", "refused"]
    assert "同一位工友" in why(run) and "同名" in why(run)


def test_what_fails_does_so_alone_and_a_move_across_study_is_refused(t, monkeypatch):
    from unions.imports import members

    person = make_member(t["mine"], person=make_person(name="甲", phone="13800138001"))
    content = "姓名,手机号\n甲,13800138001\n乙,13800138002".encode()
    run = plan(t["plant"], content, movable=[t["nat"].path])
    monkeypatch.setattr(members, "earliest_starts", lambda persons: dict.fromkeys(persons, date(2027, 1, 1)))
    applied(run)
    assert outcomes(run) == ["failed", "done"]
    assert "学时" in why(run)
    assert Membership.objects.get(member=person).union == t["mine"]


def test_taking_back_keeps_whoever_has_studied_since(t, monkeypatch):
    from unions.imports import members

    run = applied(plan(t["plant"], "姓名,手机号\n甲,13800138001\n乙,13800138002".encode()))
    first = Person.objects.earliest("pk")
    monkeypatch.setattr(members, "earliest_starts", lambda persons: {first.uuid: TODAY})
    runs.undo_run(run=run, now=timezone.now())
    assert outcomes(run) == ["kept", "undone"]
    assert list(Person.objects.all()) == [first]


def test_a_large_upload_is_read_by_a_job_and_its_sender_told(
    t, client, monkeypatch, django_capture_on_commit_callbacks
):
    officer = make_user()
    api.appoint(officer=officer, union=t["plant"], duty="membership", may_write=True, on=date(2026, 1, 1))
    client.force_login(officer)
    monkeypatch.setattr(runs, "AT_ONCE", 10)
    address = f"/unions/{t['plant'].uuid}/import/members/"

    def send(content):
        return client.post(address, {"file": SimpleUploadedFile("roll.csv", content)}).headers["Location"]

    url = send("姓名,手机号\n甲,13800138001\n乙,12".encode())
    assert "马上开始" in client.get(url).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        url = send("姓名,手机号\n甲,13800138001\n乙,12".encode())
    assert "确认导入 1 行" in client.get(url).content.decode()
    told = [m.title for m in inbox.messages_of(officer.person.uuid)]
    assert told == ["roll.csv 读好了，等你确认"]
    with django_capture_on_commit_callbacks(execute=True):
        url = send("手机号\n13800138001".encode())
    assert "表头少了：姓名" in client.get(url).content.decode()
