"""Sign-in at one click: open to the person before this machine under bin/demo, not there for anybody else."""

import pytest
from django.test import Client

from skillspower.demo.content import community
from skillspower.demo.door import ON_SIGN_IN_PAGE, ROLES
from skillspower.demo.load import INSTRUCTOR, OFFICER, REVIEWER
from skillspower.demo.tour import STEPS
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db

HERE = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}
ENTER = "/demo/as/worker/"


@pytest.fixture
def worker(settings):
    settings.DEMO_DOOR = settings.DEMO_MODE = True
    return make_user(ROLES["worker"].login)


def user_in(client):
    return client.session.get("_auth_user_id")


def test_one_click_signs_in_as_the_worker_and_leads_to_the_first_page(client, worker):
    answer = client.post(ENTER, **HERE)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert user_in(client) == str(worker.pk)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "127.0.0.53"])
def test_every_name_of_this_machine_will_do(client, worker, settings, host, peer):
    settings.ALLOWED_HOSTS = ["*"]

    assert client.post(ENTER, HTTP_HOST=host, REMOTE_ADDR=peer).status_code == 302


def test_who_was_signed_in_before_is_out(client, worker):
    other = make_user(ROLES["officer"].login)
    client.post("/demo/as/officer/", **HERE)
    first_session = client.session.session_key

    client.post(ENTER, **HERE)

    assert user_in(client) == str(worker.pk) != str(other.pk)
    assert client.session.session_key != first_session


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "10.0.0.8"},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_REAL_IP": "127.0.0.1"},
        {"REMOTE_ADDR": ""},
        {"HTTP_HOST": "skills.example.cn"},
        {"HTTP_HOST": "skills.example.cn", "HTTP_X_FORWARDED_HOST": "127.0.0.1"},
        {"HTTP_HOST": "127.0.0.1.example.cn"},
        {"HTTP_HOST": "localhost.example.cn"},
        # A proxy on this machine calls from loopback and may ask for loopback; what it passes on tells on it.
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_HOST": "skills.example.cn"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_X_REAL_IP": "203.0.113.9"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
    ids=str,
)
@pytest.mark.parametrize(("method", "path"), [("post", ENTER), ("get", "/demo/")])
def test_there_is_no_such_page_for_anybody_elsewhere(client, worker, settings, elsewhere, method, path):
    settings.ALLOWED_HOSTS = ["*"]

    answer = getattr(client, method)(path, **{**HERE, **elsewhere})

    assert answer.status_code == 404
    assert user_in(client) is None


@pytest.mark.parametrize("mode", [False, True])
def test_there_is_no_such_page_where_bin_demo_did_not_start_the_process(client, worker, settings, mode):
    settings.DEMO_DOOR, settings.DEMO_MODE = False, mode

    assert client.post(ENTER, **HERE).status_code == 404
    assert client.get("/demo/", **HERE).status_code == 404
    assert user_in(client) is None


def test_a_foreign_page_cannot_click_it(worker):
    careful = Client(enforce_csrf_checks=True)

    assert careful.post(ENTER, **HERE).status_code == 403
    assert user_in(careful) is None


def test_a_link_does_not_sign_in(client, worker):
    assert client.get(ENTER, **HERE).status_code == 405
    assert user_in(client) is None


@pytest.mark.parametrize("role", ["ops", "security", "sunli", "x"])
def test_nobody_else_can_be_entered_as(client, worker, role):
    make_user("sunli")

    assert client.post(f"/demo/as/{role}/", **HERE).status_code == 404
    assert user_in(client) is None


def test_a_step_of_another_role_leads_nowhere(client, worker):
    assert client.post(ENTER, {"step": "review"}, **HERE).status_code == 404
    assert client.post(ENTER, {"step": "nonsense"}, **HERE).status_code == 404
    assert user_in(client) is None


def test_a_step_leads_to_its_page(client, worker):
    assert client.post(ENTER, {"step": "records"}, **HERE).headers["Location"] == "/records/"


@pytest.mark.parametrize("page", ["/accounts/phone/", "/accounts/login/"])
def test_the_sign_in_pages_offer_the_four_roles_where_it_works_only(client, worker, page):
    here = client.get(page, **HERE).content.decode()
    elsewhere = client.get(page, **{**HERE, "REMOTE_ADDR": "10.0.0.8"}).content.decode()

    for name in ("以工人身份进入", "以讲师身份进入", "以审核身份进入", "以工会干部身份进入"):
        assert name in here
        assert name not in elsewhere
    assert "/demo/" not in elsewhere


def test_the_buttons_carry_what_the_csrf_check_asks_for(worker):
    careful = Client(enforce_csrf_checks=True)
    token = careful.get("/accounts/phone/", **HERE).context["csrf_token"]

    assert careful.post(ENTER, {"csrfmiddlewaretoken": str(token)}, **HERE).status_code == 302


def test_the_demo_says_on_every_page_that_it_is_invented(client, settings):
    settings.DEMO_MODE = True
    assert "演示数据，人物与单位均为虚构" in client.get("/").content.decode()
    settings.DEMO_MODE = False
    assert "演示数据" not in client.get("/").content.decode()


def test_the_roles_are_those_of_the_cast():
    cast = {star.key: star for star in community.cast()}
    wanted = {"worker": "li-haisheng", "instructor": INSTRUCTOR, "reviewer": REVIEWER, "officer": OFFICER}

    assert {key: cast[star].login for key, star in wanted.items()} == {
        key: ROLES[key].login for key in ON_SIGN_IN_PAGE
    }
    assert cast["zhou-lixin"].login == ROLES["chair"].login


def test_the_tour_has_six_steps_and_survives_an_empty_community(client, worker):
    page = client.get("/demo/", **HERE).content.decode()

    assert len(STEPS) == 6
    assert page.count('class="card tour__step"') == 6
    assert "重新装演示数据" in page
