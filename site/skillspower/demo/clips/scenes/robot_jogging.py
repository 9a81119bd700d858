"""Jogging an industrial robot: the three-position enabling switch and what one key does in three coordinate systems."""

from __future__ import annotations

import math

from skillspower.demo.clips.canvas import (
    CARD,
    GOLD,
    INK,
    INK_2,
    LINE,
    OK,
    RED,
    STEEL,
    Canvas,
    Point,
    between,
    ease,
    linear,
    mix,
    polar,
)

HUE = "automation"
CAPTIONS = [
    (0, 7, "点动以前问三句：人在哪里，坐标系是哪个，速度多少。"),
    (7, 16, "用手动低速，工具尖每秒不超过二百五十毫米，倍率从百分之五开始。"),
    (16, 27, "使能键三挡：松开不动，轻握才动，捏死又停。"),
    (27, 37, "关节坐标：一个键只转一根轴，工具尖走的是圆弧。"),
    (37, 47, "直角坐标：几根轴一起动，工具尖走直线。"),
    (47, 57, "工具坐标：顺着焊枪的方向进退，枪斜，路也斜。"),
    (57, 65, "先点一下，看方向，再按住。方向不对，松手就停。"),
    (65, 72, "人站在一步能退开的地方，眼睛看机器人，不看屏幕。"),
]

BASE: Point = (420.0, 520.0)
UPPER, FORE, TOOL = 230.0, 210.0, 90.0


def draw(c: Canvas, t: float) -> None:
    if t < 7:
        _questions(c, t)
    elif t < 16:
        _speed(c, t)
    elif t < 27:
        _enabling(c, t)
    elif t < 57:
        _frames(c, t)
    elif t < 65:
        _touch(c, t)
    else:
        _stand(c, t)


def _solve(tip: Point, lean: float) -> tuple[float, float]:
    """The angles of upper arm and forearm that bring the tool's tip there, the tool pointing along ``lean``."""
    wrist = polar(tip, TOOL, lean + 180)
    reach = min(UPPER + FORE - 1, math.dist(BASE, wrist))
    to = math.degrees(math.atan2(wrist[1] - BASE[1], wrist[0] - BASE[0]))
    cosine = (UPPER**2 + reach**2 - FORE**2) / (2 * UPPER * reach)
    shoulder = to - math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    elbow = polar(BASE, UPPER, shoulder)
    return shoulder, math.degrees(math.atan2(wrist[1] - elbow[1], wrist[0] - elbow[0]))


def _arm(c: Canvas, shoulder: float, fore: float, lean: float) -> Point:
    """The robot from the side; returns the tip of its tool."""
    x, y = BASE
    elbow = polar(BASE, UPPER, shoulder)
    wrist = polar(elbow, FORE, fore)
    tip = polar(wrist, TOOL, lean)
    c.polygon([(x - 90, 640), (x - 60, y + 10), (x + 60, y + 10), (x + 90, 640)], mix(c.hue, 0.3))
    for a, b, wide in ((BASE, elbow, 58), (elbow, wrist, 44)):
        c.line([a, b], wide, INK)
        c.line([a, b], wide - 8, mix(c.hue, 0.45))
    c.line([wrist, tip], 16, INK_2)
    for at, r in ((BASE, 44), (elbow, 34), (wrist, 24)):
        c.disc(at, r, CARD)
        c.disc(at, r * 0.35, c.hue, None)
    c.disc(tip, 9, GOLD)
    return tip


def _robot_at(c: Canvas, tip: Point, lean: float = 90) -> Point:
    shoulder, fore = _solve(tip, lean)
    return _arm(c, shoulder, fore, lean)


def _floor(c: Canvas) -> None:
    c.line([(60, 642), (1220, 642)], 5, INK_2)


def _questions(c: Canvas, t: float) -> None:
    c.heading("点动以前，三句话")
    _floor(c)
    _robot_at(c, (640 + 20 * math.sin(t), 420))
    for n, words in enumerate(("人在哪里？", "哪个坐标系？", "速度多少？")):
        if t > 0.6 + n * 1.6:
            c.label((1000, 220 + n * 130), words, size=56, bold=True, outline=c.hue, fill=CARD)


def _speed(c: Canvas, t: float) -> None:
    c.heading("手动低速")
    _floor(c)
    _robot_at(c, (between(560, 700, ease(t, 9, 15)), 440))
    c.disc((1010, 360), 150, CARD)
    for n in range(11):
        a = 150 + n * 24
        c.line([polar((1010, 360), 132, a), polar((1010, 360), 110, a)], 5, OK if n < 3 else LINE)
    needle = 150 + 24 * between(0, 1.0, ease(t, 8, 11))
    c.arrow((1010, 360), polar((1010, 360), 104, needle), 8, STEEL, 26)
    c.text((1010, 440), "倍率 5%", size=48, bold=True)
    if t > 11:
        c.label((970, 580), "工具尖 ≤ 250 mm/s", size=52, bold=True, colour=CARD, fill=OK)


def _enabling(c: Canvas, t: float) -> None:
    c.heading("使能键：三挡")
    stage = 0 if t < 19.5 else 1 if t < 23.5 else 2
    press = ease(t, 19, 19.7) + ease(t, 23, 23.7)
    moving = linear(t, 19.8, 23.2)
    # The pendant seen from behind, the lever on its edge.
    c.box(90, 190, 430, 600, mix(c.hue, 0.2), radius=20)
    c.box(150, 250, 370, 420, CARD, radius=8)
    c.text((260, 335), "示教器", size=50, bold=True)
    edge = 470 - press * 16
    c.box(430, 300, edge, 500, RED if stage == 2 else OK if stage == 1 else LINE, radius=8)
    c.arrow((600, 400), (edge + 12, 400), 9, STEEL)
    for n, (name, what) in enumerate((("松开", "停"), ("轻握", "能动"), ("捏死", "停"))):
        x = 720 + n * 200
        on = n == stage
        c.box(x - 86, 190, x + 86, 350, (OK if n == 1 else RED) if on else CARD, LINE, radius=10)
        c.text((x, 240), name, size=50, bold=True, colour=CARD if on else INK_2)
        c.text((x, 305), what, size=46, colour=CARD if on else INK_2)
    # A turning joint says whether the robot moves.
    turn = 300 * moving
    c.disc((920, 510), 96, mix(c.hue, 0.2))
    for n in range(3):
        c.line([(920, 510), polar((920, 510), 88, turn + n * 120)], 8)
    c.disc((920, 510), 20, CARD)
    if stage != 1 and t > 17:
        c.label((1100, 510), "不动", size=50, bold=True, colour=RED)
    elif stage == 1:
        c.label((1100, 510), "动", size=50, bold=True, colour=OK)
    if t < 17.5:
        c.label((920, 420), "先认手感", size=40)


def _frames(c: Canvas, t: float) -> None:
    _floor(c)
    if t < 37:
        c.heading("关节坐标：一根轴")
        swing = 22 * math.sin((t - 27) * 0.9)
        shoulder = -100 + swing
        fore, lean = 20 + swing, 90 + swing
        tip_track = [_tip(-100 + s, 20 + s, 90 + s) for s in range(-22, 23, 2)]
        c.line(tip_track, 5, RED)
        _arm(c, shoulder, fore, lean)
        c.arc(BASE, 74, -100 - 40, -100 + 40, 7, STEEL)
        c.label((980, 260), "只有 J2 在转", size=52, bold=True)
        c.label((980, 350), "工具尖走圆弧", size=52, bold=True, colour=RED)
        return
    way = 0.5 + 0.5 * math.sin((t - 37) * 0.8 - math.pi / 2)
    if t < 47:
        c.heading("直角坐标：走直线")
        c.line([(560, 450), (790, 450)], 5, OK)
        _robot_at(c, (between(560, 790, way), 450))
        _axes(c, (130, 600), 0, "X", "Z")
        c.label((1000, 260), "三根轴一起动", size=52, bold=True)
        c.label((1000, 350), "姿势不变", size=52, bold=True, colour=OK)
        return
    c.heading("工具坐标：顺着枪")
    lean = 50.0
    end = (700.0, 560.0)
    start = polar(end, 150, lean + 180)
    c.dashed(start, polar(end, 40, lean), (12, 8), 4, OK)
    tip = (between(start[0], end[0], way), between(start[1], end[1], way))
    _robot_at(c, tip, lean)
    c.polygon([(720, 640), (900, 640), (900, 560), (790, 560)], mix(c.hue, 0.15))
    _axes(c, polar(tip, 66, lean - 90), lean - 90, "", "")
    c.label((1030, 260), "枪往哪儿指", size=52, bold=True)
    c.label((1030, 350), "就往哪儿进退", size=52, bold=True, colour=OK)


def _tip(shoulder: float, fore: float, lean: float) -> Point:
    return polar(polar(polar(BASE, UPPER, shoulder), FORE, fore), TOOL, lean)


def _axes(c: Canvas, at: Point, turned: float, first: str, second: str) -> None:
    c.arrow(at, polar(at, 86, turned), 6, RED)
    c.arrow(at, polar(at, 86, turned + (90 if not second else -90)), 6, STEEL)
    if first:
        c.text(polar(at, 112, turned), first, size=40, bold=True)
        c.text(polar(at, 112, turned - 90), second, size=40, bold=True)


def _touch(c: Canvas, t: float) -> None:
    c.heading("点一下，看，再按住")
    _floor(c)
    x = 600.0 + 12 * ease(t, 58, 58.3) + 150 * ease(t, 60.5, 64)
    _robot_at(c, (x, 440))
    pressed = 58 <= t < 58.4 or t >= 60.5
    c.box(930, 440, 1150, 570, mix(c.hue, 0.5 if pressed else 0.15), radius=12)
    c.text((1040, 503), "+X", size=64, bold=True)
    words = "点一下" if t < 58.8 else "方向对吗？" if t < 60.5 else "对，按住"
    c.label((1040, 250), words, size=58, bold=True, colour=CARD, fill=STEEL if t < 60.5 else OK)
    c.arrow((x, 330), (x + 90, 330), 8, STEEL)


def _stand(c: Canvas, t: float) -> None:
    c.heading("站位")
    _floor(c)
    _robot_at(c, (620 + 24 * math.sin(t * 1.4), 430))
    c.dashed((830, 180), (830, 640), (18, 12), 4, RED)
    c.text((830, 155), "够不到的地方", size=40, colour=RED)
    x = 960.0
    for dx in (-20, 20):
        c.line([(x + dx * 0.6, 490), (x + dx, 632)], 30, mix(STEEL, 0.8))
    c.box(x - 42, 350, x + 42, 510, mix(STEEL, 0.6), radius=18)
    c.disc((x, 306), 38, mix(GOLD, 0.25))
    c.polygon([polar((x, 300), 44, a) for a in range(180, 361, 12)], GOLD)
    c.line([(x - 34, 380), (x - 70, 450)], 22, mix(STEEL, 0.6))
    c.box(x - 128, 430, x - 50, 490, c.hue, radius=8)
    c.dashed((x - 40, 300), (700, 400), (14, 10), 4, OK)
    c.arrow((1030, 590), (1160, 590), 9, OK)
    c.text((1110, 530), "退路", size=46, bold=True, colour=OK)
