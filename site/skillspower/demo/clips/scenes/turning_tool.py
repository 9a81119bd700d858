"""A 90° turning tool: its edges and angles, the order of grinding, and how it is set in the tool post."""

from __future__ import annotations

import math

from skillspower.demo.clips.canvas import (
    CARD,
    GOLD,
    GROUND,
    INK,
    INK_2,
    LINE,
    OK,
    RED,
    STEEL,
    Canvas,
    Colour,
    Point,
    between,
    ease,
    linear,
    mix,
    polar,
)

HUE = "machining"
CAPTIONS = [
    (0, 6, "九十度外圆车刀，又能车外圆，又能清台阶。"),
    (6, 13, "从上往下看：主切削刃干主要的活，副切削刃修光，刀尖在两刃之间。"),
    (13, 20, "主偏角九十到九十三度，副偏角六到八度。"),
    (20, 27, "磨刀有次序。第一，磨主后面，磨出六到八度主后角。"),
    (27, 34, "第二，磨副后面，带出副偏角。"),
    (34, 42, "第三，磨前面，开断屑槽，前角十到十五度。"),
    (42, 48, "第四，刀尖轻轻点一个小圆弧，最后用油石研光。硬质合金不许沾水。"),
    (48, 55, "装刀先看高低。高了，后面蹭工件。"),
    (55, 61, "低了，切着费劲，端面中心剩一个小疙瘩。"),
    (61, 67, "刀尖与主轴中心等高，才对。用尾座顶尖来对。"),
    (67, 75, "再看长短：伸出刀杆厚度的一到一点五倍，长了就颤。"),
    (75, 84, "磨好、装正，切屑成小卷断开，台阶清得直。"),
]


def draw(c: Canvas, t: float) -> None:
    if t < 20:
        _names(c, t)
    elif t < 48:
        _grinding(c, t)
    elif t < 67:
        _height(c, t)
    elif t < 75:
        _overhang(c, t)
    else:
        _cutting(c, t)


def plan(c: Canvas, tip: Point, scale: float = 1.0, *, marked: str = "") -> None:
    """
    The tool from above, its tip at the upper left, the shank downwards.

    ``marked`` lights one of: major (cutting to the left), minor (upper edge), rake (the face), nose.
    """
    x, y = tip

    def at(dx: float, dy: float) -> Point:
        return x + dx * scale, y + dy * scale

    shank = [at(0, 0), at(118, 15), at(136, 60), at(136, 330), at(12, 330), at(6, 150)]
    c.polygon(shank, mix(INK, 0.18))
    tip_plate = [at(0, 0), at(98, 12.5), at(98, 128), at(5, 128)]
    c.polygon(tip_plate, mix(c.hue, 0.35) if marked != "rake" else GOLD)
    c.line([at(34, 12), at(38, 128)], 3, INK_2)  # the chip breaker
    if marked == "major":
        c.line([at(0, 0), at(5, 128)], 13, GOLD)
    if marked == "minor":
        c.line([at(0, 0), at(98, 12.5)], 13, GOLD)
    if marked == "nose":
        c.disc(at(4, 4), 15 * scale, GOLD)


def shaft(c: Canvas, left: float, right: float, y: float, radius: float, t: float) -> None:
    """A turning shaft in side view; marks wander down its face to show that it turns."""
    c.box(left, y - radius, right, y + radius, mix(c.hue, 0.12))
    for n in range(5):
        turn = (t * 0.9 + n / 5) % 1
        h = y - radius * math.cos(turn * math.pi)
        c.line([(left + 14, h), (right - 14, h)], 2, LINE)
    c.box(left, y - radius, right, y + radius, None)


def chip(c: Canvas, root: Point, t: float, colour: Colour = STEEL) -> None:
    """Small curls that break off and fall away."""
    for n in range(3):
        life = (t * 0.8 + n / 3) % 1
        at = (root[0] + 30 + 150 * life, root[1] - 60 * math.sin(life * 2.4) + 90 * life * life)
        c.arc(at, 15, t * 300 + n * 90, t * 300 + n * 90 + 290, 5, colour)


def _names(c: Canvas, t: float) -> None:
    c.heading("90°外圆车刀")
    shaft(c, 130, 760, 230, 90, t)
    c.box(130, 170, 470, 290, None, None)
    c.centre_line((90, 230), (1190, 230))
    # The turned diameter is to the right of the tool, which walks to the left.
    x = 500 - 12 * min(t, 13)
    radius = 66
    c.box(x, 136, 764, 230 - radius, GROUND, None)
    c.box(x, 230 + radius, 764, 324, GROUND, None)
    c.line([(x, 140), (x, 230 - radius), (760, 230 - radius)], 4)
    c.line([(x, 320), (x, 230 + radius), (760, 230 + radius)], 4)
    tip = (x, 230.0 + radius)
    plan(c, tip, 0.95, marked="")
    chip(c, (tip[0] + 20, tip[1] + 90), t)
    if t < 13:
        if t > 6:
            c.arrow((240, 480), (tip[0] - 6, 380), 5)
            c.label((190, 520), "主切削刃", size=46, bold=True)
        if t > 8:
            c.arrow((700, 410), (tip[0] + 84, 322), 5)
            c.label((800, 440), "副切削刃", size=46, bold=True)
        if t > 10:
            c.arrow((230, 390), (tip[0] - 6, tip[1] + 4), 5)
            c.label((170, 390), "刀尖", size=46, bold=True)
        c.arrow((x + 330, 560), (x + 200, 560), 6)
        c.label((x + 430, 560), "走刀", size=44)
        return
    c.dashed((tip[0], tip[1]), (tip[0] - 240, tip[1]))
    c.arc(tip, 110, 89, 180, 4, STEEL)
    c.label((tip[0] - 190, tip[1] + 110), "90°～93°", size=50, bold=True, colour=STEEL)
    c.dashed(tip, (tip[0] + 330, tip[1]))
    c.arc(tip, 230, 0, 8, 4, STEEL)
    c.label((tip[0] + 420, tip[1] + 60), "6°～8°", size=50, bold=True, colour=STEEL)


WHEEL = (204, 220, 204)
STAGES = (
    (20.0, "major", "主后面", "后角 6°～8°"),
    (27.0, "minor", "副后面", "副偏角 6°～8°"),
    (34.0, "rake", "前面、断屑槽", "前角 10°～15°"),
    (42.0, "nose", "刀尖", "圆弧 0.2～0.5 mm"),
)


def _grinding(c: Canvas, t: float) -> None:
    c.heading("磨刀的次序")
    number = sum(t >= start for start, *_ in STAGES)
    start, mark, _, value = STAGES[number - 1]
    touch = ease(t, start + 0.4, start + 1.6)
    wobble = 12 * math.sin((t - start) * 2.2)
    tip = (640.0, 250.0)
    plan(c, tip, 1.0, marked=mark)
    # The wheel comes to the face that is ground, and moves along it.
    wheel = {
        "major": (between(330, 476, touch), 330 + wobble),
        "minor": (700 + wobble, between(-60, 92, touch)),
        "rake": (674, between(-60, 226, touch) + wobble),
        "nose": (between(430, 545, touch), between(70, 152, touch) + wobble / 3),
    }[mark]
    radius = 158
    if mark == "rake":  # the wheel from its edge, over the face it grooves
        c.box(wheel[0] - 26, wheel[1] - 110, wheel[0] + 26, wheel[1] + 110, WHEEL, radius=8)
    else:
        c.disc(wheel, radius, WHEEL)
        c.disc(wheel, 26, CARD)
        for n in range(12):
            c.disc(polar(wheel, radius - 12, n * 30 + t * 200), 4, (150, 175, 150), None)
    if touch > 0.95:
        spot = {"major": (640, 340), "minor": (700, 254), "rake": (674, 336), "nose": (642, 254)}[mark]
        for n in range(10):
            life = (t * 2.1 + n / 10) % 1
            away = polar(spot, 20 + 130 * life, 60 + 9 * n if mark != "minor" else 10 + 9 * n)
            c.line([away, polar(away, 16, 75)], 5, mix((214, 96, 34), 1 - life * 0.7))
    c.box(846, 150, 1244, 590, CARD, LINE, radius=10, width=3)
    for n, (_, _, each, _) in enumerate(STAGES, 1):
        y = 195 + (n - 1) * 76
        now = n == number
        c.disc((906, y), 27, c.hue if n <= number else LINE, None)
        c.text((906, y - 2), str(n), size=38, colour=CARD, bold=True)
        c.text((948, y), each, size=42, anchor="lm", bold=now, colour=INK if n <= number else INK_2)
    c.text((1045, 540), value, size=40, bold=True, colour=STEEL)
    if t > 44:
        c.label((300, 570), "不许沾水", size=46, bold=True, colour=RED)


SHIM = 52.0  # one shim under the tool, much thicker than a real one


def _height(c: Canvas, t: float) -> None:
    c.heading("装刀：刀尖与中心等高")
    centre = (470.0, 350.0)
    radius = 190.0
    high, low, right = ease(t, 48.5, 50), ease(t, 55, 56.5), ease(t, 61, 62.5)
    lift = -SHIM * high + 2 * SHIM * low - SHIM * right
    c.disc(centre, radius, mix(c.hue, 0.12))
    for n in range(3):
        c.line([centre, polar(centre, radius - 10, t * 80 + n * 120)], 2, LINE)
    c.centre_line((220, centre[1]), (1200, centre[1]))
    c.centre_line((centre[0], 130), (centre[0], 570))
    c.arc(centre, 120, 210, 316, 5, STEEL)
    c.arrow(polar(centre, 120, 312), polar(centre, 118, 328), 5)
    y = centre[1] + lift
    x = centre[0] + math.sqrt(max(0.0, radius**2 - lift**2))
    # From the end of the shaft: rake on top, clearance on the left below the tip.
    c.polygon(
        [(x, y), (x + 120, y + 22), (x + 360, y + 22), (x + 360, y + 110), (x + 40, y + 110)], mix(INK, 0.18)
    )
    c.polygon([(x, y), (x + 96, y + 18), (x + 96, y + 52), (x + 17, y + 52)], mix(c.hue, 0.35))
    base = centre[1] + 112 + 2 * SHIM
    c.box(x + 70, y + 112, x + 360, base, mix(GOLD, 0.3))
    for n in (1, 2):
        if base - n * SHIM > y + 114:
            c.line([(x + 70, base - n * SHIM), (x + 360, base - n * SHIM)], 4)
    c.box(x + 50, base, x + 400, base + 46, mix(INK, 0.3))
    if right > 0.9:
        c.label((300, 600), "等高", size=54, bold=True, colour=OK)
        c.tick((400, 600), 44)
    elif t >= 55:
        c.label((330, 610), "低：端面剩小疙瘩", size=46, bold=True, colour=RED)
    elif t >= 49.5:
        c.label((330, 610), "高：后面蹭工件", size=46, bold=True, colour=RED)
        c.disc((x + 8, y + 34), 16, mix(RED, 0.6), None)


def _overhang(c: Canvas, t: float) -> None:
    c.heading("伸出长度：1～1.5 倍杆厚")
    long = ease(t, 71, 72)
    reach = between(150, 330, long)
    shake = long * 9 * math.sin(t * 40)
    post = 760.0
    y = 330.0
    c.box(post, y - 60, 1180, y + 190, mix(INK, 0.25))
    c.line([(post + 90, y - 90), (post + 90, y - 10)], 26, INK_2)
    c.line([(post + 270, y - 90), (post + 270, y - 10)], 26, INK_2)
    left = post - reach
    c.polygon([(left, y + shake), (left + 70, y + 12 + shake * 0.6), (1180, y), (1180, y + 100), (post, y + 100), (left + 26, y + 100 + shake * 0.6)],
              mix(INK, 0.18))  # fmt: skip
    c.dimension((left, y + 170), (post, y + 170), "伸出", size=44)
    c.dashed((left, y), (left, y + 190), width=2)
    c.dimension((1222, y), (1222, y + 100), "")
    c.label((1120, y + 52), "杆厚", size=44, fill=mix(INK, 0.18))
    if long > 0.9:
        c.label((320, 250), "长了就颤", size=52, bold=True, colour=RED)
    else:
        c.label((320, 250), "刚好，不颤", size=52, bold=True, colour=OK)


def _cutting(c: Canvas, t: float) -> None:
    c.heading("切屑成小卷，台阶清得直")
    y, big, small = 280.0, 130.0, 78.0
    x = between(900, 480, linear(t, 75.5, 81.5))
    shaft(c, 90, 1010, y, big, t)
    c.box(x, y - big - 4, 1016, y - small, GROUND, None)
    c.box(x, y + small, 1016, y + big + 4, GROUND, None)
    for sign in (-1, 1):
        c.line([(x, y + sign * big), (x, y + sign * small), (1010, y + sign * small)], 4)
    c.line([(1010, y - small), (1010, y + small)], 4)
    c.centre_line((50, y), (1230, y))
    away = ease(t, 81.8, 83.2)
    tip = (x + 40 * away, y + small + 120 * away)
    plan(c, tip, 0.9)
    if t < 81.5:
        chip(c, (tip[0] + 20, tip[1] + 80), t)
        c.arrow((x + 420, 590), (x + 290, 590), 6)
    else:
        c.tick((330, 560), 70)
