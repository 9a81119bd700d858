"""Reading an outside micrometer in three steps, and the half millimetre that is overlooked."""

from __future__ import annotations

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
    between,
    ease,
    linear,
    mix,
)

HUE = "machining"
CAPTIONS = [
    (0, 6, "外径千分尺，一格零点零一毫米。三步读，不出错。"),
    (6, 13, "先擦净两个测砧，轻轻合上工件。只拧尾巴上的测力装置。"),
    (13, 19, "响三声就停。不要拧大筒使劲夹。"),
    (19, 27, "第一步，看整毫米：中线上面的长线，最后露出来的是三十五。"),
    (27, 35, "第二步，看半毫米：中线下面的短线露出来了，加零点五。"),
    (35, 44, "第三步，看微分筒：第四十七格对准中线，加零点四七。"),
    (44, 50, "三十五加零点五加零点四七，等于三十五点九七毫米。"),
    (50, 58, "再看一个：短线没有露出来，就不加。三十五点二八。"),
    (58, 64, "半毫米看漏，一差就是零点五。读完跟卡尺比一比。"),
    (64, 72, "图样要三十五点九六一到三十六。三十五点九七，合格。"),
]


def draw(c: Canvas, t: float) -> None:
    if t < 19:
        _whole(c, t)
    elif t < 50:
        _reading(c, t)
    elif t < 64:
        _second(c, t)
    else:
        _verdict(c, t)


def _whole(c: Canvas, t: float) -> None:
    c.heading("外径千分尺" if t < 6 else "擦净，合上，响三声")
    closing = ease(t, 6.5, 12.5)
    y = 300.0
    work = (380.0, y)
    face = between(610, work[0] + 90, closing)
    # The frame, the anvil on the left, the spindle and the sleeve on the right.
    c.arc((430, y + 20), 230, 8, 178, 60, mix(INK, 0.35))
    c.box(200, y - 60, 262, y + 60, mix(INK, 0.35))
    c.box(258, y - 24, work[0] - 90, y + 24, CARD)
    c.box(602, y - 62, 690, y + 62, mix(INK, 0.35))
    c.box(face, y - 24, 612, y + 24, CARD)
    c.box(690, y - 40, 900, y + 40, CARD)
    shift = between(0, -110, closing)
    thimble = 900.0 + shift
    c.line([(690, y), (900, y)], 3)
    c.box(thimble, y - 62, thimble + 190, y + 62, mix(c.hue, 0.12))
    for n in range(-5, 6):
        roll = (n + t * 3 * (0 if t > 12.5 else 1)) % 11 - 5
        c.line([(thimble, y + roll * 11), (thimble + 30, y + roll * 11)], 3)
    c.box(thimble + 190, y - 30, thimble + 262, y + 30, GOLD)
    c.disc(work, 90, mix(c.hue, 0.2))
    c.centre_line((work[0] - 120, y), (work[0] + 120, y))
    c.centre_line((work[0], y - 120), (work[0], y + 120))
    if t < 6:
        c.label((900, 480), "一格 0.01 mm", size=56, bold=True, colour=STEEL)
    else:
        c.arrow((thimble + 260, 470), (thimble + 226, 350), 5)
        c.label((min(thimble + 250, 1080), 510), "测力装置", size=46, bold=True)
        for n in range(3):
            if t > 13.2 + n * 1.2:
                c.label((820 + n * 130, 150), "嗒", size=54, bold=True, colour=CARD, fill=STEEL)
        if t > 17:
            c.tick((1210, 150), 44)


MILLIMETRE = 62.0


def scale(c: Canvas, whole: int, half: bool, ticks: float, *, glow: int = 0) -> None:
    """
    Sleeve and thimble, large. ``glow`` lights the whole millimetres (1), the half (2) or the thimble (3).
    """
    left, y = 120.0, 330.0
    edge = 760.0  # the thimble's edge, where the reading is
    value = whole + (0.5 if half else 0.0) + ticks / 100
    c.box(left, y - 120, edge, y + 120, CARD)
    c.line([(left, y), (edge, y)], 5)
    start = whole - 9
    for n in range(20):
        at = edge - (value - (start + n / 2)) * MILLIMETRE
        if not left + 8 < at < edge - 2:
            continue
        if n % 2 == 0:
            number = start + n // 2
            lit = glow == 1 and number == whole
            c.line([(at, y), (at, y - 62)], 10 if lit else 4, GOLD if lit else INK)
            if number % 5 == 0:
                c.text((at, y - 92), str(number), size=44, bold=lit, colour=INK)
        else:
            lit = glow == 2 and half and start + n / 2 == whole + 0.5
            c.line([(at, y), (at, y + 50)], 10 if lit else 4, GOLD if lit else INK)
    c.polygon([(edge, y - 130), (edge + 90, y - 190), (1180, y - 190), (1180, y + 190), (edge + 90, y + 190), (edge, y + 130)],
              mix(c.hue, 0.12))  # fmt: skip
    # The thimble's lines bend away at its edge; the one on the datum line is the reading.
    for n in range(-4, 5):
        number = (round(ticks) + n) % 50
        h = y - n * 30 - (ticks - round(ticks)) * -30
        lit = glow == 3 and n == 0
        c.line([(edge + 4, h), (edge + 74, h - n * 3)], 10 if lit else 4, GOLD if lit else INK)
        if number % 5 == 0 or lit:
            c.text((edge + 120, h - n * 5), str(number), size=48 if lit else 42, bold=lit)


def _sum(c: Canvas, parts: list[tuple[str, bool]], total: str) -> None:
    x = 150.0
    for n, (words, shown) in enumerate(parts):
        if n:
            c.text((x, 612), "+", size=56, colour=INK if shown else LINE)
            x += 70
        c.label((x + 80, 612), words, size=60, bold=True, colour=STEEL if shown else LINE)
        x += 190
    if total:
        c.text((x - 20, 612), "=", size=56)
        c.label((x + 180, 612), total, size=64, bold=True, colour=CARD, fill=OK)


def _reading(c: Canvas, t: float) -> None:
    step = 1 if t < 27 else 2 if t < 35 else 3
    c.heading({1: "看整毫米", 2: "看半毫米", 3: "看微分筒"}[step], str(step))
    scale(c, 35, True, 47, glow=step if t < 44 else 0)
    _sum(
        c,
        [("35", t > 20), ("0.5", t > 28), ("0.47", t > 36)],
        "35.97 mm" if t >= 44 else "",
    )


def _second(c: Canvas, t: float) -> None:
    c.heading("短线没露，不加" if t < 58 else "最容易漏的半毫米")
    if t < 58:
        scale(c, 35, False, 28, glow=2)
        _sum(c, [("35", True), ("0", t > 52), ("0.28", t > 53.5)], "35.28 mm" if t > 55 else "")
        return
    scale(c, 35, True, 47, glow=2)
    c.label((370, 612), "35.47", size=64, bold=True, colour=RED)
    c.cross((500, 612), 44)
    c.label((790, 612), "35.97", size=64, bold=True, colour=CARD, fill=OK)
    c.tick((930, 612), 44)


def _verdict(c: Canvas, t: float) -> None:
    c.heading("φ36 h8：合格不合格")
    left, right, y = 240.0, 1040.0, 360.0
    c.box(90, y - 46, 1190, y + 46, mix(RED, 0.12), None)
    c.box(left, y - 46, right, y + 46, mix(OK, 0.25))
    for x, words in ((left, "35.961"), (right, "36.000")):
        c.line([(x, y - 80), (x, y + 80)], 5)
        c.text((x, y + 122), words, size=50, bold=True)
    c.text((160, y), "废", size=48, colour=RED, bold=True)
    c.text((1116, y), "返修", size=48, colour=INK_2, bold=True)
    at = between(left, right, (35.97 - 35.961) / 0.039)
    drop = linear(t, 65, 66.5)
    c.arrow((at, between(120, 190, drop)), (at, between(230, y - 50, drop)), 9, STEEL, 34)
    c.label((at + 30, 165), "35.97", size=64, bold=True)
    if t > 67:
        c.label((700, 600), "合格", size=70, bold=True, colour=CARD, fill=OK)
