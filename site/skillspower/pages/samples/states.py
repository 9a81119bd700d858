"""What the components show in each of their states: nothing, too much, something wrong, no network."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms

from core.trades import TRADES
from skillspower.pages.samples.material import (
    COURSES,
    FIGURES,
    HERE,
    LESSONS,
    MINUTE,
    MONTH,
    PEOPLE,
    UNITS,
    Data,
)

_SENTENCE = "焊条电弧焊从引弧、运条、接头到收弧的全部手上功夫与安全要求，"
LONG = (_SENTENCE * 7)[:199] + "。"
"""A title of 200 characters: nothing may run off, nothing may be cut without a way to read it."""


class StatesForm(forms.Form):
    """A field of each kind. Its forms are on one page, so each has a prefix of its own."""

    name = forms.CharField(label="姓名", help_text="和身份证上一样，证书上用。")
    unit = forms.ChoiceField(
        label="单位", choices=[("", "请选"), ("1", "栖江重型机械厂工会")], required=False
    )
    remark = forms.CharField(label="说明情况", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    agree = forms.BooleanField(label="我看过《个人信息保护说明》，同意")


class CodeForm(forms.Form):
    code = forms.CharField(label="验证码")


_UNION_HITS = [
    (SimpleNamespace(uuid=UUID(int=n), name=name), path)
    for n, (name, path) in enumerate(
        [
            ("栖江重型机械厂工会", "江川省总工会 › 栖江市总工会 › 栖江县总工会"),
            ("栖江重型机械厂工会焊接分会", "江川省总工会 › 栖江市总工会 › 栖江县总工会 › 栖江重型机械厂工会"),
            (LONG[:90], LONG),
        ],
        start=1,
    )
]


def _import_line(number: int, name: str, action: str, **more: Any) -> Data:
    row = SimpleNamespace(
        line=number,
        action=more.get("key", ""),
        outcome="",
        get_action_display=action,
        errors=more.get("errors", []),
    )
    return {"row": row, "name": name, "key": more.get("who", "")}


_IMPORT_LINES = [
    _import_line(2, "李大勇", "新增", who="138****2046"),
    _import_line(3, "阿依古丽·买买提", "换单位", who="139****7781"),
    _import_line(
        4, "王敏", "没通过", key="refused", who="137****90", errors=["手机号要 11 位，这里只有 9 位。", LONG]
    ),
]


def _refused_form() -> StatesForm:
    form = StatesForm({"bad-name": "", "bad-unit": "", "bad-remark": "", "bad-agree": ""}, prefix="bad")
    form.errors.clear()
    form.add_error("name", "写上姓名，证书上要用。")
    form.add_error("agree", "先看一遍说明，同意了再往下走。")
    return form


def _refused_code() -> CodeForm:
    form = CodeForm({"wrong-code": "380512"}, prefix="wrong")
    form.is_valid()
    form.add_error("code", "验证码不对，再看一眼短信。还能试 2 次。")
    return form


_CHECKS: Data = {
    "items": [
        {"url": HERE, "text": "这张图没写图上有什么。", "where": "引弧：划擦法与直击法", "is_here": False},
        {"url": HERE, "text": "视频没有字幕。", "where": "", "is_here": True},
        {"url": HERE, "text": LONG, "where": LONG[:60], "is_here": False},
    ],
    "notes": ["这门课现在共 3 节、0.7 学时。"],
}


def states() -> Data:
    """Return what the page of all states shows."""
    return {
        "long": LONG,
        "nobody": SimpleNamespace(is_authenticated=False),
        "somebody": SimpleNamespace(is_authenticated=True),
        "checks": _CHECKS,
        "presence_choices": ["0–3 mm", "3–6 mm", "越高越好，焊缝高出来的部分能多受一点力"],
        "union_hits": _UNION_HITS,
        "import_lines": _IMPORT_LINES,
        "form": StatesForm(prefix="plain"),
        "bad_form": _refused_form(),
        "code_form": CodeForm(prefix="code"),
        "bad_code_form": _refused_code(),
        "course": COURSES[0],
        "plain_course": COURSES[1],
        "long_course": {**COURSES[4], "title": LONG, "instructor": LONG[:40]},
        "lessons": [*LESSONS, {"title": LONG, "url": HERE, "ms": 8 * MINUTE, "state": "todo"}],
        "figure": FIGURES[1],
        "long_figure": {**FIGURES[0], "name": LONG[:60], "what": LONG},
        "no_figure": {"name": "参训率", "number": "–", "what": "这个月还没有数，每天 06:00 更新。"},
        "month": MONTH,
        "table": {**UNITS, "caption": "各单位的参训率"},
        "empty_table": {**UNITS, "caption": "没有落后的单位", "rows": [], "foot": None},
        "person": PEOPLE[0],
        "long_person": {**PEOPLE[3], "name": "阿卜杜热合曼·阿卜杜热西提", "trade_line": LONG[:60]},
        "trades": TRADES[:4],
        "covered": [[0, 190_000], [230_000, 262_000]],
        "refused": [[190_000, 230_000]],
        "meters": [
            ("running", "正在计时", "正在计时", "4′10″"),
            ("paused", "停了", "已暂停", "4′10″"),
            ("hidden", "不在眼前", "页面不在眼前，先停表。回来接着看，停表前的都算数。", "4′10″"),
            ("offline", "没网", "没网也在记。已存 3 分钟，连上网自动上传，不会重复也不会丢。", "7′10″"),
            ("capped", "今天满了", "今天已经学满，按规定不再计时。可以接着看，明天起再看这段能算。", "8′00″"),
        ],
        "timeline": [
            {"when": "11月23日 08:41", "what": "送审", "note": "邵卫东"},
            {"when": "11月23日 10:02", "what": LONG, "note": "赵国庆"},
        ],
    }
