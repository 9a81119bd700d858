"""Three hazards before the first arc: its light, its voltage, its fume."""

from __future__ import annotations

import math
from itertools import pairwise

from skillspower.demo.clips.canvas import (
    CARD,
    GOLD,
    INK,
    INK_2,
    OK,
    RED,
    STEEL,
    Canvas,
    Colour,
    Point,
    between,
    ease,
    mix,
    polar,
)

HUE = "welding"
CAPTIONS = [
    (0, 6, "引弧之前，先把三件事做到：挡住光，隔开电，让开烟。"),
    (6, 13, "弧光里有看不见的紫外线。当时不疼，六到八个小时以后眼睛才发作。"),
    (13, 21, "先落下面罩，再引弧。滤光片挡住紫外线，只让一点光过来看熔池。"),
    (21, 27, "旁边有人，先喊一声“遮眼”。"),
    (27, 34, "焊着的时候，焊钳上只有二三十伏。"),
    (34, 41, "一断弧，就是空载电压，常见六十到八十伏。换焊条正是这个时候。"),
    (41, 48, "手套湿了，电流会从手上过去。换上干手套，路就断了。"),
    (48, 55, "焊烟从熔池直着往上走，像一根柱子。头伸进去，吸的都是烟。"),
    (55, 66, "往侧面让半步，打开局部排烟，烟就从脸前面抽走了。"),
    (66, 72, "挡光、隔电、让烟，三样齐了再引弧。"),
]

HOT = (214, 96, 34)


def draw(c: Canvas, t: float) -> None:
    if t < 6:
        _three(c, t, "焊前三件事")
    elif t < 27:
        _light(c, t)
    elif t < 48:
        _voltage(c, t)
    elif t < 66:
        _fume(c, t)
    else:
        _three(c, t - 66, "三样齐了再引弧", done=True)


def head(c: Canvas, at: Point, size: float = 74, *, facing: int = -1, cap: bool = True) -> None:
    """A person's head in side view, looking left (-1) or right (1)."""
    x, y = at
    c.line([(x, y + size * 0.8), (x, y + size * 1.35)], size * 0.5, mix(INK, 0.25))
    c.disc(at, size, mix(GOLD, 0.25))
    c.polygon(
        [
            (x + facing * size * 0.96, y - 8),
            (x + facing * size * 1.22, y + 18),
            (x + facing * size * 0.92, y + 24),
        ],
        mix(GOLD, 0.25),
    )
    c.disc((x + facing * size * 0.52, y + size * 0.2), 7, INK, None)
    if cap:
        c.polygon([polar(at, size + 4, a) for a in range(180, 361, 12)], mix(STEEL, 0.5))


def _arc(c: Canvas, at: Point, t: float, size: float = 1.0) -> None:
    flicker = 1 + 0.08 * math.sin(round(t * 5) * 2.3)
    for radius, share in ((44, 0.25), (29, 0.55)):
        c.disc(at, radius * size * flicker, mix(GOLD, share), None)
    c.disc(at, 15 * size * flicker, (255, 246, 214), None)


def _rod_and_plate(c: Canvas, at: Point, left: float, right: float, *, burning: bool, t: float) -> None:
    x, y = at
    c.section(left, y, right, y + 56)
    lift = 14 if burning else 60
    a, b = (x + 4, y - lift), (x + 90, y - lift - 250)
    c.line([a, b], 24, INK)
    c.line([a, b], 17, mix(INK, 0.15))
    c.line([b, (b[0] + 12, b[1] - 34)], 44, mix(STEEL, 0.6))
    if burning:
        c.disc((x, y + 4), 30, mix(HOT, 0.75), None)
        _arc(c, (x, y - 10), t)


def _three(c: Canvas, t: float, title: str, *, done: bool = False) -> None:
    c.heading(title)
    for n, (word, draws) in enumerate((("挡光", _sign_light), ("隔电", _sign_volt), ("让烟", _sign_fume))):
        x = 250 + n * 390
        if not done and t < 0.6 + n * 1.2:
            continue
        c.box(x - 155, 180, x + 155, 570, mix(c.hue, 0.12), radius=14)
        draws(c, (x, 320))
        c.text((x, 500), word, size=72, bold=True)
        if done and t > 0.6 + n:
            c.disc((x + 128, 204), 38, OK, None)
            c.tick((x + 128, 204), 34, CARD)


def _sign_light(c: Canvas, at: Point) -> None:
    x, y = at
    for angle in range(-60, 61, 30):
        c.line([polar((x - 90, y), 34, angle), polar((x - 90, y), 84, angle)], 6, c.hue)
    c.disc((x - 90, y), 22, GOLD)
    c.box(x + 10, y - 78, x + 90, y + 78, mix(STEEL, 0.35), radius=10)
    c.box(x + 24, y - 44, x + 76, y - 4, INK, None, radius=4)


def _sign_volt(c: Canvas, at: Point) -> None:
    x, y = at
    c.polygon(
        [
            (x + 16, y - 92),
            (x - 54, y + 14),
            (x - 6, y + 14),
            (x - 22, y + 92),
            (x + 54, y - 26),
            (x + 6, y - 26),
        ],
        GOLD,
    )


def _sign_fume(c: Canvas, at: Point) -> None:
    x, y = at
    for n in range(3):
        points = [(x - 44 + n * 44 + 14 * math.sin(k / 2.6 + n), y + 80 - k * 11) for k in range(15)]
        c.line(points, 7, INK_2)


def _light(c: Canvas, t: float) -> None:
    c.heading("弧光：先落面罩，再引弧", "1")
    pool = (330.0, 520.0)
    drop = ease(t, 13, 15)
    shield = 760.0
    _rod_and_plate(c, pool, 110, 620, burning=True, t=t)
    head(c, (980, 330), cap=True)
    # Rays run from the arc to the face; behind the lowered shield only the useful remainder goes on.
    eye = (938.0, 322.0)
    for n in range(9):
        target = (eye[0], eye[1] - 110 + n * 27)
        reach = 1.0
        if drop > 0.9:
            reach = (shield - 26 - pool[0]) / (target[0] - pool[0])
        _ray(c, (pool[0] + 36, pool[1] - 30), target, reach, t, RED if drop < 0.9 else c.hue)
    top = between(-340, 170, drop)
    c.box(shield - 26, top, shield + 26, top + 330, mix(STEEL, 0.35), radius=10)
    c.box(shield - 26, top + 110, shield + 26, top + 200, INK, None)
    if drop > 0.9:
        c.dashed((shield + 30, 322), (920, 322), (10, 12), 4, OK)
        c.label((905, 560), "只剩看熔池的光", size=44, colour=OK, bold=True)
        c.label(
            (1010, 150),
            "滤光片挡住紫外线" if t < 21 else "先喊：遮眼",
            size=46,
            bold=True,
        )
    else:
        c.label((930, 560), "6～8 小时后才发作", size=46, colour=RED, bold=True)


def _ray(c: Canvas, a: Point, b: Point, reach: float, t: float, colour: Colour) -> None:
    length = math.dist(a, b) * reach
    wave = round(t * 4) * 0.9  # four steps a second: a flicker costs bytes in every frame
    angle = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    points = []
    for n in range(int(length / 8)):
        on = polar(a, n * 8, angle)
        points.append(polar(on, 6 * math.sin(n * 0.9 - wave), angle + 90))
    if len(points) > 1:
        c.line(points, 3, colour)


def _voltage(c: Canvas, t: float) -> None:
    c.heading("触电：断弧时电压最高", "2")
    burning = t < 34
    volts = between(26, 72, ease(t, 34, 35.5))
    glove_dry = t >= 44
    pool = (720.0, 520.0)
    _rod_and_plate(c, pool, 560, 1020, burning=burning, t=t)
    grip = (822.0, 210.0)
    # The machine, its lead to the holder and the return from the plate.
    c.box(110, 330, 330, 560, mix(STEEL, 0.3), radius=10)
    c.text((220, 520), "焊机", size=46, bold=True)
    c.box(140, 360, 300, 450, CARD, radius=6)
    c.text((220, 405), f"{volts:.0f} V", size=52, bold=True, colour=OK if burning else RED)
    lead = [(330, 380), (430, 300), (560, 190), (700, 160), (grip[0] - 10, grip[1])]
    back = [(330, 500), (440, 590), (520, 600), (560, 548)]
    c.line(lead, 9, INK)
    c.line(back, 9, INK)
    # The hand on the holder, the body to the plate.
    hand = (grip[0] + 60, grip[1] + 8)
    c.line([(1130, 340), (1000, 300), hand], 40, mix(GOLD, 0.4))
    c.line([(1130, 340), (1130, 500)], 70, mix(INK, 0.3))
    c.line([(1130, 500), (1020, 540)], 40, mix(INK, 0.3))
    head(c, (1150, 260), 56)
    c.disc(hand, 34, (150, 175, 196) if not glove_dry else mix(c.hue, 0.5))
    if burning:
        _current(c, [*lead, (grip[0] - 60, 380), pool, (600, 548), *reversed(back)], t, STEEL)
        c.label((900, 600), "焊接中 20～30 V", size=44, colour=OK, bold=True)
    else:
        if t >= 41 and not glove_dry:
            _current(c, [*lead, hand, (1000, 300), (1130, 340), (1130, 500), (1020, 540), (800, 548), (600, 560), *reversed(back)], t, RED)  # fmt: skip
        words = "空载 60～80 V" if t < 41 else "湿手套：电从身上过" if not glove_dry else "干手套：路断了"
        c.label((840, 610), words, size=46, colour=OK if glove_dry else RED, bold=True)
    if t >= 41:
        c.label(
            (960, 150),
            "干" if glove_dry else "湿",
            size=50,
            bold=True,
            colour=CARD,
            fill=OK if glove_dry else RED,
        )


def _current(c: Canvas, path: list[Point], t: float, colour: Colour) -> None:
    """Dots that walk along a path."""
    lengths = [math.dist(a, b) for a, b in pairwise(path)]
    total = sum(lengths)
    for n in range(int(total / 46)):
        at = (n * 46 + t * 130) % total
        for (a, b), length in zip(pairwise(path), lengths, strict=True):
            if at <= length:
                c.disc((between(a[0], b[0], at / length), between(a[1], b[1], at / length)), 8, colour, None)
                break
            at -= length


def _fume(c: Canvas, t: float) -> None:
    c.heading("烟尘：让开烟柱，侧面抽", "3")
    pool = (520.0, 540.0)
    aside = ease(t, 55, 57.5)
    pull = ease(t, 57.5, 60)
    _rod_and_plate(c, pool, 240, 800, burning=True, t=t)
    face = (between(540, 800, aside), between(250, 260, aside))
    if t >= 55:
        _hood(c, (250, 400), pull)
    for n in range(46):
        life = (t * 0.28 + n / 46) % 1
        x = pool[0] + 34 * life * math.sin(n * 2.4 + life * 5)
        y = pool[1] - 30 - 470 * life
        if pull > 0:
            # The further it rises the more the hood has of it.
            suck = pull * min(1.0, life * 2.6)
            x, y = between(x, 258, suck), between(y, 396, suck)
            if suck > 0.97:
                continue
        if y < 120:
            continue
        c.disc((x, y), 9 + 15 * life * (1 - 0.6 * pull), mix(INK, 0.34 - 0.2 * life), None)
    head(c, face, facing=-1)
    if t < 55:
        c.label((950, 300), "头在烟柱里", size=48, colour=RED, bold=True)
    else:
        c.arrow((570, 150), (800, 150), 7)
        c.label((1010, 180), "让开半步", size=48, colour=OK, bold=True)
        if pull > 0.5:
            c.dimension((258, 632), (520, 632), "")
            c.label((700, 632), "200～300 mm", size=44)


def _hood(c: Canvas, at: Point, pull: float) -> None:
    x, y = at
    c.polygon([(x - 190, y - 100), (x - 60, y - 60), (x + 8, y - 60), (x + 8, y + 60), (x - 60, y + 60), (x - 190, y - 20)], mix(STEEL, 0.3))  # fmt: skip
    if pull > 0.4:
        c.arrow((x + 70, y), (x + 20, y), 7)
