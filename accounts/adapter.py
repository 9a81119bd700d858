"""What django-allauth asks of us: where numbers are kept, how codes leave the house, where to go afterwards."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.forms import Field
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import operations, queries
from accounts.forms import PhoneField
from accounts.models import Person, User
from core import gateways


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("账号或密码不对。忘了密码，用手机验证码也能进。"),
        "email_password_mismatch": gettext_lazy("邮箱或密码不对。忘了密码，可以用邮箱找回。"),
        "phone_password_mismatch": gettext_lazy("手机号或密码不对。忘了密码，用手机验证码也能进。"),
        "too_many_login_attempts": gettext_lazy("试的次数太多，过 5 分钟再来，或者用手机验证码进。"),
        "incorrect_code": gettext_lazy("验证码不对，再看一眼。"),
        "phone_taken": gettext_lazy("这个手机号已经在用了。"),
        "email_taken": gettext_lazy("这个邮箱已经在用了。"),
        "rate_limited": gettext_lazy("点得太快了，过一会儿再来。"),
    }

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """A user name is nobody's business to invent: who wants one sets it in 我的."""
        if not user.username:
            user.username = operations.new_username()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        if user.person_id is None:
            user.person = Person.objects.create()
        saved: User = super().save_user(request, user, form, commit)
        return saved

    # Numbers

    def phone_form_field(self, **kwargs: Any) -> Field:
        return PhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        other = queries.person_by_phone(phone)
        if other is not None and not User.objects.filter(person=other).exists():
            raise ValidationError(
                _("这个手机号登记在一家单位的花名册上。请用它的验证码登录，或请单位工会帮你改。")
            )
        return phone

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        person = user.person
        person.phone = phone
        person.save(update_fields=["phone", "phone_index"])
        user.phone_verified_at = timezone.now() if verified else None
        user.save(update_fields=["phone_verified_at"])

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """An unproved number counts for nothing: it neither opens the door nor holds anybody up at it."""
        return (user.person.phone, True) if user.phone_verified_at and user.person.phone else None

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> AbstractBaseUser | None:
        return queries.user_by_phone(phone)

    # Ways out

    def send_verification_code_sms(
        self, user: AbstractBaseUser, phone: str, code: str, **kwargs: Any
    ) -> None:
        gateways.send_sms(to=phone, text=_("【技能强国】验证码 {code}，15 分钟内有效。").format(code=code))

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        gateways.send_sms(to=phone, text=_("【技能强国】这个号码还没有账号，用它的验证码就能进来。"))

    def send_account_already_exists_sms(self, phone: str) -> None:
        gateways.send_sms(to=phone, text=_("【技能强国】这个号码已经有账号了，用验证码登录就行。"))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        ctx = {"request": self.request, "email": email, **context}
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", ctx).split())
        text = render_to_string(f"{template_prefix}_message.txt", ctx).strip()
        gateways.send_email(to=email, subject=subject, text=text)

    # Ways on

    def get_login_stages(self) -> list[str]:
        return ["accounts.stages.EmailStage"]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user: User = request.user  # type: ignore[assignment]
        return "/" if user.onboarded_at else "/welcome/"
