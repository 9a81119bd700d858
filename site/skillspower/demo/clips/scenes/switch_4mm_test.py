"""A switch must not lock with 4 mm between its point and the stock rail: the test, seen from above and close up."""

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

HUE = "rail"
CAPTIONS = [
    (0, 7, "尖轨没有贴严，转辙机还会不会锁上？夹一块板，试给你看。"),
    (7, 17, "先登记、要点、联系好，防护到位，才动道岔。"),
    (17, 28, "第一连接杆处，尖轨与基本轨之间，放四毫米试验板，操纵道岔。"),
    (28, 39, "尖轨顶住了板，转辙机不锁闭，没有表示，摩擦联结器空转。这是对的。"),
    (39, 48, "要是夹着四毫米还锁上了、有了表示，就不许用，马上停用调整。"),
    (48, 57, "换二毫米的板，应当能锁闭、有表示。定位、反位各试一遍。"),
    (57, 64, "板用手柄拿，手和脚不进尖轨的缝。"),
    (64, 72, "取出试验板，再空扳几个来回，清点工具，复查良好，才销记。"),
]

STOCK_Y = 250.0  # the running edge of the stock rail, seen from above
OPEN = 120.0  # how far the point stands open, in pixels


def draw(c: Canvas, t: float) -> None:
    if t < 7:
        c.heading("密贴，才许锁")
        _plan(c, between(1, 0.0, ease(t, 2, 5.5)), locked=t > 5.8, sign="定位" if t > 6 else "")
    elif t < 17:
        _order(c, t - 7)
    elif t < 28:
        c.heading("放 4 mm 试验板", "1")
        _plan(c, between(1, 0.1, ease(t, 23, 26.5)), plate="4", put=ease(t, 18.5, 21))
    elif t < 39:
        c.heading("不锁闭，没有表示", "2")
        _close_up(c, t, "4", locks=False)
    elif t < 48:
        c.heading("锁上了？停用")
        _close_up(c, t, "4", locks=True)
    elif t < 57:
        c.heading("2 mm，应当锁得上", "3")
        _close_up(c, t, "2", locks=True, fine=True)
    elif t < 64:
        _hands(c, t)
    else:
        _closing(c, t - 64)


def _rail(c: Canvas, a: Point, b: Point, wide: float) -> None:
    c.line([a, b], wide, INK)
    c.line([a, b], wide - 8, mix(STEEL, 0.45))


def _plan(
    c: Canvas, gap: float, *, locked: bool = False, plate: str = "", put: float = 0.0, sign: str = ""
) -> None:
    """The points from above. ``gap`` is 1 wide open, 0 closed up; the machine stands below the track."""
    for n in range(9):
        x = 130 + n * 130
        c.box(x - 24, 160, x + 24, 560, mix(c.hue, 0.12), LINE, width=2)
    _rail(c, (60, STOCK_Y - 16), (1220, STOCK_Y - 16), 30)
    _rail(c, (60, 530), (1220, 530), 30)
    tip = (330.0, STOCK_Y + 12 + OPEN * gap)
    heel = (1200.0, 330.0)
    c.polygon(
        [tip, (tip[0] + 4, tip[1] + 10), (heel[0], heel[1] + 14), (heel[0], heel[1] - 14)], mix(STEEL, 0.7)
    )
    rod = (430.0, tip[1] + 14)
    c.line([rod, (430, 590)], 14, INK_2)
    c.disc(rod, 14, GOLD)
    c.text((460, 478), "第一连接杆", size=38, anchor="lm")
    c.text((90, 190), "基本轨", size=38, anchor="lm")
    c.text((900, 402), "尖轨", size=38)
    c.box(330, 582, 640, 672, mix(c.hue, 0.35), radius=10)
    c.text((485, 624), "转辙机", size=44, bold=True)
    _lamp(c, (760, 628), locked, sign)
    if plate and put > 0:
        y = STOCK_Y + 4
        at = between(200, 410, put)
        c.line([(at - 190, y - 60), (at, y)], 10, INK_2)
        c.box(at - 6, y - 8, at + 60, y + 8, GOLD)
        c.label((at + 150, 160), f"{plate} mm", size=50, bold=True, fill=GOLD)


def _lamp(c: Canvas, at: Point, lit: bool, words: str) -> None:
    c.disc(at, 34, OK if lit else CARD, INK)
    c.text(
        (at[0] + 56, at[1] - 2), words or ("有表示" if lit else "没有表示"), size=44, bold=True, anchor="lm"
    )


def _order(c: Canvas, t: float) -> None:
    c.heading("不登记、没联系好，不动")
    for n, (word, what) in enumerate(
        (("登记", "写清设备、影响、时间"), ("要点", "调度给了命令号才算"), ("防护", "两头有人看，对讲复诵"))
    ):
        if t < 0.4 + n * 2.8:
            break
        y = 200 + n * 145
        c.box(110, y - 54, 370, y + 54, mix(c.hue, 0.8), None, radius=8)
        c.text((240, y - 3), word, size=60, bold=True, colour=CARD)
        c.text((430, y), what, size=54, anchor="lm")
        if t > 1.8 + n * 2.8:
            c.tick((1150, y), 48)


def _close_up(c: Canvas, t: float, plate: str, *, locks: bool, fine: bool = False) -> None:
    """Point and stock rail cut across, the plate between them, the lock and the indication below."""
    begin = 28.0 if not locks else 48.0 if fine else 39.0
    wide = 88.0 if plate == "4" else 44.0
    push = ease(t, begin + 0.6, begin + 3)
    shake = 3 * math.sin(t * 20) if push >= 1 and not locks and t < begin + 8 else 0.0
    stock = 330.0
    _profile(c, stock, 0)
    left = stock + 74 + wide + between(150, 0, push) + shake
    c.box(stock + 78, 190, stock + 78 + wide - 8, 310, GOLD)
    c.text((stock + 74 + wide / 2, 146), f"{plate} mm", size=46, bold=True)
    c.polygon(
        [(left, 182), (left + 74, 196), (left + 84, 300), (left + 118, 420), (left + 160, 440), (left + 160, 470),
         (left + 10, 470), (left + 10, 300), (left, 280)],
        mix(STEEL, 0.7),
    )  # fmt: skip
    c.arrow((left + 330, 330), (left + 190, 330), 12, STEEL if push < 1 else RED, 34)
    c.text((250, 520), "基本轨", size=42)
    c.text((left + 84, 520), "尖轨", size=42)
    home = locks and t > begin + 3.6
    slide = ease(t, begin + 3, begin + 4) if locks else 0.35 * push
    # The lock: a bolt that reaches its notch only when the point is home.
    c.box(820, 180, 1210, 300, mix(c.hue, 0.15), radius=8)
    c.box(1090, 200, 1180, 280, CARD)
    c.box(840, 220, between(960, 1176, slide), 260, OK if home else mix(RED, 0.6))
    c.text((1015, 150), "锁闭", size=42, bold=True)
    if not locks:
        turn = 260 * linear(t, begin + 3, begin + 8)
        c.disc((890, 420), 62, CARD)
        for n in range(3):
            c.line([(890, 420), polar((890, 420), 54, turn + 120 * n)], 7, INK_2)
        c.text((970, 420), "摩擦联结器空转", size=36, anchor="lm")
    _lamp(c, (860, 600), home, "")
    if not locks and t > begin + 5:
        c.label((430, 620), "不锁闭，合格", size=54, bold=True, colour=CARD, fill=OK)
    elif locks and not fine and t > begin + 4.4:
        c.label((430, 620), "不合格，停用调整", size=54, bold=True, colour=CARD, fill=RED)
    elif fine and t > begin + 4.4:
        c.label((430, 620), "锁得上，合格", size=54, bold=True, colour=CARD, fill=OK)


def _profile(c: Canvas, x: float, y: float) -> None:
    """A stock rail cut across; ``x`` is its middle."""
    c.polygon(
        [(x - 74, 182 + y), (x + 74, 182 + y), (x + 74, 260 + y), (x + 20, 290 + y), (x + 20, 400 + y),
         (x + 120, 440 + y), (x + 120, 470 + y), (x - 120, 470 + y), (x - 120, 440 + y), (x - 20, 400 + y),
         (x - 20, 290 + y), (x - 74, 260 + y)],
        mix(STEEL, 0.45),
    )  # fmt: skip


def _hands(c: Canvas, t: float) -> None:
    c.heading("板用手柄拿")
    for side, (x, good) in enumerate(((320.0, True), (940.0, False))):
        _rail(c, (x - 240, 250), (x + 240, 250), 40)
        gap = 60 + 14 * math.sin(t * 1.6)
        c.polygon(
            [(x - 160, 270 + gap), (x - 150, 284 + gap), (x + 240, 330 + gap), (x + 240, 290 + gap)],
            mix(STEEL, 0.7),
        )
        hand = (x - 40, 560.0) if good else (x, 292.0)
        if good:
            c.line([hand, (x - 20, 300)], 12, INK_2)
            c.box(x - 50, 272, x + 20, 300, GOLD)
        c.line([(hand[0] - 40, hand[1] + 90 if good else 520), hand], 44, mix(STEEL, 0.6))
        c.disc(hand, 32, mix(GOLD, 0.35))
        if good:
            c.tick((x + 180, 480), 60)
        elif t > 58 + side:
            c.cross((x + 170, 470), 70)
    if t > 60:
        c.label((640, 640), "手脚不进尖轨的缝", size=54, bold=True, colour=CARD, fill=RED)


def _closing(c: Canvas, t: float) -> None:
    c.heading("取板、复试、清点、销记")
    for n, word in enumerate(("取出试验板", "空扳几个来回", "清点工具", "复查良好再销记")):
        if t < 0.2 + n * 1.4:
            break
        y = 180 + n * 115
        c.disc((170, y), 38, c.hue, None)
        c.text((170, y - 3), str(n + 1), size=46, bold=True, colour=CARD)
        c.text((250, y), word, size=58, bold=True, anchor="lm")
        if t > 1.2 + n * 1.4:
            c.tick((900, y), 48)
