"""Reversing a motor with two contactors: two phases change places, and each contactor locks the other out."""

from __future__ import annotations

import math

from skillspower.demo.clips.canvas import (
    CARD,
    GOLD,
    GROUND,
    INK,
    INK_2,
    OK,
    RED,
    STEEL,
    Canvas,
    Colour,
    Point,
    ease,
    mix,
    polar,
)

HUE = "electric"
CAPTIONS = [
    (0, 7, "三相电动机，任意对调两根相线，就反过来转。"),
    (7, 15, "KM1 吸合，L1、L2、L3 照直送到电动机，正转。"),
    (15, 24, "KM2 吸合，L1 和 L3 对调了送，反转。"),
    (24, 32, "要是两只一起吸，L1 和 L3 碰在一起，就是相间短路。"),
    (32, 43, "看控制电路。按正转，KM1 线圈得电，自锁合上，松手还转。"),
    (43, 52, "KM1 串在对面的常闭断开了，这时按反转，KM2 吸不了。"),
    (52, 64, "要反转，先按停止，等 KM1 放开，再按反转，KM2 才吸。"),
    (64, 74, "KM1 触点烧粘了，铁芯放不开，常闭也合不上，还拦着 KM2。"),
    (74, 88, "对调两相就反转，串对方的常闭做联锁，要换向，先停。"),
]

OFF: Colour = INK_2
PHASES = ("L1", "L2", "L3")
HUES = ((214, 150, 20), (46, 125, 60), RED)  # yellow, green, red as the phases are marked


def draw(c: Canvas, t: float) -> None:
    if t < 32:
        _power(c, t)
    elif t < 74:
        _control(c, t)
    else:
        _closing(c, t - 74)


def _power(c: Canvas, t: float) -> None:
    both = t >= 24
    heading = "对调两相就反转" if t < 7 else "主电路" if not both else "两只一起吸：短路"
    c.heading(heading, "" if t < 7 else "1")
    forward = (7.8 < t < 14.6) or (t < 7 and t % 7 < 3.4) or 24.5 < t < 30.5
    backward = (15.8 < t < 23.6) or (t < 7 and t % 7 >= 3.6) or 26 < t < 30.5
    short = forward and backward
    xs = (190.0, 290.0, 390.0)
    left, right = xs, (610.0, 710.0, 810.0)
    for n, x in enumerate(xs):
        c.text((x, 130), PHASES[n], size=40, bold=True, colour=HUES[n])
        # The supply goes to both contactors.
        y = 178 + n * 24
        c.line([(x, 160), (x, y), (right[n], y)], 6, HUES[n])
        c.disc((x, y), 8, HUES[n], None)
        c.line([(x, y), (x, 285)], 6, HUES[n])
        c.line([(right[n], y), (right[n], 285)], 6, HUES[n])
        _contact(c, (left[n], 285), forward, HUES[n])
        _contact(c, (right[n], 285), backward, HUES[n])
    c.text((110, 330), "KM1", size=44, bold=True, colour=STEEL)
    c.text((900, 330), "KM2", size=44, bold=True, colour=STEEL)
    # Out of KM2 the outer two change places before they join KM1's lines.
    colours: list[Colour] = [OFF, OFF, OFF]
    if forward:
        colours = list(HUES)
    elif backward:
        colours = [HUES[2], HUES[1], HUES[0]]
    for n in range(3):
        out = 2 - n
        y = 410 + n * 28
        live = HUES[out] if backward else OFF
        c.line([(right[out], 375), (right[out], y), (left[n], y)], 6, live)
        c.line([(left[n], 375), (left[n], 512), (290 + (n - 1) * 44, 534)], 6, colours[n])
        c.disc((left[n], y), 8, live if backward else colours[n], None)
    if short:
        _flash(c, (390, 438), t)
        c.label((1060, 470), "L1 碰 L3", size=54, bold=True, colour=RED)
        c.label((1060, 560), "相间短路！", size=54, bold=True, colour=RED)
    running = 0 if short or not (forward or backward) else 1 if forward else -1
    _motor(c, (290, 595), running, t)
    if running:
        words = "正转" if running > 0 else "反转"
        c.label((560, 600), words, size=58, bold=True, colour=OK if running > 0 else STEEL)
        if backward:
            c.label((1060, 440), "L1、L3 对调", size=50, bold=True, colour=STEEL)
    if t >= 30.6 and both:
        c.label((1060, 520), "绝不许一起吸", size=54, bold=True, colour=RED)


def _contact(c: Canvas, top: Point, closed: bool, colour: Colour) -> None:
    x, y = top
    c.disc((x, y), 6, colour, None)
    c.disc((x, y + 90), 6, colour if closed else OFF, None)
    c.line([(x, y + 90), (x if closed else x - 30, y + 8)], 7, colour if closed else INK)


def _flash(c: Canvas, at: Point, t: float) -> None:
    for n in range(12):
        length = 60 + 46 * math.sin(t * 31 + n * 2.1)
        c.line([polar(at, 18, n * 30 + t * 40), polar(at, 18 + length, n * 30 + t * 40)], 8, GOLD)
    c.disc(at, 34 + 8 * math.sin(t * 37), (255, 246, 214), RED, 4)


def _motor(c: Canvas, at: Point, running: int, t: float) -> None:
    c.disc(at, 78, mix(c.hue, 0.18))
    c.text((at[0], at[1] - 4), "M 3～", size=40, bold=True)
    turn = running * t * 200
    start = turn if running else -60.0
    for n in range(2):
        a = start + n * 180
        c.arc(at, 64, a, a + 70, 5, OK if running else INK_2)
        end = a + 70 if running >= 0 else a
        ahead = 9 if running >= 0 else -9
        if running:
            c.arrow(polar(at, 64, end), polar(at, 64, end + ahead * 1.6), 5, OK, 20)


RAIL_L, RAIL_R = 70.0, 1210.0
RUNG_1, RUNG_2 = 290.0, 530.0


def _control(c: Canvas, t: float) -> None:
    """The two rungs, with what is pressed and what has pulled in at each moment."""
    stuck = t >= 64
    press_1 = 34 < t < 37.5
    press_2 = 45 < t < 50 or 58.5 < t < 61.5 or 69 < t < 73
    press_stop = 54 < t < 56.5 or 66 < t < 68
    held_1 = 34.6 <= t < 54.3 or 64 <= t < 66.2
    iron_1 = held_1 or stuck
    held_2 = 59 <= t < 64
    title = (
        "按正转"
        if t < 43
        else "联锁拦住反转"
        if t < 52
        else "先停，再反转"
        if t < 64
        else "触点烧粘了也拦得住"
    )
    c.heading(title, "2" if t < 52 else "3" if t < 64 else "4")
    live_in = not press_stop
    for x in (RAIL_L, RAIL_R):
        c.line([(x, 150), (x, 600)], 6, RED if x == RAIL_L else STEEL)
    c.line([(RAIL_L, RUNG_1), (130, RUNG_1)], 6, RED)
    _button(c, (190, RUNG_1), "停止", press_stop, closed=live_in, normally_closed=True)
    after = RED if live_in else OFF
    c.line([(250, RUNG_1), (300, RUNG_1), (300, RUNG_2), (330, RUNG_2)], 6, after)
    c.line([(300, RUNG_1), (330, RUNG_1)], 6, after)
    _rung(c, RUNG_1, ("正转", "KM1", "KM2"), (press_1, iron_1, held_2, live_in, stuck))
    _rung(c, RUNG_2, ("反转", "KM2", "KM1"), (press_2, held_2, iron_1, live_in, False))
    if 45.5 < t < 52 or t > 69.5:
        c.cross((765, RUNG_2), 64)
        c.label((900, 640), "这里断着，KM2 吸不了", size=46, bold=True, colour=RED)
    if stuck and 66 < t < 69.5:
        c.label((900, 640), "线圈断电了，铁芯没放", size=46, bold=True, colour=RED)
    if 37.5 < t < 43:
        c.label((760, 206), "自锁：松手还通", size=46, bold=True, colour=OK)
    if 60 < t < 64:
        c.label((900, 640), "KM2 吸合，反转", size=46, bold=True, colour=OK)


def _rung(
    c: Canvas, y: float, names: tuple[str, str, str], state: tuple[bool, bool, bool, bool, bool]
) -> None:
    """Button with its holding contact, the other's break contact, the coil."""
    button, own, other = names
    pressed, iron, other_in, live_in, stuck = state
    passed = live_in and (pressed or iron)
    before = RED if live_in else OFF
    _button(c, (390, y), button, pressed, closed=pressed, normally_closed=False, live=live_in)
    # The holding contact beside the button.
    up = y - 84
    c.line([(330, y), (330, up), (360, up)], 5, before)
    c.line([(420, up), (450, up), (450, y)], 5, RED if passed else OFF)
    _switch(c, (390, up), closed=iron, live=live_in)
    c.text((510, up), own, size=34, colour=OK if iron else INK_2, bold=iron)
    c.line([(450, y), (705, y)], 6, RED if passed else OFF)
    _switch(c, (765, y), closed=not other_in, live=passed, crossed=True, wide=60)
    c.text((765, y + 46), f"{other} 常闭", size=36, bold=True, colour=RED if other_in else INK_2)
    through = passed and not other_in
    c.line([(825, y), (1010, y)], 6, RED if through else OFF)
    c.box(1010, y - 46, 1130, y + 46, mix(GOLD, 0.7) if through else CARD, radius=6)
    c.text((1070, y - 2), own, size=44, bold=True)
    c.line([(1130, y), (RAIL_R, y)], 6, STEEL)
    if iron:
        c.text((1070, y - 74), "粘住" if stuck else "吸合", size=38, bold=True, colour=RED if stuck else OK)


def _switch(
    c: Canvas, at: Point, *, closed: bool, live: bool, crossed: bool = False, wide: float = 30
) -> None:
    x, y = at
    c.disc((x - wide, y), 6, RED if live else OFF, None)
    c.disc((x + wide, y), 6, RED if live and closed else OFF, None)
    lift = 0 if closed else -wide * 0.75
    c.line([(x - wide, y), (x + wide * 0.9, y + lift)], 7, RED if live and closed else INK)
    if crossed:
        c.line([(x + wide, y - 22), (x + wide, y)], 4, INK_2)


def _button(
    c: Canvas, at: Point, name: str, pressed: bool, *, closed: bool, normally_closed: bool, live: bool = True
) -> None:
    x, y = at
    _switch(c, at, closed=closed, live=live, wide=60)
    c.disc((x - 60, y), 6, RED if live else OFF, None)
    top = y + (30 if pressed else 46)
    c.line([(x, y + 8), (x, top)], 4, INK_2)
    fill = (RED if normally_closed else OK) if pressed else GROUND
    c.box(x - 56, top, x + 56, top + 48, fill, radius=10)
    c.text((x, top + 22), name, size=34, bold=True, colour=CARD if pressed else INK)


def _closing(c: Canvas, t: float) -> None:
    c.heading("记住四句")
    rows = ("对调两根相线，就反转", "两只一起吸，就是短路", "线圈前面串对方的常闭", "要换向，先停稳")
    for n, words in enumerate(rows):
        if t < n * 1.6:
            break
        y = 180 + n * 118
        c.box(230, y - 48, 1050, y + 48, mix(c.hue, 0.12), radius=10)
        c.disc((292, y), 30, c.hue, None)
        c.text((292, y - 2), str(n + 1), size=40, colour=CARD, bold=True)
        c.text((660, y), words, size=54, bold=True)
    if t > 8:
        shown = ease(t, 8, 9)
        c.label((640, 645), "机械联锁的跷板，别拆", size=44 + round(2 * shown), bold=True, colour=RED)
