"""The officer's pages: who may open them, that page, file and rows agree, and that they stay cheap."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Person, User
from core.models import AuditRow
from reports.definitions import COLUMNS
from reports.operations import begin_day, roll_up
from reports.queries import study_report
from reports.rules import parse_period, sum_of
from tests.factories.people import make_member, make_person, make_tree, make_union, make_user
from tests.reports.world import move_member, noon, study
from unions.models import Appointment, Union, UnionPlace

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
NOVEMBER = parse_period("2026-11")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(noon(TODAY), tick=False):
        yield


@pytest.fixture
def tree() -> dict[str, Union]:
    return make_tree()


def officer_at(union: Union, *, duty: str = "statistics", may_write: bool = False) -> User:
    user = make_user()
    Appointment.objects.create(
        officer=user, union=union, duty=duty, may_write=may_write, active_from=date(2020, 1, 1)
    )
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Tables(HTMLParser):
    """The tables of a page: rows of cells, each its text and the exact value behind it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[tuple[str, str]]]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables:
            self.tables[-1][-1].append(("", ""))
            self._in_cell = True
        elif tag == "data" and self._in_cell:
            text, _ = self.tables[-1][-1][-1]
            self.tables[-1][-1][-1] = (text, dict(attrs).get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            text, exact = self.tables[-1][-1][-1]
            self.tables[-1][-1][-1] = (text + data.strip(), exact)


def page(client: Client, union: Union, **query: str) -> Any:
    return client.get(reverse("reports:study", args=[union.uuid]), query)


class TestStudyPage:
    def test_shows_a_member_s_time_to_the_millisecond(self, tree: dict[str, Union]) -> None:
        study(make_member(tree["plant"]), 2_700_123, day=TODAY, union=tree["plant"])
        roll_up(today=TODAY)

        answer = page(signed_in(officer_at(tree["county"])), tree["county"])

        (units, months) = Tables(answer.content.decode()).tables
        assert units[1][:2] == [("栖江重型机械厂工会", ""), ("1.0", "2700123")]
        assert units[-1][:2] == [("合计", ""), ("1.0", "2700123")]
        assert months[-1][1] == ("1.0", "2700123")

    def test_says_what_each_figure_means(self, tree: dict[str, Union]) -> None:
        study(make_member(tree["plant"]), 2_700_123, day=TODAY, union=tree["plant"])
        roll_up(today=TODAY)

        html = page(signed_in(officer_at(tree["county"])), tree["county"]).content.decode()

        assert "当期学满 1 学时的在册会员÷期末会员。" in html
        assert "2026年11月，进行中，截至11月23日 周一" in html

    def test_leads_down_to_the_entries_and_up_to_the_own_root_only(self, tree: dict[str, Union]) -> None:
        li = make_member(tree["plant"])
        study(li, 2_700_123, day=TODAY, union=tree["plant"])
        roll_up(today=TODAY)
        client = signed_in(officer_at(tree["county"]))

        county = page(client, tree["county"]).content.decode()
        plant = page(client, tree["plant"]).content.decode()

        assert reverse("reports:study", args=[tree["plant"].uuid]) in county
        assert reverse("reports:study", args=[tree["county"].uuid]) in plant
        assert reverse("reports:study", args=[tree["city"].uuid]) not in plant
        learners = client.get(reverse("reports:learners", args=[tree["plant"].uuid])).content.decode()
        evidence = reverse("reports:learner", args=[tree["plant"].uuid, li.uuid])
        assert evidence in learners
        assert 'value="2700123"' in client.get(evidence).content.decode()

    def test_of_an_unknown_period_says_so_and_shows_this_month(self, tree: dict[str, Union]) -> None:
        client = signed_in(officer_at(tree["county"]))

        for text in ("2026-13", "<b>", "9999", "' OR 1=1"):
            answer = page(client, tree["county"], period=text)
            assert answer.status_code == 400
            assert "这个时期，先看本月的" in answer.content.decode()
            assert "<b>" not in answer.content.decode().split("这个时期")[0][-20:]

    @pytest.mark.parametrize("period", ["2026-11-23", "2026-Q4", "2026", "2024-01", "2031"])
    def test_opens_for_any_period(self, tree: dict[str, Union], period: str) -> None:
        study(make_member(tree["plant"]), 2_700_123, day=TODAY, union=tree["plant"])
        roll_up(today=TODAY)

        assert page(signed_in(officer_at(tree["county"])), tree["county"], period=period).status_code == 200

    def test_shows_unassigned_study_at_the_top_and_nowhere_else(self, tree: dict[str, Union]) -> None:
        study(make_person(), 600_000, day=TODAY, union=None)
        roll_up(today=TODAY)

        top = page(signed_in(officer_at(tree["nat"])), tree["nat"]).content.decode()
        below = page(signed_in(officer_at(tree["prov"])), tree["prov"]).content.decode()

        assert "另有 10 分钟未归属单位" in top
        assert "未归属单位" not in below

    def test_keeps_a_union_that_moved_away_as_a_line_that_does_not_open(self, tree: dict[str, Union]) -> None:
        from unions.operations import move_union

        study(make_member(tree["plant"]), 2_700_000, day=date(2026, 10, 5), union=tree["plant"])
        move_union(union=tree["plant"], parent=tree["other"], on=date(2026, 11, 2))
        roll_up(today=TODAY)

        html = page(signed_in(officer_at(tree["county"])), tree["county"], period="2026-10").content.decode()

        assert "已不在这里" in html
        assert reverse("reports:study", args=[tree["plant"].uuid]) not in html

    def test_sorts_by_any_column(self, tree: dict[str, Union]) -> None:
        for name, ms in (("plant", 1_000), ("mine", 9_000_000)):
            study(make_member(tree[name]), ms, day=TODAY, union=tree[name])
        roll_up(today=TODAY)
        client = signed_in(officer_at(tree["city"]))

        for column in COLUMNS:
            for sort in (column.key, f"-{column.key}"):
                assert page(client, tree["city"], sort=sort).status_code == 200
        (units, _) = Tables(page(client, tree["city"], sort="-total").content.decode()).tables
        assert [row[0][0] for row in units[1:3]] == ["东山县总工会", "栖江县总工会"]

    def test_of_a_union_without_any_study_explains_itself(self, tree: dict[str, Union]) -> None:
        begin_day(today=TODAY)
        client = signed_in(officer_at(tree["county"]))

        assert "这一期还没有人学习" in page(client, tree["county"]).content.decode()
        assert "这一期还没有统计" in page(client, tree["county"], period="2020-05").content.decode()


class TestFile:
    def test_equals_the_page_and_the_rows(self, tree: dict[str, Union]) -> None:
        people = [make_member(u) for u in (tree["plant"], tree["mine"], tree["city"], tree["shop"])]
        for n, person in enumerate(people):
            study(
                person, 1_234_567 * (n + 1), day=date(2026, 11, 2 + n), union=person.memberships.get().union
            )
        study(make_person(), 60_001, day=TODAY, union=None)
        Union.objects.filter(pk=tree["city"].pk).update(annual_target_ms=12_000_000)
        roll_up(today=TODAY)
        user = officer_at(tree["nat"])
        client = signed_in(user)
        for union, period in ((tree["city"], "2026-11"), (tree["nat"], "2026"), (tree["shop"], "2026-Q4")):
            html = page(client, union, period=period).content.decode()
            (units, _) = Tables(html).tables
            answer = client.get(reverse("reports:study_csv", args=[union.uuid]), {"period": period})
            text = answer.content.decode()
            assert text.startswith("\ufeff")
            lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
            body = lines[1 : len(units)]
            report = study_report(union=union, period=parse_period(period), line="adm", today=TODAY)

            assert [row[0][0] for row in units[1:]] == [line[1] for line in body]
            for shown, line in zip(units[1:], body, strict=True):
                assert [c[0].replace(",", "").replace("—", "") for c in shown[1:]] == line[2:12]
                assert shown[1][1] == line[12]
            assert body[-1][12:] == [str(report.total.total_ms), str(report.total.members_ms)]

    def test_adds_up(self, tree: dict[str, Union]) -> None:
        for name in ("plant", "mine", "city", "shop", "prov"):
            study(make_member(tree[name]), 3_000_001, day=TODAY, union=tree[name])
        roll_up(today=TODAY)

        for union in tree.values():
            report = study_report(union=union, period=NOVEMBER, line="adm", today=TODAY)
            assert sum_of([report.own, *(c.figures for c in report.children)]) == report.total

    def test_runs_no_name_as_a_formula(self, tree: dict[str, Union]) -> None:
        make_union("BASE", tree["county"], name='=HYPERLINK("http://x")')
        begin_day(today=TODAY)
        client = signed_in(officer_at(tree["county"]))

        text = client.get(reverse("reports:study_csv", args=[tree["county"].uuid])).content.decode()

        rows = csv.reader(io.StringIO(text))
        assert all(not cell.startswith("=") for row in rows for cell in row)

    def test_of_an_unknown_period_leads_to_the_page(self, tree: dict[str, Union]) -> None:
        client = signed_in(officer_at(tree["county"]))

        answer = client.get(reverse("reports:study_csv", args=[tree["county"].uuid]), {"period": "x"})

        assert answer.status_code == 302


class TestLearners:
    def test_add_up_to_the_union_s_own_figures(self, tree: dict[str, Union]) -> None:
        li, wang = make_member(tree["plant"]), make_member(tree["plant"])
        study(li, 2_700_001, day=date(2026, 11, 2), union=tree["plant"])
        study(wang, 1_000_003, day=date(2026, 11, 3), union=tree["plant"])
        study(wang, 50_000, day=date(2026, 11, 4), union=tree["mine"])
        move_member(li, to=tree["mine"], on=date(2026, 11, 10))
        roll_up(today=TODAY)
        client = signed_in(officer_at(tree["plant"]))

        html = client.get(reverse("reports:learners", args=[tree["plant"].uuid])).content.decode()

        (table,) = Tables(html).tables
        report = study_report(union=tree["plant"], period=NOVEMBER, line="adm", today=TODAY)
        assert table[-1][1][1] == str(report.own.total_ms) == "3700004"
        assert table[-1][2][1] == str(report.own.members_ms) == "1050003"
        assert "已转出，学时留在这里" in html

    def test_of_a_primary_union_include_its_workshops(self, tree: dict[str, Union]) -> None:
        welder = make_member(tree["shop"])
        study(welder, 2_700_001, day=TODAY, union=tree["shop"])
        roll_up(today=TODAY)
        client = signed_in(officer_at(tree["plant"]))

        html = client.get(reverse("reports:learners", args=[tree["plant"].uuid])).content.decode()

        (table,) = Tables(html).tables
        report = study_report(union=tree["plant"], period=NOVEMBER, line="adm", today=TODAY)
        assert table[-1][1][1] == str(report.total.total_ms) == "2700001"
        assert "一车间分工会" in table[1][0][0]
        evidence = reverse("reports:learner", args=[tree["plant"].uuid, welder.uuid])
        assert 'value="2700001"' in client.get(evidence).content.decode()

    def test_have_names_for_a_primary_union_only_and_each_look_is_written_down(
        self, tree: dict[str, Union]
    ) -> None:
        li = make_member(tree["plant"], person=make_person(name="李海生"))
        study(li, 2_700_001, day=TODAY, union=tree["plant"])
        roll_up(today=TODAY)
        address = reverse("reports:learners", args=[tree["plant"].uuid])
        evidence = reverse("reports:learner", args=[tree["plant"].uuid, li.uuid])
        chair = officer_at(tree["plant"])

        assert "李海生" in signed_in(chair).get(address).content.decode()
        seen = AuditRow.objects.get(action="learners.view_names")
        assert (seen.actor, seen.target) == (chair.person.uuid, f"union:{tree['plant'].uuid}")
        assert "李海生" not in str(seen.detail)
        above = signed_in(officer_at(tree["county"]))
        for path in (address, evidence):
            html = above.get(path).content.decode()
            assert "李海生" not in html
            assert f"会员 {li.uuid.hex[-6:].upper()}" in html
        assert AuditRow.objects.filter(action="learners.view_names").count() == 1
        assert AuditRow.objects.filter(action="learner.view_entries").count() == 1

    def test_above_the_primary_union_are_named_one_by_one_with_a_reason_that_is_kept(
        self, tree: dict[str, Union]
    ) -> None:
        person = make_member(tree["plant"])
        Person.objects.filter(pk=person.pk).update(name="周大勇")
        client = signed_in(officer_at(tree["county"]))
        address = reverse("reports:learner", args=[tree["plant"].uuid, person.uuid])

        assert "周大勇" not in client.get(address).content.decode()
        assert client.post(address, {"reason": "看"}).status_code == 422
        assert "周大勇" in client.post(address, {"reason": "核对补贴名单"}).content.decode()
        assert "周大勇" not in client.get(address).content.decode()
        row = AuditRow.objects.get(action="name.reveal")
        assert (row.target, row.detail["reason"]) == (f"person:{person.uuid}", "核对补贴名单")

    def test_of_another_union_are_not_found_by_their_uuid(self, tree: dict[str, Union]) -> None:
        stranger = make_member(tree["mine"])
        study(stranger, 2_700_001, day=TODAY, union=tree["mine"])
        roll_up(today=TODAY)

        answer = signed_in(officer_at(tree["plant"])).get(
            reverse("reports:learner", args=[tree["plant"].uuid, stranger.uuid])
        )

        assert answer.status_code == 404


class TestPermission:
    def test_opens_the_uppermost_union_of_appointment(self, tree: dict[str, Union]) -> None:
        user = officer_at(tree["plant"])
        Appointment.objects.create(
            officer=user, union=tree["county"], duty="training", active_from=date(2020, 1, 1)
        )

        answer = signed_in(user).get(reverse("reports:mine"))

        assert answer.headers["Location"] == reverse("reports:study", args=[tree["county"].uuid])
        assert signed_in(make_user()).get(reverse("reports:mine")).status_code in {403, 404}


def add_small_unions(parent: Union, count: int) -> None:
    """Add many unions at once, without the ceremony of founding each."""
    first = Union.objects.count()
    made = Union.objects.bulk_create(
        Union(code=f"SMALL-{first + n}", name="小厂", kind_id="BASE", opened_on=date(2020, 1, 1))
        for n in range(count)
    )
    UnionPlace.objects.bulk_create(
        UnionPlace(union=union, parent=parent, active_from=date(2020, 1, 1)) for union in made
    )


class TestCost:
    def test_does_not_grow_with_the_unions_below(self, tree: dict[str, Union]) -> None:
        client = signed_in(officer_at(tree["county"]))
        study(make_member(tree["plant"]), 5_000, day=TODAY, union=tree["plant"])
        page(client, tree["county"])  # what the bell says is kept for a minute
        counts = []
        for size in (10, 300):
            add_small_unions(tree["county"], size - Union.objects.filter(name="小厂").count())
            roll_up(today=TODAY)
            with CaptureQueriesContext(connection) as queries:
                html = page(client, tree["county"]).content.decode()
            assert html.count("小厂") == size
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 12

    def test_of_the_list_of_learners_does_not_grow_with_them(self, tree: dict[str, Union]) -> None:
        client = signed_in(officer_at(tree["plant"]))
        address = reverse("reports:learners", args=[tree["plant"].uuid])
        client.get(address)  # what the bell says is kept for a minute
        counts = []
        for size in (5, 60):
            for _ in range(size):
                study(make_member(tree["plant"]), 5_000, day=TODAY, union=tree["plant"])
            roll_up(today=TODAY)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        # Fifteen, and: session, user, two of the savepoint, posts on the day of the wall as well as on that of the test.
        assert counts[0] == counts[1] <= 15 + 5
