"""Root run with CO2: the keyhole in front of the pool tells whether the weld has gone through."""

from __future__ import annotations

import math

from skillspower.demo.clips.canvas import (
    GOLD,
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
)

HUE = "welding"
CAPTIONS = [
    (0, 6, "单面焊双面成形，背面看不见，凭什么知道透没透？"),
    (6, 13, "凭熔孔。在定位焊的斜坡上引弧，小幅摆着往前走。"),
    (13, 20, "走到斜坡下沿，压低，停一停，噗的一声，熔孔打开了。"),
    (20, 29, "看孔多大：间隙三毫米，两边的棱各熔进半毫米到一毫米。"),
    (29, 38, "走起来，两边停半秒，中间快过，丝尖落在熔池的前半截。"),
    (38, 46, "孔越来越大，熔池发亮下坠，快塌了：走快，摆宽，不行就断弧。"),
    (46, 54, "孔越来越小，看不见了，就是没透：放慢，摆窄，丝尖往前。"),
    (54, 61, "丝尖进了孔，焊丝从缝里穿过去，背面挂出胡子。"),
    (61, 70, "接头先磨斜坡，从高的一头引弧，走到孔边停，孔开了再走。"),
    (70, 78, "孔比间隙大一到两毫米，一路不变，背面就匀。"),
]

HOT = (214, 96, 34)
MID = 262.0  # the joint's axis in the view from above
GAP = 21.0  # half the root gap
HALF = 52.0  # half the bead's width
LEFT, RIGHT = 90.0, 1190.0
GOOD = 1.42  # a good keyhole, in half gaps
TOP, BOTTOM = 500.0, 592.0  # the plates' faces in the cut below


def draw(c: Canvas, t: float) -> None:
    if t < 6:
        _opening(c, t)
    elif t < 70:
        _run(c, t)
    else:
        _closing(c, t - 70)


def _opening(c: Canvas, t: float) -> None:
    c.heading("打底焊：看熔孔")
    _cut(c, (640, 290), 0.0, filled=ease(t, 1, 2.5))
    c.arrow((340, 200), (580, 290), 6)
    c.label((240, 190), "正面：看得见", size=48, bold=True, colour=OK)
    if t > 3:
        c.arrow((960, 560), (690, 420), 6, RED)
        c.label((1000, 590), "背面：看不见", size=48, bold=True, colour=RED)
        c.text((400, 520), "?", size=150 + round(10 * math.sin(t * 4)), bold=True, colour=RED)


def _state(t: float) -> tuple[float, float, str, Colour]:
    """Size of the keyhole in half gaps, how far the weld goes through (0 right, below none, above too far), words."""
    if t < 13:
        return 0.0, -1.0, "", INK
    if t < 20:
        return GOOD * ease(t, 15.5, 17.0), between(-1, 0, ease(t, 15.5, 17.0)), "", INK
    if t < 38:
        return GOOD, 0.0, "", OK
    if t < 46:
        x = ease(t, 38.5, 42.5) - 0.6 * ease(t, 43.5, 45.5)
        return GOOD + 0.95 * x, x, "孔大：要塌", RED
    if t < 54:
        x = ease(t, 46, 49.5) - ease(t, 51, 53.5)
        return GOOD * (1 - x) + 0.001, -x, "孔没了：没透", RED
    return GOOD, 0.0, "", INK


def _run(c: Canvas, t: float) -> None:
    titles = (
        (6, "打开熔孔", "1"),
        (20, "孔多大", "2"),
        (29, "怎么走", "3"),
        (38, "看孔改手", "4"),
        (61, "接头", "5"),
    )
    _, title, number = [row for row in titles if row[0] <= t][-1]
    c.heading(title, number)
    hole, through, words, colour = _state(t)
    x = _place(t)
    joint = t >= 61
    lit = not (joint and t < 64.5)
    if joint:
        hole = GOOD * ease(t, 66.5, 67.5)
    _above(c, x, hole, t, lit=lit, joint=joint)
    _cut(c, (430, TOP), through if not joint else between(-1, 0, ease(t, 66.5, 67.5)), filled=1.0)
    c.text((430, 456), "剖开看背面", size=38, colour=INK_2)
    if words:
        done = "放慢" if "没透" in words else "走快，摆宽"
        late = t > 51 if "没透" in words else t > 43.5
        c.label((960, 520), words, size=54, bold=True, colour=colour)
        if late:
            c.label((960, 604), done, size=50, bold=True, colour=OK)
    elif 15.5 <= t < 20:
        c.label((960, 550), "噗！孔开了", size=60, bold=True, colour=OK)
    elif 20 <= t < 29:
        c.label((960, 520), "间隙 3 mm", size=50, bold=True)
        if t > 23:
            c.label((960, 604), "孔 4～5 mm", size=54, bold=True, colour=OK)
    elif 29 <= t < 38:
        side = abs(_weave(t)) > 0.99
        c.label((960, 550), "边上停" if side else "中间快", size=60, bold=True, colour=OK if side else STEEL)
    elif 54 <= t < 61:
        back = t > 58
        words = "丝尖退回熔池" if back else "丝尖进了孔"
        c.label((960, 550), words, size=54, bold=True, colour=OK if back else RED)
        _whiskers(c, t)
    elif joint:
        steps = "先磨斜坡" if t < 64.5 else "从高处引弧" if t < 66.5 else "孔开了再走"
        c.label((960, 550), steps, size=56, bold=True, colour=OK if t >= 66.5 else INK)


def _place(t: float) -> float:
    """Where the keyhole's middle is; the run goes from right to left."""
    if t < 13:
        return between(1000, 900, linear(t, 6.5, 13))
    if t < 29:
        return between(900, 860, linear(t, 18, 29))
    if t < 61:
        return between(860, 430, linear(t, 29, 61))
    return between(640, 500, linear(t, 67.5, 70)) if t > 64.5 else 640.0


PERIOD = 1.6


def _weave(t: float) -> float:
    phase = t % PERIOD / PERIOD
    if phase < 0.3:
        return -1.0
    if phase < 0.5:
        return between(-1, 1, ease(phase, 0.3, 0.5))
    if phase < 0.8:
        return 1.0
    return between(1, -1, ease(phase, 0.8, 1.0))


def _above(c: Canvas, x: float, hole: float, t: float, *, lit: bool, joint: bool) -> None:
    _groove(c)
    _laid(c, x + 34, t)
    if joint and t < 66.5:
        _ramp(c, x + 34, t)
    if lit:
        _pool(c, x, hole)
    if hole > 0.05:
        c.disc((x - 8, MID), GAP * hole, mix(INK, 0.8), mix(HOT, 0.9), 5)
    if lit:
        into = ease(t, 54.3, 55.5) - ease(t, 58, 59) if 54 <= t < 61 else 0.0
        swing = 36 * _weave(t) * (0.3 if t < 13 else 1.0) * (1 - into)
        _torch(c, (x + 24 - 30 * into, MID + swing))
    if 20 <= t < 29:
        _measures(c, x, t)


def _groove(c: Canvas) -> None:
    wide = 92.0
    c.box(LEFT, MID - 132, RIGHT, MID + 132, mix(c.hue, 0.1))
    c.box(LEFT, MID - wide, RIGHT, MID + wide, mix(INK, 0.12), None)
    c.box(LEFT, MID - GAP, RIGHT, MID + GAP, mix(INK, 0.72), None)
    for y in (MID - wide, MID + wide):
        c.line([(LEFT, y), (RIGHT, y)], 3)
    for y in (MID - GAP, MID + GAP):
        c.line([(LEFT, y), (RIGHT, y)], 2.5, INK_2)


def _laid(c: Canvas, behind: float, t: float) -> None:
    """The tack at the right end, and the run laid so far with its ripples."""
    if t < 20:
        tack = [(1000, MID - GAP), (1050, MID - 40), (RIGHT, MID - 40)]
        c.polygon([*tack, (RIGHT, MID + 40), (1050, MID + 40), (1000, MID + GAP)], mix(c.hue, 0.5))
    end = RIGHT if t >= 13 else max(behind, 1000)
    if behind >= end:
        return
    c.box(behind, MID - HALF, end, MID + HALF, mix(c.hue, 0.34), None)
    n = behind + 30
    while n < end - 26:
        c.arc((n - 34, MID), 62, -56, 56, 2, mix(INK, 0.55))
        n += 17
    for y in (MID - HALF, MID + HALF):
        c.line([(behind, y), (end, y)], 3)


def _ramp(c: Canvas, behind: float, t: float) -> None:
    """The stop, ground to a ramp: pale, thin towards the gap."""
    far = behind + 90 * ease(t, 61.5, 63.5)
    near = behind - 20
    c.polygon([(near, MID - GAP), (far, MID - HALF), (far, MID + HALF), (near, MID + GAP)], mix(LINE, 0.75))
    if t < 63.5:
        for n in range(8):
            life = (t * 2.3 + n / 8) % 1
            at = (behind + 30 + 110 * life, MID - 60 * life + n * 6)
            c.line([at, (at[0] + 12, at[1] - 4)], 4, mix(HOT, 1 - life * 0.7))


def _pool(c: Canvas, x: float, hole: float) -> None:
    behind = x + 34
    shape = [(x - 4, MID - HALF * 0.75), (behind + 26, MID - HALF * 0.94), (behind + 44, MID)]
    shape += [(behind + 26, MID + HALF * 0.94), (x - 4, MID + HALF * 0.75)]
    c.polygon(shape, mix(HOT, 0.95 if hole > 1.9 else 0.75), mix(HOT, 0.9), 3)


def _measures(c: Canvas, x: float, t: float) -> None:
    c.dimension((x - 130, MID - GAP), (x - 130, MID + GAP), "")
    c.label((x - 210, MID), "3 mm", size=42, bold=True)
    if t > 23:
        for sign in (-1, 1):
            edge = MID + sign * GAP * GOOD
            c.arrow((x - 8, edge + sign * 78), (x - 8, edge + sign * 4), 4, OK)
            c.label((x - 8, edge + sign * 100), "0.5～1 mm", size=40, bold=True, colour=OK)


def _torch(c: Canvas, tip: Point) -> None:
    for radius, share in ((34, 0.25), (22, 0.55)):
        c.disc(tip, radius, mix(GOLD, share), None)
    c.disc(tip, 11, (255, 246, 214), None)
    c.line([tip, (tip[0] + 60, tip[1] - 34)], 7, INK)
    foot = (tip[0] + 60, tip[1] - 34)
    c.line([foot, (foot[0] + 120, foot[1] - 68)], 44, mix(STEEL, 0.55))


def _cut(c: Canvas, at: Point, through: float, *, filled: float) -> None:
    """The joint cut across: ``through`` 0 a right root, -1 not through, 1 sagging."""
    x, top = at
    bottom = top + BOTTOM - TOP
    root, wide = 18.0, 76.0
    for sign in (-1, 1):
        c.polygon(
            [
                (x + sign * 250, top),
                (x + sign * wide, top),
                (x + sign * root, bottom - 9),
                (x + sign * root, bottom),
                (x + sign * 250, bottom),
            ],
            mix(c.hue, 0.12),
        )
    if filled <= 0.02:
        return
    drop = 14 + 40 * max(0.0, through)
    if through < -0.3:
        # The bead bridges the gap without melting the edges: a slot stays open below.
        under = [(x - root - 12, bottom - 26), (x, bottom - 22), (x + root + 12, bottom - 26)]
    else:
        under = [(x - root - 9, bottom), (x - root * 0.7, bottom + drop * 0.8), (x, bottom + drop)]
        under += [(x + root * 0.7, bottom + drop * 0.8), (x + root + 9, bottom)]
    crown = bottom - (46 - 14 * max(0.0, through)) * filled
    c.polygon([*under, (x + 44, crown - 2), (x, crown + 9), (x - 44, crown - 2)], mix(HOT, 0.45))
    if through < -0.3:
        c.label((x + 330, bottom), "没透", size=40, bold=True, colour=RED)
    elif through > 0.5:
        c.label((x + 330, bottom), "焊瘤", size=40, bold=True, colour=RED)


def _whiskers(c: Canvas, t: float) -> None:
    shown = ease(t, 55, 57)
    for n in range(4):
        x = 400 + n * 20
        c.line([(x, BOTTOM + 6), (x + 6 - n * 4, BOTTOM + 6 + (22 + n % 2 * 10) * shown)], 4, STEEL)


def _closing(c: Canvas, t: float) -> None:
    c.heading("记住三句")
    rows = (("孔在", "就透"), ("孔没了", "没透，放慢"), ("孔大了", "要塌，走快"))
    for n, (what, rule) in enumerate(rows):
        y = 210 + n * 140
        if t < n * 1.2:
            break
        c.box(220, y - 54, 1060, y + 54, mix(c.hue, 0.12), radius=10)
        c.text((400, y), what, size=60, bold=True, colour=c.hue)
        c.arrow((540, y), (650, y), 6)
        c.text((860, y), rule, size=58, bold=True)
    if t > 4.2:
        c.label((640, 620), "大小一路不变，背面就匀", size=50, bold=True, colour=OK)
