"""The page of a lesson that is taken along: what it holds, and which lessons have one."""

import json
import re

import pytest

from courses.models import EditionLesson
from tests.factories import courses as make
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    course = make.make_course(make.lesson("运条", make.text("焊" * 600)))
    return EditionLesson.objects.get(edition=course.editions.get(is_current=True))


@pytest.fixture
def learner(client):
    user = make_user()
    client.force_login(user)
    return user


def config_of(response):
    found = re.search(
        r'<script id="lesson-config" type="application/json">(.*?)</script>', response.content.decode(), re.S
    )
    return json.loads(found[1])


def test_kept_page_holds_the_lesson_without_token_name_or_link_that_needs_a_network(client, learner, lesson):
    learner.person.name = "李建国"
    learner.person.save()

    response = client.get(f"/learn/{lesson.lesson}/kept/")

    page = response.content.decode()
    assert "焊焊焊" in page
    config = config_of(response)
    assert (config["is_kept"], config["csrf"]) == (True, None)
    assert config["learner"] == str(learner.person.uuid)
    assert "李建国" not in page
    assert '<a class="btn' not in page
    assert "no-store" in response.headers["Cache-Control"]


def test_page_of_a_text_lesson_offers_to_take_it_along_but_not_to_a_guest(client, lesson):
    address = f"/learn/{lesson.lesson}/"
    assert "<keep-lesson" not in client.get(address).content.decode()
    client.force_login(make_user())
    assert "<keep-lesson" in client.get(address).content.decode()


def test_lesson_with_a_film_cannot_be_taken_along(client, learner, lesson, monkeypatch):
    monkeypatch.setattr("courses.views.may_be_kept", lambda parts: False)

    assert client.get(f"/learn/{lesson.lesson}/kept/").status_code == 404
    assert "<keep-lesson" not in client.get(f"/learn/{lesson.lesson}/").content.decode()
