"""A return is frozen when it is handed in, says the same everywhere, and goes to and fro until the superior has it."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
import time_machine
from openpyxl import load_workbook

from core import inbox
from reports.models import ReturnStep, UnionReturn, UnionStudy
from reports.returns import files, operations
from reports.returns.queries import content_of, expected_of
from reports.rules import Period, PeriodKind
from tests.factories.people import make_tree, make_user
from unions import api

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
OCTOBER = Period(PeriodKind.MONTH, date(2026, 10, 1))


@pytest.fixture
def t():
    with time_machine.travel(NOW, tick=False):
        tree = make_tree()
        for union, members in ((tree["plant"], 2), (tree["county"], 1284)):
            UnionStudy.objects.create(
                union=union.uuid, line="adm", kind="month", start=OCTOBER.start, members=members, participants=2,
                registered=2, total_ms=3_010_039_481, visits=1338, members_ms=3_010_039_481,
            )  # fmt: skip
        yield tree


def officer_at(union):
    user = make_user()
    api.appoint(officer=user, union=union, duty="statistics", may_write=True, on=date(2026, 1, 1))
    return user


def submit(union, officer, period=OCTOBER):
    return operations.submit_return(union=union, period=period, officer=officer, at=NOW)


def told(user):
    return [(m.title, m.state) for m in inbox.messages_of(user.person.uuid)]


def test_a_return_goes_up_comes_back_with_a_remark_and_goes_up_again(t):
    below, above = officer_at(t["plant"]), officer_at(t["county"])
    handed = submit(t["plant"], below)
    assert (handed.state, handed.version, handed.content) == (
        "submitted", 1, content_of(t["plant"], OCTOBER, date(2026, 11, 24)),
    )  # fmt: skip
    assert [title for title, _state in told(above)] == ["栖江重型机械厂工会报来了2026年10月的报表"]
    with pytest.raises(operations.AlreadyHandedIn):
        submit(t["plant"], below)

    operations.send_back(handed=handed, officer=above, at=NOW, remark="参训人数和上月对不上。")
    assert ("2026年10月的报表被上级退回来了", "unread") in told(below)
    with pytest.raises(operations.NotWaiting):
        operations.accept_return(handed=handed, officer=above, at=NOW)

    again = submit(t["plant"], below)
    assert (again.pk, again.version, again.remark) == (handed.pk, 2, "")
    assert ("2026年10月的报表被上级退回来了", "done") in told(below)
    operations.accept_return(handed=again, officer=above, at=NOW)
    assert list(ReturnStep.objects.order_by("pk").values_list("state", "version")) == [
        ("submitted", 1), ("returned", 1), ("submitted", 2), ("accepted", 2),
    ]  # fmt: skip


def test_what_was_handed_in_does_not_move_with_the_figures(t):
    handed = submit(t["plant"], officer_at(t["plant"]))
    UnionStudy.objects.filter(union=t["plant"].uuid).update(members=3)
    handed.refresh_from_db()
    assert handed.content["total"]["members"] == 2
    assert content_of(t["plant"], OCTOBER, date(2026, 11, 24))["total"]["members"] == 3


def test_a_period_that_runs_and_the_top_of_the_tree_hand_nothing_in(t):
    with pytest.raises(operations.NotEnded):
        submit(t["plant"], officer_at(t["plant"]), Period(PeriodKind.MONTH, date(2026, 11, 1)))
    with pytest.raises(operations.NotEnded):
        submit(t["plant"], officer_at(t["plant"]), Period(PeriodKind.QUARTER, date(2026, 7, 1)))
    with pytest.raises(operations.NothingAbove):
        submit(t["nat"], officer_at(t["nat"]))


def test_whoever_has_not_handed_in_is_chased_with_one_press(t):
    below, above = officer_at(t["plant"]), officer_at(t["county"])
    expected = expected_of(t["county"], OCTOBER, date(2026, 11, 24))
    assert t["plant"] in [line.union for line in expected if line.is_missing]
    number = operations.chase(union=t["county"], period=OCTOBER, officer=above, at=NOW)
    assert number == len(expected)
    operations.chase(union=t["county"], period=OCTOBER, officer=above, at=NOW)
    assert told(below) == [("请报2026年10月的报表", "unread")]
    submit(t["plant"], below)
    assert told(below) == [("请报2026年10月的报表", "done")]
    assert not [
        line for line in expected_of(t["county"], OCTOBER, date(2026, 11, 24))
        if line.union == t["plant"] and line.is_missing
    ]  # fmt: skip


def test_page_and_files_say_the_same(t, client):
    officer = officer_at(t["county"])
    handed = submit(t["county"], officer)
    client.force_login(officer)
    address = f"/unions/{t['county'].uuid}/returns/2026-10/"
    page = client.get(address).content.decode()
    assert handed.hash in page
    rows = files.table(handed.content)
    book = load_workbook(io.BytesIO(client.get(f"{address}file.xlsx").content))
    assert book.sheetnames == ["汇总", "明细"]
    detail = [list(row) for row in book["明细"].iter_rows(values_only=True)]
    assert detail[0] == files.headings()
    assert [[cell if cell is not None else "" for cell in row] for row in detail[1:]] == [
        [cell if cell is not None else "" for cell in row] for row in rows
    ]
    text = client.get(f"{address}file.csv").content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))[1 : len(rows) + 1]
    assert table == [["" if cell is None else str(cell) for cell in row] for row in rows]
    for row in rows:
        assert str(row[1]) in page
        assert all(files._text(cell) in page for cell in row[2:-1])
    answer = client.get(f"{address}file.pdf", follow=True)
    assert answer.content.startswith(b"%PDF-") or "PDF" in answer.content.decode()
    assert client.get(f"{address}file.doc").status_code == 404
    assert client.get(f"/unions/{t['county'].uuid}/returns/2026-Q3/").status_code == 404


def test_the_superior_answers_on_the_page_and_nobody_else(t, client):
    below, above = officer_at(t["plant"]), officer_at(t["county"])
    client.force_login(below)
    address = f"/unions/{t['plant'].uuid}/returns/2026-10/"
    assert "报上去了" in client.post(f"{address}submit/", follow=True).content.decode()
    assert client.post(f"{address}answer/", {"do": "accept"}).status_code == 404
    client.force_login(above)
    assert client.post(f"{address}answer/", {"do": "back"}).status_code == 422
    page = client.post(f"{address}answer/", {"do": "back", "remark": "人数不对。"}, follow=True)
    assert "人数不对。" in page.content.decode()
    page = client.get(f"/unions/{t['county'].uuid}/returns/?period=2026-10").content.decode()
    assert "上级退回，要改" in page
    assert (
        "催了"
        in client.post(f"/unions/{t['county'].uuid}/returns/2026-10/chase/", follow=True).content.decode()
    )
    assert UnionReturn.objects.get().state == "returned"
