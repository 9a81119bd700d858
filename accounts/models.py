"""
The person and the person's sign-in.

``Person`` is the member and learner; most of a union's members have never signed in, so ``User`` is optional. Names
and numbers are encrypted from the first migration on and are found by blind indexes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.rules import index_form, mask_phone, plain_form
from core.fields import BlindIndexField, EncryptedTextField
from core.look import CHOICES
from core.models import UuidModel


class Role(models.TextChoices):
    """
    Role keys, final. An officer is whoever holds an appointment of a union (``unions.Appointment``): the key is here
    for the permission table only and is never granted.
    """

    WORKER = "worker", _("职工")
    INSTRUCTOR = "instructor", _("讲师")
    LESSON_EDITOR = "lesson_editor", _("课程编辑")
    TRADE_REVIEWER = "trade_reviewer", _("专业审核")
    CONTENT_REVIEWER = "content_reviewer", _("内容审核")
    OFFICER = "officer", _("工会干部")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


class Person(UuidModel):
    """A member and learner. The ledger knows only the uuid."""

    class Gender(models.TextChoices):
        UNKNOWN = "", _("未填")
        MALE = "m", _("男")
        FEMALE = "f", _("女")

    name = EncryptedTextField(_("姓名"), blank=True)
    name_index = BlindIndexField(source="name", normalize=plain_form, db_index=True)
    phone = EncryptedTextField(_("手机号"), blank=True)
    phone_index = BlindIndexField(source="phone", normalize=index_form)
    identity_number = EncryptedTextField(_("身份证号"), blank=True)
    identity_index = BlindIndexField(source="identity_number", normalize=plain_form)
    display_name = models.CharField(
        _("显示名"),
        max_length=40,
        blank=True,
        help_text=_("别人看到的称呼，例如“李师傅”。不填就显示“工友”。"),
    )
    gender = models.CharField(_("性别"), max_length=1, choices=Gender, blank=True)
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    is_migrant_worker = models.BooleanField(_("农民工"), default=False)
    is_new_employment = models.BooleanField(_("新就业形态"), default=False)
    occupation_code = models.CharField(_("职业代码"), max_length=10, blank=True)
    level_rank = models.PositiveSmallIntegerField(_("技能等级"), null=True, blank=True)
    registered_at = models.DateTimeField(_("首次登录时间"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("人员")
        constraints = [
            models.UniqueConstraint(fields=["phone_index"], name="person_phone_once"),
            models.UniqueConstraint(fields=["identity_index"], name="person_identity_once"),
            models.CheckConstraint(
                condition=models.Q(level_rank__isnull=True) | models.Q(level_rank__range=(1, 8)),
                name="person_level_rank",
            ),
            models.CheckConstraint(condition=models.Q(gender__in=["", "m", "f"]), name="person_gender"),
        ]

    def __str__(self) -> str:
        return self.display_name or str(_("工友"))

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""


class PersonAlias(models.Model):
    """A uuid that became part of another person: merged duplicates keep both ledger chains."""

    alias = models.UUIDField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="aliases")
    merged_at = models.DateTimeField(default=timezone.now)


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Make a user, and the person behind it unless one is given."""
        person = fields.pop("person", None) or Person.objects.create()
        user = self.model(username=username, person=person, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in. Everything about the human being is on ``person``."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="user")
    username = models.CharField(_("用户名"), max_length=150, unique=True)
    email = models.EmailField(_("邮箱"), blank=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    # Wagtail reads these two names of its users; they stay empty, because real names are encrypted on Person.
    first_name = models.CharField(max_length=1, blank=True, default="")
    last_name = models.CharField(max_length=1, blank=True, default="")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    onboarded_at = models.DateTimeField(null=True, blank=True)
    theme = models.CharField(_("主题"), max_length=5, blank=True, default="")
    text_size = models.CharField(_("字号"), max_length=1, blank=True, default="")

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="user_email_once"),
            models.CheckConstraint(
                condition=models.Q(theme__in=["", *CHOICES["theme"]])
                & models.Q(text_size__in=["", *CHOICES["size"]]),
                name="user_look",
            ),
        ]

    def __str__(self) -> str:
        return self.person.display_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def look(self) -> dict[str, str]:
        """How this account wants the pages, as :mod:`core.look` names it; empty: never chosen."""
        return {"theme": self.theme, "size": self.text_size}

    @property
    def roles(self) -> frozenset[str]:
        """The roles of today: granted ones, those that follow from other facts, and worker, which everybody is."""
        if not hasattr(self, "_roles"):
            now = timezone.now()
            granted = self.role_grants.filter(active_from__lte=now).filter(
                models.Q(active_to__isnull=True) | models.Q(active_to__gt=now)
            )
            self._roles = frozenset(
                {Role.WORKER.value, *granted.values_list("role", flat=True), *self._implied_roles()}
            )
        return self._roles

    @property
    def is_officer(self) -> bool:
        """Whether the person works for a union today: shows the fifth tab, without asking for granted roles."""
        return Role.OFFICER in self._implied_roles()

    def _implied_roles(self) -> set[str]:
        return {role for source in _ROLE_SOURCES for role in source(self)}

    def has_any_role(self, *roles: str) -> bool:
        """Tell whether one of these roles is held today."""
        return self.is_active and not self.roles.isdisjoint(roles)


RoleSource = Callable[[User], Iterable[str]]
_ROLE_SOURCES: list[RoleSource] = []


def register_role_source(source: RoleSource) -> None:
    """Let an app above say which roles follow from facts of its own: an appointment makes an officer."""
    if source not in _ROLE_SOURCES:
        _ROLE_SOURCES.append(source)


class RoleGrant(models.Model):
    """A role held by a user for a half-open period, given by somebody."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    active_from = models.DateTimeField(default=timezone.now)
    active_to = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(role__in=["worker", "officer"]), name="role_grant_grantable"
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(active_to__isnull=True), name="role_grant_once"
            ),
        ]


class Consent(models.Model):
    """What a person agreed to: purpose, version, when, from where. Withdrawal is a second date, never a deletion."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    given_at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=45, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class ApiToken(models.Model):
    """
    A bearer token. Only the SHA-256 of a secret of 256 random bits is kept: such a secret needs no slow hash, and a
    slow one would cost more than the request itself (53 of 93 ms in a store that was measured).
    """

    class Scope(models.TextChoices):
        STUDY = "study", _("学习")
        READ = "read", _("读取")
        OFFICER = "officer", _("工会统计")
        UPLOAD = "upload", _("上传")
        ADMIN = "admin", _("管理")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="bearer_tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
