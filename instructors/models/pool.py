"""Instructors, the trades they name and the honours they hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from accounts.models import Person, User
from core.models import UuidModel
from occupations.models import Occupation, SkillLevel
from unions.models import Union


class Grade(models.IntegerChoices):
    """Grades of the pool. Higher is more; our own, not of any law."""

    TRAINEE = 1, _("见习")
    MIDDLE = 2, _("中级")
    SENIOR = 3, _("高级")
    DISTINGUISHED = 4, _("特聘")


class Honour(models.Model):
    """A kind of honour (全国劳动模范 …): rows from ``data/honours.csv``."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=80)
    issuer = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=20, blank=True)
    counts_for_teaching = models.BooleanField(
        default=False, db_default=False, help_text="a person's own honour of a city or higher"
    )

    class Meta:
        verbose_name = _("荣誉种类")

    def __str__(self) -> str:
        return self.name


class InstructorProfileQuerySet(models.QuerySet["InstructorProfile"]):
    def matching(self, query: str) -> "InstructorProfileQuerySet":
        """Return those whose name, pinyin, employer or trade holds the query."""
        by_trade = models.Q(trades__occupation__name__icontains=query)
        return self.filter(
            models.Q(public_name__icontains=query)
            | models.Q(pinyin__icontains=query.lower())
            | models.Q(employer__icontains=query)
            | by_trade
        ).distinct()


class InstructorProfile(UuidModel, ClusterableModel):
    """A person's teaching side. The public name is what the person agreed to show."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="instructor_profile", verbose_name=_("本人")
    )
    slug = models.SlugField(
        _("网址"), max_length=60, unique=True, blank=True, help_text=_("不填就用姓名的拼音。")
    )
    public_name = models.CharField(_("姓名"), max_length=40)
    pinyin = models.CharField(max_length=120, blank=True)
    quote = models.CharField(_("一句话"), max_length=120, blank=True)
    story = models.TextField(_("介绍"), blank=True)
    employer = models.CharField(_("单位"), max_length=120, blank=True)
    union = models.ForeignKey(
        Union,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="instructors",
        verbose_name=_("所属工会"),
    )
    region_code = models.CharField(
        max_length=6,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="of the union, or above it",
    )
    years_of_work = models.PositiveSmallIntegerField(_("工龄"), null=True, blank=True)
    grade = models.PositiveSmallIntegerField(
        _("师资等级"), choices=Grade, default=Grade.TRAINEE, db_default=Grade.TRAINEE.value, editable=False
    )
    is_listed = models.BooleanField(
        _("公开"), default=False, help_text=_("本人同意公开以后再勾。不公开的，师资页上看不到。")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InstructorProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("师傅")
        indexes = [
            models.Index("is_listed", models.F("grade").desc(), "pinyin", "id", name="instructor_in_order")
        ]
        verbose_name_plural = _("师资")

    def __str__(self) -> str:
        return self.public_name


class TaughtTrade(models.Model):
    """An occupation and the level the instructor holds in it."""

    profile = ParentalKey(InstructorProfile, on_delete=models.CASCADE, related_name="trades")
    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="+", verbose_name=_("职业")
    )
    level = models.ForeignKey(SkillLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("等级"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "occupation"], name="taught_trade_once")]


class HeldHonour(models.Model):
    """
    An honour somebody claims to hold: filed; then in public notice (公示) from ``notice_from`` to the day before
    ``notice_to``, while anybody may object; then verified by a second person. Only from then on, and until withdrawn, it
    is shown on public pages.
    """

    profile = ParentalKey(InstructorProfile, on_delete=models.CASCADE, related_name="honours")
    honour = models.ForeignKey(Honour, on_delete=models.PROTECT, related_name="+", verbose_name=_("荣誉"))
    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.CharField(_("文号"), max_length=80, blank=True)
    notice_from = models.DateField(_("公示第一天"), null=True, blank=True)
    notice_to = models.DateField(null=True, blank=True, help_text="the first day after it")
    verified_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("荣誉")
        verbose_name_plural = _("荣誉核验")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verified_at__isnull=True, verified_by__isnull=True)
                | models.Q(verified_at__isnull=False, verified_by__isnull=False),
                name="honour_verified_by_somebody",
            ),
            models.CheckConstraint(condition=models.Q(year__range=(1949, 2200)), name="honour_year"),
            models.CheckConstraint(
                condition=models.Q(notice_from__isnull=True, notice_to__isnull=True)
                | models.Q(
                    notice_from__isnull=False, notice_to__isnull=False, notice_to__gt=models.F("notice_from")
                ),
                name="honour_notice_period",
            ),
            models.UniqueConstraint(fields=["profile", "honour", "year"], name="held_honour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.honour} {self.year}"
