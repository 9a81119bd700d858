"""A policy in plain words: what each field is called, what it does, and its value with its unit."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from records.policies.fields import FIELDS


def field_name(name: str) -> str:
    """Return what a field is called."""
    return {
        "max_rate": _("计时倍速上限"),
        "daily_cap_ms": _("每天最多计时"),
        "part_cap_ms": _("每一段最多计时"),
        "course_cap_ms": _("每门课最多计时"),
        "presence_min_ms": _("确认间隔最短"),
        "presence_max_ms": _("确认间隔最长"),
        "presence_timeout_ms": _("确认等多久"),
        "lateness_days": _("离线记录几天内要传上来"),
        "makeup_days": _("没确认的几天内能补"),
        "proof_covers_ms": _("一次确认最多盖住"),
        "complete_ratio": _("看到多少算学完"),
        "sound_only": _("音频课息屏听也计时"),
        "online_share": _("线上学时最多占"),
    }[name]


def field_names(names: Iterable[str]) -> list[str]:
    """Return what fields are called."""
    return [field_name(name) for name in names]


def explanation(name: str) -> str:
    """Return what a field does, in a sentence."""
    return {
        "max_rate": _("快放时，一分钟最多按看了这么多倍的内容计。1.5 倍看完的课，再看一部分就能补足学时。"),
        "daily_cap_ms": _("同一天的学时到这里就不再增加；再看仍算学过，第二天重看能补。"),
        "part_cap_ms": _("一段视频、音频或图文一共最多计多少。"),
        "course_cap_ms": _("一门课一共最多计多少。"),
        "presence_min_ms": _("两次“还在学吗”之间至少隔多久。"),
        "presence_max_ms": _("两次“还在学吗”之间最多隔多久，在最短和最长之间随机。"),
        "presence_timeout_ms": _("弹出确认后等多久算没确认。长辈版至少等 180 秒。"),
        "lateness_days": _("没有网络时学的，几天之内传上来还算。"),
        "makeup_days": _("传上来的时间等确认，几天之内有效。"),
        "proof_covers_ms": _("点一次确认，最多算进之前多久的学习。要不短于最长间隔加等待时间。"),
        "complete_ratio": _("每一段都看到这个比例，这节课就算学完；和学时多少无关。"),
        "sound_only": _("只对音频课有效；视频和图文要在眼前才计时。"),
        "online_share": _("用在培训计划里：超出的线上学时先留着，有了线下学时再算进去。"),
    }[name]


def unit_name(name: str) -> str:
    """Return the unit people write a field in; empty for yes or no."""
    return {
        "times": _("倍"),
        "minutes": _("分钟"),
        "seconds": _("秒"),
        "days": _("天"),
        "percent": "%",
        "flag": "",
    }[FIELDS[name].unit]


def value_words(name: str, column: Any) -> str:
    """Return a value (as the column keeps it) with its unit."""
    if column is None:
        return _("不限")
    if FIELDS[name].unit == "flag":
        return _("计时") if column else _("不计时")
    number = FIELDS[name].written(Decimal(str(column)))
    unit = unit_name(name)
    return f"{number}%" if unit == "%" else f"{number} {unit}"


def bounds_words(name: str) -> str:
    """Return the bounds of a field."""
    field = FIELDS[name]
    unit = unit_name(name)
    return _("{least} 到 {most} {unit}").format(least=field.least, most=field.most, unit=unit).strip()
