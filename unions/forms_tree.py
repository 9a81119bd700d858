"""Forms of the officer who changes the tree: what is opened, renamed, moved, merged, split or closed below the own union."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from unions.codes import industries, regions
from unions.exceptions import UnionNotFound
from unions.models import Line, Union, UnionKind
from unions.policies import may
from unions.queries import children, find_union
from unions.rules import normalize_code, normalize_credit_code

CODE_TAKEN = _("这个代码已经有单位用了。换一个。")


class ActForm(forms.Form):
    """What all acts need to know: who asks, above whom, about whom, on which day."""

    def __init__(
        self, *args: Any, user: User, above: Union, unit: Union | None, today: date, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.user, self.above, self.unit, self.today = user, above, unit, today
        self.prepare()

    def prepare(self) -> None:
        """Fill what depends on the tree."""

    def named_union(self, field: str) -> Union:
        """Return the union a field names, if the officer may change the tree there."""
        try:
            union = find_union(self.cleaned_data[field])
        except UnionNotFound as error:
            raise ValidationError(_("没有这个代码的单位，核对一下。")) from error
        if not may(self.user, union, "membership", write=True, on=self.today):
            raise ValidationError(
                _("%(union)s不在你管的范围里。请你们共同的上级来办。") % {"union": union.name}
            )
        return union


def _name(label: Any) -> forms.CharField:
    messages = {"required": _("请填名称。"), "max_length": _("名称最多 120 个字。")}
    return forms.CharField(label=label, max_length=120, error_messages=messages)


def _code(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=40, help_text=help_text, error_messages={"required": _("请填代码。")}
    )


def _new_code(code: str) -> str:
    found = normalize_code(code)
    if not (3 <= len(found) <= 24 and found.replace("-", "").isalnum() and found.isascii()):
        raise ValidationError(_("代码写 3–24 位大写字母、数字或短横。"))
    if Union.objects.filter(code=found).exists():
        raise ValidationError(CODE_TAKEN)
    return found


class OpenForm(ActForm):
    code = _code(_("代码"), _("3–24 位大写字母、数字或短横，以后不变。"))
    name = _name(_("名称"))
    kind = forms.ChoiceField(label=_("类型"), error_messages={"invalid_choice": _("这一类不能放在这里。")})
    on = forms.DateField(
        label=_("成立日期"),
        error_messages={"required": _("请选一天。"), "invalid": _("日期写成 2026-11-30 这样。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    credit_code = forms.CharField(
        label=_("统一社会信用代码"), required=False, help_text=_("工会自己的，8 开头，18 位。没有就不填。")
    )
    region_code = forms.CharField(
        label=_("行政区划代码"), required=False, help_text=_("6 位，例如 110101。"), max_length=12
    )
    industry = forms.ChoiceField(label=_("行业门类"), required=False)

    def prepare(self) -> None:
        kinds = UnionKind.objects.filter(
            level__gte=self.above.kind.lowest_child_level or 99,
            level__lte=self.above.kind.highest_child_level or 0,
        )
        choices = [(k.code, k.name) for k in kinds.order_by("level", "code")]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
        letters = [("", _("不填")), *((c, f"{c} {name}") for c, name in industries().items())]
        self.fields["industry"].choices = letters  # type: ignore[attr-defined]  # so is this

    def clean_code(self) -> str:
        return _new_code(self.cleaned_data["code"])

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("成立日期不能晚于今天。"))
        if on < self.above.opened_on:
            raise ValidationError(_("上级那时还没有成立。"))
        return on

    def clean_credit_code(self) -> str:
        text = self.cleaned_data["credit_code"]
        if not text:
            return ""
        try:
            return normalize_credit_code(text, union=True)
        except ValueError as error:
            raise ValidationError(
                _("这不是工会的统一社会信用代码：18 位，8 开头，最后一位是校验位。对照证书再看一遍。")
            ) from error

    def clean_region_code(self) -> str:
        code = normalize_code(self.cleaned_data["region_code"])
        if code and code not in regions():
            raise ValidationError(_("没有这个行政区划代码。"))
        return code


class RenameForm(ActForm):
    name = _name(_("新名称"))
    short_name = forms.CharField(label=_("简称"), max_length=60, required=False)


class MoveForm(ActForm):
    parent = _code(_("新上级的代码"))
    line = forms.ChoiceField(label=_("哪条线"), choices=Line.choices, initial=Line.ADMINISTRATIVE)
    on = forms.DateField(
        label=_("从哪天起"),
        error_messages={"required": _("请选一天。"), "invalid": _("日期写成 2026-11-30 这样。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_parent(self) -> Union:
        return self.named_union("parent")

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self.unit.opened_on:  # type: ignore[union-attr]  # this form is about a union
            raise ValidationError(_("那时它还没有成立。"))
        if on > self.today + timedelta(days=366):
            raise ValidationError(_("最多提前一年。"))
        return on


class MergeForm(ActForm):
    into = _code(_("并到哪家（代码）"))

    def clean_into(self) -> Union:
        return self.named_union("into")


class SplitForm(ActForm):
    code = _code(_("新单位的代码"), _("3–24 位大写字母、数字或短横，以后不变。"))
    name = _name(_("新单位的名称"))
    taking = forms.MultipleChoiceField(
        label=_("哪些下级跟过去"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("至少选一家，不然没有什么可分。")},
    )

    def prepare(self) -> None:
        self.below = {u.code: u for u in children(self.unit, on=self.today)} if self.unit else {}
        field: Any = self.fields["taking"]
        field.choices = [(code, u.name) for code, u in self.below.items()]

    def clean_code(self) -> str:
        return _new_code(self.cleaned_data["code"])

    def clean_taking(self) -> list[Union]:
        return [self.below[code] for code in self.cleaned_data["taking"]]


class CloseForm(ActForm):
    """Nothing to fill in: what happens stands in the preview."""
