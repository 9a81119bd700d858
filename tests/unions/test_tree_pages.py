"""The officer of the superior changes the tree: sees first what will change, then does it, or reads why it cannot be."""

import json
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse

from reports.operations import begin_day, roll_up
from tests.factories.people import make_member, make_tree, make_union, make_user
from tests.reports.world import noon, study, subtree
from unions import api
from unions.models import Line, Membership, Union, UnionPlace
from unions.rules import normalize_credit_code

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
# Copied from the accounts' tests' vectors; where they are from stands in NOTICE.
VECTORS = json.loads(
    (Path(__file__).parents[1] / "accounts" / "id_test_vectors.json").read_text(encoding="utf-8")
)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(noon(TODAY), tick=False):
        yield


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def ask(client, tree):
    """Send what an officer of the city fills in; with ``do`` after the preview."""
    officer = make_user()
    api.appoint(officer=officer, union=tree["city"], duty="membership", may_write=True, on=date(2026, 1, 1))
    client.force_login(officer)

    def send(act, *, above="city", unit=None, do=False, **fields):
        address = reverse("unions:change_tree", args=[tree[above].uuid, act])
        data = {**fields, **({"unit": unit.uuid} if unit else {}), **({"step": "do"} if do else {})}
        return client.post(address, data)

    return send


def state():
    return (
        sorted(Union.objects.values_list("code", "name", "path", "closed_on", "successor"), key=str),
        sorted(
            UnionPlace.objects.values_list("union", "line", "parent", "active_from", "active_to"), key=str
        ),
        sorted(Membership.objects.values_list("member", "union", "active_from", "active_to"), key=str),
    )


def acts(tree):
    return {
        "open": {"code": "jc-new", "name": "新区总工会", "kind": "COUNTY", "on": "2026-11-01"},
        "rename": {"unit": tree["county"], "name": "栖江区总工会"},
        "move": {"unit": tree["plant"], "parent": "JC-QJ-Y", "line": "adm", "on": "2026-11-10"},
        "merge": {"unit": tree["plant"], "into": "JC-QJ-MK"},
        "split": {"unit": tree["plant"], "code": "JC-NEW", "name": "重机二厂工会", "taking": ["JC-QJ-ZJ-1"]},
        "close": {"unit": tree["shop"]},
    }


@pytest.mark.parametrize("act", ["open", "rename", "move", "merge", "split", "close"])
def test_every_act_is_shown_first_and_changes_nothing_until_it_is_meant(ask, tree, act) -> None:
    make_member(tree["plant"])
    fields, before = acts(tree)[act], state()

    preview = ask(act, **fields)

    assert preview.status_code == 200
    assert "会变成这样" in preview.content.decode()
    assert state() == before

    assert ask(act, **fields, do=True).status_code == 302
    assert state() != before


def test_a_merge_takes_members_and_both_lines_along(ask, tree) -> None:
    member = make_member(tree["plant"])
    industry = make_union("CIND", tree["prov"], code="JC-IND")
    api.place_union(union=tree["shop"], parent=tree["plant"], on=date(2026, 3, 1), line=Line.INDUSTRY)

    ask("merge", unit=tree["plant"], into="JC-QJ-MK", do=True)

    assert Membership.objects.get(member=member, active_to=None).union == tree["mine"]
    assert set(
        UnionPlace.objects.filter(union=tree["shop"], active_to=None).values_list("parent", flat=True)
    ) == {tree["mine"].pk}
    assert Union.objects.get(pk=tree["plant"].pk).successor == tree["mine"]
    assert industry.closed_on is None


def test_a_split_stands_beside_the_old_one_and_takes_the_chosen(ask, tree) -> None:
    ask("split", unit=tree["plant"], code="JC-NEW", name="重机二厂工会", taking=["JC-QJ-ZJ-1"], do=True)

    made = Union.objects.get(code="JC-NEW")
    parents = dict(UnionPlace.objects.filter(active_to=None).values_list("union", "parent"))
    assert parents[made.pk] == tree["county"].pk
    assert parents[tree["shop"].pk] == made.pk


def test_a_move_changes_no_figure_of_the_past(ask, tree) -> None:
    begin_day(today=date(2026, 10, 1))
    study(make_member(tree["plant"]), 2_700_000, day=date(2026, 10, 20), union=tree["plant"])
    roll_up(today=TODAY)
    from reports.rules import parse_period

    october, november = parse_period("2026-10"), parse_period("2026-11")
    before = [subtree(tree[name], october) for name in ("county", "other", "city")]

    ask("move", unit=tree["plant"], parent="JC-QJ-Y", line="adm", on="2026-11-10", do=True)
    roll_up(today=TODAY)

    assert [subtree(tree[name], october) for name in ("county", "other", "city")] == before
    assert subtree(tree["other"], november).members == 1


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        (
            "move",
            {"unit": "county", "parent": "JC-QJ-MK", "line": "adm", "on": "2026-11-23"},
            "不能放在它下面",
        ),
        ("move", {"unit": "plant", "parent": "JCP", "line": "adm", "on": "2026-11-23"}, "不在你管的范围里"),
        ("move", {"unit": "plant", "parent": "NO-SUCH", "line": "adm", "on": "2026-11-23"}, "没有这个代码"),
        ("close", {"unit": "plant"}, "下级"),
        ("merge", {"unit": "plant", "into": "JC-QJ-Y"}, "基层工会接收"),
        ("open", {"code": "JC-QJ-Y", "name": "x", "kind": "COUNTY", "on": "2026-11-01"}, "已经有单位用了"),
        ("open", {"code": "AB", "name": "x", "kind": "COUNTY", "on": "2026-11-01"}, "3–24 位"),
        ("open", {"code": "ABC", "name": "x", "kind": "PROV", "on": "2026-11-01"}, "这一类不能放在这里"),
        (
            "open",
            {
                "code": "ABC",
                "name": "x",
                "kind": "COUNTY",
                "on": "2026-11-01",
                "credit_code": "91110000600037341L",
            },
            "不是工会的统一社会信用代码",
        ),
        (
            "open",
            {"code": "ABC", "name": "x", "kind": "COUNTY", "on": "2026-11-01", "region_code": "999999"},
            "没有这个行政区划代码",
        ),
        ("split", {"unit": "plant", "code": "JC-NEW", "name": "x"}, "至少选一家"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_changes_nothing(ask, tree, act, fields, words) -> None:
    before = state()

    answer = ask(act, **{**fields, **({"unit": tree[fields["unit"]]} if "unit" in fields else {})}, do=True)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert state() == before


def test_only_what_stands_below_can_be_changed(ask, tree) -> None:
    for unit, above in (("city", "city"), ("prov", "city"), ("mine", "county")):
        assert ask("rename", above=above, unit=tree[unit], name="x", do=True).status_code == 404


def test_the_list_shows_both_lines_and_leads_to_every_act(client, ask, tree) -> None:
    page = client.get(reverse("unions:tree", args=[tree["city"].uuid])).content.decode()

    assert page.count("栖江县总工会") == 1
    for act in ("open", "rename", "move", "merge", "split", "close"):
        assert reverse("unions:change_tree", args=[tree["city"].uuid, act]) in page


def test_credit_codes_of_the_vectors_are_judged_right() -> None:
    for code in VECTORS["uscc_valid"]:
        assert normalize_credit_code(code) == code
    for code in VECTORS["uscc_invalid"]:
        with pytest.raises(ValueError, match=" "):
            normalize_credit_code(code)
