"""The portable methane alarm: switched on and zeroed in fresh air, held high under the roof, believed when it sounds."""

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

HUE = "mining"
CAPTIONS = [
    (0, 7, "甲烷看不见、闻不着，比空气轻，爱待在顶板下面。"),
    (7, 17, "先在地面的新鲜空气里开机，预热，数字稳住，零点是零点零零。"),
    (17, 25, "按自检，声和光都要有。报警点是一点零。"),
    (25, 38, "到岗以后站在支护下，举到离顶板二百到三百毫米，停二十到三十秒再读。"),
    (38, 48, "不挂在风筒口。那里吹的是新风，数总是小的。"),
    (48, 59, "催化式只量到百分之四，再浓，数反而往回掉。看见冲顶，马上退出来。"),
    (59, 72, "零点五不开局扇，一点零不放炮，一点五断电撤人。响了就照做，再去核对。"),
]


def draw(c: Canvas, t: float) -> None:
    if t < 7:
        c.heading("甲烷往上走")
        _roadway(c)
        _gas(c, t)
    elif t < 25:
        _switch_on(c, t)
    elif t < 38:
        _measure(c, t)
    elif t < 48:
        _duct(c, t)
    elif t < 59:
        _double(c, t)
    else:
        _limits(c, t - 59)


def _roadway(c: Canvas) -> None:
    """A roadway cut across: an arch with bolts in its roof."""
    c.box(200, 120, 1080, 660, mix(c.hue, 0.3), None)
    arch = [(330.0, 640.0), (330.0, 420.0)]
    arch += [polar((640, 420), 310, a) for a in range(180, 361, 6)]
    arch += [(950.0, 420.0), (950.0, 640.0)]
    c.polygon(arch, CARD)
    for angle in (205, 235, 270, 305, 335):
        c.line([polar((640, 420), 308, angle), polar((640, 420), 372, angle)], 6, STEEL)


def _gas(c: Canvas, t: float) -> None:
    for n in range(34):
        start = (n * 0.618) % 1
        x = between(380, 900, (n * 0.377) % 1)
        rise = linear(t + start * 3, 0.5 + start * 2, 6 + start * 2)
        roof = 420 - math.sqrt(max(0, 300**2 - (x - 640) ** 2)) + 26 + (n % 4) * 22
        y = between(620, roof, rise)
        c.disc((x + 6 * math.sin(t * 2 + n), y), 9, mix(GOLD, 0.8), INK_2, 2)
    if t > 4:
        c.label((640, 560), "密度是空气的 0.55 倍", size=46, bold=True)


def _device(c: Canvas, at: Point, reading: str, size: float, *, alarm: bool = False) -> None:
    """The instrument from the front; ``at`` is the middle of it, ``size`` half its height."""
    x, y = at
    w = size * 0.62
    c.box(x - w, y - size, x + w, y + size, mix(STEEL, 0.75), radius=size * 0.14)
    c.box(x - w * 0.78, y - size * 0.5, x + w * 0.78, y + size * 0.12, (214, 226, 208), radius=4)
    c.text((x, y - size * 0.2), reading, size=max(14, round(size * 0.42)), bold=True)
    for n in (-1, 0, 1):
        c.disc((x + n * w * 0.4, y + size * 0.62), size * 0.09, INK, None)
    c.disc((x, y - size * 0.76), size * 0.13, RED if alarm else mix(RED, 0.3), INK, 3)


def _switch_on(c: Canvas, t: float) -> None:
    c.heading("地面开机，看零点" if t < 17 else "自检：有声有光")
    c.line([(60, 640), (1220, 640)], 4, INK_2)
    if t < 17:
        c.disc((1080, 210), 60, mix(GOLD, 0.8), None)
        for n in range(8):
            a = n * 45 + t * 12
            c.line([polar((1080, 210), 76, a), polar((1080, 210), 104, a)], 6, GOLD)
        c.text((1080, 350), "新鲜空气", size=46, bold=True)
        settle = ease(t, 9, 15)
        value = between(0.18, 0.0, settle) + 0.02 * math.sin(t * 7) * (1 - settle)
        _device(c, (560, 390), f"{max(0.0, value):.2f}", 230)
        if t > 15:
            c.tick((860, 330), 60)
        else:
            c.arc((860, 400), 60, -90, -90 + 359 * linear(t, 7.5, 15), 12, STEEL)
            c.text((860, 400), "预热", size=40)
    else:
        on = int(t * 4) % 2 == 0
        value = 1.0 if t > 19 else between(0, 1.0, linear(t, 17.5, 19))
        _device(c, (560, 390), f"{value:.2f}", 230, alarm=on and t > 19)
        if t > 19:
            for n in range(3):
                if on:
                    c.arc((760, 330), 60 + n * 50, -40, 40, 8, RED)
            c.label((1010, 480), "报警点 1.0%", size=54, bold=True, colour=CARD, fill=RED)
        else:
            c.label((1010, 480), "按自检", size=54, bold=True)


def _person(c: Canvas, at: Point, hand: Point) -> None:
    """A miner standing; ``at`` is the shoulder, the arm reaches to ``hand``."""
    x, y = at
    for dx in (-22, 22):
        c.line([(x + dx * 0.6, y + 130), (x + dx, y + 250)], 30, mix(STEEL, 0.8))
    c.box(x - 44, y - 6, x + 44, y + 150, mix(STEEL, 0.6), radius=18)
    c.box(x - 44, y + 56, x + 44, y + 74, GOLD, None)
    c.disc((x, y - 48), 36, mix(GOLD, 0.25))
    c.polygon([polar((x, y - 52), 42, a) for a in range(180, 361, 12)], INK_2)
    c.disc((x + 34, y - 68), 9, GOLD)
    c.line([(x + 30, y + 20), hand], 22, mix(STEEL, 0.6))
    c.disc(hand, 14, mix(GOLD, 0.35))


def _roof(c: Canvas, left: float, right: float, y: float) -> None:
    c.section(left, y - 60, right, y)
    for n in range(int((right - left) / 170)):
        x = left + 90 + n * 170
        c.line([(x, y - 56), (x, y + 8)], 6, STEEL)
        c.box(x - 26, y, x + 26, y + 12, STEEL, None)


def _measure(c: Canvas, t: float) -> None:
    c.heading("举高，停够，再读")
    _roof(c, 60, 1220, 190)
    c.line([(60, 650), (1220, 650)], 5, INK_2)
    raised = ease(t, 26, 29)
    device = (610.0, between(430, 300, raised))
    hand = (450.0, between(470, 420, raised))
    _person(c, (380, 400), hand)
    c.line([hand, (device[0] - 30, device[1] + 30)], 7, INK_2)
    for n in range(16):
        x = 100 + (n * 197) % 1080
        c.disc((x, 214 + (n % 4) * 17 + 4 * math.sin(t * 2 + n)), 8, mix(GOLD, 0.8), INK_2, 2)
    value = between(0.12, 0.46, ease(t, 29, 35))
    _device(c, device, f"{value:.2f}", 66)
    if t > 29:
        c.dimension((720, 202), (720, 300), "200～300 mm", at=(920, 258), size=46)
    waited = linear(t, 29.5, 36)
    c.disc((980, 460), 92, CARD, INK_2)
    if waited > 0:
        c.arc((980, 460), 76, -90, -90 + 350 * waited, 16, OK if waited >= 1 else STEEL)
    c.text((980, 452), f"{round(25 * waited)} 秒", size=46, bold=True)
    if t > 36:
        c.label((980, 600), "现在读：0.46%", size=52, bold=True, colour=CARD, fill=OK)


def _duct(c: Canvas, t: float) -> None:
    c.heading("挂在哪里")
    _roof(c, 60, 1220, 190)
    c.line([(60, 650), (1220, 650)], 5, INK_2)
    c.polygon([(1160, 150), (1220, 130), (1220, 650), (1180, 650), (1150, 420)], mix(c.hue, 0.45))
    c.box(60, 470, 640, 590, mix(c.hue, 0.2))
    for x in range(140, 620, 120):
        c.line([(x, 470), (x, 590)], 3, INK_2)
    c.text((330, 528), "风筒", size=48, bold=True)
    for n in range(6):
        shift = (t * 160 + n * 60) % 360
        y = 490 + n * 17
        c.arrow((660 + shift * 0.6, y), (720 + shift * 0.6, y), 4, STEEL, 16)
    _device(c, (800, 530), "0.04", 78)
    if t > 40:
        c.cross((910, 480), 50)
    if t > 43:
        _device(c, (1010, 300), "0.46", 78)
        c.line([(1010, 202), (1010, 222)], 4, INK_2)
        c.tick((1110, 270), 44)
        c.label((620, 300), "迎头 5 m 以内，非风筒侧", size=44, bold=True, colour=OK)


def _double(c: Canvas, t: float) -> None:
    c.heading("量程以外会骗人")
    left, bottom, right, top = 220.0, 600.0, 1120.0, 170.0
    c.arrow((left, bottom), (right + 40, bottom), 5, INK)
    c.arrow((left, bottom), (left, top - 30), 5, INK)
    c.text((left + 380, bottom + 72), "真正的浓度 %", size=40)
    c.text((left + 16, top - 28), "读数 %", size=40, anchor="lm")
    for n in (2, 4, 6, 8, 10):
        c.text((left + n * 84, bottom + 30), str(n), size=34)
    for n in (2, 4):
        c.text((left - 30, bottom - n * 84), str(n), size=34)
    reach = between(0, 10, linear(t, 49, 57))
    points = [(left + n / 20 * 84, bottom - _reading(n / 20) * 84) for n in range(int(reach * 20) + 1)]
    if len(points) > 1:
        split = [p for p in points if p[0] <= left + 4 * 84]
        c.line(split, 9, OK)
        if len(points) > len(split):
            c.line(points[len(split) - 1 :], 9, RED)
    c.dashed((left + 4 * 84, bottom), (left + 4 * 84, top), (12, 8), 3, LINE)
    at = (left + reach * 84, bottom - _reading(reach) * 84)
    c.disc(at, 16, OK if reach <= 4 else RED)
    if reach > 6:
        c.label((830, 220), f"真的 {reach:.0f}%，读数 {_reading(reach):.1f}", size=48, bold=True, colour=RED)
    if t > 55:
        c.label((880, 320), "退出来", size=56, bold=True, colour=CARD, fill=RED)


def _reading(true: float) -> float:
    """What a catalytic instrument shows: true up to 4 %, then falling for want of oxygen."""
    return true if true <= 4 else max(1.0, 4.2 - (true - 4) * 0.52 - 0.2 * math.exp(4 - true))


def _limits(c: Canvas, t: float) -> None:
    c.heading("响了就照做")
    rows = (("0.5%", "局扇附近超过，不开扇"), ("1.0%", "停止打眼，不放炮"), ("1.5%", "停工、断电、撤人"))
    for n, (value, what) in enumerate(rows):
        if t < n * 2.2:
            break
        y = 190 + n * 130
        c.box(110, y - 52, 400, y + 52, mix(RED, 0.35 + 0.3 * n), None, radius=8)
        c.text((255, y - 3), value, size=66, bold=True, colour=CARD if n else INK)
        c.text((450, y), what, size=56, bold=True, anchor="lm")
    on = t > 6.5 and int(t * 3) % 2 == 0
    _device(c, (1140, 330), "1.52" if t > 6.5 else "0.46", 110, alarm=on)
    if t > 7.5:
        c.label((640, 610), "先照做，再换一台核对", size=54, bold=True, colour=CARD, fill=OK)
