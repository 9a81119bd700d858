"""
What each figure means (口径): who is counted, how, by which day, from where. The same words stand beside the figure on
the page, in the answer of the API and at the foot of an export.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import display
from reports.rules import Figures, percent

Text = str | Promise

_BY_BOOKING = _("按入账日期落在本期，算给入账时所在的单位；后来转走，也不会跟着走。")
_BY_LAST_DAY = _("按本期最后一天（进行中的按今天）的会籍和隶属关系。")
_LEDGER = _("学时账本")
_LEDGER_AND_ROLL = _("学时账本、会籍名册")
_ROLL = _("会籍名册")
OWNER = _("全国总工会口径，本站统一执行")


@dataclass(frozen=True)
class Definition:
    """
    A figure: ``exact`` gives the whole number behind it (ms or a count; None where there is nothing to divide by),
    ``shown`` what people read.
    """

    key: str
    name: Text
    unit: Text
    what: Text
    formula: Text
    period: Text
    source: Text
    exact: Callable[[Figures], int | None]
    shown: Callable[[Figures], str]

    def as_dict(self) -> dict[str, str]:
        """Return the words of the definition, for the API."""
        names = ("name", "unit", "what", "formula", "period", "source")
        return {name: str(getattr(self, name)) for name in names} | {"owner": str(OWNER)}

    @property
    def heading(self) -> str:
        """Return the head of a column: a rate says that it is per cent, the rest say it by their name."""
        return f"{self.name}（%）" if self.unit == "%" else str(self.name)

    @property
    def facts(self) -> list[tuple[Text, Text]]:
        """Return the definition as (term, text), for the page."""
        return [
            (_("怎么算"), self.formula),
            (_("哪段时间"), self.period),
            (_("数据来自"), self.source),
            (_("谁定的"), OWNER),
        ]


def _hours(ms: int | None) -> str:
    return "" if ms is None else display.study_hours(ms)


def _count(name: str) -> dict[str, Any]:
    def exact(figures: Figures) -> int:
        return int(getattr(figures, name))

    return {"exact": exact, "shown": lambda figures: f"{exact(figures):,}"}


def _rate(name: str, part: str) -> dict[str, Any]:
    return {
        "exact": lambda figures: None if getattr(figures, name) is None else getattr(figures, part),
        "shown": lambda figures: percent(getattr(figures, name)),
    }


TOTAL = Definition(
    key="total",
    name=_("总学时"),
    unit=_("学时"),
    what=_("本单位和下级单位这一期记入的有效学习时间。"),
    formula=_("有效学习毫秒数相加，除以 45 分钟，只在显示时舍去一位小数以后的部分"),
    period=_BY_BOOKING,
    source=_LEDGER,
    exact=lambda figures: figures.total_ms,
    shown=lambda figures: _hours(figures.total_ms),
)
VISITS = Definition(
    key="visits",
    name=_("学习人次"),
    unit=_("人次"),
    what=_("一个人一天里有学时入账，算一人次。"),
    formula=_("按人、学习日、入账日去重，净学时大于 0 的个数"),
    period=_BY_BOOKING,
    source=_LEDGER,
    **_count("visits"),
)
COMPLETIONS = Definition(
    key="completions",
    name=_("学完节数"),
    unit=_("节"),
    what=_("这一期学完的课节数，同一人同一节只算一次。"),
    formula=_("播放覆盖达到学完比例的课节个数，与学时多少无关"),
    period=_BY_BOOKING,
    source=_LEDGER,
    **_count("completions"),
)
MEMBERS = Definition(
    key="members",
    name=_("会员"),
    unit=_("人"),
    what=_("期末在册的会员，一个人只算在一家基层工会。"),
    formula=_("会籍在那一天有效的人数"),
    period=_BY_LAST_DAY,
    source=_ROLL,
    **_count("members"),
)
REGISTERED = Definition(
    key="registered",
    name=_("注册"),
    unit=_("人"),
    what=_("期末会员里登录过本站的人。"),
    formula=_("会员中首次登录不晚于那一天的人数"),
    period=_BY_LAST_DAY,
    source=_ROLL,
    **_count("registered"),
)
PARTICIPANTS = Definition(
    key="participants",
    name=_("参训"),
    unit=_("人"),
    what=_("期末会员里，这一期学满 1 学时的人，在哪家单位学的都算。"),
    formula=_("会员中本期有效学习时间不少于 45 分钟的人数"),
    period=_BY_LAST_DAY,
    source=_LEDGER_AND_ROLL,
    **_count("participants"),
)
PARTICIPATION_RATE = Definition(
    key="participation_rate",
    name=_("参训率"),
    unit="%",
    what=_("当期学满 1 学时的在册会员÷期末会员。"),
    formula=_("参训人数÷会员数，舍去一位小数以后的部分"),
    period=_BY_LAST_DAY,
    source=_LEDGER_AND_ROLL,
    **_rate("participation_rate", "participants"),
)
MEAN = Definition(
    key="mean",
    name=_("人均学时"),
    unit=_("学时"),
    what=_("期末会员这一期平均每人的学时，在哪家单位学的都算。"),
    formula=_("这些会员本期的有效学习毫秒数相加，除以会员数，再除以 45 分钟"),
    period=_BY_LAST_DAY,
    source=_LEDGER_AND_ROLL,
    exact=lambda figures: figures.mean_ms,
    shown=lambda figures: _hours(figures.mean_ms),
)
ON_TARGET = Definition(
    key="on_target",
    name=_("达标"),
    unit=_("人"),
    what=_("期末会员里，这一期学够单位目标的人。"),
    formula=_("会员中本期有效学习时间不少于各月目标之和的人数；目标取自最近的上级"),
    period=_BY_LAST_DAY,
    source=_LEDGER_AND_ROLL,
    **_count("on_target"),
)
ON_TARGET_RATE = Definition(
    key="on_target_rate",
    name=_("达标率"),
    unit="%",
    what=_("达标的会员÷单位定了目标的会员。"),
    formula=_("达标人数÷有目标的会员数，舍去一位小数以后的部分"),
    period=_BY_LAST_DAY,
    source=_LEDGER_AND_ROLL,
    **_rate("on_target_rate", "on_target"),
)

_AFTER_CLOSING = _("学习日落在本期、入账在关账以后的；用关账那天的隶属关系往上合计。")


def _nothing(figures: Figures) -> None:
    """These are no figures of a period but of what came after it: ``queries.Late`` has them."""


LATE = Definition(
    key="late",
    name=_("补记（毫秒）"),
    unit=_("毫秒"),
    what=_("本期学的，关账以后才到的：离线补传、补录、确认入会后转来的。记在后面的月份里。"),
    formula=_("关账后入账、学习日在本期的有效学习毫秒数相加，不含冲正"),
    period=_AFTER_CLOSING,
    source=_LEDGER,
    exact=_nothing,
    shown=lambda figures: "",
)
CORRECTED = Definition(
    key="corrected",
    name=_("更正（毫秒）"),
    unit=_("毫秒"),
    what=_("本期学的，关账以后冲正的。记在后面的月份里。"),
    formula=_("关账后入账、学习日在本期的冲正毫秒数相加，是负数或 0"),
    period=_AFTER_CLOSING,
    source=_LEDGER,
    exact=_nothing,
    shown=lambda figures: "",
)
LIVE = Definition(
    key="live",
    name=_("账本现在的数（毫秒）"),
    unit=_("毫秒"),
    what=_("关账数加补记加更正。各月不能再相加：补记在后面的月份里也算了一次。"),
    formula=_("关账数＋补记＋更正"),
    period=_AFTER_CLOSING,
    source=_LEDGER,
    exact=_nothing,
    shown=lambda figures: "",
)
LATE_COLUMNS = (LATE, CORRECTED, LIVE)
"""What stands beside a closed period's figures."""

COLUMNS = (
    TOTAL,
    VISITS,
    COMPLETIONS,
    MEMBERS,
    REGISTERED,
    PARTICIPANTS,
    PARTICIPATION_RATE,
    MEAN,
    ON_TARGET,
    ON_TARGET_RATE,
)
"""The columns of a table of unions, on the page, in the file and in the answer."""

TILES = (TOTAL, PARTICIPATION_RATE, MEAN, ON_TARGET_RATE, MEMBERS, VISITS)
"""The figures at the head of a union's page."""
