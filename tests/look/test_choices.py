"""Text size and theme: a guest's on the device, a person's on the account, both without script."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def web() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


@pytest.fixture
def worker() -> User:
    return make_user()


def html_of(web: Client, path: str = "/about/") -> str:
    """Return the attributes of ``<html>``."""
    return re.search(r"<html ([^>]*)>", web.get(path).content.decode())[1]


def sign_in(web: Client, user: User) -> None:
    """Sign in through the door, so that the signal has the device's request."""
    user.set_password("a-long-pass-phrase-9")
    user.save()
    answer = web.post("/accounts/login/", {"login": user.username, "password": "a-long-pass-phrase-9"})
    assert answer.status_code == 302, answer.content.decode()[-2000:]


def test_a_guests_choice_comes_with_the_next_page(web):
    answer = web.get("/look/", {"size": "3", "theme": "dark", "next": "/about/"})
    assert (answer.status_code, answer["Location"]) == (302, "/about/")
    assert html_of(web) == 'lang="zh-Hans" data-theme="dark" data-size="3" data-reading="elder"'
    web.get("/look/", {"size": "1", "theme": "auto"})
    assert html_of(web) == 'lang="zh-Hans"'


@pytest.mark.parametrize(("size", "is_elder"), [("1", False), ("2", True), ("3", True), ("4", True)])
def test_large_type_from_twenty_pixels_on_is_the_elder_edition(web, size, is_elder):
    web.get("/look/", {"size": size})
    assert ('data-reading="elder"' in html_of(web)) is is_elder
    assert ("css/elder.css" in web.get("/about/").content.decode()) is is_elder


def test_a_persons_choice_is_kept_on_the_account_and_shown_on_another_device(web, worker):
    web.force_login(worker)
    web.get("/look/", {"size": "2"})
    other = Client()
    other.force_login(worker)
    assert 'data-size="2"' in html_of(other)
    assert "data-theme" not in html_of(other)


def test_the_account_wins_over_the_device_on_signing_in(web, worker):
    User.objects.filter(pk=worker.pk).update(text_size="1", theme="dark")
    worker.refresh_from_db()
    web.get("/look/", {"size": "4", "theme": "light"})
    sign_in(web, worker)
    assert html_of(web) == 'lang="zh-Hans" data-theme="dark"'


def test_what_a_guest_chose_goes_with_the_person_where_the_account_never_chose(web, worker):
    User.objects.filter(pk=worker.pk).update(theme="light")
    worker.refresh_from_db()
    web.get("/look/", {"size": "3", "theme": "dark"})
    sign_in(web, worker)
    worker.refresh_from_db()
    assert worker.look == {"theme": "light", "size": "3"}


def test_after_signing_out_the_device_stays_as_it_was_chosen(web, worker):
    web.force_login(worker)
    web.get("/look/", {"size": "3"})
    web.logout()
    web.cookies.load({"look_size": "3"})  # the client throws all cookies away, a browser keeps them
    assert 'data-size="3"' in html_of(web)


def test_a_link_on_another_site_changes_nothing(web, worker):
    web.force_login(worker)
    answer = web.get("/look/", {"size": "4"}, headers={"sec-fetch-site": "cross-site"})
    worker.refresh_from_db()
    assert (worker.text_size, list(answer.cookies)) == ("", [])


@pytest.mark.parametrize("wrong", [{"size": "9"}, {"theme": "pink"}, {"size": ""}])
def test_an_unknown_choice_changes_nothing(web, worker, wrong):
    web.force_login(worker)
    answer = web.get("/look/", wrong)
    worker.refresh_from_db()
    assert answer.status_code == 302
    assert (worker.look, list(answer.cookies)) == ({"theme": "", "size": ""}, [])


@pytest.mark.parametrize("wrong", [{"theme": "pink"}, {"text_size": "5"}])
def test_the_database_refuses_a_look_that_does_not_exist(worker, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=worker.pk).update(**wrong)


def test_the_page_to_choose_shows_all_sizes_and_leads_back(web):
    html = web.get("/look/", {"next": "/courses/"}).content.decode()
    for key, value in [("size", n) for n in "1234"] + [("theme", t) for t in ("auto", "light", "dark")]:
        assert f'href="/look/?{key}={value}&amp;next=%2Flook%2F%3Fnext%3D%252Fcourses%252F"' in html
    assert 'href="/courses/"' in html


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_choosing_a_look_never_leads_away(web, address):
    assert web.get("/look/", {"theme": "dark", "next": address})["Location"] == "/"
    links = re.findall(r'href="([^"]+)"', web.get("/look/", {"next": address}).content.decode())
    assert all(re.match(r"/(?!/)|#", link) for link in links)


def test_nonsense_in_a_look_cookie_changes_nothing(web):
    web.cookies["look_theme"] = '"><script>'
    assert html_of(web) == 'lang="zh-Hans"'


def test_there_is_an_entry_on_the_first_screen_and_in_the_settings(web, worker):
    assert 'aria-label="换成大字的长辈版"' in web.get("/").content.decode()
    web.force_login(worker)
    assert 'href="/look/?size=4&amp;next=%2Fme%2F"' in web.get("/me/").content.decode()


def test_an_officer_in_the_elder_edition_has_four_tabs_and_finds_the_union_in_the_settings(
    web, worker, monkeypatch
):
    monkeypatch.setattr(User, "is_officer", True)
    web.force_login(worker)

    def tabs() -> list[str]:
        bar = web.get("/me/").content.decode().partition('<nav class="tabbar"')[2].partition("</nav>")[0]
        return re.findall(r'<a href="([^"]+)"', bar)

    assert tabs() == ["/", "/courses/", "/records/", "/unions/", "/me/"]
    web.get("/look/", {"size": "2"})
    assert tabs() == ["/", "/courses/", "/records/", "/me/"]
    assert 'href="/unions/">工会工作' in web.get("/me/").content.decode()


def test_choosing_needs_no_script(web):
    html = web.get("/look/").content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    assert "<script" not in main
    assert "<form" not in main
    assert main.count('class="look') >= 7
