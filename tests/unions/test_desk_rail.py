"""The rail beside an officer's pages: the same everywhere, and only what this officer may open."""

import re
from datetime import date

import pytest

from tests.factories.people import make_tree, make_user
from unions import api

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_tree()["county"]


def rail(page):
    """Return the addresses of the rail by their names, and the name of the place one is at."""
    found = re.search(r'<nav class="rail" aria-label="工会工作">(.*?)</nav>', page.content.decode(), re.S)
    links = re.findall(r'<a href="([^"]+)"( aria-current="page")?>([^<]+)</a>', found[1])
    return {name: address for address, _, name in links}, [name for _, here, name in links if here]


@pytest.mark.parametrize(
    ("duty", "may_write", "expected"),
    [
        ("statistics", False, {"概况", "会员", "上报"}),
        ("training", False, {"概况", "会员", "学课安排", "异议", "更正", "学时规则"}),
        ("membership", False, {"概况", "会员", "入会申请", "下级单位"}),
        ("membership", True, {"概况", "会员", "入会申请", "下级单位", "通知", "导入"}),
    ],
)
def test_each_place_that_is_named_opens_and_says_that_one_is_there(client, county, duty, may_write, expected):
    user = make_user()
    api.appoint(officer=user, union=county, duty=duty, may_write=may_write, on=date(2026, 1, 1))
    client.force_login(user)

    places, _ = rail(client.get(f"/unions/{county.uuid}/study/"))

    assert set(places) == expected
    for name, address in places.items():
        assert rail(client.get(address))[1] == [name]
