"""Forms of joining and of answering."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
