"""What a holder chooses for a transcript, and what somebody else holds against it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 2 * 1024**2


class TranscriptForm(forms.Form):
    """``first_day`` is the day of the first credited minute; of ``days`` only ``chosen`` looks at the two dates."""

    period = forms.ChoiceField(
        label=_("哪段时间"),
        choices=[
            ("year", _("今年")),
            ("last_year", _("去年")),
            ("all", _("从第一笔到今天")),
            ("chosen", _("自己选")),
        ],
        initial="year",
        widget=forms.RadioSelect,
        error_messages={"required": _("选一段时间。")},
    )
    first = forms.DateField(
        label=_("从哪天"),
        required=False,
        help_text=_("上面选了“自己选”才要填。"),
        error_messages={"invalid": _("写日期，比如 2026-11-23。")},
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last = forms.DateField(
        label=_("到哪天"),
        required=False,
        error_messages={"invalid": _("写日期，比如 2026-11-23。")},
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    valid = forms.TypedChoiceField(
        label=_("多久有效"),
        choices=[(30, _("一个月")), (180, _("半年")), (365, _("一年"))],
        coerce=int,
        initial=180,
        help_text=_("过了这个日子，核验页只说它过期了。"),
    )
    shows_name = forms.BooleanField(
        label=_("核验页上写我的全名"),
        required=False,
        help_text=_("不勾就只写姓。PDF 上总是全名，给谁看由你定。"),
    )

    def __init__(self, *args: Any, today: date, first_day: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.first_day = today, first_day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("period") == "chosen" and not self.errors:
            for name in ("first", "last"):
                if data.get(name) is None:
                    self.add_error(name, _("选一天。"))
            if not self.errors and data["first"] > data["last"]:
                self.add_error("last", _("结束的那天在开始的前面。"))
        return data

    @property
    def days(self) -> tuple[date, date]:
        """First and last day, both included; for a form that is valid."""
        year = self.today.year
        periods = {
            "year": (date(year, 1, 1), self.today),
            "last_year": (date(year - 1, 1, 1), date(year - 1, 12, 31)),
            "all": (self.first_day or self.today, self.today),
            "chosen": (self.cleaned_data["first"], self.cleaned_data["last"]),
        }
        return periods[self.cleaned_data["period"]]


class CheckFileForm(forms.Form):
    file = forms.FileField(
        label=_("你手里的文件"),
        help_text=_("PDF 或 JSON。只在这里比对，不会留下。"),
        error_messages={
            "required": _("先选一个文件。"),
            "empty": _("文件是空的，请重新选择。"),
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf,application/json"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件超过 2 MB，不会是这张证明。"))
        return file
