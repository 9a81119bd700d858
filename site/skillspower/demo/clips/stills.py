"""The demo's still drawings for lessons, 1280 × 720, in the same language as the clips."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image

from skillspower.demo.clips.canvas import (
    CARD,
    GOLD,
    GROUND,
    HUES,
    INK,
    INK_2,
    OK,
    RED,
    STEEL,
    Canvas,
    Colour,
    Point,
    mix,
    polar,
)

HOT = (214, 96, 34)


def draw_still(key: str, font: str | None = None) -> Image.Image:
    """The drawing ``key`` of STILLS. Raises KeyError for another, FontMissing without a Chinese font."""
    hue, draw = STILLS[key]
    canvas = Canvas(HUES[hue], font)
    draw(canvas)
    return canvas.finish()


def _rod(c: Canvas, tip: Point, length: float, degrees: float) -> None:
    end = polar(tip, length, degrees)
    c.line([tip, end], 30, INK)
    c.line([tip, end], 22, CARD)
    c.line([tip, end], 9, mix(INK, 0.4))
    c.line([end, polar(end, 44, degrees)], 52, mix(STEEL, 0.6))
    c.disc(tip, 20, GOLD, None)


def _electrode_angle(c: Canvas) -> None:
    plate = 520.0
    # Seen from the side: travel to the right, the electrode leans towards it.
    c.section(60, plate, 640, plate + 60)
    c.polygon(
        [
            (90, plate),
            (110, plate - 22),
            (270, plate - 24),
            (330, plate),
            (270, plate + 24),
            (110, plate + 22),
        ],
        mix(c.hue, 0.4),
    )
    tip = (330.0, plate - 16)
    _rod(c, tip, 290, -72)
    c.arc(tip, 130, -72, 0, 4, STEEL)
    c.label((566, 400), "65°～80°", size=50, bold=True, colour=STEEL)
    c.arrow((440, 625), (620, 625), 7)
    c.label((300, 625), "焊接方向", size=46)
    c.text((340, 90), "侧面看", size=56, bold=True)
    c.line([(680, 120), (680, 650)], 2, INK_2)
    # Seen along the bead: upright, a right angle to each plate.
    c.section(740, plate, 1220, plate + 60)
    bead = [(910, plate), *(polar((980, plate + 40), 82, a) for a in range(-150, -29, 12)), (1050, plate)]
    c.polygon([*bead, (980, plate + 30)], mix(c.hue, 0.4))
    _rod(c, (980, plate - 60), 246, -90)
    for sign in (-1, 1):
        c.arc((980, plate - 42), 110, -90 if sign > 0 else 180, 0 if sign > 0 else 270, 4, STEEL)
        c.label((980 + sign * 168, 370), "90°", size=56, bold=True, colour=STEEL)
    c.text((980, 90), "正面看", size=56, bold=True)


def _weld_gauge(c: Canvas) -> None:
    top, bottom = 380.0, 560.0
    c.section(80, top, 1200, bottom)
    # The bead with an undercut at its left toe.
    cap = [polar((640, 560), 258, a) for a in range(-130, -41, 4)]
    c.polygon([(468, top + 40), *cap, (832, top), (740, bottom), (540, bottom)], mix(c.hue, 0.45))
    c.polygon([(424, top - 5), (452, top + 46), (474, top - 5)], GROUND, None)
    c.line([(420, top), (452, top + 46), (474, top - 4)], 4)
    peak = 302.0
    c.dashed((200, top), (470, top), width=2)
    c.dashed((640, peak), (1010, peak), width=2)
    c.dimension((980, peak), (980, top), "")
    c.label((1100, (peak + top) / 2), "余高", size=54, bold=True, colour=STEEL)
    c.dimension((452, 190), (832, 190), "宽度", size=54)
    for x in (452, 832):
        c.dashed((x, 200), (x, top), width=2)
    c.dashed((240, top + 46), (450, top + 46), width=2)
    c.dimension((300, top), (300, top + 46), "")
    c.label((180, top - 60), "咬边深度", size=54, bold=True, colour=RED)
    c.text((640, 640), "从母材表面量起", size=48)


def _weld_defects(c: Canvas) -> None:
    for n, (name, words) in enumerate(
        (("气孔", "圆，内壁亮"), ("夹渣", "不规则，带棱角"), ("未熔合", "细长缝，在边上"))
    ):
        x = 225 + n * 415
        top, bottom = 280.0, 450.0
        c.section(x - 180, top, x + 180, bottom)
        cap = [polar((x, 440), 205, a) for a in range(-129, -50, 6)]
        c.polygon(
            [*cap, (x + 128, top), (x + 56, bottom), (x - 56, bottom), (x - 128, top)], mix(c.hue, 0.42)
        )
        if n == 0:
            for dx, dy, r in ((-40, 0, 18), (24, -30, 14), (40, 40, 20), (-16, 66, 13), (-70, -30, 11)):
                c.disc((x + dx, 320 + dy), r, CARD)
        elif n == 1:
            c.polygon(
                [
                    (x - 62, 350),
                    (x - 20, 322),
                    (x + 30, 338),
                    (x + 62, 318),
                    (x + 50, 362),
                    (x - 6, 376),
                    (x - 40, 366),
                ],
                INK,
            )
        else:
            c.line([(x + 126, top + 4), (x + 96, 350), (x + 74, 408), (x + 60, bottom - 6)], 13, CARD)
            c.line([(x + 126, top + 4), (x + 96, 350), (x + 74, 408), (x + 60, bottom - 6)], 7, RED)
        c.text((x, 150), name, size=64, bold=True)
        c.text((x, 540), words, size=46, colour=INK_2)


def _socket_lamp_wiring(c: Canvas) -> None:
    live, neutral, earth = RED, STEEL, OK
    rows = {"L": (150.0, live, "相线"), "N": (215.0, neutral, "零线"), "PE": (280.0, earth, "地线")}
    for y, colour, word in rows.values():
        c.line([(150, y), (1210, y)], 7, colour)
        c.text((132, y), word, size=44, anchor="rm", bold=True, colour=colour)
    # Breaker in the live line, then switch and lamp, then the socket.
    c.box(225, 118, 325, 182, CARD)
    c.text((275, 148), "断", size=46, bold=True)
    _tap(c, (430, 150), 380, live)
    c.line([(430, 380), (478, 330)], 7, INK)
    c.disc((430, 380), 9, CARD)
    c.disc((490, 380), 9, CARD)
    c.text((390, 360), "开关", size=44, anchor="rm", bold=True)
    c.line([(490, 380), (490, 490), (600, 490)], 7, live)
    lamp = (668.0, 490.0)
    c.disc(lamp, 66, mix(GOLD, 0.35))
    c.disc(lamp, 18, live, None)
    c.disc(lamp, 46, None, INK, 5)
    c.line([(714, 490), (780, 490), (780, 215)], 7, neutral)
    c.disc((780, 215), 12, neutral, None)
    c.text((668, 610), "相线进中心", size=46, bold=True, colour=live)
    c.box(900, 350, 1200, 610, CARD, radius=20)
    holes = {"PE": (1050.0, 420.0), "N": (970.0, 530.0), "L": (1130.0, 530.0)}
    for name, at in holes.items():
        c.box(at[0] - 14, at[1] - 30, at[0] + 14, at[1] + 30, rows[name][1], None, radius=4)
    c.line([(970, 500), (970, 215)], 7, neutral)
    c.line([(1130, 500), (1130, 150)], 7, live)
    c.line([(1050, 390), (1050, 280)], 7, earth)
    for x, name in ((970, "N"), (1130, "L"), (1050, "PE")):
        c.disc((x, rows[name][0]), 12, rows[name][1], None)
    c.text((1050, 658), "左零 右相 上接地", size=46, bold=True)


def _tap(c: Canvas, start: Point, down: float, colour: Colour) -> None:
    c.disc(start, 12, colour, None)
    c.line([start, (start[0], down)], 7, colour)


def _turning_tool_angles(c: Canvas) -> None:
    c.text((340, 80), "从上往下看", size=54, bold=True)
    c.text((950, 80), "从主切削刃侧看", size=54, bold=True)
    c.line([(650, 130), (650, 640)], 2, INK_2)
    tip = (330.0, 250.0)
    c.dashed((60, tip[1]), (620, tip[1]), width=2)
    c.polygon([tip, (500, 272), (520, 340), (520, 640), (348, 640), (338, 420)], mix(INK, 0.18))
    c.polygon([tip, (470, 268), (470, 420), (338, 420)], mix(c.hue, 0.35))
    c.arc(tip, 100, 87, 180, 4, STEEL)
    c.label((165, 380), "90°～93°", size=50, bold=True, colour=STEEL)
    c.text((165, 450), "主偏角", size=44)
    c.arc(tip, 240, 0, 7.5, 4, STEEL)
    c.label((500, 190), "副偏角 6°～8°", size=48, bold=True, colour=STEEL)
    # Seen along the major edge: rake at the top, clearance at the left.
    nose = (780.0, 280.0)
    c.dashed((700, nose[1]), (1230, nose[1]), width=2)
    c.dashed((nose[0], 180), (nose[0], 620), width=2)
    c.polygon([nose, (930, 316), (964, 280), (1200, 280), (1200, 560), (822, 560)], mix(INK, 0.18))
    c.polygon([nose, (930, 316), (948, 300), (948, 420), (801, 420)], mix(c.hue, 0.35))
    c.arc(nose, 130, 0, 13.5, 4, STEEL)
    c.label((1060, 216), "前角 10°～15°", size=48, bold=True, colour=STEEL)
    c.arrow((960, 240), (914, 292), 4)
    c.arc(nose, 240, 81.5, 90, 4, STEEL)
    c.label((900, 626), "后角 6°～8°", size=48, bold=True, colour=STEEL)
    c.arrow((830, 600), (796, 530), 4)


def _stepped_shaft(c: Canvas) -> None:
    y = 325.0
    k = 8.6
    left = 210.0
    steps = ((40, 42), (35, 36), (25, 28))
    x = left
    for n, (length, width) in enumerate(steps):
        half = width * k / 2
        right = x + length * k
        chamfer = 10.0
        points = [(x, y - half), (right, y - half), (right, y + half), (x, y + half)]
        if n == 0:
            points = [
                (x + chamfer, y - half),
                (right, y - half),
                (right, y + half),
                (x + chamfer, y + half),
                (x, y + half - chamfer),
                (x, y - half + chamfer),
            ]
        if n == 2:
            points = [
                (x, y - half),
                (right - chamfer, y - half),
                (right, y - half + chamfer),
                (right, y + half - chamfer),
                (right - chamfer, y + half),
                (x, y + half),
            ]
        c.polygon(points, mix(c.hue, 0.12))
        c.dimension((x + 70, y - half), (x + 70, y + half), f"φ{width}", size=46)
        c.dimension((x, 555), (right, 555), str(length), size=46)
        c.dashed((x, y + half + 8), (x, 655 if n == 0 else 570), width=2)
        x = right
    c.dashed((x, y + 125), (x, 655), width=2)
    c.dimension((left, 640), (x, 640), "100", size=50)
    c.centre_line((left - 60, y), (x + 60, y))
    c.text((640, 66), "φ36、φ28：h8    两端倒角 1 mm", size=48)


def _rope_measure(c: Canvas) -> None:
    for x, good in ((330.0, True), (950.0, False)):
        centre = (x, 350.0)
        radius = 118.0
        turn = -90 if good else -60
        for n in range(6):
            c.disc(polar(centre, radius, turn + n * 60), 59, mix(c.hue, 0.25))
        c.disc(centre, 58, mix(GOLD, 0.35))
        # Jaws above and below: on the crowns of two strands, or down in the gap between strands.
        reach = radius + 59 if good else radius * math.cos(math.radians(30)) + 30
        width = 150.0 if good else 22.0
        for sign in (-1, 1):
            edge = centre[1] + sign * reach
            c.box(
                x - width,
                min(edge, edge + sign * 60),
                x + width,
                max(edge, edge + sign * 60),
                mix(STEEL, 0.45),
            )
        c.dimension((x + 235, centre[1] - reach), (x + 235, centre[1] + reach), "")
        c.text(
            (x, 80),
            "对：卡最外凸处" if good else "错：卡进凹处，量小了",
            size=50,
            bold=True,
            colour=OK if good else RED,
        )
        if good:
            c.tick((x, 640), 60)
        else:
            c.cross((x, 640), 56)


STILLS: dict[str, tuple[str, Callable[[Canvas], None]]] = {
    "electrode-angle": ("welding", _electrode_angle),
    "weld-gauge": ("welding", _weld_gauge),
    "weld-defects": ("welding", _weld_defects),
    "socket-lamp-wiring": ("electric", _socket_lamp_wiring),
    "turning-tool-angles": ("machining", _turning_tool_angles),
    "stepped-shaft": ("machining", _stepped_shaft),
    "rope-measure": ("lifting", _rope_measure),
}
