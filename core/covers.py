"""
The cover of a course without a photo: its subject as a workshop drawing on the ground of its trade.

The same course has the same cover on every page and in every process: all of it follows from the course's key (slug),
title, trade, level and number of lessons. No text is drawn, so no font is needed. Drawings lie in ``covers.svg``
(subjects) and ``icons.svg`` (trades); the page inlines what is here, about 1 kB.
"""

from typing import NamedTuple
from zlib import crc32

WIDTH, HEIGHT = 320, 180
"""Units of the drawing. A square cover shows the middle 180 of the 320: nothing that tells lies outside of it."""

LEFT, RIGHT = 84, 236
LEVEL_MARKS = 5
"""五级 has one mark, 一级 five; 特级 and 首席技师 get a sixth and a seventh."""
_MOST_LESSONS = 40

SUBJECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("conveyor", ("输送", "传送", "可编程", "PLC", "流水线")),
    ("toolpath", ("数控", "编程", "加工中心", "CAM")),
    ("arm", ("机器人", "机械臂", "机械手")),
    ("motor", ("电动机", "电机", "变频", "发电机")),
    ("thread", ("螺纹", "蜗杆", "丝杠", "丝杆")),
    ("groove", ("坡口", "对接平焊", "保护焊", "角焊", "埋弧")),
    ("pipe", ("管对接", "小径管", "管道", "管工", "氩弧")),
    ("electrode", ("焊条", "电弧", "引弧", "平敷焊", "气焊", "堆焊")),
    ("airflow", ("通风", "瓦斯", "粉尘", "有限空间", "除尘")),
    ("bolts", ("支护", "锚杆", "顶板", "巷道", "掘进", "隧道")),
    ("crane", ("起重机", "起重", "吊装", "行车", "天车", "塔吊", "司索")),
    ("scaffold", ("脚手架", "架子", "模板", "高处作业", "登高")),
    ("turnout", ("道岔", "转辙", "线路工", "轨道", "铁路", "信号")),
    ("wheelchair", ("老人", "护理", "照护", "失能", "康复", "养老")),
    ("truck", ("叉车", "仓储", "搬运", "装卸")),
    ("flame", ("消防", "灭火", "防火", "火灾", "动火")),
    ("valve", ("阀", "泵", "液压", "气动", "锅炉", "压力容器")),
    ("breaker", ("低压", "配电", "验电", "停电", "触电", "用电", "继电")),
    ("shaft", ("轴类", "台阶轴", "车削", "车工", "轴")),
    ("calliper", ("测量", "量具", "检验", "检测", "公差", "精度")),
    ("gears", ("齿轮", "钳工", "装配", "减速", "维修", "保养")),
    ("drawing", ("识图", "制图", "图样", "看图", "图纸")),
    ("helmet", ("安全", "防护", "应急", "急救")),
)
"""Symbols of covers.svg and the words of a title that ask for them. The word that stands first here wins."""


class Art(NamedTuple):
    """What a cover is made of; plain values, so that an index may keep it as a list."""

    key: str
    title: str
    trade: str
    rank: int = 0
    lessons: int = 0


class Cover(NamedTuple):
    """``d`` attributes of the paths of a cover; ``subject`` is empty where the trade's tool stands for it."""

    subject: str
    is_deep: bool
    field: str
    lines: str
    solid: str
    hollow: str
    rule: str


def subject_of(title: str) -> str:
    """
    Return the symbol that draws what a title is about, empty if no word of it is known.

    >>> subject_of("三相异步电动机控制线路的安装与检修"), subject_of("数控车床编程与操作：轴类零件")
    ('motor', 'toolpath')
    >>> subject_of("桥式起重机安全操作"), subject_of("家乡味道")
    ('crane', '')
    """
    return next((symbol for symbol, words in SUBJECTS if any(word in title for word in words)), "")


def cover_of(art: Art) -> Cover:
    """
    Compose the cover of a course.

    >>> one = Art("smaw-basics", "焊条电弧焊基础", "welding", 2, 7)
    >>> cover_of(one) == cover_of(one), cover_of(one).subject, cover_of(one).solid
    (True, 'electrode', 'M84 14v18')
    """
    seed = crc32(art.key.encode())
    field, lines = _ground(seed)
    solid, hollow = _level(art.rank)
    return Cover(
        subject=subject_of(art.title),
        is_deep=bool(seed >> 8 & 1),
        field=field,
        lines=lines,
        solid=solid,
        hollow=hollow,
        rule=_rule(art.lessons),
    )


def _ground(seed: int) -> tuple[str, str]:
    """Return the tinted shape and the fine lines behind the drawing: one of seven compositions, placed by the seed."""
    kind, place, mirrored = seed % 7, (seed >> 12) % 5, bool(seed >> 9 & 1)
    x = 60 + 50 * place  # 60 … 260
    side = 0 if mirrored else WIDTH
    away = WIDTH - 2 * side
    if kind == 0:  # a lamp over the bench
        return _circle(x, 70, 78), _circle(x, 70, 92)
    if kind == 1:  # a belt across
        return f"M{x - 30} 0h84l-90 180h-84z", f"M{x + 70} 0l-90 180M{x + 82} 0l-90 180"
    if kind == 2:  # rings about a corner
        return _circle(side, 180, 84), "".join(_circle(side, 180, r) for r in (112, 140, 168, 196))
    if kind == 3:  # stairs
        steps = "".join(f"v-{20 + 4 * place}h{away // abs(away) * 60}" for _ in range(4))
        return f"M{side} 180{steps}V180z", f"M0 {40 + 8 * place}H320"
    if kind == 4:  # strata
        top = 50 + 10 * place
        return f"M0 {top}h320v26H0zM0 {top + 52}h320v52H0z", f"M0 {top - 14}H320M0 {top - 22}H320"
    if kind == 5:  # a cut face, hatched
        width = 96 + 12 * place
        start = side - (0 if mirrored else width)
        hatch = "".join(f"M{start + n} 180l{width - n} -{width - n}" for n in range(12, width, 20))
        return f"M{start} 0h{width}v180h-{width}z", hatch
    # squares of a plan
    squares = [(n, m) for n in range(8) for m in range(4) if (seed >> ((n * 4 + m) % 27)) & 3 == 3]
    return "".join(
        f"M{40 * n} {45 * m}h40v45h-40z" for n, m in squares
    ), "M0 45H320M0 135H320M40 0V180M280 0V180"


def _circle(x: int, y: int, r: int) -> str:
    return f"M{x - r} {y}a{r} {r} 0 1 1 {2 * r} 0a{r} {r} 0 1 1-{2 * r} 0z"


def _level(rank: int) -> tuple[str, str]:
    """Return the long ticks of a level: as many solid as it is high (五级 one, 一级 five), the rest hollow."""
    if not rank:
        return "", ""
    solid = max(0, rank - 1)
    ticks = [f"M{LEFT + 9 * n} 14v18" for n in range(max(LEVEL_MARKS, solid))]
    return "".join(ticks[:solid]), "".join(ticks[solid:])


def _rule(lessons: int) -> str:
    """Return the rule at the foot: a space for each lesson, every fifth line long."""
    spaces = min(lessons, _MOST_LESSONS)
    if not spaces:
        return ""
    step = (RIGHT - LEFT) / spaces
    ticks = "".join(
        f"M{round(LEFT + step * n, 1):g} 164v-{11 if n % 5 == 0 else 6}" for n in range(spaces + 1)
    )
    return f"M{LEFT} 164H{RIGHT}{ticks}"
