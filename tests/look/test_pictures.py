"""
Each component looks as it did, in every state: compared with its sheet in ``pictures/``.

A change that is meant: look at the page, then ``RENEW_PICTURES=1 .venv/bin/python -m pytest tests/look/test_pictures.py``
and look at the sheets before they are committed.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from tests.look.conftest import Visitor
from tests.look.pictures import (
    DRAWN_BY,
    MODES,
    OPTIONS,
    SHEETS,
    WIDTH,
    fault_of,
    patience,
    sheet_of,
    stored,
    take,
)

pytestmark = pytest.mark.once

ACTUAL = Path(__file__).resolve().parents[2] / "var" / "pictures"


@pytest.fixture(scope="module")
def chinese_font() -> None:
    """The sheets were drawn with Noto Sans CJK; with another font every line is another one."""
    listed = subprocess.run(
        ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False, timeout=60
    )
    if "Noto Sans CJK" not in listed.stdout:
        message = "no fonts-noto-cjk on this machine"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_every_component_looks_as_it_did_in_every_state(
    chinese_font: None, chromium: Browser, visit: Callable[..., Visitor]
):
    taken = take(visit(WIDTH, **OPTIONS))
    if os.environ.get("RENEW_PICTURES"):
        shutil.rmtree(SHEETS, ignore_errors=True)
        SHEETS.mkdir()
        for name, pictures in taken.items():
            sheet_of(pictures).save(SHEETS / f"{name}.png", optimize=True)
        DRAWN_BY.write_text(chromium.version.partition(".")[0] + "\n", encoding="utf-8")
    assert {path.stem for path in SHEETS.glob("*.png")} == set(taken)

    limit, faults = patience(chromium), {}
    for name, pictures in taken.items():
        kept = stored(name, pictures)
        found = {mode: fault for mode in MODES if (fault := fault_of(pictures[mode], kept[mode], limit))}
        if found:
            faults[name] = found
            ACTUAL.mkdir(parents=True, exist_ok=True)
            sheet_of(pictures).save(ACTUAL / f"{name}.png")
    assert not faults, f"what they look like now is in {ACTUAL}: {faults}"


def test_the_sheets_are_small():
    assert sum(path.stat().st_size for path in SHEETS.glob("*.png")) <= 3_000_000


@pytest.fixture
def card() -> Image.Image:
    """A card with a line of text and a button, drawn at half size."""
    picture = Image.new("RGB", (195, 120), "#f6f4f0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((8, 8, 187, 110), fill="#ffffff", outline="#857f76")
    for x in range(20, 150, 6):
        draw.line((x, 24, x + 3, 32), fill="#1b2127")
    draw.rectangle((20, 70, 175, 94), fill="#1f4e6b")
    return picture


def test_a_picture_is_like_itself_and_like_its_stored_sheet(card: Image.Image):
    assert fault_of(card, card) == ""
    kept = sheet_of({"light": card, "dark": card}).convert("RGB").crop((0, 0, card.width, card.height))
    assert fault_of(card, kept) == ""


def test_letters_with_other_edges_are_the_same_picture(card: Image.Image):
    shifted = card.copy()
    shifted.paste(card.crop((18, 20, 160, 36)), (19, 20))
    assert fault_of(shifted, card) == ""


@pytest.mark.parametrize(
    ("box", "colour"),
    [((20, 70, 175, 94), "#ffffff"), ((20, 70, 175, 94), "#b3261e"), ((20, 70, 100, 94), "#ffffff")],
    ids=["a button is gone", "a button has another colour", "half a button is gone"],
)
def test_what_is_gone_or_has_another_colour_is_found(card: Image.Image, box: tuple[int, ...], colour: str):
    changed = card.copy()
    ImageDraw.Draw(changed).rectangle(box, fill=colour)
    assert "looks otherwise" in fault_of(changed, card)


def test_what_has_grown_is_found(card: Image.Image):
    taller = Image.new("RGB", (card.width, card.height + 12), "#f6f4f0")
    taller.paste(card)
    assert "px high" in fault_of(taller, card)
