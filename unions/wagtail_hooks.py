"""Choosing a union in the CMS: by name, pinyin or code."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from core.choosers import search_form
from unions.models import Union

_SEARCH = search_form("name", "short_name", "pinyin", "code")


class _UnionList:
    ordering = "path"
    filter_form_class = _SEARCH

    @property
    def columns(self) -> list[Column]:
        return [*super().columns, Column("code", label=_("代码"))]  # type: ignore[misc]

    def get_object_list(self) -> Any:
        return Union.objects.filter(closed_on__isnull=True)


class UnionChooseView(_UnionList, ChooseView):
    """The first page of the chooser."""


class UnionChooseResultsView(_UnionList, ChooseResultsView):
    """Its results while somebody types."""


class UnionChooserViewSet(ChooserViewSet):
    model = Union
    icon = "group"
    per_page = 15
    choose_one_text = _("选工会")
    choose_another_text = _("换一个工会")
    choose_view_class = UnionChooseView
    choose_results_view_class = UnionChooseResultsView


@hooks.register("register_admin_viewset")
def register_union_chooser() -> ChooserViewSet:
    return UnionChooserViewSet("union_chooser")
