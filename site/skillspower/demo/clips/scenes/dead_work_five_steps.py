"""Five steps before hands touch a circuit: disconnect, verify, earth, tag, fence off."""

from __future__ import annotations

import math
from itertools import pairwise

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
    mix,
    polar,
)

HUE = "electric"
CAPTIONS = [
    (0, 6, "停电、验电、接地、挂牌、装设遮栏。一步不跳，一步不颠倒。"),
    (6, 13, "第一步，停电。先断开断路器，再拉开隔离开关，断开点要看得见。"),
    (13, 20, "别忘了另一路：控制电源、备用电源，都要断开，都要上锁。"),
    (20, 26, "第二步，验电。先到有电的地方试一下，验电器是好的。"),
    (26, 36, "再到检修的地方，一相一相验，都不亮。"),
    (36, 42, "最后回到有电的地方再试一次，还亮，刚才的“不亮”才可信。"),
    (42, 50, "第三步，接地。先接接地端，后接导体端。"),
    (50, 58, "万一有人误合闸，电走接地线入地，上级开关跳闸，人没事。"),
    (58, 66, "第四步，挂牌。禁止合闸，有人工作。谁挂的谁摘。"),
    (66, 74, "第五步，装设遮栏。旁边带电的围起来，出入口朝着没电的一边。"),
    (74, 84, "五步做完再动手。拆接地线倒过来：先拆导体端，后拆接地端。"),
]

BUS, BREAK, ISOLATE, WORK = 170.0, 300.0, 420.0, 540.0  # heights of bus, breaker, isolator and work place
X = (330.0, 430.0, 530.0)  # the three phases
LIVE, DEAD = RED, INK


def draw(c: Canvas, t: float) -> None:
    steps = ((6, "停电", "1"), (20, "验电", "2"), (42, "接地", "3"), (58, "挂牌", "4"), (66, "装设遮栏", "5"))
    title, number = "停电作业五步", ""
    for start, name, n in steps:
        if start <= t < 74:
            title, number = name, n
    c.heading(title, number)
    if t < 6:
        _overview(c, t)
    elif t < 74:
        _circuit(c, t)
        if 20 <= t < 42:
            _verify(c, t)
        if 42 <= t < 58:
            _earth(c, t)
    else:
        _closing(c, t - 74)


def _overview(c: Canvas, t: float) -> None:
    for n, word in enumerate(("停电", "验电", "接地", "挂牌", "遮栏")):
        if t < 0.5 + n * 0.8:
            break
        x = 150 + n * 245
        c.disc((x, 320), 92, mix(c.hue, 0.15))
        c.text((x, 316), word, size=64, bold=True)
        c.text((x, 460), str(n + 1), size=60, bold=True, colour=c.hue)
        if n:
            c.arrow((x - 148, 320), (x - 98, 320), 6)


def _circuit(c: Canvas, t: float) -> None:
    opened = ease(t, 7, 8.2)
    isolated = ease(t, 10, 11.5)
    second = ease(t, 14, 15.5)
    fault = 53.0 <= t < 55.8
    if 51.5 <= t < 55.8:
        opened, isolated = 1 - ease(t, 51.5, 53), 1 - ease(t, 51.5, 53)
    elif 55.8 <= t < 58:  # the breaker has tripped, the isolator is still closed
        isolated = 0.0
    # The bus bar stays live; the neighbour's cubicle on the right does too.
    c.line([(120, BUS), (820, BUS)], 14, LIVE)
    c.text((850, BUS), "带电", size=46, colour=LIVE, bold=True, anchor="lm")
    for x in X:
        below_breaker = LIVE if opened < 0.05 else DEAD
        below = LIVE if max(opened, isolated) < 0.05 or (second < 0.05 and t < 20) else DEAD
        if fault:
            below_breaker = below = LIVE
        c.line([(x, BUS), (x, BREAK - 40)], 7, LIVE)
        _blade(c, (x, BREAK), opened, below_breaker, square=True)
        c.line([(x, BREAK + 40), (x, ISOLATE - 40)], 7, below_breaker)
        _blade(c, (x, ISOLATE), isolated, below, square=False)
        c.line([(x, ISOLATE + 40), (x, WORK)], 7, below)
        c.disc((x, WORK), 13, CARD)
    c.text((300, BREAK), "断路器", size=42, anchor="rm")
    c.text((300, ISOLATE), "隔离开关", size=42, anchor="rm")
    c.text((300, WORK), "检修处", size=42, anchor="rm", bold=True)
    if t < 20 or t >= 74:
        _second_source(c, t, second)
    if t >= 17:
        _lock(c, (618, ISOLATE), ease(t, 17, 18))
    if t >= 59:
        _tag(c, (808, 250), t)
    if t >= 66.5:
        _fence(c, ease(t, 66.5, 69))


def _blade(c: Canvas, at: Point, opened: float, colour: Colour, *, square: bool) -> None:
    """A switch from above its lower contact: closed upright, open leaning away."""
    x, y = at
    if square:
        c.box(x - 9, y - 49, x + 9, y - 31, CARD)
    else:
        c.disc((x, y - 40), 9, CARD)
    c.disc((x, y + 40), 7, colour, None)
    c.line([(x, y + 40), polar((x, y + 40), 80, -90 + 34 * opened)], 8, colour if opened < 0.05 else INK)


def _second_source(c: Canvas, t: float, opened: float) -> None:
    y = 480.0
    live = LIVE if opened < 0.05 else DEAD
    c.box(930, y - 60, 1180, y + 60, mix(c.hue, 0.12), radius=8)
    c.text((1055, y), "另一路电源", size=44, bold=True)
    c.line([(930, y), (800, y)], 7, LIVE)
    c.disc((800, y), 9, CARD)
    c.line([(720, y), polar((720, y), 80, -50 * opened)], 8, live if opened < 0.05 else INK)
    c.line([(720, y), (X[0], y)], 7, live)
    for x in X:
        c.disc((x, y), 10, live, None)
    if opened < 0.05 and t >= 12.5 and int(t * 3) % 2 == 0:
        c.label((800, 400), "还有一路", size=48, bold=True, colour=RED)
    if opened > 0.9:
        c.label((800, 570), "断开了", size=48, bold=True, colour=OK)


def _lock(c: Canvas, at: Point, shown: float) -> None:
    x, y = at
    c.arc((x, y - 20 - 26 * (1 - shown)), 22, 180, 360, 8, INK_2)
    c.line([(x - 22, y - 22), (x - 22, y)], 8, INK_2)
    c.line([(x + 22, y - 22 - 26 * (1 - shown)), (x + 22, y - 26 * (1 - shown))], 8, INK_2)
    c.box(x - 34, y - 4, x + 34, y + 44, RED, radius=6)


def _tag(c: Canvas, hook: Point, t: float) -> None:
    swing = 22 * math.exp(-(t - 59) * 0.7) * math.cos((t - 59) * 4)
    at = polar(hook, 150, 90 + swing)
    c.line([hook, at], 4, INK_2)
    c.disc(hook, 8, INK_2)
    c.box(at[0] - 150, at[1] - 20, at[0] + 150, at[1] + 140, CARD, RED, radius=10, width=8)
    c.text((at[0], at[1] + 30), "禁止合闸", size=56, bold=True, colour=RED)
    c.text((at[0], at[1] + 96), "有人工作！", size=48, bold=True, colour=RED)


def _fence(c: Canvas, done: float) -> None:
    """A fence in front of the live neighbour."""
    left, right, top, bottom = 985.0, 1245.0, 250.0, 590.0
    c.box(left + 40, top - 90, right - 20, bottom - 40, mix(RED, 0.12))
    c.text((right - 120, top - 40), "带电", size=50, bold=True, colour=RED)
    edge = between(left, right, done)
    for n in range(int((edge - left) / 40) + 1):
        c.line([(left + n * 40, bottom - 130), (left + n * 40, bottom)], 6, STEEL)
    for y in (bottom - 110, bottom - 40):
        c.line([(left, y), (edge, y)], 8, STEEL)
    if done > 0.95:
        c.label((1115, 430), "止步", size=58, bold=True, colour=CARD, fill=RED)


def _tester(c: Canvas, at: Point, lit: bool) -> None:
    """A voltage tester whose tip touches ``at``."""
    x, y = at
    c.line([(x, y), (x + 64, y + 46)], 5, INK_2)
    c.line([(x + 64, y + 46), (x + 210, y + 150)], 34, STEEL)
    lamp = (x + 112, y + 80)
    if lit:
        c.disc(lamp, 44, mix(GOLD, 0.35), None)
    c.disc(lamp, 22, GOLD if lit else CARD)


def _verify(c: Canvas, t: float) -> None:
    if t < 26:
        at, lit, words = (700.0, BUS + 6), t > 21.5, "①有电处：亮"
    elif t < 36:
        n = min(2, int((t - 26) / 3.3))
        at, lit, words = (X[n] + 10, WORK), False, "②检修处：逐相，不亮"
    else:
        at, lit, words = (700.0, BUS + 6), t > 37, "③再回有电处：还亮"
    _tester(c, at, lit)
    c.label((970, 470), words, size=50, bold=True, colour=OK if lit or 26 <= t < 36 else INK)
    for n, start in enumerate((26, 36, 42)):
        done = t >= start - 1.5
        c.disc((800 + n * 120, 570), 34, OK if done else LINE, None)
        c.text((800 + n * 120, 567), "①②③"[n] if not done else "✓", size=44, colour=CARD, bold=True)


def _earth(c: Canvas, t: float) -> None:
    ground_on = ease(t, 43, 44.5)
    clamp_on = ease(t, 46.5, 48.5)
    ground = (760.0, 600.0)
    for n in range(4):
        half = 70 - n * 20
        c.line([(ground[0] - half, ground[1] + n * 14), (ground[0] + half, ground[1] + n * 14)], 6)
    c.line([(ground[0], ground[1]), (ground[0], ground[1] - 60)], 6)
    joint = (680.0, WORK - 10)
    if ground_on > 0:
        c.line([(ground[0], ground[1] - 60), (between(900, joint[0], ground_on), joint[1])], 9, OK)
        if t < 46.5:
            c.label((985, 460), "先：接地端", size=50, bold=True, colour=OK)
    if clamp_on > 0:
        for x in X:
            end = (between(joint[0], x, clamp_on), between(joint[1] - 60, WORK, clamp_on))
            c.line([joint, end], 8, OK)
            c.disc(end, 14, OK, None)
        if t < 50:
            c.label((985, 460), "后：导体端", size=50, bold=True, colour=OK)
    if 53 <= t < 55.8:
        path = [(X[1], BUS), (X[1], WORK), joint, (ground[0], ground[1] - 60), ground]
        _dots(c, path, t, RED)
    if t >= 50:
        c.label((985, 400), "万一误合闸", size=50, bold=True, colour=RED)
        words = "电入地，人没事" if t < 55.8 else "上级开关跳闸"
        c.label((985, 480), words, size=50, bold=True, colour=OK)


def _dots(c: Canvas, path: list[Point], t: float, colour: Colour) -> None:
    for a, b in pairwise(path):
        length = math.dist(a, b)
        for n in range(max(1, int(length / 44))):
            share = ((n * 44 + t * 220) % length) / length
            at = (between(a[0], b[0], share), between(a[1], b[1], share))
            c.disc(at, 11, CARD, None)
            c.disc(at, 8, colour, None)


def _closing(c: Canvas, t: float) -> None:
    for n, (word, why) in enumerate(
        (
            ("停电", "每一路都断开、上锁"),
            ("验电", "有电处—检修处—有电处"),
            ("接地", "先接地端，后导体端"),
            ("挂牌", "谁挂的谁摘"),
            ("遮栏", "围住带电的一边"),
        )
    ):
        y = 165 + n * 92
        if t < n * 0.8:
            break
        c.disc((140, y), 38, c.hue, None)
        c.text((140, y - 3), str(n + 1), size=48, bold=True, colour=CARD)
        c.text((210, y), word, size=56, bold=True, anchor="lm")
        c.text((400, y), why, size=50, anchor="lm")
    if t > 5:
        c.label((640, 630), "拆接地线倒过来：先导体端，后接地端", size=48, bold=True, colour=RED, fill=GROUND)
