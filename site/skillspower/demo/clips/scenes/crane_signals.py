"""Hand and whistle signals of the person who directs a crane, and what the crane does at each."""

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

HUE = "lifting"
CAPTIONS = [
    (0, 7, "一次作业只听一个人指挥。手势以本单位规定为准，开工前当面对一遍。"),
    (7, 16, "预备：手臂伸直举过头顶，手心朝前不动。哨，一长声。司机回一短声：明白。"),
    (16, 27, "上升：小臂向侧上方，手高过肩，转手腕。哨，两短声。"),
    (27, 38, "水平移动：五指并拢，手心朝外，向运行方向挥。吊物会落后一点，慢起步。"),
    (38, 49, "下降：手臂伸向侧前下方，转手腕。哨，三短声。"),
    (49, 58, "微动：手掌轻轻摆，断断续续的短声。对位、落放用它。"),
    (58, 66, "停止：小臂水平，手心朝下，向一侧挥。不管在干什么，都停。"),
    (66, 75, "紧急停止：两臂同时向两侧挥，急促的长声。任何人都可以发。"),
    (75, 84, "看不清手势，不猜，按铃，停下来，等他重来。"),
]

# start, name, whistle (seconds of each sound; a gap of 0.3 between)
SIGNALS: tuple[tuple[float, str, tuple[float, ...]], ...] = (
    (7.0, "预备", (1.6,)),
    (16.0, "上升", (0.4, 0.4)),
    (27.0, "水平移动", ()),
    (38.0, "下降", (0.4, 0.4, 0.4)),
    (49.0, "微动", (0.25, 0.25, 0.25, 0.25, 0.25)),
    (58.0, "停止", (1.6,)),
    (66.0, "紧急停止", (1.0, 1.0, 1.0)),
)


def draw(c: Canvas, t: float) -> None:
    name, start = "", 0.0
    whistle: tuple[float, ...] = ()
    for begin, word, sounds in SIGNALS:
        if t >= begin:
            name, start, whistle = word, begin, sounds
    if t < 7:
        c.heading("谁指挥，先讲清")
    elif t >= 75:
        name = ""
        c.heading("看不清，不猜")
    else:
        c.heading(name)
    _crane(c, t)
    _person(c, (250, 330), name, t, t - start)
    if name and whistle:
        _whistle(c, whistle, t - start)
    if t >= 75:
        c.text((385, 210), "？", size=90, bold=True, colour=RED)
        if t > 77:
            c.label((720, 400), "按铃，停，等他重来", size=52, bold=True, colour=CARD, fill=RED)
    elif t < 7 and t > 2:
        c.label((1000, 400), "只听一个人的", size=56, bold=True, colour=CARD, fill=STEEL)


def _trolley_at(t: float) -> float:
    return between(690, 1010, ease(t, 30, 36)) + 14 * ease(t, 50, 57)


def _hook_at(t: float) -> float:
    height = between(500, 330, ease(t, 18, 25))
    height = between(height, 460, ease(t, 40, 47))
    small = sum(ease(t, 50 + n * 1.5, 50.6 + n * 1.5) for n in range(5)) / 5
    height += 26 * small
    if t >= 58:
        # Coming down again, until the signal to stop.
        height = between(486, 500, ease(min(t, 60), 58, 60))
    return height


def _swing(t: float) -> float:
    """Degrees by which the load lags behind and then swings out."""
    if t < 30:
        return 0.0
    if t < 36:
        return 6 * math.sin(linear(t, 30, 36) * math.pi) ** 2
    return -5 * math.exp(-(t - 36) * 0.8) * math.sin((t - 36) * 2.6)


def _crane(c: Canvas, t: float) -> None:
    c.box(470, 150, 1240, 196, mix(c.hue, 0.2))
    c.line([(470, 196), (470, 240)], 10)
    c.line([(1240, 196), (1240, 240)], 10)
    x = _trolley_at(t)
    c.box(x - 60, 128, x + 60, 178, mix(c.hue, 0.45))
    for dx in (-38, 38):
        c.disc((x + dx, 178), 13, CARD)
    hook = _hook_at(t)
    lean = _swing(t)
    top = (x, 190.0)
    end = polar(top, hook - 190, 90 + lean)
    for dx in (-11, 11):
        c.line([(top[0] + dx, top[1]), (end[0] + dx, end[1])], 4)
    c.box(end[0] - 26, end[1] - 8, end[0] + 26, end[1] + 26, GOLD, radius=6)
    c.arc((end[0], end[1] + 42), 17, -90, 150, 8)
    # The load on two slings, 60 degrees between them.
    load = (end[0], end[1] + 110)
    for dx in (-62, 62):
        c.line([(end[0], end[1] + 54), (load[0] + dx, load[1] - 22)], 4, INK_2)
    c.box(load[0] - 100, load[1] - 22, load[0] + 100, load[1] + 30, mix(c.hue, 0.3))
    c.line([(470, 640), (1240, 640)], 4, INK_2)
    if 16 <= t < 27:
        c.arrow((1130, 480), (1130, 330), 9)
    elif 27 <= t < 38:
        c.arrow((780, 590), (960, 590), 9)
    elif 38 <= t < 49:
        c.arrow((1170, 330), (1170, 480), 9)
    elif 49 <= t < 58:
        c.dimension((1195, 430), (1195, 480), "")
    elif 11 <= t < 15.5:
        c.label((1000, 400), "铃：一短声，明白", size=48, bold=True, colour=OK)
    elif 58 <= t < 75:
        c.label((720, 400), "停住", size=58, bold=True, colour=CARD, fill=RED)


def _person(c: Canvas, at: Point, name: str, t: float, since: float) -> None:
    """A figure from the front; ``at`` is the middle of the shoulders. The right arm, at the left of the picture, signals."""
    x, y = at
    vest = (232, 132, 44)
    for dx in (-34, 34):
        c.line([(x + dx, y + 150), (x + dx * 1.15, y + 290)], 46, mix(STEEL, 0.7))
    c.box(x - 70, y - 12, x + 70, y + 170, mix(vest, 0.85), radius=22)
    for dx in (-34, 34):
        c.line([(x + dx, y - 6), (x + dx, y + 165)], 10, (244, 226, 150))
    c.disc((x, y - 72), 50, mix(GOLD, 0.25))
    c.polygon([polar((x, y - 80), 56, a) for a in range(180, 361, 12)], RED)
    for dx in (-18, 18):
        c.disc((x + dx, y - 62), 6, INK, None)
    left, right = _arms(name, t)
    for shoulder, (elbow, hand), marked in (
        ((x - 76, y + 14), left, True),
        ((x + 76, y + 14), right, name == "紧急停止"),
    ):
        a = (shoulder[0] + elbow[0], shoulder[1] + elbow[1])
        b = (a[0] + hand[0], a[1] + hand[1])
        c.line([shoulder, a, b], 34, mix(vest, 0.85))
        c.disc(b, 25, mix(GOLD, 0.35))
        if name in ("上升", "下降") and marked:
            c.arc(b, 46, t * 260, t * 260 + 250, 5, STEEL)
            c.arrow(polar(b, 46, t * 260 + 244), polar(b, 46, t * 260 + 262), 5, STEEL, 18)
    if name in ("停止", "紧急停止") and since < 6:
        c.arrow((x - 140, y + 230), (x - 240, y + 230), 8, RED)
        if name == "紧急停止":
            c.arrow((x + 140, y + 230), (x + 240, y + 230), 8, RED)


Arm = tuple[Point, Point]


def _arms(name: str, t: float) -> tuple[Arm, Arm]:
    """(upper arm, forearm) as vectors for the arm at the left and the one at the right of the picture."""
    down: Arm = ((-8, 74), (0, 74))
    other: Arm = ((8, 74), (0, 74))
    wave = 0.5 + 0.5 * math.sin(t * 3)
    if name == "预备":
        return ((-14, -74), (0, -96)), other
    if name == "上升":
        return ((-44, -8), (-22, -84)), other
    if name == "下降":
        return ((-34, 58), (-42, 72)), other
    if name == "水平移动":
        return down, ((46, -22), (between(18, 92, wave), between(-92, -6, wave)))
    if name == "微动":
        return ((-60, -2), (-26, -52 - 22 * wave)), other
    if name == "停止":
        return ((-52, 34), (between(84, -84, wave), 6)), other
    if name == "紧急停止":
        return ((-52, 34), (between(60, -88, wave), 6)), ((52, 34), (between(-60, 88, wave), 6))
    return down, other


def _whistle(c: Canvas, sounds: tuple[float, ...], since: float) -> None:
    """The whistle's pattern as bars on a line of time, sounding ones filled; repeated every five seconds."""
    c.text((500, 66), "哨", size=46, bold=True, anchor="lm")
    cycle = since % 5
    x, at = 570.0, 0.4
    for length in sounds:
        wide = 110 * length
        on = at <= cycle <= at + length
        c.box(x, 46, x + wide, 88, STEEL if on else LINE, None, radius=8)
        x += wide + 34
        at += length + 0.3
