"""What a worker's phone shows before anybody scrolls: what to go on with, the month, what is due; nothing else."""

from collections.abc import Callable

import pytest

from tests.look.conftest import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

EDGES = """() => {
  const edge = (selector, side) => document.querySelector(selector)?.getBoundingClientRect()[side];
  const sections = [...document.querySelectorAll(".first-screen > *")];
  return {
    tabs: edge(".tabbar", "top"),
    asked: sections.map((e) => e.getAttribute("aria-labelledby")),
    asked_to: Math.max(...sections.map((e) => e.getBoundingClientRect().bottom)),
    rest_from: Math.min(...[".first-screen ~ *", "aside", ".footer"].map((s) => edge(s, "top") ?? Infinity)),
  };
}"""


def test_a_workers_first_screen_holds_what_is_asked_for_and_nothing_else(visit: Callable[..., Visitor]):
    found = visit(390, 844).open("/_patterns/pages/home-worker/").evaluate(EDGES)
    assert found["asked"] == ["resume", "month", "duties"]
    assert found["asked_to"] <= found["tabs"]
    assert found["rest_from"] >= found["tabs"]


def test_somebody_new_sees_three_lessons_at_once(visit: Callable[..., Visitor]):
    page = visit(390, 844).open("/_patterns/pages/home-first-day/")
    found = page.evaluate(EDGES)
    assert found["asked"] == ["begin"]
    assert page.locator(".first-screen .course").count() == 3
    assert found["asked_to"] <= found["tabs"]
    assert found["rest_from"] >= found["tabs"]
