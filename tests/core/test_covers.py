"""Drawn covers: small, the same each time, one that is not another's, and never without its drawing."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from core.covers import SUBJECTS, Art, cover_of, subject_of
from core.trades import trade_of
from skillspower.demo.content import courses

MOST_BYTES = 4_000
STATIC = Path(__file__).resolve().parents[2] / "site" / "static"
SPRITES = {name: (STATIC / name).read_text(encoding="utf-8") for name in ("covers.svg", "icons.svg")}


def drawn(**course: object) -> str:
    return Template("{% load ui %}{% cover course %}").render(Context({"course": course}))


def symbols(html: str) -> str:
    """Return the drawings a cover takes from the sprites."""
    found = re.findall(r'href="[^"]*?(covers|icons)[^"#]*\.svg#([\w-]+)"', html)
    return "".join(
        re.search(rf'<symbol id="{name}".*?</symbol>', SPRITES[f"{sprite}.svg"], re.DOTALL)[0]  # type: ignore[index]
        for sprite, name in found
    )


@pytest.mark.parametrize("number", range(40))
def test_a_cover_is_small_whatever_is_drawn_behind_it(number: int):
    art = Art(f"course-{number}", "可编程控制器", "welding", number % 9, number * 3)
    html = drawn(art=list(art))
    assert len((html + symbols(html)).encode()) <= MOST_BYTES
    assert not re.search(r"NaN|None|\.\d{2,}", html)


def test_each_course_of_the_demo_has_a_cover_of_its_own():
    arts = [
        Art(c.slug, c.title, trade_of(c.occupation_code), c.level_rank, len(c.modules)) for c in courses()
    ]
    assert all(subject_of(art.title) for art in arts)
    assert len({(art.trade, cover_of(art).subject) for art in arts}) == len(arts)


def test_every_subject_has_its_drawing_and_every_drawing_its_words():
    assert set(re.findall(r'<symbol id="([\w-]+)"', SPRITES["covers.svg"])) == {name for name, _ in SUBJECTS}


def test_a_title_without_a_known_word_is_drawn_with_the_tool_of_its_trade():
    html = drawn(title="家乡味道", trade="care", rank=2)
    assert "#trade-care" in html and "covers.svg" not in html


def test_a_course_without_anything_still_has_a_cover():
    assert "trade--general" in drawn()
