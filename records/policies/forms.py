"""The form of a version: what is left empty is inherited, and says what that is."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI, day_of, to_ms
from records.ledger.terms import DAY_MS
from records.models import StudyPolicy
from records.operations.policies import FIELDS as COLUMNS
from records.policies import words
from records.policies.fields import FIELDS, Field
from records.policies.publishing import NOTE
from records.policies.queries import Origin


class PolicyForm(forms.Form):
    """Fields in the units of ``fields.FIELDS``; ``values`` are columns once the form is valid."""

    def __init__(
        self, *args: Any, origins: dict[str, Origin], names: dict[str, str], now: int, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name in COLUMNS:
            self.fields[name] = _field(FIELDS[name], origins[name], names)
        self.fields["on"] = forms.DateField(
            label=_("从哪一天起"),
            initial=day_of(now + DAY_MS),
            help_text=_("要在现在之后。当天已经学的还按原来的算。"),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": _("选一天。"), "invalid": _("写日期，比如 2026-12-01。")},
        )
        self.fields["at"] = forms.TimeField(
            label=_("几点起"),
            initial=time(0, 0),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={"required": _("写时间，比如 00:00。"), "invalid": _("写时间，比如 00:00。")},
        )
        self.fields["note"] = forms.CharField(
            label=_("说明"),
            required=False,
            max_length=NOTE,
            help_text=_("为什么改、根据哪份文件。会员看不到，复核和上级工会看得到。"),
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    @property
    def values(self) -> dict[str, Any]:
        """What was written, as columns; None is inherited."""
        out: dict[str, Any] = {}
        for name in COLUMNS:
            written = self.cleaned_data.get(name)
            if FIELDS[name].unit == "flag":
                out[name] = {"yes": True, "no": False}.get(written or "")
            else:
                out[name] = None if written is None else FIELDS[name].column(written)
        return out

    @property
    def effective_from(self) -> int:
        return to_ms(datetime.combine(self.cleaned_data["on"], self.cleaned_data["at"], tzinfo=SHANGHAI))


def _field(field: Field, origin: Origin, names: dict[str, str]) -> forms.Field:
    whence = origin_words(origin.inherited_owner, origin.inherited_version, names)
    hint = _("{what}不填就是：{value}（{whence}）。").format(
        what=words.explanation(field.name),
        value=words.value_words(field.name, origin.inherited),
        whence=whence,
    )
    label = words.field_name(field.name)
    if field.unit == "flag":
        return forms.ChoiceField(
            label=label,
            required=False,
            choices=[("", _("不设，跟上级一样")), ("yes", _("计时")), ("no", _("不计时"))],
            help_text=hint,
        )
    unit = words.unit_name(field.name)
    # Forms put the value into the sentence with "%", so a sign of it would be taken for a place.
    bounds = words.bounds_words(field.name).replace("%", "％")
    errors = {
        "min_value": _("写 {bounds}。").format(bounds=bounds),
        "max_value": _("写 {bounds}。").format(bounds=bounds),
        "invalid": _("写一个数字，{bounds}。").format(bounds=bounds),
        "max_decimal_places": _("最多三位小数。"),
    }
    options: dict[str, Any] = {
        "label": _("{name}（{unit}）").format(name=label, unit=unit),
        "required": False,
        "min_value": field.least,
        "max_value": field.most,
        "help_text": hint,
        "error_messages": errors,
        "widget": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    }
    if field.unit in {"times", "percent"}:
        places = 3 if field.unit == "times" else 1
        return forms.DecimalField(max_digits=6, decimal_places=places, **options)
    return forms.IntegerField(**options)


def origin_words(owner: str, version: int, names: dict[str, str]) -> str:
    """Return where a value comes from: a union's or the nation's version, or the system's default."""
    if owner == "default":
        return _("系统默认")
    name = _("全国") if owner == "national" else names.get(owner, _("上级工会"))
    return _("{name}第 {version} 版").format(name=name, version=version)


def initial_of(columns: dict[str, Any]) -> dict[str, Any]:
    """Return columns as the form shows them."""
    out = {}
    for name, column in columns.items():
        if column is None:
            continue
        if FIELDS[name].unit == "flag":
            out[name] = "yes" if column else "no"
        else:
            out[name] = FIELDS[name].written(Decimal(str(column)))
    return out


def columns_of(policy: StudyPolicy) -> dict[str, Any]:
    """Return what a version sets."""
    return {name: getattr(policy, name) for name in COLUMNS}


class RecountForm(forms.Form):
    """Which days are judged by a version, and why."""

    day_from = forms.DateField(
        label=gettext_lazy("从哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("选一天。"),
            "invalid": gettext_lazy("写日期，比如 2026-11-01。"),
        },
    )
    day_to = forms.DateField(
        label=gettext_lazy("到哪一天"),
        help_text=gettext_lazy("这一天也算在内，要已经过完。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("选一天。"),
            "invalid": gettext_lazy("写日期，比如 2026-11-30。"),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("为什么重算"),
        max_length=200,
        help_text=gettext_lazy("学时有变化的工友和复核的人都会看到。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("写一句理由，工友会看到。"),
            "max_length": gettext_lazy("最多 200 个字。"),
        },
    )
