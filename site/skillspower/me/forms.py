"""What a person says about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.trades import TRADES
from occupations.api import occupations_on, skill_levels

LEAD_OCCUPATION = {
    "welding": "6-18-02-04",
    "machining": "6-18-01-01",
    "electrical": "6-31-01-03",
    "lifting": "6-30-05-01",
    "automation": "6-31-07-01",
    "mining": "6-16-01-09",
    "rail": "6-29-03-10",
    "care": "4-10-01-05",
}
"""The occupation that a tile stands for until somebody names their own."""


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("姓名"),
        max_length=40,
        required=False,
        help_text=_("证件上的名字，只有你单位的工会和证书上看得到。"),
        error_messages={"max_length": _("姓名最多 40 个字。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    display_name = forms.CharField(
        label=_("别人怎么称呼你"),
        max_length=40,
        required=False,
        help_text=_("比如“李师傅”。不填就按姓来。"),
        error_messages={"max_length": _("称呼最多 40 个字。")},
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class TradeForm(forms.Form):
    """A tile, or an occupation picked from what a typed job title found; and the level, which may stay open."""

    trade = forms.ChoiceField(choices=[("", "")] + [(t.key, t.name) for t in TRADES], required=False)
    occupation = forms.CharField(max_length=10, required=False)
    job = forms.CharField(label=_("岗位名"), max_length=40, required=False)
    level = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        levels = [("", _("不知道"))] + [(str(level.rank), level.label) for level in skill_levels()]
        self.fields["level"].choices = levels  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code = data.get("occupation") or LEAD_OCCUPATION.get(data.get("trade") or "", "")
        if not code:
            self.add_error("job", _("点一个行当，或者写岗位名搜一下。也可以以后再说。"))
        elif not occupations_on(self._today).filter(code=code).exists():
            self.add_error("job", _("没有这个职业，换个说法再搜一下。"))
        data["code"] = code
        return data
