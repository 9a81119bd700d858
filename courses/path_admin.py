"""Learning paths in the CMS: the ladder of an occupation, written by an editor."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.models import LearningPath
from courses.path_rules import circle_in


class PathForm(WagtailAdminModelForm):
    """A ladder whose prerequisites name courses of it, the earlier one not at a higher level, and never in a circle."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        steps, needs = self._rows("steps"), self._rows("prerequisites")
        ranks: dict[int, int] = {}
        for row in steps:
            course, level = row["course"], row["level"]
            if course.pk in ranks:
                raise ValidationError(_now("《{title}》放了两次，留一次。").format(title=course.title))
            ranks[course.pk] = level.rank
        for row in needs:
            self._check(row, ranks)
        titles = {row["course"].pk: row["course"].title for row in steps}
        if circle := circle_in([(row["course"].pk, row["needs"].pk) for row in needs]):
            names = "、".join(f"《{titles[pk]}》" for pk in circle)
            raise ValidationError(_now("{names}互相等着，谁也没法先学。去掉其中一条。").format(names=names))
        if cleaned.get("is_public") and not steps:
            raise ValidationError(_now("还没有课程。放上至少一门再公开。"))
        return cleaned

    def _rows(self, name: str) -> list[dict[str, Any]]:
        """Return the filled-in rows of an inline panel; those with an error of their own are told there."""
        formset = self.formsets[name]
        formset.is_valid()
        wanted = {"steps": ("course", "level"), "prerequisites": ("course", "needs")}[name]
        rows = [getattr(form, "cleaned_data", {}) for form in formset.forms]
        return [row for row in rows if not row.get("DELETE") and all(row.get(key) for key in wanted)]

    @staticmethod
    def _check(row: dict[str, Any], ranks: dict[int, int]) -> None:
        course, needs = row["course"], row["needs"]
        for one in (course, needs):
            if one.pk not in ranks:
                raise ValidationError(
                    _now("《{title}》不在这条路径里，先把它放进某一级。").format(title=one.title)
                )
        if course.pk == needs.pk:
            raise ValidationError(_now("《{title}》不能要求先学它自己。").format(title=course.title))
        if ranks[needs.pk] > ranks[course.pk]:
            raise ValidationError(
                _now("《{needs}》的等级比《{course}》高，不能要求先学它。").format(
                    needs=needs.title, course=course.title
                )
            )


class PathViewSet(SnippetViewSet):
    model = LearningPath
    icon = "order"
    menu_label = _("学习路径")
    menu_name = "learning-paths"
    menu_order = 132
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "occupation",
        Column("courses", label=_("课程数"), accessor="course_count"),
        "is_public",
    ]
    list_filter = ["is_public"]
    search_fields = ["occupation__name", "occupation__code"]
    ordering = ["occupation_id"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                content=_(
                    "一个职业一条路径：每一级先学什么、后学什么。先后只是提醒；勾上“没学完不能开始”，学员就要先学完前一门。"
                )
            ),
            FieldPanel("occupation"),
            FieldPanel("summary"),
            InlinePanel(
                "steps",
                heading=_("每一级的课程"),
                label=_("课程"),
                panels=[FieldPanel("level"), FieldPanel("course"), FieldPanel("is_required")],
            ),
            InlinePanel(
                "prerequisites",
                heading=_("先后"),
                label=_("先后"),
                panels=[FieldPanel("course"), FieldPanel("needs"), FieldPanel("bars")],
            ),
            FieldPanel("is_public"),
        ],
        base_form_class=PathForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[LearningPath]:
        return LearningPath.objects.select_related("occupation").annotate(course_count=Count("steps"))
