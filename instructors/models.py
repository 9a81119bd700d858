"""The teaching pool: who teaches which trade, with honours that somebody has verified."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from accounts.models import Person, User
from core.models import UuidModel
from occupations.models import Occupation, SkillLevel
from unions.models import Union


class Honour(models.Model):
    """A kind of honour (全国劳动模范 …): rows from ``data/honours.csv``."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=80)
    issuer = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("荣誉种类")

    def __str__(self) -> str:
        return self.name


class InstructorProfile(UuidModel, ClusterableModel):
    """A person's teaching side. The public name is what the person agreed to show."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="instructor_profile")
    slug = models.SlugField(max_length=60, unique=True)
    public_name = models.CharField(_("姓名"), max_length=40)
    pinyin = models.CharField(max_length=120, blank=True)
    quote = models.CharField(_("一句话"), max_length=120, blank=True)
    story = models.TextField(_("介绍"), blank=True)
    employer = models.CharField(_("单位"), max_length=120, blank=True)
    union = models.ForeignKey(
        Union, null=True, blank=True, on_delete=models.PROTECT, related_name="instructors"
    )
    years_of_work = models.PositiveSmallIntegerField(_("工龄"), null=True, blank=True)
    is_listed = models.BooleanField(_("公开"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("师资")

    def __str__(self) -> str:
        return self.public_name


class TaughtTrade(models.Model):
    """An occupation and the level the instructor holds in it."""

    profile = ParentalKey(InstructorProfile, on_delete=models.CASCADE, related_name="trades")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(SkillLevel, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "occupation"], name="taught_trade_once")]


class HeldHonour(models.Model):
    """An honour somebody claims to hold. It is shown only after a second person has verified it, and until withdrawn."""

    profile = ParentalKey(InstructorProfile, on_delete=models.CASCADE, related_name="honours")
    honour = models.ForeignKey(Honour, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.CharField(_("文号"), max_length=80, blank=True)
    verified_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("荣誉")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verified_at__isnull=True, verified_by__isnull=True)
                | models.Q(verified_at__isnull=False, verified_by__isnull=False),
                name="honour_verified_by_somebody",
            ),
            models.UniqueConstraint(fields=["profile", "honour", "year"], name="held_honour_once"),
        ]
