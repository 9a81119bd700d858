"""Every colour pair that carries meaning is legible, in all four combinations of the tokens."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

CSS = (Path(__file__).resolve().parents[2] / "site/static/css/tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = ":root", ':root[data-theme="dark"]'
ELDER, ELDER_DARK = ':root[data-reading="elder"]', ':root[data-theme="dark"][data-reading="elder"]'
THEMES = {
    "light": [LIGHT],
    "dark": [LIGHT, DARK],
    "elder": [LIGHT, ELDER],
    "elder dark": [LIGHT, DARK, ELDER, ELDER_DARK],
}
LEAST = {"light": 4.5, "dark": 4.5, "elder": 7, "elder dark": 7}
GROUNDS = ("ground", "card", "sunken")
TRADES = ("welding", "machining", "electrical", "lifting", "automation", "mining", "rail", "care", "general")


def tokens(selectors: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for selector in selectors:
        block = re.search(rf"^  {re.escape(selector)} \{{(.*?)^  \}}", CSS, re.MULTILINE | re.DOTALL)
        assert block, selector
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """
    Return the ratio of WCAG 2.

    >>> round(contrast("#ffffff", "#000000"), 1)
    21.0
    """
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_is_legible_on_every_ground(theme: str):
    colours = tokens(THEMES[theme])
    for ground in GROUNDS:
        for text in ("ink", "ink-2", "ink-3"):
            assert contrast(colours[text], colours[ground]) >= LEAST[theme], (text, ground)
    for text in ("steel", "red", "gold", "ok", "warn"):
        for ground in ("ground", "card"):
            assert contrast(colours[text], colours[ground]) >= LEAST[theme], (text, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_text_is_legible_on_its_own_tint(theme: str):
    colours = tokens(THEMES[theme])
    for tint in ("steel", "red", "gold", "ok", "warn"):
        ground = colours[f"{tint}-soft"]
        assert contrast(colours[tint], ground) >= LEAST[theme], tint
        assert contrast(colours["ink"], ground) >= 7, tint
    pairs = [
        ("on-steel", "steel"),
        ("on-steel", "steel-hover"),
        ("on-red", "red"),
        ("on-gold", "gold-fill"),
    ]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= LEAST[theme], (text, ground)
    assert (
        contrast(colours["on-seal"], colours["seal"]) >= 4.5
    )  # a drawing of two characters, never read as text


@pytest.mark.parametrize("theme", THEMES)
def test_borders_marks_and_the_focus_ring_can_be_seen(theme: str):
    colours = tokens(THEMES[theme])
    for ground in ("ground", "card"):
        for mark in ("line-strong", "focus", "steel", "seal"):
            assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_trades_are_legible_as_ground_and_as_word(theme: str):
    colours = tokens(THEMES[theme])
    for trade in TRADES:
        assert contrast(colours["on-trade"], colours[f"trade-{trade}"]) >= 7, trade
        assert contrast(colours[f"trade-{trade}-text"], colours["card"]) >= 4.5, trade


def test_the_devices_wish_for_dark_gives_the_same_colours_as_the_choice():
    media = CSS[CSS.index("@media (prefers-color-scheme: dark)") :]
    normal, elder = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in media.split("}")[:2]
    )
    assert normal == tokens([DARK])
    assert {**normal, **elder}.items() >= tokens([ELDER_DARK]).items()
