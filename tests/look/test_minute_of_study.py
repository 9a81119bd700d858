"""A minute in a real browser becomes an entry in the ledger: the player before the study record itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.models import User
from courses.models import CoursePage, EditionLesson
from records.models import LedgerEntry
from tests.factories import courses as make
from tests.factories.people import make_user
from tests.look.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TEXT = "焊条要同时做三个动作，往熔池送进，沿焊缝前移，左右摆动。" * 4


@pytest.fixture
def worker() -> User:
    return make_user()


@pytest.fixture
def course() -> CoursePage:
    return make.make_course(make.lesson("运条", make.text(TEXT), make.text(TEXT)))


@pytest.fixture
def signed_in(visit: Callable[..., Visitor], live_server: Any, worker: User, course: CoursePage) -> Visitor:
    client = Client()
    client.force_login(worker)
    client.post(f"/courses/{course.slug}/start/")
    visitor = visit(390, 844)
    cookie = client.cookies["session"]
    visitor.context.add_cookies([{"name": "session", "value": cookie.value, "url": live_server.url}])
    return visitor


def test_reading_for_some_seconds_is_in_the_ledger_to_the_millisecond(signed_in: Visitor, worker: User):
    lesson = EditionLesson.objects.get(title="运条")
    page = signed_in.open(f"/learn/{lesson.lesson}/")
    page.locator(".block").first.scroll_into_view_if_needed()
    expect(page.locator("lesson-player")).to_have_attribute("data-state", "running")
    page.wait_for_timeout(4_000)
    with page.expect_response(lambda r: r.url.endswith("/close")) as closing:
        page.get_by_role("button", name="先学到这").click()
    totals = closing.value.json()
    assert totals["refused"] == []
    assert totals["pending_seconds"] == 0
    earned = sum(LedgerEntry.objects.filter(learner=worker.person.uuid).values_list("ms", flat=True))
    assert 3_000 <= earned <= 9_000
    assert totals["credited_seconds"] == earned // 1000
    assert signed_in.complaints == []
