"""The eight trade tiles and which occupations they stand for: the picture of a course is never a grey box."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Trade:
    """``key`` names the glyph and the hue; ``codes`` are beginnings of occupation codes, the longest one wins."""

    key: str
    name: str | Promise
    codes: tuple[str, ...]


TRADES = (
    Trade("welding", _("焊接"), ("6-18-02",)),
    Trade("machining", _("机械加工"), ("6-18", "6-19", "6-20", "6-21", "6-22", "6-31-01")),
    Trade("electrical", _("电工电气"), ("6-31-01-03", "6-24", "6-28", "4-11-01")),
    Trade("lifting", _("起重与建造"), ("6-29", "6-30-05")),
    Trade("automation", _("智能制造"), ("6-31-07", "6-25", "6-26", "2-02-38", "4-04")),
    Trade("mining", _("矿山安全"), ("6-16",)),
    Trade("rail", _("轨道交通"), ("6-29-03-10", "6-30-02", "6-23-01", "4-02-01")),
    Trade("care", _("生活服务"), ("4-10", "4-14", "4-03", "4-06", "4-09")),
)
GENERAL = "general"

_BY_CODE = {code: trade.key for trade in TRADES for code in trade.codes}


def trade_of(occupation_code: str) -> str:
    """
    Return the key of the tile of an occupation.

    >>> trade_of("6-18-02-04"), trade_of("6-18-01-01"), trade_of("6-31-01-03"), trade_of("6-29-03-10")
    ('welding', 'machining', 'electrical', 'rail')
    >>> trade_of("1-01-00-01"), trade_of("")
    ('general', 'general')
    """
    parts = occupation_code.split("-")
    beginnings = ("-".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((_BY_CODE[b] for b in beginnings if b in _BY_CODE), GENERAL)
