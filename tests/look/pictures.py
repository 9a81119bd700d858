"""
The stored pictures of the components, how they are taken and how two are compared.

One sheet for each component, one column for each mode, at half size and few colours: 21 sheets, below 3 MB together.
What is compared is structure: what is there, how large, in which colour. Edges of letters differ between releases of
the browser and its fonts, so both pictures are blurred by a few pixels first.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser, Page

from tests.look.conftest import Visitor

SHEETS = Path(__file__).parent / "pictures"
PAGE = "/_patterns/states/"
MODES = ("light", "dark", "elder", "large", "forced", "print", "hover", "focus", "pressed")
WIDTH = 390
SCALE = 0.5
GAP = 6
GROUND = (128, 128, 128)
COLOURS = 96

NOISE = 40
"""How far, of 255, a blurred channel may be off before its pixel counts as another one."""

MOST_DIFFERING = 0.015
"""The share of a picture that may be other pixels: a letter's edge here and there, not a border that is gone."""

MOST_TALLER = 0.02

OTHER_BROWSER = 3
"""Both may be so many times as much before another release of the browser than the one that drew the sheets."""

DRAWN_BY = SHEETS / "browser.txt"
_PRESSABLE = "main :is(a, button, input, select, textarea, summary, label)"
_FORCED = {"hover": ["hover"], "focus": ["focus", "focus-visible"], "pressed": ["hover", "active"]}


OPTIONS = {
    "device_scale_factor": SCALE,
    "reduced_motion": "reduce",
    "color_scheme": "light",
    "bypass_csp": True,
}
"""The browser's window for :func:`take`, ``WIDTH`` px wide."""


def take(visitor: Visitor) -> dict[str, dict[str, Image.Image]]:
    """Return a picture of every component in every mode: component → mode → picture. Three visits to one page."""
    page = visitor.open(PAGE)
    whole = {"light": _components(page)}
    page.emulate_media(color_scheme="dark")
    whole["dark"] = _components(page)
    page.emulate_media(color_scheme="light", forced_colors="active")
    whole["forced"] = _components(page)
    page.emulate_media(forced_colors="none", media="print")
    whole["print"] = _components(page)
    page.emulate_media(media="screen")
    for mode in _forced(page):
        whole[mode] = _components(page)
    page.reload()
    page.add_style_tag(content="html { font-size: 150% !important; }")
    whole["large"] = _components(page)
    visitor.look(size="2")
    visitor.open(PAGE)
    whole["elder"] = _components(page)
    return {name: {mode: whole[mode][name] for mode in MODES} for name in whole["light"]}


def _forced(page: Page) -> Iterator[str]:
    """Let everything that can be pressed be as if it were hovered, then focused, then held down."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": _PRESSABLE})
    for mode, classes in _FORCED.items():
        for node in found["nodeIds"]:
            session.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": classes})
        page.screenshot()  # the first one after forcing may still show the state before
        yield mode


def _components(page: Page) -> dict[str, Image.Image]:
    """Return the page cut into its components. Nothing has the focus: a page with faults puts it on their summary."""
    page.evaluate("document.activeElement?.blur()")
    shot = Image.open(BytesIO(page.screenshot(full_page=True, animations="disabled"))).convert("RGB")
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("[data-component]")].map((e) => {
          const r = e.getBoundingClientRect();
          return [e.dataset.component, 0, r.top + scrollY, innerWidth, r.bottom + scrollY];
        })"""
    )
    return {name: shot.crop(tuple(round(edge * SCALE) for edge in box)) for name, *box in boxes}


def sheet_of(pictures: Mapping[str, Image.Image]) -> Image.Image:
    """Return the modes of a component side by side, in few colours."""
    sheet = Image.new(
        "RGB",
        (sum(p.width + GAP for p in pictures.values()) - GAP, max(p.height for p in pictures.values())),
        GROUND,
    )
    for x, picture in zip(_columns(pictures), pictures.values(), strict=True):
        sheet.paste(picture, (x, 0))
    return sheet.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _columns(pictures: Mapping[str, Image.Image]) -> Iterator[int]:
    x = 0
    for picture in pictures.values():
        yield x
        x += picture.width + GAP


def stored(name: str, pictures: Mapping[str, Image.Image]) -> dict[str, Image.Image]:
    """Return the stored picture of each mode, as wide as the taken one, as high as it was stored."""
    sheet = Image.open(SHEETS / f"{name}.png").convert("RGB")
    found = {}
    for x, (mode, picture) in zip(_columns(pictures), pictures.items(), strict=True):
        column = sheet.crop((x, 0, x + picture.width, sheet.height))
        unlike_ground = ImageChops.difference(column, Image.new("RGB", column.size, _ground(sheet))).getbbox()
        found[mode] = column.crop((0, 0, column.width, unlike_ground[3] if unlike_ground else 0))
    return found


def _ground(sheet: Image.Image) -> tuple[int, ...]:
    """Return the colour between the columns as the palette has it."""
    return sheet.getpixel((WIDTH * SCALE + 1, 0))  # type: ignore[return-value,arg-type]


def patience(browser: Browser) -> int:
    """Return 1 for the release of the browser that drew the sheets, more for any other."""
    drawn_by = DRAWN_BY.read_text(encoding="utf-8").strip()
    return 1 if browser.version.partition(".")[0] == drawn_by else OTHER_BROWSER


def fault_of(taken: Image.Image, kept: Image.Image, patience: int = 1) -> str:
    """Return how a picture differs from the stored one, empty where it does not."""
    most = max(4, kept.height * MOST_TALLER * patience)
    if abs(taken.height - kept.height) > most:
        return f"{taken.height} px high, not {kept.height}"
    size = (min(taken.width, kept.width), min(taken.height, kept.height))
    blurred = [picture.crop((0, 0, *size)).filter(ImageFilter.BoxBlur(2)) for picture in (taken, kept)]
    bands = ImageChops.difference(*blurred).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    share = sum(worst.histogram()[NOISE:]) / (size[0] * size[1])
    return f"{share:.1%} of it looks otherwise" if share > MOST_DIFFERING * patience else ""
