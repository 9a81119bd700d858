"""What the editor of a course shows beside its fields."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel


class CheckPanel(Panel):
    """
    “还差 3 项”: what the course of this page lacks. ``site/static/js/cms/checks.js`` fills it when the editor opens and
    after each saving, so that opening costs nothing; before that it is a link to the course's desk.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"heading": _("送审前检查"), **kwargs})

    class BoundPanel(Panel.BoundPanel):
        template_name = "courses/admin/check_panel.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            page = self.instance.pk
            # A new page has no number before its first saving; the script puts it in place of the 0.
            return {**context, "page_id": page, "url": reverse("course_checks", args=[page or 0])}


class UsedInPanel(Panel):
    """Which lessons, in the newest edition of their course, show a notice of the library."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"heading": _("用在哪里"), **kwargs})

    class BoundPanel(Panel.BoundPanel):
        template_name = "courses/admin/used_in.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            uses = (
                self.instance.uses.filter(
                    Q(lesson__edition__is_current=True) | Q(lesson__edition__published_at=None)
                )
                .select_related("lesson__edition")
                .order_by("lesson__edition__title", "lesson__edition__number", "lesson__position")
            )
            return {**super().get_context_data(parent_context), "lessons": [use.lesson for use in uses]}
