"""Forms of the door. Labels and errors in the words of the house; allauth's own checks stay in force."""

import re
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import operations
from accounts.models import User
from accounts.rules import normalize_phone
from core.audit import address_of


class PhoneField(forms.CharField):
    """A mobile number of the mainland, typed in any form; its value is E.164."""

    default_error_messages = {
        "required": _("请填手机号。"),
        "invalid": _("手机号是 1 开头的 11 位数字，再核对一遍。"),
    }
    widget = forms.TextInput(
        attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": "20"}
    )

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("手机号"))
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)
        self.error_messages["max_length"] = self.error_messages["invalid"]

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return normalize_phone(text)
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class PhoneForm(forms.Form):
    phone = PhoneField()
    consent = forms.BooleanField(
        label=_("我看过并同意用户协议和隐私说明"),
        error_messages={"required": _("同意后才能继续。我们只用手机号让你登录、找回账号。")},
    )
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ask_consent: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_consent:
            del self.fields["consent"]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("短信里的 6 位数字"),
        max_length=20,
        error_messages={"required": _("请填短信里的 6 位数字。")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "20"}
        ),
    )

    def clean_code(self) -> str:
        digits = "".join(str(int(c)) for c in self.cleaned_data["code"] if c.isdecimal())
        if len(digits) != 6:
            raise forms.ValidationError(_("验证码是 6 位数字，再看一眼短信。"), code="form")
        return digits


class PasswordLoginForm(allauth_forms.LoginForm):
    """One field for phone, e-mail or user name, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("手机号、邮箱或用户名"), _("密码")
        login.max_length = 254
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        password.widget.attrs = {"autocomplete": "current-password"}
        password.help_text = ""
        login.error_messages["required"] = _("请填手机号、邮箱或用户名。")
        password.error_messages["required"] = _("请填密码。")

    def clean_login(self) -> str:
        login = super().clean_login()
        try:
            # A number with spaces or without +86 is the same number.
            return normalize_phone(login)
        except ValueError:
            return re.sub(r"\s", "", login)


class EmailSignupForm(allauth_forms.SignupForm):
    """Sign-up by mail address and password. By phone one comes in at :mod:`accounts.phone_door`."""

    consent = forms.BooleanField(
        label=_("我看过并同意用户协议和隐私说明"),
        error_messages={"required": _("同意后才能继续。我们只用邮箱让你登录、找回账号。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["phone"]
        self._signup_fields.pop("phone", None)
        self._has_phone_field = False
        email, password = self.fields["email"], self.fields["password1"]
        email.label, password.label = _("邮箱"), _("密码")
        email.widget.attrs = {
            "autocomplete": "email"
        }  # the widget knows its type: named here too it would stand twice
        password.widget.attrs = {"autocomplete": "new-password"}
        password.help_text = _("至少 10 个字符，不能全是数字。")
        email.error_messages.update(required=_("请填邮箱。"), invalid=_("邮箱写得不完整，再核对一遍。"))
        password.error_messages["required"] = _("请填密码。")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the consent with the account; allauth calls this once it is made."""
        operations.give_consent(
            person=user.person,
            purpose=operations.CONSENT_SERVICE,
            version=operations.CONSENT_VERSION,
            now=timezone.now(),
            address=address_of(request),
        )
