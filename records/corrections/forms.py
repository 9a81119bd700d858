"""Forms of an objection, its answer and a correction."""

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, to_ms
from media.api import PAPER_TYPES, PHOTO_TYPES, UploadRefused, check_private_file
from records.models import Correction

_LENGTH = re.compile(r"(\d{1,3})(?:[:：]([0-5]\d))?")
_OWN_REASONS = [why for why in Correction.Why if why != Correction.Why.OBJECTION]


class PrivateFileField(forms.FileField):
    """A photo, or with ``papers`` also a PDF, known by its content."""

    def __init__(self, *, papers: bool = False, **options: Any) -> None:
        self.allowed = PAPER_TYPES if papers else PHOTO_TYPES
        options.setdefault("widget", forms.FileInput(attrs={"accept": ",".join(self.allowed)}))
        super().__init__(**options)
        self.error_messages["empty"] = str(_("文件是空的，请重新选择。"))

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file:
            try:
                check_private_file(file, allowed=self.allowed)
            except UploadRefused as error:
                raise forms.ValidationError(str(error)) from error
        return file


class LengthField(forms.CharField):
    """A length of time as minutes or minutes:seconds, as whole milliseconds."""

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        found = _LENGTH.fullmatch(text)
        if found is None:
            raise forms.ValidationError(_("写分钟，或者写分和秒，比如 12:30。"))
        return (int(found[1]) * 60 + int(found[2] or 0)) * 1_000


class ObjectionForm(forms.Form):
    words = forms.CharField(
        label=_("哪里不对，写一句话"),
        max_length=200,
        error_messages={
            "required": _("写一句话，工会才知道哪里不对。"),
            "max_length": _("一句话就够，最多 200 个字。"),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = PrivateFileField(
        label=_("照片"),
        required=False,
        help_text=_("截图或现场照片都行，JPG、PNG、WebP，最大 10 MB。只有你和答复的工会看得到。"),
    )


class AnswerObjectionForm(forms.Form):
    UPHOLD, REFUSE = "uphold", "refuse"
    answer = forms.ChoiceField(
        label=_("这条异议"),
        choices=[(UPHOLD, _("成立，补学时")), (REFUSE, _("不成立"))],
        error_messages={"required": _("选一个：成立，还是不成立。")},
        widget=forms.RadioSelect,
    )
    length = LengthField(
        label=_("补多少"),
        required=False,
        help_text=_("分和秒，比如 12:30。不填就是能补的全部。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label=_("给工友的话"),
        max_length=400,
        help_text=_("写清楚查了什么、结果是什么，工友会看到。"),
        error_messages={
            "required": _("写一句理由，工友会看到。"),
            "max_length": _("最多 400 个字。"),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    paper = PrivateFileField(
        papers=True, label=_("依据"), required=False, help_text=_("照片或 PDF，最大 10 MB。工友也看得到。")
    )


class DecisionForm(forms.Form):
    APPROVE, REFUSE = "approve", "refuse"
    decision = forms.ChoiceField(choices=[(APPROVE, APPROVE), (REFUSE, REFUSE)])
    words = forms.CharField(
        label=_("复核意见"),
        max_length=400,
        required=False,
        help_text=_("不通过要写原因。"),
        error_messages={"max_length": _("最多 400 个字。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == self.REFUSE and not data.get("words", "").strip():
            self.add_error("words", _("写一句不通过的原因，提交的人会看到。"))
        return data


class _CorrectionForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("为什么更正"),
        choices=[(why.value, why.label) for why in _OWN_REASONS],
        error_messages={"required": _("选一个原因。")},
    )
    words = forms.CharField(
        label=_("说明"),
        max_length=400,
        help_text=_("写清楚根据什么，工友和复核的人都会看到。"),
        error_messages={"required": _("写一句说明。"), "max_length": _("最多 400 个字。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    paper = PrivateFileField(
        papers=True,
        label=_("依据"),
        help_text=_("签到表、当班记录的照片或 PDF，最大 10 MB。"),
        error_messages={"required": _("请附上依据，没有依据不能更正。")},
    )


class ReversalForm(_CorrectionForm):
    kept = LengthField(
        label=_("保留多少"),
        required=False,
        help_text=_("分和秒，比如 12:30。不填就是整笔冲销。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ["reason", "kept", "words", "paper"]


class GrantForm(_CorrectionForm):
    on = forms.DateField(
        label=_("哪一天学的"),
        error_messages={"required": _("选一天。"), "invalid": _("写日期，比如 2026-11-23。")},
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    at = forms.TimeField(
        label=_("几点开始"),
        error_messages={"required": _("写开始的时间。"), "invalid": _("写时间，比如 08:30。")},
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    length = LengthField(
        label=_("学了多久"),
        help_text=_("分钟，比如 45，也可以写分和秒，比如 45:30。"),
        error_messages={"required": _("写学了多少分钟。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ["on", "at", "length", "reason", "words", "paper"]

    @property
    def began_at(self) -> int:
        """The instant in ms since the epoch; for a form that is valid."""
        at: time = self.cleaned_data["at"]
        return to_ms(datetime.combine(self.cleaned_data["on"], at, tzinfo=SHANGHAI))
