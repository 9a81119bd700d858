"""From the bed to the wheelchair: where the chair stands, whose legs do the work, and how the carer spares her back."""

from __future__ import annotations

import math

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
    linear,
    mix,
    polar,
)

HUE = "care"
CAPTIONS = [
    (0, 7, "从床到轮椅，先护好自己的腰，才护得住老人。"),
    (7, 17, "轮椅放在健侧，跟床成三十到四十五度，刹车刹死，踏板收起。"),
    (17, 27, "扶老人坐到床边，双脚平放地面，坐稳，问一句：头晕不晕？"),
    (27, 38, "你两脚一前一后，膝盖弯下去，腰挺直，用膝盖护住他的患侧膝。"),
    (38, 47, "数一二三，老人身子前倾，一起站，用腿的劲，不用腰。"),
    (47, 56, "转身靠脚步，不扭腰。腿弯碰到轮椅，再慢慢坐下。"),
    (56, 64, "往后坐实，系好安全带，放下踏板，双脚放上去，再松刹车。"),
    (64, 72, "弯着腰提，拧着腰转，伤的是你自己。"),
]

FLOOR = 620.0
CARER: Colour = (86, 120, 150)
ELDER: Colour = (190, 150, 110)


def draw(c: Canvas, t: float) -> None:
    if t < 7:
        c.heading("先护腰，再护人")
        _side(c, 0.0, t, carer_bend=0.0)
        c.label((1010, 250), "靠近、蹲低、腰直", size=50, bold=True, colour=CARD, fill=OK)
    elif t < 17:
        _place(c, t)
    elif t < 27:
        _sit_up(c, t)
    elif t < 38:
        _squat(c, t)
    elif t < 47:
        _stand_up(c, t)
    elif t < 56:
        _turn(c, t)
    elif t < 64:
        _seated(c, t)
    else:
        _wrong(c, t)


def _sit_up(c: Canvas, t: float) -> None:
    c.heading("床边坐稳，双脚着地", "2")
    _bed(c)
    _elder(c, 0.0, sway=5 * math.sin(t))
    if t > 20:
        c.line([(430, FLOOR), (640, FLOOR)], 10, OK)
        c.label((900, 560), "双脚平放", size=50, bold=True, colour=OK)
    if t > 22.5:
        c.label((880, 260), "头晕不晕？坐一会儿", size=54, bold=True, fill=CARD, outline=c.hue)


def _squat(c: Canvas, t: float) -> None:
    c.heading("蹲低，膝盖护膝盖", "3")
    _side(c, 0.0, t, carer_bend=ease(t, 28, 31))
    if t > 31.5:
        c.disc((592, 500), 46 + 4 * math.sin(t * 4), None, GOLD, 8)
        c.label((1010, 250), "腰挺直", size=54, bold=True, colour=CARD, fill=OK)
    if t > 34:
        c.label((1010, 360), "两脚一前一后", size=54, bold=True, colour=CARD, fill=OK)


def _stand_up(c: Canvas, t: float) -> None:
    c.heading("一、二、三，一起站", "4")
    up = ease(t, 42, 45.5)
    _side(c, up, t, carer_bend=1 - up * 0.7)
    count = "一" if t < 39.5 else "二" if t < 40.8 else "三"
    c.disc((1040, 260), 84, c.hue, None)
    c.text((1040, 254), count, size=92, bold=True, colour=CARD)
    if t > 43:
        c.label((1040, 430), "用腿，不用腰", size=50, bold=True, colour=CARD, fill=OK)


def _bed(c: Canvas) -> None:
    c.line([(60, FLOOR), (1220, FLOOR)], 4, INK_2)
    c.box(80, 470, 440, 530, mix(c.hue, 0.2), radius=12)
    c.box(80, 530, 440, 556, CARD)
    for x in (110, 410):
        c.line([(x, 556), (x, FLOOR)], 12, INK_2)


def _limb(c: Canvas, points: list[Point], wide: float, colour: Colour) -> None:
    c.line(points, wide + 6, INK)
    c.line(points, wide, colour)


def _head(c: Canvas, at: Point, hair: Colour) -> None:
    c.disc(at, 40, mix(GOLD, 0.25))
    c.polygon([polar((at[0], at[1] - 2), 42, a) for a in range(190, 351, 10)], hair, None)


def _elder(c: Canvas, up: float, sway: float = 0.0) -> Point:
    """The old person at the bed's edge, seen from the side: seated (0) to standing (1). Returns the shoulder."""
    foot = (560.0, FLOOR - 12)
    knee = (between(560, 552, up), between(490, 500, up))
    hip = (between(420, 540, up), between(455, 392, up))
    lean = between(-88, -84, up) + 34 * math.sin(math.pi * up) + sway * 0.3
    shoulder = polar(hip, 162, lean)
    _limb(c, [hip, knee, foot], 42, mix(STEEL, 0.5))
    c.line([foot, (foot[0] + 46, foot[1])], 20, INK)
    _limb(c, [hip, shoulder], 70, ELDER)
    _head(c, polar(shoulder, 66, lean), (214, 214, 214))
    return shoulder


def _carer(c: Canvas, bend: float, hand: Point, *, straight: bool = True, x: float = 700.0) -> None:
    """The carer facing left; ``bend`` 1 is knees bent and low, the back stays straight unless told."""
    front, back = (x - 60, FLOOR - 12), (x + 90, FLOOR - 12)
    hip = (x + between(26, 60, bend), between(385, 455, bend) if straight else 380)
    for foot, out in ((back, -30), (front, -56)):
        knee = ((hip[0] + foot[0]) / 2 + out * (0.4 + bend), (hip[1] + foot[1]) / 2)
        _limb(c, [hip, knee, foot], 42, mix(STEEL, 0.8))
        c.line([foot, (foot[0] - 46, foot[1])], 20, INK)
    if straight:
        shoulder = polar(hip, 180, -90 - 20 * bend)
        _limb(c, [hip, shoulder], 70, CARER)
        head = polar(shoulder, 66, -96)
    else:
        middle = (hip[0] - 90, hip[1] - 90)
        shoulder = (hip[0] - 190, hip[1] - 50)
        _limb(c, [hip, middle, shoulder], 66, CARER)
        head = (shoulder[0] - 60, shoulder[1] + 14)
    _head(c, head, INK)
    elbow = ((shoulder[0] + hand[0]) / 2, (shoulder[1] + hand[1]) / 2 + 34)
    _limb(c, [shoulder, elbow, hand], 30, CARER)
    c.disc(hand, 18, mix(GOLD, 0.35))


def _side(c: Canvas, up: float, t: float, *, carer_bend: float) -> None:
    _bed(c)
    shoulder = _elder(c, up)
    hold = (shoulder[0] + 14, shoulder[1] + 96 + 3 * math.sin(t * 2))
    _carer(c, carer_bend, hold)


def _place(c: Canvas, t: float) -> None:
    c.heading("放好轮椅", "1")
    c.box(90, 180, 560, 640, mix(c.hue, 0.15), radius=14)
    c.box(120, 200, 530, 290, CARD, radius=20)
    c.text((325, 450), "床", size=60, bold=True)
    c.disc((470, 460), 34, mix(GOLD, 0.3))
    c.text((470, 400), "老人", size=38)
    arrive = ease(t, 8, 11)
    centre = (between(1050, 720, arrive), between(560, 380, arrive))
    turned = between(0, -52, ease(t, 10, 12.5))
    _chair_plan(c, centre, turned, pedals=t < 15.4)
    if t > 12.5:
        c.dashed((560, 300), (560, 650), (12, 8), 4, STEEL)
        c.arc((560, 640), 170, -90, -90 + 38, 6, STEEL)
        c.line([(560, 640), polar((560, 640), 220, -52)], 4, STEEL)
        c.text((700, 560), "30°～45°", size=48, bold=True, anchor="lm")
    for n, words in enumerate(("健侧", "刹车刹死", "踏板收起")):
        if t > 12.6 + n * 1.3:
            c.label((1070, 200 + n * 100), words, size=52, bold=True, colour=CARD, fill=OK)


def _chair_plan(c: Canvas, at: Point, turned: float, *, pedals: bool = False) -> None:
    """The wheelchair from above, its front to the left before turning."""

    def around(dx: float, dy: float) -> Point:
        angle = math.radians(turned)
        return (
            at[0] + dx * math.cos(angle) - dy * math.sin(angle),
            at[1] + dx * math.sin(angle) + dy * math.cos(angle),
        )

    c.polygon([around(*p) for p in ((-80, -80), (80, -80), (80, 80), (-80, 80))], mix(STEEL, 0.3))
    for dy in (-100, 100):
        c.line([around(-60, dy), around(90, dy)], 18, INK)
    c.line([around(84, -86), around(84, 86)], 16, STEEL)
    for dy in (-40, 40) if pedals else ():
        c.line([around(-84, dy), around(-112, dy)], 10, INK_2)


def _turn(c: Canvas, t: float) -> None:
    c.heading("转脚步，不扭腰", "5")
    c.box(70, 200, 360, 640, mix(c.hue, 0.15), radius=14)
    c.text((215, 420), "床", size=56, bold=True)
    _chair_plan(c, (650, 245), -60)
    way = ease(t, 48, 53)
    pivot = (500.0, 440.0)
    angle = between(180, 290, way)
    elder = polar(pivot, 92, angle)
    carer = polar(pivot, 60, angle + 180)
    for at, colour in ((elder, ELDER), (carer, CARER)):
        across = angle + 90
        c.line([polar(at, 58, across), polar(at, 58, across + 180)], 52, INK)
        c.line([polar(at, 58, across), polar(at, 58, across + 180)], 44, colour)
        c.disc(at, 34, mix(GOLD, 0.25))
    for n in range(4):
        a = between(0, 110, n / 3)
        if a <= 110 * way + 1:
            foot = polar(pivot, 190, a)
            c.polygon([polar(foot, 30, b) for b in range(0, 360, 30)], mix(CARER, 0.5), None)
    c.arc(pivot, 240, 30, 30 + 110 * max(0.05, way), 6, OK)
    c.label((990, 380), "小步，一步一步转", size=50, bold=True, colour=CARD, fill=OK)
    if t > 53:
        c.label((990, 500), "腿弯碰到再坐", size=50, bold=True)


def _wheelchair(c: Canvas) -> None:
    c.line([(60, FLOOR), (1220, FLOOR)], 4, INK_2)
    c.disc((470, 520), 98, None, INK, 10)
    c.disc((470, 520), 14, STEEL)
    c.disc((650, 590), 30, None, INK, 8)
    c.line([(400, 240), (410, 470), (640, 470), (650, 560)], 12, STEEL)
    c.line([(400, 240), (350, 236)], 14, STEEL)


def _seated(c: Canvas, t: float) -> None:
    c.heading("坐实，系好，放脚", "6")
    _wheelchair(c)
    back = between(40, 0, ease(t, 56.5, 58.5))
    hip, knee = (450 + back, 440.0), (620 + back * 0.5, 440.0)
    lift = ease(t, 60.5, 62)
    foot = (690.0, between(FLOOR - 12, 566, lift))
    shoulder = (436 + back, 270.0)
    _limb(c, [hip, knee, foot], 42, mix(STEEL, 0.5))
    _limb(c, [hip, shoulder], 70, ELDER)
    _head(c, (shoulder[0], shoulder[1] - 66), (214, 214, 214))
    if t > 60:
        c.line([(660, 588), (760, 588)], 12, STEEL)
    if t > 59:
        c.line([(400, 400), (500, 420)], 16, RED)
    for n, (start, words) in enumerate(
        ((57, "往后坐实"), (59, "系安全带"), (60.5, "脚放踏板"), (62.2, "松刹车"))
    ):
        if t > start:
            c.tick((860, 200 + n * 100), 44)
            c.text((920, 200 + n * 100), words, size=54, bold=True, anchor="lm")


def _wrong(c: Canvas, t: float) -> None:
    c.heading("这样伤腰")
    c.line([(60, FLOOR), (1220, FLOOR)], 4, INK_2)
    dip = 18 * math.sin(t * 2.4)
    _carer(c, 0.0, (300, 500 + dip), straight=False, x=440)
    c.box(180, 510 + dip, 330, 590 + dip, mix(ELDER, 0.7), radius=10)
    c.cross((520, 200), 70)
    c.disc((444, 330), 40 + 5 * math.sin(t * 5), None, RED, 8)
    c.text((330, 170), "弯腰提", size=54, bold=True, colour=RED)
    if t > 67:
        _carer(c, 1.0, (760, 470), x=900)
        c.box(650, 440, 770, 520, mix(ELDER, 0.7), radius=10)
        c.tick((1120, 220), 70)
        c.text((760, 190), "蹲下去", size=54, bold=True, colour=OK)
    elif linear(t, 64, 67) < 1:
        c.text((940, 400), "疼的是你", size=64, bold=True, colour=INK_2)
