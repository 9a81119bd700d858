"""The library of safety notices: written once, used in many lessons."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.search import index

from core.models import UuidModel
from courses.models.editions import EditionLesson
from courses.panels import UsedInPanel
from courses.rules import lines_of


class SafetyNotice(UuidModel, index.Indexed, models.Model):
    """A danger and how to keep clear of it. Lessons choose it; an edition writes it out as it was at submission."""

    title = models.CharField(_("标题"), max_length=80)
    hazards = models.TextField(_("有哪些危险"), help_text=_("每行一个，例如“弧光”“触电”。"))
    text = models.TextField(_("怎么防"))
    changed_at = models.DateTimeField(auto_now=True)

    search_fields = [index.AutocompleteField("title"), index.SearchField("title"), index.SearchField("text")]
    panels = [
        HelpPanel(content=_("这里改了，用到它的课时送审下一版时就用新的；已经发布的版本不变。")),
        FieldPanel("title"),
        FieldPanel("hazards"),
        FieldPanel("text"),
        UsedInPanel(),
    ]

    class Meta:
        verbose_name = _("安全提示")
        verbose_name_plural = _("安全提示库")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(hazards="") & ~models.Q(text=""),
                name="safety_notice_is_written",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def value(self) -> dict[str, object]:
        """What a safety block of a lesson holds."""
        return {"title": self.title, "hazards": lines_of(self.hazards), "text": self.text}


class EditionNotice(models.Model):
    """A notice that a lesson of an edition was written with: where it is used, and why it cannot be deleted."""

    lesson = models.ForeignKey(EditionLesson, on_delete=models.CASCADE, related_name="notices")
    notice = models.ForeignKey(SafetyNotice, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "notice"], name="edition_notice_once")]
