"""The CMS: standards to look at, to bring in and to put in force; choosing an occupation by name, alias or code."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import EditView, IndexView, InspectView, SnippetViewSet

from accounts.models import User
from core.choosers import search_form
from occupations import admin_views
from occupations.display import basics_of, level_page
from occupations.forms import ValidityForm
from occupations.models import Occupation, OccupationalStandard
from occupations.queries.standards import content_of, editions, level_labels

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


class StandardPolicy(ModelPermissionPolicy):
    """A standard comes from a workbook, never from a form; and what was published is never deleted by hand."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return action in {"view", "change"} and bool(super().user_has_permission(user, action))


register_permission_policy(OccupationalStandard, StandardPolicy(OccupationalStandard))


def standing_of(standard: OccupationalStandard) -> str:
    """Say where an edition stands today."""
    today = timezone.localdate()
    if standard.published_at is None:
        return _now("草稿")
    if standard.active_from and standard.active_from > today:
        return _now("还没生效")
    if standard.active_to and standard.active_to <= today:
        return _now("已失效")
    return _now("有效")


def _address(name: str, standard: OccupationalStandard) -> str:
    return reverse(f"wagtailsnippets_occupations_occupationalstandard:{name}", args=[standard.pk])


class StandardIndexView(IndexView):
    @cached_property
    def header_buttons(self) -> list[Button]:
        """Bringing one in stands where other lists have 新增."""
        if not self.request.user.has_perm("occupations.add_occupationalstandard"):
            return []
        return [HeaderButton(_now("导入标准"), url=reverse("standard_import"), icon_name="upload")]


class StandardEditView(EditView):
    """Only the validity is changed here; there is nothing to publish, to lock or to put on a schedule."""

    def get_success_url(self) -> str:
        return _address("inspect", self.object)


class StandardInspectView(InspectView):
    """An edition to read: its facts, then level by level what it asks for."""

    template_name = "occupations/admin/standard.html"
    page_title = _("职业标准")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        content, labels = content_of(self.object), level_labels()
        user = self.request.user
        return {
            **super().get_context_data(**kwargs),
            "standard": self.object,
            "standing": standing_of(self.object),
            "levels": [level_page(level, labels) for level in content.levels],
            "may_change": user.has_perm("occupations.change_occupationalstandard"),
            "may_publish": self.object.is_draft and user.has_perm("occupations.add_occupationalstandard"),
            **basics_of(content),
        }


class StandardViewSet(SnippetViewSet):
    model = OccupationalStandard
    icon = "list-ul"
    menu_label = _("职业标准")
    menu_name = "standards"
    menu_order = 130
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = StandardIndexView
    edit_view_class = StandardEditView
    inspect_view_class = StandardInspectView
    list_display = [
        TitleColumn(
            "occupation", label=_("职业"), accessor="occupation", get_url=lambda s: _address("inspect", s)
        ),
        Column("edition", label=_("版本")),
        Column("standing", label=_("现在"), accessor=standing_of),
        Column("active_from", label=_("生效日期")),
        Column("active_to", label=_("失效日期")),
        Column("levels", label=_("等级数"), accessor="level_count"),
        Column("requirements", label=_("要求数"), accessor="requirement_count"),
        Column(
            "nature", label=_("性质"), accessor=lambda s: _now("示例") if s.is_example else _now("国家公布")
        ),
    ]
    list_filter = {"published_at": ["isnull"], "is_example": ["exact"]}
    search_fields = ["occupation__name", "occupation__aliases", "occupation__code", "edition"]
    ordering = ["occupation_id", "-active_from"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                content=_(
                    "标准的内容从表格导入，发布以后不再改；内容变了，就导入新的一版。这里只改从哪天起、到哪天止有效。"
                )
            ),
            FieldPanel("active_from"),
            FieldPanel("active_to"),
        ],
        base_form_class=ValidityForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OccupationalStandard]:
        return editions()


register_snippet(StandardViewSet)


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [
        path("standards/import/", admin_views.upload, name="standard_import"),
        path("standards/import/template.xlsx", admin_views.template_file, name="standard_template"),
        path("standards/import/<uuid:run>/", admin_views.show, name="standard_import_run"),
        path("standards/import/<uuid:run>/act/", admin_views.act, name="standard_import_act"),
        path("standards/import/<uuid:run>/refused.csv", admin_views.refused_file, name="standard_refused"),
        path("standards/<int:pk>/standard.xlsx", admin_views.export, name="standard_export"),
        path("standards/<int:pk>/publish/", admin_views.publish, name="standard_publish"),
    ]
