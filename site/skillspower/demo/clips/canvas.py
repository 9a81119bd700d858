"""
A drawing board in the house's workshop-drawing language: graphite outlines, dash-dot centre lines, dimension arrows, one
trade hue as a light fill, one gold detail.

Everything is given in pixels of the finished 1280 × 720 picture; the board draws at twice that size and scales down,
which is how Pillow gets smooth edges. Angles are degrees, 0 to the right, growing clockwise as the y axis points down.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 720
SCALE = 2

Point = tuple[float, float]
Colour = tuple[int, int, int]

GROUND: Colour = (246, 244, 240)
CARD: Colour = (255, 255, 255)
INK: Colour = (27, 33, 39)
INK_2: Colour = (74, 83, 92)
LINE: Colour = (193, 186, 175)
STEEL: Colour = (31, 78, 107)
RED: Colour = (179, 38, 30)
OK: Colour = (30, 107, 60)
GOLD: Colour = (226, 176, 74)
HUES: dict[str, Colour] = {
    "welding": (154, 52, 18),
    "machining": (31, 78, 107),
    "electric": (107, 78, 0),
    "lifting": (74, 74, 138),
    "automation": (15, 94, 99),
    "mining": (75, 64, 56),
    "rail": (20, 83, 45),
    "care": (134, 48, 91),
}


class FontMissing(RuntimeError):
    """There is no Chinese font to draw the labels with."""


@cache
def find_fonts(given: str | None = None) -> tuple[tuple[str, int], tuple[str, int]]:
    """
    (file, index in it) of a regular and a bold Chinese font: the one given, else Noto Sans CJK by fc-match.

    Raises FontMissing with a sentence that says what to install or to give.
    """
    if given:
        if not Path(given).is_file():
            raise FontMissing(f"There is no font file {given}.")
        return (given, 0), (given, 0)
    found = []
    for style in ("Regular", "Bold"):
        name = _fc_match(f"Noto Sans CJK SC:style={style}")
        if name is None:
            raise FontMissing(
                "No Chinese font found: install fonts-noto-cjk and fontconfig, or give a font file with --font."
            )
        found.append(name)
    return found[0], found[1]


def _fc_match(pattern: str) -> tuple[str, int] | None:
    program = shutil.which("fc-match")
    if program is None:
        return None
    command = [program, "-f", "%{file}\t%{index}\t%{family}", pattern]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 (fixed words)
    file, _, rest = answer.partition("\t")
    index, _, family = rest.partition("\t")
    return (file, int(index)) if "CJK" in family else None


@cache
def _font(file: str, index: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size * SCALE, index=index)


def mix(colour: Colour, share: float, ground: Colour = GROUND) -> Colour:
    """``share`` of the colour over the ground."""
    r, g, b = (round(c * share + o * (1 - share)) for c, o in zip(colour, ground, strict=True))
    return r, g, b


def ease(t: float, start: float, end: float) -> float:
    """How far between two instants, from 0 to 1, slow at both ends."""
    x = min(1.0, max(0.0, (t - start) / (end - start)))
    return x * x * (3 - 2 * x)


def linear(t: float, start: float, end: float) -> float:
    """How far between two instants, from 0 to 1."""
    return min(1.0, max(0.0, (t - start) / (end - start)))


def between(a: float, b: float, x: float) -> float:
    return a + (b - a) * x


def polar(centre: Point, radius: float, degrees: float) -> Point:
    angle = math.radians(degrees)
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


class Canvas:
    """One picture being drawn."""

    def __init__(
        self,
        hue: Colour,
        font: str | None = None,
        *,
        size: tuple[int, int] = (WIDTH, HEIGHT),
        ground: Colour = GROUND,
    ) -> None:
        self.hue = hue
        self.size = size
        self._regular, self._bold = find_fonts(font)
        self._image = Image.new("RGB", (size[0] * SCALE, size[1] * SCALE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self._image.reduce(SCALE)

    # --- strokes

    def line(self, points: Sequence[Point], width: float = 4, colour: Colour = INK) -> None:
        """An open line with round joints and ends."""
        scaled = self._scaled(points)
        self._draw.line(scaled, fill=colour, width=max(1, round(width * SCALE)), joint="curve")
        if width >= 3:
            for x, y in (scaled[0], scaled[-1]):
                r = width * SCALE / 2 - 0.5
                self._draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def dashed(
        self,
        a: Point,
        b: Point,
        pattern: Sequence[float] = (14, 10),
        width: float = 3,
        colour: Colour = INK_2,
    ) -> None:
        """A dashed line; the pattern gives dash, gap, dash, gap …"""
        length = math.dist(a, b)
        if length == 0:
            return
        at, turn = 0.0, 0
        while at < length:
            step = min(pattern[turn % len(pattern)], length - at)
            if turn % 2 == 0:
                self.line([_along(a, b, at / length), _along(a, b, (at + step) / length)], width, colour)
            at += step
            turn += 1

    def centre_line(self, a: Point, b: Point) -> None:
        """The thin dash-dot line of an axis."""
        self.dashed(a, b, (26, 8, 4, 8), 2, INK_2)

    def arrow(self, a: Point, b: Point, width: float = 5, colour: Colour = STEEL, head: float = 20) -> None:
        """A line with a filled head at ``b``."""
        angle = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
        foot = polar(b, head * 0.8, angle + 180)
        if math.dist(a, b) > head:
            self.line([a, foot], width, colour)
        self.polygon(
            [b, polar(foot, head * 0.45, angle + 90), polar(foot, head * 0.45, angle - 90)], colour, None
        )

    def dimension(self, a: Point, b: Point, label: str, *, at: Point | None = None, size: int = 40) -> None:
        """A thin dimension line with arrows at both ends and its label, in the middle unless told where."""
        middle = _along(a, b, 0.5)
        for end in (a, b):
            self.arrow(middle, end, 2.5, INK_2, 16)
        if label:
            self.label(at or middle, label, size=size, colour=INK)

    def arc(
        self, centre: Point, radius: float, start: float, end: float, width: float = 4, colour: Colour = INK
    ) -> None:
        """Part of a circle, clockwise from ``start`` to ``end`` degrees."""
        steps = max(6, int(abs(end - start) / 4))
        self.line(
            [polar(centre, radius, between(start, end, n / steps)) for n in range(steps + 1)], width, colour
        )

    # --- areas

    def polygon(
        self, points: Sequence[Point], fill: Colour | None, outline: Colour | None = INK, width: float = 4
    ) -> None:
        if fill is not None:
            self._draw.polygon(self._scaled(points), fill=fill)
        if outline is not None:
            self.line([*points, points[0], points[1]], width, outline)

    def disc(
        self,
        centre: Point,
        radius: float,
        fill: Colour | None,
        outline: Colour | None = INK,
        width: float = 4,
    ) -> None:
        x, y = centre[0] * SCALE, centre[1] * SCALE
        r = radius * SCALE
        self._draw.ellipse(
            (x - r, y - r, x + r, y + r),
            fill=fill,
            outline=outline,
            width=round(width * SCALE) if outline else 0,
        )

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: Colour | None,
        outline: Colour | None = INK,
        *,
        radius: float = 0,
        width: float = 4,
    ) -> None:
        self._draw.rounded_rectangle(
            (left * SCALE, top * SCALE, right * SCALE, bottom * SCALE),
            radius * SCALE,
            fill=fill,
            outline=outline,
            width=round(width * SCALE) if outline else 0,
        )

    def section(self, left: float, top: float, right: float, bottom: float, *, step: float = 22) -> None:
        """A cut through metal: a rectangle with hatching at 45°."""
        self.box(left, top, right, bottom, mix(self.hue, 0.12), None)
        offset = left - (bottom - top)
        while offset < right:
            a, b = max(left, offset), min(right, offset + bottom - top)
            if b > a:
                self.line([(a, bottom - (a - offset)), (b, bottom - (b - offset))], 1.5, mix(self.hue, 0.4))
            offset += step
        self.box(left, top, right, bottom, None)

    # --- words

    def text(
        self,
        at: Point,
        words: str,
        *,
        size: int = 44,
        colour: Colour = INK,
        anchor: str = "mm",
        bold: bool = False,
    ) -> None:
        """Words at a point; ``anchor`` as in Pillow (mm = middle)."""
        file, index = self._bold if bold else self._regular
        self._draw.text(
            (at[0] * SCALE, at[1] * SCALE), words, fill=colour, font=_font(file, index, size), anchor=anchor
        )

    def width_of(self, words: str, size: int, *, bold: bool = False) -> float:
        file, index = self._bold if bold else self._regular
        return _font(file, index, size).getlength(words) / SCALE

    def label(
        self,
        at: Point,
        words: str,
        *,
        size: int = 42,
        colour: Colour = INK,
        fill: Colour = GROUND,
        outline: Colour | None = None,
        bold: bool = False,
    ) -> None:
        """Words on a plate of their own, so that lines behind do not disturb."""
        half = self.width_of(words, size, bold=bold) / 2 + size * 0.28
        tall = size * 0.66
        self.box(at[0] - half, at[1] - tall, at[0] + half, at[1] + tall, fill, outline, radius=6, width=3)
        self.text(at, words, size=size, colour=colour, bold=bold)

    def heading(self, words: str, step: str = "") -> None:
        """The chapter's name at the upper left, its number in a plate of the trade's hue before it."""
        left = 48.0
        if step:
            self.box(left, 32, left + 72, 104, self.hue, None, radius=6)
            self.text((left + 36, 67), step, size=50, colour=CARD, bold=True)
            left += 96
        self.text((left, 67), words, size=56, anchor="lm", bold=True)

    def tick(self, at: Point, size: float = 30, colour: Colour = OK) -> None:
        x, y = at
        self.line(
            [(x - size * 0.5, y), (x - size * 0.1, y + size * 0.4), (x + size * 0.6, y - size * 0.5)],
            8,
            colour,
        )

    def cross(self, at: Point, size: float = 26, colour: Colour = RED) -> None:
        x, y = at
        self.line([(x - size / 2, y - size / 2), (x + size / 2, y + size / 2)], 8, colour)
        self.line([(x - size / 2, y + size / 2), (x + size / 2, y - size / 2)], 8, colour)

    def ruler(self, done: float, seconds: int) -> None:
        """The house's ruler along the lower edge: a tick a second, longer each 5 and 15, solid up to now."""
        for second in range(seconds + 1):
            x = 24 + second * (WIDTH - 48) / seconds
            tall = 20 if second % 15 == 0 else 13 if second % 5 == 0 else 8
            self.line([(x, HEIGHT - 4 - tall), (x, HEIGHT - 4)], 3, STEEL if second <= done else LINE)

    def _scaled(self, points: Iterable[Point]) -> list[Point]:
        return [(x * SCALE, y * SCALE) for x, y in points]


def _along(a: Point, b: Point, share: float) -> Point:
    return between(a[0], b[0], share), between(a[1], b[1], share)
