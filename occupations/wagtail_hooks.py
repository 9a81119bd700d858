"""Choosing an occupation in the CMS: by its name, a common alias or its code."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from core.choosers import search_form
from occupations.models import Occupation

_SEARCH = search_form("name", "aliases", "code")


class _OccupationColumns:
    ordering = "code"
    filter_form_class = _SEARCH

    @property
    def columns(self) -> list[Column]:
        return [*super().columns, Column("code", label=_("代码")), Column("group", label=_("类别"))]  # type: ignore[misc]

    def get_object_list(self) -> object:
        return Occupation.objects.filter(valid_to__isnull=True).select_related("group")


class OccupationChooseView(_OccupationColumns, ChooseView):
    """The first page of the chooser."""


class OccupationChooseResultsView(_OccupationColumns, ChooseResultsView):
    """Its results while somebody types."""


class OccupationChooserViewSet(ChooserViewSet):
    model = Occupation
    icon = "user"
    per_page = 15
    choose_one_text = _("选职业")
    choose_another_text = _("换一个职业")
    choose_view_class = OccupationChooseView
    choose_results_view_class = OccupationChooseResultsView


@hooks.register("register_admin_viewset")
def register_occupation_chooser() -> ChooserViewSet:
    return OccupationChooserViewSet("occupation_chooser")
