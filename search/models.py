"""
Who writes to the index now, what a rebuild must write again, and the words editors add. What is found lies in the engine,
not here.
"""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from search.analysis import normalize


class IndexState(models.Model):
    """
    One row: the lease of the one who writes, and the rebuild that is running.

    Two writers at once could load a thing in its old and its new state and store the old one last.
    """

    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    rebuild = models.UUIDField(null=True)
    rebuild_began_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="index_state_is_one"),
            models.CheckConstraint(
                condition=models.Q(rebuild__isnull=True, rebuild_began_at__isnull=True)
                | models.Q(rebuild__isnull=False, rebuild_began_at__isnull=False),
                name="index_rebuild_began",
            ),
        ]


class IndexReplay(models.Model):
    """A thing that was written to the old index while a new one was being built: it is written again to the new."""

    key = models.CharField(max_length=120)


class TradeWord(models.Model):
    """What people say for a trade, and its official name: kept by editors, in force without reindexing."""

    said = models.CharField(_("大家怎么说"), max_length=20, unique=True, help_text=_("例如：烧焊的"))
    meant = models.CharField(_("标准名称"), max_length=60, help_text=_("职业分类里的名称，例如：焊工"))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("工种叫法")
        verbose_name_plural = _("工种叫法")
        constraints = [
            models.CheckConstraint(condition=~models.Q(said=models.F("meant")), name="trade_word_says_more"),
            models.CheckConstraint(
                condition=models.Q(said__length__gte=2) & ~models.Q(meant=""), name="trade_word_is_filled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.said} → {self.meant}"

    def clean(self) -> None:
        self.said, self.meant = normalize(self.said).strip(), normalize(self.meant).strip()
        if len(self.said) < 2 or not re.fullmatch(r"\w+", self.said):
            raise ValidationError({"said": _("写两个字以上，中间不要空格和标点。")})
        if self.said == self.meant:
            raise ValidationError({"said": _("和标准名称一样，不用写。")})


models.CharField.register_lookup(Length)
