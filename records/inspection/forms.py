"""What an inspector asks for, and why."""

from django import forms
from django.utils.translation import gettext_lazy as _

from records.inspection.access import REASON


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么要看"),
        max_length=REASON,
        help_text=_("写清楚哪件事、哪份文件。每次看都会记下来，本人的工会查得到。"),
        error_messages={"required": _("写一句理由。"), "max_length": _("最多 200 个字。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())


class DayForm(forms.Form):
    who = forms.CharField(
        label=_("谁"),
        max_length=150,
        help_text=_("账号、手机号，或者学员的编号（uuid）。"),
        error_messages={"required": _("写要看谁。"), "max_length": _("太长了，写账号或者手机号。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    day = forms.DateField(
        label=_("哪一天"),
        error_messages={"required": _("选一天。"), "invalid": _("写日期，比如 2026-11-23。")},
        widget=forms.DateInput(attrs={"type": "date"}),
    )
