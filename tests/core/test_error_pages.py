import re

import pytest
from django.test import Client, RequestFactory

from core import error_pages


@pytest.fixture
def failing(client: Client) -> Client:
    client.raise_request_exception = False
    return client


def test_a_server_error_page_needs_no_database_and_shows_the_number(
    rf: RequestFactory, django_assert_num_queries
):
    request = rf.get("/")
    request.id = "0f1e2d3c"

    answer = error_pages.server_error(request)

    assert answer.status_code == 500
    assert "0f1e2d3c" in answer.content.decode()


def test_a_server_error_page_that_breaks_itself_still_answers(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(error_pages, "render_to_string", lambda *args: 1 / 0)

    answer = error_pages.server_error(rf.get("/"))

    assert answer.status_code == 500
    assert "请稍后再试" in answer.content.decode()


@pytest.mark.django_db
def test_an_unknown_address_gets_a_page_in_chinese(failing: Client):
    answer = failing.get("/no/such/page/")

    assert answer.status_code == 404
    assert re.search("[\u4e00-\u9fff]", answer.content.decode())


@pytest.mark.django_db
def test_a_foreign_host_gets_400(failing: Client):
    assert failing.get("/", headers={"host": "evil.example"}).status_code == 400
