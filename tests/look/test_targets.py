"""Targets for thumbs on every drawn page."""

import json
from collections.abc import Callable

import pytest

from skillspower.pages.patterns import PAGES
from tests.look.conftest import Visitor

pytestmark = [pytest.mark.once, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ALL_PAGES = ["/_patterns/", "/_patterns/states/", *(f"/_patterns/pages/{name}/" for name in PAGES)]


LEAST_PX = {"1": 44, "2": 60, "4": 60}


@pytest.mark.parametrize("size", LEAST_PX)
def test_every_target_on_a_phone_is_large_enough(visit: Callable[..., Visitor], size: str):
    visitor = visit(390, 844)
    visitor.look(size=size)
    small = {}
    for path in ALL_PAGES:
        page = visitor.open(path)
        # Links inside a sentence or a cell of a table may be as high as their line (WCAG 2.5.8); all else is for thumbs.
        # A label belongs to its input; a link whose ::after lies over the whole card is as large as the card.
        found = page.evaluate(
            """least => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
              .filter(e => e.checkVisibility())
              .filter(e => !e.closest("p:not(.chips, .row), td, th, .visually-hidden, .skip, figcaption"))
              .map(e => [e, (e.closest("label") ?? e).getBoundingClientRect(), getComputedStyle(e, "::after").position])
              .filter(([e, r, after]) => after !== "absolute" && (r.height < least - 0.5 || r.width < least - 0.5) && r.height > 0)
              .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${Math.round(r.width)}×${Math.round(r.height)}`)""",
            LEAST_PX[size],
        )
        if found:
            small[path] = found
    assert not small, json.dumps(small, ensure_ascii=False, indent=1)
