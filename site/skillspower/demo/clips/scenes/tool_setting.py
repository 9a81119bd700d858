"""Setting a tool on a CNC lathe by a trial cut: face for Z, diameter for X, then check, then wear."""

from __future__ import annotations

import math

from skillspower.demo.clips.canvas import (
    CARD,
    GROUND,
    INK,
    INK_2,
    LINE,
    OK,
    RED,
    STEEL,
    Canvas,
    Colour,
    between,
    ease,
    linear,
    mix,
)

HUE = "machining"
CAPTIONS = [
    (0, 7, "机器知道刀塔在哪里，不知道刀尖在哪里。对刀，就是告诉它。"),
    (7, 14, "先对 Z。车一刀端面，见光就停，Z 不要动，顺着 X 退出来。"),
    (14, 21, "在这把刀的补偿号上，输 Z0，按测量。"),
    (21, 29, "再对 X。车一刀外圆，见光就停，X 不要动，顺着 Z 退出来。"),
    (29, 38, "停主轴，量直径，三十九点四六，输 X39.46，按测量。"),
    (38, 45, "记牢一句：对 Z 退 X，对 X 退 Z。"),
    (45, 53, "T0101，前两位是刀号，后两位是补偿号，刀几号补偿就几号。"),
    (53, 63, "输完一定验：走到 X50、Z50，离端面五十，离中心二十五。"),
    (63, 76, "首件大了，改磨耗，不改形状：大了减，小了加。"),
    (76, 84, "先 Z 后 X，退对方向，输完就验，磨耗管小数。"),
]

AXIS = 300.0  # the spindle's axis
FACE = 660.0  # the finished face
RAW, CUT = 112.0, 98.0  # half diameters of the blank and of the trial cut


def draw(c: Canvas, t: float) -> None:
    if t < 38:
        _setting(c, t)
    elif t < 45:
        _rule(c, t - 38)
    elif t < 53:
        _number(c, t - 45)
    elif t < 63:
        _check(c, t)
    elif t < 76:
        _wear(c, t)
    else:
        _closing(c, t - 76)


def _machine(c: Canvas, *, face: float, cut_to: float, turning: float) -> None:
    """Chuck, blank and axis; ``cut_to`` is how far from the right the trial diameter reaches."""
    c.box(60, AXIS - 180, 190, AXIS + 180, mix(INK, 0.25), radius=8)
    for sign in (-1, 1):
        c.box(190, AXIS + sign * 150 - 34, 262, AXIS + sign * 150 + 34 - sign * 8, mix(INK, 0.4))
    c.box(190, AXIS - RAW, face, AXIS + RAW, mix(c.hue, 0.12))
    if cut_to < face:
        for sign in (-1, 1):
            low, high = sorted((AXIS + sign * CUT, AXIS + sign * (RAW + 4)))
            c.box(cut_to, low, face + 4, high, GROUND, None)
            c.line([(cut_to, AXIS + sign * RAW), (cut_to, AXIS + sign * CUT), (face, AXIS + sign * CUT)], 4)
        c.line([(face, AXIS - CUT), (face, AXIS + CUT)], 4)
    for n in range(5):
        turn = (turning + n / 5) % 1
        h = AXIS - CUT * 0.9 * math.cos(turn * math.pi)
        c.line([(206, h), (min(face, cut_to) - 14, h)], 2, LINE)
    c.centre_line((40, AXIS), (face + 150, AXIS))


def _tool(c: Canvas, x: float, y: float, *, known: bool = True) -> None:
    """A tool from below, its tip at (x, y), with the turret it sits in."""
    c.polygon([(x, y), (x + 34, y + 8), (x + 34, y + 46), (x + 8, y + 46)], mix(c.hue, 0.6))
    c.box(x + 8, y + 44, x + 60, y + 120, mix(INK, 0.2))
    c.box(x - 30, y + 120, x + 110, y + 220, mix(STEEL, 0.45), radius=10)
    c.text((x + 40, y + 170), "刀塔", size=40, colour=CARD, bold=True)
    c.disc((x, y), 9, OK if known else RED, None)


def _panel(c: Canvas, rows: list[tuple[str, str, str]], typed: str, *, pressed: bool) -> None:
    """The offset page: number, X, Z; below it what is typed and the soft key."""
    c.box(850, 130, 1236, 470, INK, None, radius=12)
    for x, words in ((890, "号"), (995, "X"), (1145, "Z")):
        c.text((x, 170), words, size=38, colour=mix(CARD, 0.7, INK))
    for n, row in enumerate(rows):
        y = 230 + n * 60
        for x, words in zip((890, 995, 1145), row, strict=True):
            c.text((x, y), words, size=34, colour=CARD if n == 0 else mix(CARD, 0.5, INK), bold=n == 0)
    c.text((880, 400), f"> {typed}", size=46, colour=(255, 214, 120), anchor="lm", bold=True)
    c.box(1090, 372, 1214, 432, OK if pressed else INK_2, CARD, radius=8, width=2)
    c.text((1152, 401), "测量", size=38, colour=CARD, bold=True)


def _typing(words: str, t: float, start: float) -> str:
    shown = words[: max(0, int((t - start) * 3))]
    return shown + ("_" if int(t * 2) % 2 and len(shown) < len(words) else "")


def _setting(c: Canvas, t: float) -> None:
    spin = t * 0.9 if t < 29.5 else 29.5 * 0.9
    z_done, x_done = t >= 19.5, t >= 36.5
    rows = [
        ("01", "-182.54" if x_done else "0.000", "-305.21" if z_done else "0.000"),
        ("02", "0.000", "0.000"),
    ]
    face = FACE + 18 if t < 9.5 else FACE
    if t < 7:
        c.heading("对刀：刀尖在哪里")
        x, y = FACE + 60 + 10 * math.sin(t), AXIS + 150
        _machine(c, face=face, cut_to=face, turning=spin)
        _tool(c, x, y, known=False)
        c.label((x + 96, y - 30), "?", size=70 + round(8 * math.sin(t * 4)), bold=True, colour=RED)
        c.label((1040, 300), "刀塔：知道", size=50, bold=True, colour=OK)
        c.label((1040, 390), "刀尖：不知道", size=50, bold=True, colour=RED)
        return
    if t < 21:
        c.heading("对 Z：车端面", "1")
        # Across the face to the middle, then straight out: Z stays.
        y = AXIS + between(RAW + 40, 0, linear(t, 8, 10.5)) + (RAW + 60) * ease(t, 11, 13)
        cutting = 8.4 < t < 10.5
        _machine(c, face=FACE if t > 9.5 else face, cut_to=2000, turning=spin)
        if t > 9.5:
            c.line([(FACE, AXIS - RAW), (FACE, AXIS + RAW)], 6, OK)
        _tool(c, FACE, y)
        if cutting:
            _chips(c, FACE, y, t)
        if 11 <= t < 14:
            c.arrow((FACE + 120, AXIS + 20), (FACE + 120, AXIS + 190), 7, OK)
            c.label((FACE + 96, AXIS - 50), "退 X", size=48, bold=True, colour=OK)
        if t >= 14:
            c.dashed((FACE, AXIS - 190), (FACE, AXIS + 60), colour=STEEL)
            c.label((FACE, AXIS - 210), "Z0", size=50, bold=True, colour=STEEL)
        _panel(c, rows, _typing("Z0", t, 15.5), pressed=18 < t < 19.5)
        return
    c.heading("对 X：车外圆", "2")
    reach = FACE - 150
    along = linear(t, 22.5, 25.5)
    x = between(FACE + 40, reach, along) + 190 * ease(t, 26, 28)
    cut_to = min(FACE, between(FACE + 40, reach, along))
    _machine(c, face=FACE, cut_to=cut_to, turning=spin)
    _tool(c, x, AXIS + CUT)
    if 23.2 < t < 25.5:
        _chips(c, x, AXIS + CUT, t)
    if 26 <= t < 29:
        c.arrow((reach + 30, AXIS + CUT + 60), (reach + 130, AXIS + CUT + 60), 7, OK)
        c.label((reach - 40, AXIS + CUT + 60), "退 Z", size=48, bold=True, colour=OK)
    if t >= 29.5:
        c.label((330, 560), "停主轴", size=48, bold=True, colour=RED)
        close = ease(t, 30, 31.5)
        for sign in (-1, 1):
            y = AXIS + sign * between(170, CUT, close)
            c.box(reach + 40, min(y, y + sign * 26), reach + 92, max(y, y + sign * 26), mix(STEEL, 0.6))
        c.dimension((reach + 66, AXIS - CUT), (reach + 66, AXIS + CUT), "")
        if t > 31.5:
            c.label((reach + 66, AXIS - 10), "39.46", size=48, bold=True, colour=STEEL)
    _panel(c, rows, _typing("X39.46", t, 32.5), pressed=35.2 < t < 36.5)


def _chips(c: Canvas, x: float, y: float, t: float, colour: Colour = STEEL) -> None:
    for n in range(3):
        life = (t * 0.9 + n / 3) % 1
        at = (x + 30 + 110 * life, y - 30 * math.sin(life * 2.4) + 90 * life * life)
        c.arc(at, 12, t * 300 + n * 90, t * 300 + n * 90 + 290, 5, colour)


def _rule(c: Canvas, t: float) -> None:
    c.heading("记牢一句")
    for n, (what, back, way) in enumerate((("对 Z", "退 X", "Z 不动"), ("对 X", "退 Z", "X 不动"))):
        y = 260 + n * 190
        if t < n * 2:
            break
        c.box(170, y - 72, 1110, y + 72, mix(c.hue, 0.12), radius=12)
        c.text((340, y), what, size=76, bold=True, colour=c.hue)
        c.arrow((470, y), (470 + 130 * ease(t, n * 2, n * 2 + 1.5) + 20, y), 8)
        c.text((730, y), back, size=76, bold=True)
        c.text((960, y), way, size=50, colour=INK_2)


def _number(c: Canvas, t: float) -> None:
    c.heading("四位数，两件事", "3")
    for n, digit in enumerate("T0101"):
        x = 380.0 + n * 130
        pair = 0 if n in (1, 2) else 1
        lit = n and t > 1.2 + pair * 2
        c.box(x - 56, 200, x + 56, 340, mix(OK if pair else STEEL, 0.25) if lit else CARD, radius=10)
        c.text((x, 266), digit, size=96, bold=True)
    for start, x, words, colour in ((1.2, 575.0, "刀号", STEEL), (3.2, 835.0, "补偿号", OK)):
        if t > start:
            c.line([(x - 110, 370), (x + 110, 370)], 6, colour)
            c.label((x, 430), words, size=56, bold=True, colour=colour)
    if t > 5.2:
        c.label((640, 580), "T0100 是取消补偿，别让它带着 G00 走", size=44, bold=True, colour=RED)


def _check(c: Canvas, t: float) -> None:
    c.heading("输完一定验", "4")
    _machine(c, face=FACE - 150, cut_to=FACE - 280, turning=0.2)
    face = FACE - 150
    go = ease(t, 54, 57.5)
    x, y = between(face + 330, face + 230, go), between(AXIS + 215, AXIS + 124, go)
    _tool(c, x, y)
    c.box(850, 130, 1236, 300, INK, None, radius=12)
    c.text((880, 175), "MDI", size=38, colour=mix(CARD, 0.7, INK), anchor="lm")
    c.text(
        (880, 240),
        _typing("T0101 G00 X50. Z50.", t, 53.0 - 2.0),
        size=36,
        colour=CARD,
        anchor="lm",
        bold=True,
    )
    if t > 58:
        c.dashed((x, y - 4), (x, AXIS - 190), width=2)
        c.dimension((face, AXIS - 170), (x, AXIS - 170), "50", size=48)
    if t > 59.5:
        c.dimension((x + 26, AXIS), (x + 26, y), "")
        c.label((x + 84, (AXIS + y) / 2), "25", size=46, bold=True)
    if t > 61:
        c.tick((1040, 420), 80)
        c.label((1040, 520), "对得上", size=52, bold=True, colour=OK)


def _wear(c: Canvas, t: float) -> None:
    c.heading("磨耗：大了减，小了加", "5")
    scale = 8000.0  # pixels for a millimetre of diameter
    base = 640.0
    step = ease(t, 69, 71.5)
    size = between(30.04, 29.99, step)
    y = 300.0
    c.line([(180, y + 70), (1170, y + 70)], 3, INK_2)
    for n in range(-2, 4):
        x = base + n * 0.02 * scale
        c.line([(x, y + 58), (x, y + 82)], 3, INK_2)
        c.text((x, y + 112), f"{29.99 + n * 0.02:.2f}", size=34, colour=INK_2)
    zone = (base - 0.01 * scale, base + 0.01 * scale)
    c.box(zone[0], y - 30, zone[1], y + 58, mix(OK, 0.25), None)
    c.text((zone[0] - 80, y + 14), "公差", size=40, colour=OK, bold=True)
    x = base + (size - 29.99) * scale
    c.arrow((x, y - 110), (x, y + 52), 7, OK if step > 0.95 else RED, 26)
    c.label((x, y - 130), f"量得 {size:.2f}", size=44, bold=True, colour=OK if step > 0.95 else RED)
    c.box(330, 450, 950, 610, INK, None, radius=12)
    c.text((370, 495), "磨耗  01", size=40, colour=mix(CARD, 0.7, INK), anchor="lm")
    c.text((620, 495), f"X {-0.05 if t > 68.5 else 0.0:.3f}", size=46, colour=CARD, anchor="lm", bold=True)
    if t > 65:
        c.text(
            (370, 563),
            f"> {_typing('-0.05', t, 65.5)}",
            size=46,
            colour=(255, 214, 120),
            anchor="lm",
            bold=True,
        )
    if t > 72:
        c.label((640, 652), "形状是大数，磨耗是小数；换刀片，磨耗清零", size=42, bold=True, fill=GROUND)


def _closing(c: Canvas, t: float) -> None:
    c.heading("记住四句")
    for n, words in enumerate(("先 Z，后 X", "对 Z 退 X，对 X 退 Z", "输完就验：50 和 25", "大了减，小了加")):
        if t < n * 1.2:
            break
        y = 180 + n * 118
        c.box(250, y - 48, 1030, y + 48, mix(c.hue, 0.12), radius=10)
        c.disc((310, y), 30, c.hue, None)
        c.text((310, y - 2), str(n + 1), size=40, colour=CARD, bold=True)
        c.text((660, y), words, size=56, bold=True)
