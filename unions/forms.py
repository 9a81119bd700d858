"""Forms of joining and of answering."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from unions.links import Link

NAME_MAX = 40


class RequestForm(forms.Form):
    """What an officer needs to know a member by the roll."""

    name = forms.CharField(
        label=_("姓名"),
        max_length=NAME_MAX,
        help_text=_("工会按花名册核对，写证件上的名字。"),
        error_messages={
            "required": _("请填姓名，工会要核对花名册。"),
            "max_length": _("姓名最多 40 个字。"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    workplace = forms.CharField(
        label=_("班组或用工单位"),
        max_length=120,
        required=False,
        help_text=_("比如“焊接车间甲班”。写了确认得快。"),
        error_messages={"max_length": _("最多写 120 个字。")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("邀请码"),
        max_length=24,
        error_messages={"required": _("请填邀请码，在单位的海报或群里。")},
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )


class AnswerForm(forms.Form):
    """An officer's answer: confirming needs no words, the other two do."""

    CONFIRM, REFUSE, ASK = "confirm", "refuse", "ask"
    answer = forms.ChoiceField(choices=[(CONFIRM, CONFIRM), (REFUSE, REFUSE), (ASK, ASK)])
    remark = forms.CharField(
        label=_("给申请人的话"),
        max_length=300,
        required=False,
        error_messages={"max_length": _("最多写 300 个字。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") in {self.REFUSE, self.ASK} and not data.get("remark", "").strip():
            self.add_error("remark", _("写一句原因，申请人会看到。"))
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么要看"),
        min_length=4,
        max_length=200,
        error_messages={
            "required": _("写明原因，会记入审计日志。"),
            "min_length": _("原因写具体一点，至少 4 个字。"),
            "max_length": _("原因最多 200 个字。"),
        },
    )


def _day(label: Any, **more: Any) -> forms.DateField:
    messages = {"required": _("请选一天。"), "invalid": _("日期写成 2026-11-30 这样。")}
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, error_messages=messages, widget=widget, **more)


class NoticeForm(forms.Form):
    """A notice to one's members; ``offered`` are the links it may lead to, by heading."""

    title = forms.CharField(
        label=_("标题"),
        max_length=60,
        help_text=_("一句话说清什么事，最多 60 个字。"),
        error_messages={"required": _("请写标题。"), "max_length": _("标题最多 60 个字。")},
    )
    text = forms.CharField(
        label=_("内容"),
        max_length=3000,
        help_text=_("什么事、什么时候、找谁。空一行就是另起一段。"),
        error_messages={"required": _("请写内容。"), "max_length": _("内容最多 3,000 个字。")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    url = forms.ChoiceField(
        label=_("带一个学习链接"),
        required=False,
        error_messages={"invalid_choice": _("这个链接已经不在了，重新选一个。")},
    )
    active_from = _day(_("从哪天起显示"))
    last_day = _day(_("显示到哪天"), help_text=_("这一天也显示。最长一年。"))

    def __init__(self, *args: Any, offered: list[tuple[str, list[Link]]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self._titles = {link.url: link.title for _heading, links in offered for link in links}
        groups = [(heading, [(link.url, link.title) for link in links]) for heading, links in offered]

        self.fields["url"].choices = [("", _("不带链接")), *groups]  # type: ignore[attr-defined]  # it is a ChoiceField

    @property
    def url_title(self) -> str:
        return self._titles.get(self.cleaned_data.get("url", ""), "")

    def clean_last_day(self) -> date:
        """The rest of the rules of a period is the operation's."""
        last_day: date = self.cleaned_data["last_day"]
        if last_day < self._today:
            raise forms.ValidationError(_("这一天已经过了。"), code="past")
        if last_day > self._today + timedelta(days=2 * 366):
            raise forms.ValidationError(_("太久了，最长一年。"), code="far")
        return last_day
