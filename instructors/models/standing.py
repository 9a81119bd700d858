"""What an instructor has shown to be able to teach: qualifications, the levels that follow from them, and the grade."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from accounts.models import User
from core.fields import BlindIndexField, EncryptedTextField
from core.models import UuidModel
from instructors import rules
from instructors.models.pool import Grade, InstructorProfile
from instructors.words import NOT_A_CERTIFICATE
from occupations.models import Occupation, SkillLevel


class Qualification(UuidModel):
    """
    A certificate (职业技能等级证书, 职业资格证书), an appointment by the employer (特级技师, 首席技师) or a professional
    title (职称), filed for one occupation. It counts from the day a second person has verified it until it is withdrawn.

    The number is personal: encrypted at rest, shown masked, found again by its index.
    """

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", _("职业技能等级证书")
        APPOINTMENT = "appointment", _("单位评聘")
        TITLE = "title", _("职称")

    class Title(models.TextChoices):
        MIDDLE = "middle", _("中级职称")
        SENIOR = "senior", _("高级职称")

    profile = ParentalKey(InstructorProfile, on_delete=models.CASCADE, related_name="qualifications")
    kind = models.CharField(_("种类"), max_length=12, choices=Kind, default=Kind.CERTIFICATE)
    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="+", verbose_name=_("职业")
    )
    level = models.ForeignKey(
        SkillLevel, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("等级")
    )
    title = models.CharField(_("职称级别"), max_length=6, choices=Title, blank=True)
    number = EncryptedTextField(_("证书编号"), blank=True)
    number_index = BlindIndexField(source="number")
    issuer = models.CharField(_("发证单位"), max_length=120, blank=True)
    issued_on = models.DateField(_("发证日期"))
    verified_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("任教资格")
        verbose_name_plural = _("任教资格核验")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="title", level__isnull=True, title__in=["middle", "senior"])
                | Q(~Q(kind="title"), level__isnull=False, title=""),
                name="qualification_level_or_title",
            ),
            models.CheckConstraint(
                condition=Q(kind="certificate", number_index__isnull=False) | ~Q(kind="certificate"),
                name="qualification_certificate_number",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_by__isnull=True)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="qualification_verified_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["number_index"],
                condition=Q(withdrawn_at__isnull=True, number_index__isnull=False),
                name="qualification_number_once",
            ),
        ]

    def __str__(self) -> str:
        what = self.level.label if self.level else self.get_title_display()
        return f"{self.occupation} {what}"

    def clean(self) -> None:
        """Bring the number to its one form, and refuse what does not fit together, at the field to mend."""
        if self.kind == self.Kind.TITLE:
            self.level = None
            if not self.title:
                raise ValidationError({"title": _("职称是哪一级？")})
            return
        self.title = ""
        if self.level_id is None:
            raise ValidationError({"level": _("证书是哪一级？")})
        if self.kind == self.Kind.CERTIFICATE:
            self._clean_certificate()

    def _clean_certificate(self) -> None:
        try:
            number = rules.certificate_number(self.number)
        except rules.NotACertificate as error:
            raise ValidationError({"number": NOT_A_CERTIFICATE[str(error)]}) from error
        self.number = number.text
        if number.rank != self.level_id:
            raise ValidationError({"level": _("编号里写的等级和这里选的不一样。对着证书再看一遍。")})
        if self.issued_on and number.year != self.issued_on.year:
            raise ValidationError({"issued_on": _("编号里的年份是 %(year)s 年。") % {"year": number.year}})
        self.number_index = self._meta.get_field("number_index").index_of(number.text)  # type: ignore[union-attr]
        others = Qualification.objects.filter(number_index=self.number_index, withdrawn_at=None).exclude(
            pk=self.pk
        )
        if others.exists():
            raise ValidationError({"number": _("这个编号已经登记在师资库里了。")})


class Entitlement(models.Model):
    """
    A level of an occupation the instructor may teach, as :mod:`instructors.rules` last found it. Derived: rebuilt when a
    qualification or honour changes and each night, because years of holding a certificate pass by themselves.
    """

    profile = models.ForeignKey(InstructorProfile, on_delete=models.CASCADE, related_name="entitlements")
    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occupation", "rank", "profile"], name="entitlement_once"),
            models.CheckConstraint(condition=Q(rank__range=(1, 8)), name="entitlement_rank"),
        ]


class GradeRule(models.Model):
    """
    A row of the table that gives grades: an honour of this level or higher, a skill level of this rank or higher, or a
    title. Exactly one of the three; who fits several gets the highest grade, who fits none is 见习.
    """

    class HonourLevel(models.IntegerChoices):
        CITY = 1, _("市级")
        PROVINCE = 2, _("省部级")
        NATION = 3, _("国家级")

    grade = models.PositiveSmallIntegerField(
        _("等级"), choices=[c for c in Grade.choices if c[0] != Grade.TRAINEE]
    )
    honour_level = models.PositiveSmallIntegerField(
        _("荣誉不低于"), choices=HonourLevel, null=True, blank=True
    )
    level = models.ForeignKey(
        SkillLevel,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("技能等级不低于"),
    )
    title = models.CharField(_("职称不低于"), max_length=6, choices=Qualification.Title, blank=True)

    class Meta:
        verbose_name = _("师资等级规则")
        verbose_name_plural = _("师资等级规则")
        ordering = ["-grade", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(honour_level__isnull=False, level__isnull=True, title="")
                | Q(honour_level__isnull=True, level__isnull=False, title="")
                | Q(honour_level__isnull=True, level__isnull=True, title__in=["middle", "senior"]),
                name="grade_rule_one_condition",
            ),
            models.CheckConstraint(condition=Q(grade__range=(2, 4)), name="grade_rule_grade"),
        ]

    def __str__(self) -> str:
        honour = self.HonourLevel(self.honour_level).label if self.honour_level else ""
        return f"{self.get_grade_display()}：{honour or self.level or self.get_title_display()}"

    def clean(self) -> None:
        """Refuse a row with no condition or with two."""
        if sum(map(bool, (self.honour_level, self.level_id, self.title))) != 1:
            raise ValidationError(_("三项条件里填一项，不多不少。"))


class GradeOverride(UuidModel):
    """A grade that somebody set against the table, with a reason; it holds when a second person has agreed."""

    profile = models.ForeignKey(InstructorProfile, on_delete=models.CASCADE, related_name="grade_overrides")
    grade = models.PositiveSmallIntegerField(_("等级"), choices=Grade)
    reason = models.CharField(_("理由"), max_length=300)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("另定等级")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_agreed__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(is_agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="grade_override_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="grade_override_two_people",
            ),
            models.CheckConstraint(condition=Q(grade__range=(1, 4)), name="grade_override_grade"),
            models.CheckConstraint(condition=~Q(reason=""), name="grade_override_reason"),
            models.UniqueConstraint(
                fields=["profile"],
                condition=Q(is_agreed=True, ended_at__isnull=True),
                name="grade_override_one_holds",
            ),
            models.UniqueConstraint(
                fields=["profile"],
                condition=Q(is_agreed__isnull=True, ended_at__isnull=True),
                name="grade_override_one_waits",
            ),
        ]
