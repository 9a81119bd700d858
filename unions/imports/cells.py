"""What the cells of a roll mean: days, levels, yes and no, as people in China write them. Pure."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

YES, NO = (
    {"是", "1", "y", "yes", "true", "√", "✓", "有", "对"},
    {"否", "0", "n", "no", "false", "×", "无", "不是"},
)
GENDERS = {"男": "m", "女": "f", "男性": "m", "女性": "f", "": "", "m": "m", "f": "f", "1": "m", "2": "f"}
LEVELS = {
    name: rank
    for rank, names in enumerate(
        ["学徒工", "五级 初级工 五级/初级工 5", "四级 中级工 四级/中级工 4", "三级 高级工 三级/高级工 3", "二级 技师 二级/技师 2",
         "一级 高级技师 一级/高级技师 1", "特级技师", "首席技师"], start=1,
    )
    for name in names.split()
}  # fmt: skip
LEVEL_NAMES = {
    1: "学徒工", 2: "五级/初级工", 3: "四级/中级工", 4: "三级/高级工", 5: "二级/技师", 6: "一级/高级技师", 7: "特级技师",
    8: "首席技师",
}  # fmt: skip
OCCUPATION = re.compile(r"[1-8]-[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DATE = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](?:(\d{1,2})[日号]?)?)?|(\d{2})(\d{2})?)(?:[T ]?\d{1,2}:\d{2}.*)?"
)
_SERIAL = re.compile(r"[1-6]\d{4}(?:\.\d+)?")
_DIGITS = str.maketrans("〇○Ｏ零一二三四五六七八九", "0000123456789")
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_HAS_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


@lru_cache(maxsize=65_536)
def written_day(text: str) -> tuple[str, bool]:
    """
    Return a day as ISO, and whether the text said the day of the month (else it is the first).

    >>> [written_day(t)[0] for t in ("1990年3月7日", "1990.3.7", "19900307", "1990/03/07 00:00:00", "一九九〇年三月七日")]
    ['1990-03-07', '1990-03-07', '1990-03-07', '1990-03-07', '1990-03-07']
    >>> written_day("二〇二〇年十二月二十一日"), written_day("43831"), written_day("1990年3月"), written_day("199003")
    (('2020-12-21', True), ('2020-01-01', True), ('1990-03-01', False), ('1990-03-01', False))

    :raises ValueError: if it is no day.
    """
    text = text.strip()
    if _SERIAL.fullmatch(text):
        day = (datetime(1899, 12, 30) + timedelta(days=int(float(text)))).date()
        return day.isoformat(), True
    found = _DATE.fullmatch(text)
    if found is None:
        plain = _TENS.sub(_ten, "".join(text.split())).translate(_DIGITS)
        found = _DATE.fullmatch(plain)
    if found is None:
        raise ValueError(text)
    month, day_text = found[2] or found[4], found[3] or found[5]
    return date(int(found[1]), int(month), int(day_text or 1)).isoformat(), bool(day_text)


def _ten(found: re.Match[str]) -> str:
    tens, ones = found[1] or "一", found[2] or "0"
    return f"{tens}{ones}"


def plain_name(text: str) -> str:
    """
    Return a name without the spaces by which rolls set short names as wide as long ones.

    >>> plain_name("李  强"), plain_name("Maria  Smith")
    ('李强', 'Maria Smith')
    """
    if " " not in text:
        return text
    return "".join(text.split()) if _HAS_CHINESE.search(text) else " ".join(text.split())
