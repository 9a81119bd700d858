"""A lesson taken along in a real Chromium: the network goes, the lesson stays, and what was studied counts once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from courses.models import EditionLesson
from records.models import LedgerEntry, StudyLicence
from tests.factories import courses as make
from tests.factories.people import make_user
from tests.pwa.test_in_browser import SERVES, WAIT_MS, wait_until

pytestmark = [pytest.mark.once, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


TAPPED = """() => new Promise((found) => {
  const opening = indexedDB.open("bag");
  opening.onsuccess = () => {
    const count = opening.result.transaction("taps").objectStore("taps").count();
    count.onsuccess = () => { opening.result.close(); found(count.result > 0); };
  };
})"""


@pytest.fixture
def lesson():
    course = make.make_course(make.lesson("运条", make.text("焊" * 600)))
    return EditionLesson.objects.get(edition=course.editions.get(is_current=True))


def sign_in(context: BrowserContext, live_server: Any, user) -> None:
    client = Client()
    client.force_login(user)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": live_server.url}]
    )


@pytest.fixture
def context(chromium: Browser, live_server: Any) -> Iterator[BrowserContext]:
    made = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=live_server.url
    )
    made.set_default_timeout(WAIT_MS)
    sign_in(made, live_server, make_user())
    yield made
    made.close()


def take_along(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto("/me/offline/")
    wait_until(page, SERVES)
    page.goto(address)
    page.get_by_role("button", name="带走这节课").click()
    expect(page.locator("keep-lesson [data-state]")).to_contain_text("可离线学到")
    return page


def study_without_network(context: BrowserContext, page: Page, address: str) -> None:
    context.set_offline(True)
    page.goto(address)
    expect(page.locator(".meta")).to_contain_text("没网也在记")
    expect(page.locator("[data-words]")).to_contain_text("没网也在记")
    page.wait_for_timeout(2_500)
    page.locator("[data-finish]").click()
    wait_until(page, TAPPED)


def test_a_lesson_taken_along_is_studied_without_a_network_and_counts_once(context, live_server, lesson):
    address = f"/learn/{lesson.lesson}/"
    page = take_along(context, address)
    study_without_network(context, page, address)
    page.goto("/courses/")
    expect(page.get_by_role("heading", level=1)).to_have_text("这会儿没有网")
    expect(page.locator("taken-along")).to_contain_text("待上传")
    expect(page.get_by_role("link", name="运条")).to_be_visible()
    assert not LedgerEntry.objects.exists()

    context.set_offline(False)
    # The offline page makes way for the one that was asked for by itself; only then is there peace to go on.
    expect(page.get_by_role("heading", level=1)).not_to_have_text("这会儿没有网")
    page.wait_for_load_state()
    page.goto("/me/offline/")

    expect(page.locator("taken-along")).to_contain_text("已上传")
    page.goto("/me/offline/")  # again: nothing is left to send
    expect(page.locator("taken-along")).not_to_contain_text("待上传")
    [entry] = LedgerEntry.objects.all()
    assert (entry.evidence, entry.session) == ("offline", StudyLicence.objects.get().uuid)
    assert entry.ms >= 2_000
    page.get_by_role("button", name="不带了").click()
    expect(page.locator("taken-along")).to_contain_text("还没有带走的课")
    context.set_offline(True)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("这会儿没有网")


def test_minutes_wait_for_who_studied_them_when_somebody_else_signs_in(context, live_server, lesson):
    address = f"/learn/{lesson.lesson}/"
    page = take_along(context, address)
    study_without_network(context, page, address)

    context.clear_cookies()  # before the network is back: the page sends at once, and still as the one who studied
    context.set_offline(False)
    sign_in(context, live_server, make_user())
    page.goto("/me/offline/")

    expect(page.locator("[data-others]")).to_contain_text("是别人登录时学的")
    assert not LedgerEntry.objects.exists()
    context.set_offline(True)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("这会儿没有网")
