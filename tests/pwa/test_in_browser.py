"""The service worker in a real Chromium: no network shows the offline page, an update replaces the old worker."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from skillspower.pwa import shell

pytestmark = [pytest.mark.once, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WAIT_MS = 60_000
SERVES = "navigator.serviceWorker.controller?.state === 'activated'"
VERSIONS = "async () => (await caches.keys()).filter((name) => name.startsWith('shell-'))"


def wait_until(page: Page, expression: str, *, visiting: str = "") -> None:
    """
    Until the expression, which may be a promise, holds. Playwright's own way needs what our policy forbids.

    ``visiting`` is an address that is opened before each try.
    """
    for _ in range(WAIT_MS // 100):
        if visiting:
            page.goto(visiting)
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not within {WAIT_MS} ms: {expression}")


@pytest.fixture
def context(chromium: Browser, live_server: Any) -> Iterator[BrowserContext]:
    made = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=live_server.url
    )
    made.set_default_timeout(WAIT_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A phone on which the worker serves the site."""
    opened = context.new_page()
    opened.goto("/")
    wait_until(opened, SERVES)
    return opened


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put another release on the server, which runs in this process."""
    return lambda name: monkeypatch.setattr(shell, "release", lambda: name)


def test_without_a_network_every_page_is_the_offline_page_in_the_look_of_the_site(
    context: BrowserContext, page: Page
):
    context.set_offline(True)

    page.goto("/courses/")

    expect(page.get_by_role("heading", level=1)).to_have_text("这会儿没有网")
    assert page.evaluate("document.styleSheets.length") >= 8
    assert page.evaluate("getComputedStyle(document.querySelector('.appbar')).borderTopStyle") == "solid"
    assert page.url.endswith("/courses/")


def test_the_page_comes_by_itself_when_the_network_is_back(context: BrowserContext, page: Page):
    context.set_offline(True)
    page.goto("/about/")
    expect(page.get_by_role("link", name="再试一次")).to_be_visible()

    context.set_offline(False)

    expect(page.get_by_role("heading", level=1)).to_have_text("关于我们")


def test_a_page_is_never_kept(page: Page):
    page.goto("/about/")

    kept = page.evaluate(
        """async () => {
          const names = await caches.keys();
          const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return all.flat().map((request) => new URL(request.url).pathname);
        }"""
    )
    assert "/offline/" in kept
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]


def test_the_offline_page_wears_the_look_chosen_last(context: BrowserContext, page: Page):
    page.goto("/look/?theme=dark&next=/about/")
    wait_until(
        page,
        """async () => (await (await caches.match("/offline/"))?.text())?.includes('data-theme="dark"')""",
    )
    context.set_offline(True)

    page.goto("/courses/")

    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_an_update_waits_for_the_next_navigation_and_then_takes_over(
    page: Page, release: Callable[[str], None]
):
    before = page.evaluate(VERSIONS)
    release("the next one")

    page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
    wait_until(page, "navigator.serviceWorker.ready.then((registration) => Boolean(registration.waiting))")
    assert page.evaluate("navigator.serviceWorker.controller.state") == "activated"
    # The old worker may hear of the waiting one a moment after the page does, and then asks at the navigation after.
    wait_until(page, f"async () => !(await ({VERSIONS})()).includes('{before[0]}')", visiting="/about/")
    wait_until(page, SERVES)

    assert len(before) == 1
    assert page.evaluate(VERSIONS) != before
    assert page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.waiting)") is None


def test_nothing_of_this_breaks_the_content_security_policy(context: BrowserContext):
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in ("/install/", "/offline/"):
        opened.goto(path)
        wait_until(opened, SERVES)

    assert complaints == []
