"""The form by which an officer asks members to study a course."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import CourseEdition
from occupations.models import Occupation, SkillLevel
from programmes.assignments.queries import occupations_taught
from programmes.models import Assignment

FAR = timedelta(days=366)


class AssignmentForm(forms.Form):
    """``members`` are uuid and name of those who can be chosen one by one; without any only the other two ways are offered."""

    reach = forms.ChoiceField(
        label=_("给谁"),
        widget=forms.RadioSelect,
        error_messages={"required": _("选一种。"), "invalid_choice": _("选一种。")},
    )
    members = forms.MultipleChoiceField(
        label=_("选人"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("有人已经不在本单位了，重新选。")},
    )
    occupation = forms.ChoiceField(label=_("职业"), required=False)
    level = forms.ChoiceField(label=_("技能等级"), required=False)
    takes_in = forms.BooleanField(label=_("到期以前入会、转到这个工种的人也算"), required=False, initial=True)
    due_on = forms.DateField(
        label=_("哪天前学完"),
        help_text=_("这一天也算。"),
        error_messages={"required": _("请选一天。"), "invalid": _("日期写成 2026-11-30 这样。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(
        self, *args: Any, edition: CourseEdition, members: list[tuple[str, str]], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        ways = (
            Assignment.Reach.choices if members else [c for c in Assignment.Reach.choices if c[0] != "chosen"]
        )
        self._choose("reach", ways)
        self._choose("members", members)
        own = (edition.occupation_id, edition.occupation.name)
        others = [pair for pair in occupations_taught() if pair != own]
        self._choose("occupation", [("", _("不限")), own, *others])
        levels = SkillLevel.objects.order_by("rank").values_list("rank", "label")
        self._choose("level", [("", _("不限")), *((str(rank), label) for rank, label in levels)])
        if not members:
            del self.fields["members"]

    def _choose(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # they are choice fields

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < self._today:
            raise forms.ValidationError(_("这一天已经过了。"), code="past")
        if day > self._today + FAR:
            raise forms.ValidationError(_("太久了，最长一年。"), code="far")
        return day

    def clean_occupation(self) -> Occupation | None:
        code = self.cleaned_data["occupation"]
        return Occupation.objects.get(pk=code) if code else None

    def clean_level(self) -> SkillLevel | None:
        rank = self.cleaned_data["level"]
        return SkillLevel.objects.get(rank=rank) if rank else None
