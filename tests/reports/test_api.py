"""``GET /api/v1/unions/{uuid}/study`` and the command that prints the same: who gets it, what it says, what is refused."""

import json
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.api import issue_token
from accounts.models import User
from reports.definitions import COLUMNS
from reports.http import EXAMPLE
from reports.operations import roll_up
from tests.factories.people import make_member, make_person, make_tree, make_user
from tests.reports.test_pages import Tables, officer_at, page, signed_in
from tests.reports.world import noon, study
from unions.models import Union

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(noon(TODAY), tick=False):
        yield


@pytest.fixture
def tree() -> dict[str, Union]:
    tree = make_tree()
    for n, name in enumerate(("plant", "mine", "shop", "city")):
        study(make_member(tree[name]), 1_800_001 * (n + 1), day=date(2026, 11, 2 + n), union=tree[name])
    study(make_person(), 61_999, day=TODAY, union=None)
    roll_up(today=TODAY)
    return tree


def ask(user: User, union: Union, *, scope: str = "officer", **query: str) -> Any:
    token = issue_token(user=user, scopes=[scope])
    return Client().get(
        f"/api/v1/unions/{union.uuid}/study", query, headers={"Authorization": f"Bearer {token}"}
    )


class TestAnswer:
    def test_is_exact_to_the_millisecond_and_cut_once(self, tree: dict[str, Union]) -> None:
        body = ask(officer_at(tree["nat"]), tree["nat"], period="2026-11").json()

        total = body["total"]
        assert total["total_ms"] == 1_800_001 * 10
        assert total["total_seconds"] == 18_000
        assert total["mean_ms"] == 1_800_001 * 10 // 4
        assert body["unassigned"]["total_ms"] == 61_999
        assert body["unassigned"]["total_seconds"] == 61
        assert (body["as_of"], body["line"], body["by"]) == ("2026-11-23", "adm", "child")

    def test_rows_add_up_to_the_total(self, tree: dict[str, Union]) -> None:
        for name in ("nat", "city", "plant"):
            body = ask(officer_at(tree["nat"]), tree[name], period="2026").json()
            for key in ("total_ms", "visits", "members", "participants", "members_ms"):
                assert sum(row["figures"][key] for row in body["rows"]) == body["total"][key]

    def test_equals_the_page(self, tree: dict[str, Union]) -> None:
        user = officer_at(tree["nat"])
        for name in ("city", "nat"):
            for by, number in (("child", 0), ("month", 1)):
                body = ask(user, tree[name], period="2026-11", by=by).json()
                table = Tables(page(signed_in(user), tree[name], period="2026-11").content.decode()).tables[
                    number
                ]
                shown = [[cell[0].replace(",", "").replace("—", "") for cell in row[1:]] for row in table[1:]]
                told = [[row["figures"]["shown"][c.key] or "" for c in COLUMNS] for row in body["rows"]]
                assert shown[: len(told)] == told
                assert len(told) == (12 if by == "month" else len(shown) - 1)

    def test_has_the_shape_of_its_example(self, tree: dict[str, Union]) -> None:
        def shape(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: shape(v) for key, v in value.items()}
            return [shape(value[0])] if isinstance(value, list) else type(value)

        body = ask(officer_at(tree["city"]), tree["county"], period="2026-11").json()
        row = next(r for r in body["rows"] if r["union"])
        body |= {
            "rows": [row],
            "definitions": {"participation_rate": body["definitions"]["participation_rate"]},
        }
        for figures in (body["total"], row["figures"]):
            figures["shown"]["on_target_rate"] = "0.0"

        # The example is of a closed month, this one runs: test_closings has the other.
        of_an_open_month = EXAMPLE | {"closing": None, "rows": [EXAMPLE["rows"][0] | {"late": None}]}
        assert shape(body) == shape(of_an_open_month)


class TestWhoGetsIt:
    @pytest.mark.parametrize(
        ("asked", "status"),
        [("county", 200), ("shop", 200), ("other", 404), ("mine", 404), ("city", 404)],
        ids=["own", "below", "sibling", "foreign", "parent"],
    )
    def test_an_officer_for_the_own_subtree(self, tree: dict[str, Union], asked: str, status: int) -> None:
        answer = ask(officer_at(tree["county"]), tree[asked])

        assert answer.status_code == status
        if status == 404:
            assert answer.headers["Content-Type"] == "application/problem+json"

    def test_the_browser_by_its_session(self, tree: dict[str, Union]) -> None:
        client = signed_in(officer_at(tree["county"]))

        assert client.get(f"/api/v1/unions/{tree['county'].uuid}/study").status_code == 200

    def test_nobody_without_the_scope_or_a_post(self, tree: dict[str, Union]) -> None:
        assert ask(officer_at(tree["county"]), tree["county"], scope="study").status_code == 403
        assert ask(make_user(), tree["county"]).status_code == 404
        assert Client().get(f"/api/v1/unions/{tree['county'].uuid}/study").status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "2026-13"}, "period"),
        ({"period": "last month"}, "period"),
        ({"by": "day"}, "by"),
        ({"line": "other"}, "line"),
        ({"sort": "name"}, "sort"),
    ],
)
def test_a_wrong_parameter_is_named(tree: dict[str, Union], query: dict[str, str], field: str) -> None:
    answer = ask(officer_at(tree["county"]), tree["county"], **query)

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"].endswith("#unprocessable")
    assert [e["field"] for e in problem["errors"]] == [field]


def test_an_address_without_a_uuid_is_not_found(tree: dict[str, Union]) -> None:
    client = signed_in(officer_at(tree["county"]))

    assert client.get("/api/v1/unions/JC-QJ-X/study").status_code == 404


class TestCommand:
    def test_prints_what_the_api_answers(self, tree: dict[str, Union]) -> None:
        printed = StringIO()
        call_command("union_study", union="JC-QJ-X", period="2026-11", json=True, stdout=printed)

        assert (
            json.loads(printed.getvalue())
            == ask(officer_at(tree["county"]), tree["county"], period="2026-11").json()
        )

    def test_prints_the_file_of_the_page(self, tree: dict[str, Union]) -> None:
        printed = StringIO()
        call_command("union_study", union=str(tree["county"].uuid), period="2026-11", stdout=printed)

        client = signed_in(officer_at(tree["county"]))
        address = reverse("reports:study_csv", args=[tree["county"].uuid])
        assert printed.getvalue() == client.get(address, {"period": "2026-11"}).content.decode()

    @pytest.mark.parametrize(("union", "period"), [("NO-SUCH", "2026-11"), ("JC-QJ-X", "2026-00")])
    def test_names_what_it_does_not_know(self, tree: dict[str, Union], union: str, period: str) -> None:
        with pytest.raises(CommandError, match=r"没有这个工会|no period"):
            call_command("union_study", union=union, period=period)

    def test_roll_up_and_rebuild_say_how_much_they_did(self, tree: dict[str, Union]) -> None:
        for command in ("roll_up", "rebuild_rollups"):
            printed, told = StringIO(), StringIO()
            call_command(command, json=True, stdout=printed)
            call_command(command, stdout=told)
            assert set(json.loads(printed.getvalue())) == {"marks", "seconds"}
            assert "marks" in told.getvalue()
