"""The profile's form in the CMS."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from accounts.models import Person, User
from accounts.rules import normalize_phone
from instructors.models import Grade, InstructorProfile
from instructors.operations import fill_derived, forget_verification, refresh_standing
from instructors.rules import masked


def person_of(text: str) -> Person | None:
    """Return the person who signs in with this user name, or has this phone number."""
    user = User.objects.filter(username=text).select_related("person").first()
    if user is not None:
        return user.person
    try:
        phone = normalize_phone(text)
    except ValueError:
        return None
    index = Person._meta.get_field("phone_index").index_of(phone)
    return Person.objects.filter(phone_index=index).first()


class InstructorProfileForm(WagtailAdminModelForm):
    """
    A new profile names its person by sign-in or phone: a list of all members would be no help and nobody's business.
    """

    account = forms.CharField(
        label=_("本人的用户名或手机号"), required=False, help_text=_("新建时填写；建好以后不能换人。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["account"]
        for row in self.formsets["qualifications"].forms if "qualifications" in self.formsets else []:
            if row.instance.pk:
                _hide_number(row)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "account" in self.fields:
            text = (cleaned.get("account") or "").strip()
            person = person_of(text) if text else None
            if person is None:
                self.add_error(
                    "account", ValidationError(_("没有这个用户名或手机号。请本人先登录一次，再来建档。"))
                )
            elif InstructorProfile.objects.filter(person=person).exists():
                self.add_error("account", ValidationError(_("这个人已经有师资档案了。")))
            else:
                self.instance.person = person
        return cleaned

    def save(self, commit: bool = True) -> InstructorProfile:
        fill_derived(self.instance)
        for row in self.formsets["honours"].forms:
            if row.instance.pk and row.has_changed():
                forget_verification(row.instance)
        for row in self.formsets["qualifications"].forms:
            if row.instance.pk and row.has_changed():
                row.instance.verified_by, row.instance.verified_at = None, None
        saved: InstructorProfile = super().save(commit=commit)
        if commit:
            refresh_standing([saved.pk], on=timezone.localdate())
        return saved


def _hide_number(row: forms.ModelForm) -> None:
    """Show the last figures of a number that was filed; left empty, it stays as it is."""
    known = row.instance.number
    field = row.fields["number"]
    row.initial["number"] = ""
    field.widget.attrs["placeholder"] = masked(known)
    field.help_text = _("不改就空着。")
    row.clean_number = lambda: row.cleaned_data["number"] or known  # type: ignore[attr-defined]


class GradeForm(forms.Form):
    """A grade against the table."""

    grade = forms.TypedChoiceField(label=_("等级"), choices=Grade, coerce=int)
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
