"""The pages of unions: what each role gets, what each form refuses, what each list costs."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import AuditRow
from tests.factories.people import make_member, make_person, make_tree, make_user
from unions import api
from unions.models import JoinRequest, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def t():
    return make_tree()


def officer_at(union, duty="membership", *, write=True):
    user = make_user()
    api.appoint(officer=user, union=union, duty=duty, may_write=write, on=date(2026, 1, 1))
    return user


def ask(union, name="李海生", days=0):
    person = make_person(name=name)
    return api.request_to_join(person=person, union=union, on=timezone.localdate() - timedelta(days=days))


def test_a_request_of_another_union_is_not_reached_through_the_own_desk(client, t):
    client.force_login(officer_at(t["plant"]))
    foreign = ask(t["mine"])
    url = f"/unions/{t['plant'].uuid}/requests/{foreign.uuid}/"
    assert client.get(url).status_code == 404
    assert client.post(f"{url}answer/", {"answer": "confirm"}).status_code == 404
    assert JoinRequest.objects.get().state == "sent"


def test_the_card_is_public_and_coarse(client, t):
    for _ in range(3):
        make_member(t["plant"])
    page = client.get(f"/unions/{t['plant'].uuid}/").content.decode()
    assert "栖江重型机械厂工会" in page
    assert "江川省总工会" in page
    assert "会员不到 10 人" in page
    assert client.get("/unions/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_card_leads_an_officer_to_everything_on_the_desk(client, t):
    client.force_login(officer_at(t["plant"]))
    page = client.get(f"/unions/{t['plant'].uuid}/").content.decode()
    for place in ("requests/", "invitation/", "import/members/"):
        assert f"/unions/{t['plant'].uuid}/{place}" in page
    client.force_login(officer_at(t["county"]))
    assert (
        f"/unions/{t['county'].uuid}/import/tree/"
        in client.get(f"/unions/{t['county'].uuid}/").content.decode()
    )
    client.force_login(make_user())
    assert "requests/" not in client.get(f"/unions/{t['plant'].uuid}/").content.decode()


def test_a_worker_finds_the_union_asks_and_sees_who_has_the_request(client, t):
    user = make_user()
    client.force_login(user)
    page = client.get("/unions/join/?q=QJZX").content.decode()
    assert "栖江重型机械厂工会" in page
    answer = client.post(f"/unions/{t['plant'].uuid}/join/", {"name": " 李 海生 ", "workplace": "甲班"})
    assert answer.headers["Location"] == "/unions/waiting/"
    waiting = client.get("/unions/waiting/").content.decode()
    assert "申请已送到栖江重型机械厂工会，今天是第 1 天" in waiting
    assert JoinRequest.objects.get().workplace == "甲班"
    client.post("/unions/withdraw/")
    assert JoinRequest.objects.get().state == "withdrawn"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": ""}, "请填姓名"),
        ({"name": "长" * 41}, "姓名最多 40 个字"),
        ({"name": "李海生", "workplace": "长" * 121}, "最多写 120 个字"),
    ],
)
def test_a_request_that_misses_something_says_so_and_keeps_what_was_typed(client, t, data, says):
    client.force_login(make_user())
    page = client.post(f"/unions/{t['plant'].uuid}/join/", data)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert data["name"] in page.content.decode()


def test_a_request_to_a_union_that_has_no_members_is_refused_in_words(client, t):
    client.force_login(make_user())
    page = client.post(f"/unions/{t['county'].uuid}/join/", {"name": "李海生"})
    assert page.status_code == 422
    assert "会员只能加入基层工会" in page.content.decode()


@pytest.mark.parametrize("q", ["", "栖", "没有这家", "%", "_", "'; DROP TABLE", "x" * 300, "\x00"])
def test_any_search_text_gets_a_page(client, t, q):
    client.force_login(make_user())
    assert client.get("/unions/join/", {"q": q}).status_code == 200


def test_typing_a_code_into_the_search_leads_to_its_union(client, t):
    client.force_login(make_user())
    answer = client.get("/unions/join/", {"q": t["plant"].join_code.lower(), "next": "/welcome/trade/"})
    assert answer.headers["Location"] == f"/join/{t['plant'].join_code}/?next=%2Fwelcome%2Ftrade%2F"


def test_a_code_joins_at_once(client, t):
    user = make_user()
    client.force_login(user)
    url = f"/join/{t['plant'].join_code}/"
    assert "加入栖江重型机械厂工会" in client.get(url).content.decode()
    assert client.post(url, {"next": "/welcome/trade/"}).headers["Location"] == "/welcome/trade/"
    assert Membership.objects.get(member=user.person).union == t["plant"]
    assert "你已经是这家工会的会员了" in client.post(url).content.decode()


def test_an_unknown_code_is_said_kindly_and_guessing_is_stopped(client, t):
    page = client.get("/join/NOPE/")
    assert page.status_code == 404
    assert "没有这个邀请码" in page.content.decode()
    statuses = [client.get("/join/NOPE/").status_code for _ in range(60)]
    assert statuses[-1] == 429


def test_somebody_not_signed_in_is_led_through_the_door_and_back(client, t):
    answer = client.post(f"/join/{t['plant'].join_code}/")
    assert answer.headers["Location"].startswith("/accounts/phone/?next=%2Fjoin%2F")


def test_next_never_leads_away(client, t):
    client.force_login(make_user())
    answer = client.post(f"/join/{t['plant'].join_code}/", {"next": "https://evil.example/"})
    assert answer.headers["Location"] == f"/unions/{t['plant'].uuid}/"


def test_names_at_the_desk_are_whole_at_the_primary_union_and_masked_above(client, t):
    ask(t["plant"], name="欧阳晓东")
    client.force_login(officer_at(t["plant"]))
    assert "欧阳晓东" in client.get(f"/unions/{t['plant'].uuid}/requests/").content.decode()
    client.force_login(officer_at(t["county"]))
    page = client.get(f"/unions/{t['county'].uuid}/requests/").content.decode()
    assert "欧阳晓东" not in page
    assert "欧阳**" in page


def test_a_name_from_above_needs_a_reason_and_leaves_a_row(client, t):
    request = ask(t["plant"], name="欧阳晓东")
    client.force_login(officer_at(t["county"]))
    url = f"/unions/{t['county'].uuid}/requests/{request.uuid}/name/"
    page = client.post(url, {"reason": ""})
    assert page.status_code == 422
    assert "欧阳晓东" not in page.content.decode()
    assert "欧阳晓东" in client.post(url, {"reason": "核对花名册"}).content.decode()
    row = AuditRow.objects.get(action="name.reveal")
    assert row.target == f"person:{request.person.uuid}"
    assert row.detail["reason"] == "核对花名册"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"answer": "confirm"}, "confirmed"),
        ({"answer": "refuse", "remark": "花名册上没有"}, "refused"),
        ({"answer": "ask", "remark": "哪个班组？"}, "asked_back"),
    ],
)
def test_an_officer_answers(client, t, data, state):
    request = ask(t["plant"])
    client.force_login(officer_at(t["plant"]))
    client.post(f"/unions/{t['plant'].uuid}/requests/{request.uuid}/answer/", data)
    request.refresh_from_db()
    assert request.state == state


@pytest.mark.parametrize(
    "data", [{}, {"answer": "king"}, {"answer": "refuse"}, {"answer": "ask", "remark": " "}]
)
def test_an_answer_that_misses_something_changes_nothing(client, t, data):
    request = ask(t["plant"])
    client.force_login(officer_at(t["plant"]))
    url = f"/unions/{t['plant'].uuid}/requests/{request.uuid}/answer/"
    assert client.post(url, data).status_code == 422
    request.refresh_from_db()
    assert request.state == "sent"


def test_answering_twice_says_it_is_done(client, t):
    request = ask(t["plant"])
    client.force_login(officer_at(t["plant"]))
    url = f"/unions/{t['plant'].uuid}/requests/{request.uuid}/answer/"
    client.post(url, {"answer": "confirm"})
    page = client.post(url, {"answer": "confirm"}, follow=True)
    assert "这份申请已经办完了" in page.content.decode()
    assert Membership.objects.count() == 1


def test_the_question_of_an_officer_is_answered_on_the_waiting_page(client, t):
    user = make_user(person=make_person(name="李海生"))
    request = api.request_to_join(person=user.person, union=t["plant"], on=timezone.localdate())
    from unions.operations import ask_back

    ask_back(request=request, officer=officer_at(t["plant"]), at=timezone.now(), question="哪个班组？")
    client.force_login(user)
    assert "哪个班组？" in client.get("/unions/waiting/").content.decode()
    client.post("/unions/waiting/", {"name": "李海生", "workplace": "甲班"})
    request.refresh_from_db()
    assert (request.state, request.workplace) == ("sent", "甲班")


def test_the_longest_wait_comes_first_and_old_ones_are_marked(client, t):
    ask(t["plant"], name="王新")
    ask(t["plant"], name="李老", days=5)
    client.force_login(officer_at(t["plant"]))
    page = client.get(f"/unions/{t['plant'].uuid}/requests/").content.decode()
    assert page.index("李老") < page.index("王新")
    assert "第 6 天" in page


def test_renewing_the_code_makes_the_old_one_worthless(client, t):
    old = t["plant"].join_code
    client.force_login(officer_at(t["plant"]))
    client.post(f"/unions/{t['plant'].uuid}/invitation/renew/")
    assert client.get(f"/join/{old}/").status_code == 404
    picture = client.get(f"/unions/{t['plant'].uuid}/invitation/code.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content


def test_an_officer_lands_at_the_own_union(client, t):
    client.force_login(officer_at(t["county"]))
    assert client.get("/unions/").headers["Location"] == f"/unions/{t['county'].uuid}/study/"
    client.force_login(make_user())
    assert client.get("/unions/").status_code == 403


def cost(client, url):
    client.get(url)  # what the bell says is kept for a minute
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_desk_costs_the_same_for_two_and_for_twenty_requests(client, t):
    client.force_login(officer_at(t["county"]))
    url = f"/unions/{t['county'].uuid}/requests/"
    for _ in range(2):
        ask(t["plant"])
    few = cost(client, url)
    for _ in range(18):
        ask(t["shop"])
    assert cost(client, url) == few


def test_the_search_costs_the_same_for_one_and_for_many_hits(client, t):
    from tests.factories.people import make_union

    client.force_login(make_user())
    one = cost(client, "/unions/join/?q=栖江重型")
    for n in range(10):
        make_union("BASE", t["county"], code=f"MORE-{n}", name=f"栖江重型第{n}厂工会")
    assert cost(client, "/unions/join/?q=栖江重型") == one
