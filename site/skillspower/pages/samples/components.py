"""What the overview of all components shows."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders

from core.trades import TRADES
from skillspower.pages.samples.material import COURSES, FIGURES, LESSONS, MONTH, PEOPLE, UNITS, Data

_ICON = re.compile(r'<symbol id="([a-z0-9]+)" viewBox="0 0 24 24">')


def _sprite() -> str:
    return Path(finders.find("icons.svg") or "").read_text(encoding="utf-8")


COLOURS = [
    *[
        "ground",
        "card",
        "sunken",
        "ink",
        "ink-2",
        "ink-3",
        "line",
        "line-strong",
        "steel",
        "steel-hover",
        "steel-soft",
    ],
    *[
        "red",
        "red-soft",
        "gold",
        "gold-fill",
        "gold-soft",
        "ok",
        "ok-soft",
        "warn",
        "warn-soft",
        "focus",
        "seal",
    ],
]


def components() -> Data:
    return {
        "colours": COLOURS,
        "courses": COURSES,
        "people": PEOPLE,
        "lessons": LESSONS,
        "figures": FIGURES,
        "table": UNITS,
        "month": MONTH,
        "trades": TRADES,
        "trade_keys": {t.key for t in TRADES},
        "levels": [
            (1, "学徒工"),
            (2, "五级/初级工"),
            (3, "四级/中级工"),
            (4, "三级/高级工"),
            (5, "二级/技师"),
            (6, "一级/高级技师"),
            (7, "特级技师"),
            (8, "首席技师"),
        ],
        "icons": _ICON.findall(_sprite()),
        "covered": [[0, 190_000], [230_000, 262_000]],
        "refused": [[190_000, 230_000]],
        "timeline": [
            {"when": "11月23日 08:41", "what": "送审", "note": "邵卫东"},
            {"when": "11月23日 10:02", "what": "退回：第 4 块图片缺说明", "note": "赵国庆"},
            {"when": "11月24日 09:15", "what": "上线", "note": "赵国庆"},
        ],
    }
