"""Electrode motions: feed keeps the arc's length, travel makes the bead's size, weaving its width."""

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
    Point,
    between,
    ease,
    linear,
    mix,
    polar,
)

HUE = "welding"
CAPTIONS = [
    (0, 6, "运条就三个动作：往下送，往前走，左右摆。"),
    (6, 13, "第一个动作，送进。焊条一边烧一边变短，手就一边往下送。"),
    (13, 19, "送慢了，弧就拉长，声音发飘，飞溅大，容易出气孔。"),
    (19, 25, "送快了，弧太短，声音发闷，要粘条。"),
    (25, 32, "送的速度等于烧掉的速度，弧长差不多等于焊条直径。"),
    (32, 39, "第二个动作，前移。熔池铺到两三倍焊条直径宽，就往前走。"),
    (39, 47, "走得快，焊道又窄又低；走得慢，堆得又高又宽。"),
    (47, 56, "看熔池走，不看焊条走。一根三点二的焊条，焊一百五到二百毫米长。"),
    (56, 63, "第三个动作，摆动。左一下，右一下，走锯齿。"),
    (63, 71, "两边停一停，让铁水把边咬住；中间快一点，不要堆高。"),
    (71, 78, "摆幅一样宽，鱼鳞纹就一片压一片。"),
    (78, 90, "三个动作同时做：焊条往下送，熔池往前走，两边都停到。"),
    (90, 96, "送进管弧长，前移管大小，摆动管宽度。"),
]

PLATE = 500.0  # the plate's upper face in the side view
HOT = (214, 96, 34)
ROD = 26.0  # the electrode's coating, in pixels; its core is half of that


def draw(c: Canvas, t: float) -> None:
    if t < 6:
        _opening(c, t)
    elif t < 32:
        _feed(c, t)
    elif t < 56:
        _travel(c, t)
    elif t < 78:
        _weave(c, t)
    elif t < 90:
        _together(c, t - 78)
    else:
        _closing(c)


def electrode(c: Canvas, tip: Point, length: float, lean: float = 72, arc: float = 16) -> None:
    """An electrode whose tip burns ``arc`` pixels above its target, leaning ``lean`` degrees from the plate."""
    angle = -lean
    end = polar(tip, length, angle)
    side = angle + 90
    for half, fill in ((ROD / 2, CARD), (ROD / 4, mix(INK, 0.35))):
        c.polygon(
            [
                polar(tip, half, side),
                polar(end, half, side),
                polar(end, -half, side),
                polar(tip, -half, side),
            ],
            fill,
        )
    grip = polar(end, 34, angle)
    c.polygon(
        [polar(end, 24, side), polar(grip, 24, side), polar(grip, -24, side), polar(end, -24, side)],
        mix(STEEL, 0.5),
    )
    _glow(c, polar(tip, arc / 2, angle + 180), arc)


def _glow(c: Canvas, at: Point, arc: float) -> None:
    for radius, share in ((arc * 1.6, 0.25), (arc, 0.55)):
        c.disc(at, radius, mix(GOLD, share), None)
    c.disc(at, arc * 0.55, (255, 246, 214), None)


def _opening(c: Canvas, t: float) -> None:
    c.heading("运条三动作")
    c.box(120, PLATE, 1160, PLATE + 70, mix(c.hue, 0.12))
    electrode(c, (640, PLATE - 16), 300)
    if t > 1:
        c.arrow((840, 230), (792, 380), 8)
        c.label((920, 210), "送进", size=54, bold=True)
    if t > 2:
        c.arrow((700, 592), (900, 592), 8)
        c.label((990, 592), "前移", size=54, bold=True)
    if t > 3:
        c.arrow((470, 440), (550, 440), 8)
        c.arrow((470, 440), (390, 440), 8)
        c.label((280, 440), "摆动", size=54, bold=True)


def _feed(c: Canvas, t: float) -> None:
    c.heading("送进：管弧长", "1")
    c.section(120, PLATE, 1160, PLATE + 70)
    # How long the arc is: good, too long, too short, good again.
    state = "good" if t < 13 else "long" if t < 19 else "short" if t < 25 else "good"
    arc = 26.0
    if state == "long":
        arc = between(26, 96, ease(t, 13, 15))
    elif state == "short":
        arc = between(96, 7, ease(t, 19, 21))
    elif t >= 25:
        arc = between(7, 26, ease(t, 25, 27))
    # It burns away all the time: the holder comes down while the tip stays.
    length = 330 - 9 * (t - 6)
    tip = (560.0, PLATE - arc)
    pool = 62 if state != "short" else 40
    c.polygon(
        [
            polar((548, PLATE), pool, a) if 0 <= a <= 180 else polar((548, PLATE), 14, a)
            for a in range(0, 360, 15)
        ],
        mix(HOT, 0.75),
    )
    electrode(c, tip, length, arc=max(12, min(arc, 44)))
    c.dimension((690, PLATE), (690, PLATE - arc), "", size=40)
    c.dashed((576, PLATE - arc), (716, PLATE - arc), width=2)
    words, colour = {
        "good": ("弧长 ≈ 焊条直径", OK),
        "long": ("太长：飘、溅、气孔", RED),
        "short": ("太短：闷、粘条", RED),
    }[state]
    c.label((930, PLATE - 70), words, size=46, colour=colour, bold=True)
    if state == "long":
        for n in range(9):
            life = (t * 1.7 + n * 0.37) % 1
            angle = -90 + (n - 4) * 19
            at = polar((tip[0] - 6, PLATE - 20), 40 + 170 * life, angle)
            c.disc((at[0], at[1] + 90 * life * life), 6, HOT, None)
    if state == "good":
        shift = (t * 60) % 60
        c.arrow((780, 150 + shift), (756, 222 + shift), 8)
        c.label((990, 220), "烧多少，送多少", size=46)


def _travel(c: Canvas, t: float) -> None:
    c.heading("前移：管焊道大小", "2")
    if t < 39 or t >= 47:
        _travel_side(c, t)
        return
    lanes = (
        ("快：窄、低", 235.0, 1.7, 13.0, RED),
        ("正好", 370.0, 1.0, 27.0, OK),
        ("慢：宽、高", 505.0, 0.6, 44.0, RED),
    )
    for words, y, speed, half, colour in lanes:
        c.box(330, y - 58, 1210, y + 58, mix(c.hue, 0.08))
        c.text((310, y), words, size=44, anchor="rm", colour=colour, bold=True)
        _bead_from_above(c, 360, 360 + 820 * min(1, linear(t, 39.5, 45) * speed), y, half)


def _travel_side(c: Canvas, t: float) -> None:
    c.section(120, PLATE, 1160, PLATE + 70)
    start, end = (32.0, 39.0) if t < 39 else (47.0, 56.0)
    x = between(240, 900, linear(t, start, end))
    _bead_from_side(c, 220, x)
    electrode(c, (x, PLATE - 22), 300 - 14 * (t - start))
    c.arrow((x + 120, 592), (x + 260, 592), 8)
    if t < 39:
        c.dimension((x - 70, PLATE - 90), (x + 10, PLATE - 90), "", size=40)
        c.label((max(330, x - 230), PLATE - 130), "熔池 2～3 倍直径", size=44)
    else:
        c.dimension((220, 610), (x, 610), "150～200 mm", size=44)


def _bead_from_side(c: Canvas, left: float, x: float) -> None:
    """The bead already laid from ``left`` to the pool at ``x``, with slag on it and the pool glowing at its end."""
    top = [(left, PLATE), (left + 20, PLATE - 20)]
    n = left + 20
    while n < x - 70:
        top.append((n, PLATE - 24 + 3 * math.sin(n / 9)))
        n += 6
    body = [*top, (x - 60, PLATE - 22), (x + 14, PLATE), (x - 30, PLATE + 26), (left + 24, PLATE + 26)]
    c.polygon(body, mix(c.hue, 0.35))
    c.polygon([(x - 74, PLATE - 22), (x - 34, PLATE - 16), (x + 14, PLATE), (x - 24, PLATE + 26), (x - 74, PLATE + 24)],
              mix(HOT, 0.75))  # fmt: skip


def _bead_from_above(c: Canvas, left: float, right: float, y: float, half: float) -> None:
    if right <= left + 4:
        return
    c.box(left, y - half, right, y + half, mix(c.hue, 0.35), radius=half)
    step = 16 if half < 40 else 11
    n = left + half
    while n < right - half:
        c.arc((n - half * 0.6, y), half * 0.86, -62, 62, 2, mix(INK, 0.6))
        n += step
    c.disc((right - half, y), half, mix(HOT, 0.75))
    _glow(c, (right - half, y), min(20, half))


PERIOD = 2.4  # seconds for a weave from one edge to the other and back


def _weave_offset(t: float) -> float:
    """Where the tip is between the edges (-1 … 1): it dwells there and hurries through the middle."""
    phase = t % PERIOD / PERIOD
    if phase < 0.25:
        return -1.0
    if phase < 0.5:
        return between(-1, 1, ease(phase, 0.25, 0.5))
    if phase < 0.75:
        return 1.0
    return between(1, -1, ease(phase, 0.75, 1.0))


def _weave(c: Canvas, t: float) -> None:
    c.heading("摆动：管宽度", "3")
    y, half = 360.0, 92.0
    c.box(90, y - 190, 1190, y + 190, mix(c.hue, 0.08))
    c.centre_line((90, y), (1190, y))
    start = 56.5
    travelled = max(0.0, min(t, 77.5) - start)
    x = 210 + 43 * travelled
    _woven_bead(c, 170, x, y, half)
    track = []
    for n in range(int(travelled * 15) + 1):
        s = start + n / 15
        track.append((210 + 43 * (s - start), y + half * 0.72 * _weave_offset(s)))
    if len(track) > 1:
        c.line(track, 4, STEEL)
    tip = (x, y + half * 0.72 * _weave_offset(t if t < 77.5 else 77.5))
    dwell = abs(_weave_offset(t)) > 0.99
    _glow(c, tip, 26)
    c.disc(tip, ROD / 2, CARD)
    c.disc(tip, ROD / 4, mix(INK, 0.35), None)
    if t < 71:
        for edge, words in ((-1, "停"), (1, "停")):
            here = dwell and _weave_offset(t) == edge
            c.label(
                (min(x + 110, 1140), y + edge * 130), words, size=50, bold=True, colour=CARD if here else INK_2,
                fill=OK if here else mix(c.hue, 0.08),
            )  # fmt: skip
        if not dwell:
            c.label((min(x + 130, 1110), y), "快", size=50, bold=True, colour=STEEL, fill=mix(c.hue, 0.08))
    else:
        c.dimension((140, y - half), (140, y + half), "")
        c.label((640, 600), "宽度差 ≤ 2 mm", size=48, bold=True)


def _woven_bead(c: Canvas, left: float, right: float, y: float, half: float) -> None:
    c.box(left, y - half, right + half * 0.33, y + half, mix(c.hue, 0.3), radius=half * 0.65)
    n = left + half * 0.76
    while n < right - 10:
        c.arc((n - half * 0.67, y), half * 1.17, -56, 56, 2.5, mix(INK, 0.6))
        n += half * 0.24
    c.polygon(
        [polar((right - 12, y), half * 0.9, a) for a in range(-90, 91, 12)]
        + [(right - 34, y + half * 0.65), (right - 34, y - half * 0.65)],
        mix(HOT, 0.6),
        None,
    )


def _together(c: Canvas, t: float) -> None:
    c.heading("三个动作一起做")
    # Above: seen from the side. Below: the same seconds seen from above.
    x = 200 + 68 * t
    base = 330.0
    c.section(110, base, 1170, base + 40)
    c.polygon([(180, base), (200, base - 18), (x - 40, base - 20), (x + 12, base), (x - 20, base + 18), (196, base + 18)],
              mix(c.hue, 0.35))  # fmt: skip
    c.disc((x - 14, base - 4), 18, mix(HOT, 0.75), None)
    electrode(c, (x, base - 16), 205 - 6 * t)
    y, half = 515.0, 62.0
    c.box(110, y - 92, 1170, y + 92, mix(c.hue, 0.08))
    _woven_bead(c, 170, x, y, half)
    tip = (x, y + half * 0.72 * _weave_offset(t))
    _glow(c, tip, 20)
    c.disc(tip, 9, CARD)
    for n, (words, colour) in enumerate((("送", STEEL), ("走", STEEL), ("摆", STEEL))):
        c.label((1010 + 90 * n, 160), words, size=52, bold=True, colour=CARD, fill=colour)


def _closing(c: Canvas) -> None:
    c.heading("记住三句")
    for n, (what, rules) in enumerate((("送进", "管弧长"), ("前移", "管大小"), ("摆动", "管宽度"))):
        y = 220 + n * 145
        c.box(250, y - 56, 1030, y + 56, mix(c.hue, 0.12), radius=10)
        c.text((440, y), what, size=62, bold=True, colour=c.hue)
        c.arrow((570, y), (680, y), 6)
        c.text((840, y), rules, size=62, bold=True)
