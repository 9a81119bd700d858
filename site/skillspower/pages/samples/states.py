"""What the components show in each of their states: nothing, too much, something wrong, no network."""

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


def states() -> Data:
    """Return what the page of all states shows."""
    return {
        "long": LONG,
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
