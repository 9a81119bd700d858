"""The teaching pool in the CMS: profiles, their chooser, and the desk where honours are verified."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accounts.models import User
from core.choosers import search_form
from instructors.admin_views import VERIFIERS, decide_honour, decide_qualification, set_grade
from instructors.forms import InstructorProfileForm
from instructors.models import GradeRule, HeldHonour, InstructorProfile, Qualification
from instructors.queries import card_of, profiles, state_words
from instructors.rules import masked

_SEARCH = search_form("public_name", "pinyin", "employer")


class HonourDeskPolicy(ModelPermissionPolicy):
    """Honours are claimed on the profile and decided at the desk; here nobody adds, changes or deletes one."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return action == "view" and may_verify(user)


def may_verify(user: User) -> bool:
    return user.is_active and (user.is_superuser or user.has_any_role(*VERIFIERS))


register_permission_policy(HeldHonour, HonourDeskPolicy(HeldHonour))
register_permission_policy(Qualification, HonourDeskPolicy(Qualification))


class _InstructorList:
    ordering = ["pinyin", "pk"]
    filter_form_class = _SEARCH

    def get_object_list(self) -> Any:
        return profiles()

    @property
    def columns(self) -> list[Column]:
        line = Column("trade", label=_("职业和等级"), accessor=lambda p: card_of(p).trade_line)
        return [*super().columns, line, Column("employer", label=_("单位"))]  # type: ignore[misc]


class InstructorChooseView(_InstructorList, ChooseView):
    """The first page of the chooser."""


class InstructorChooseResultsView(_InstructorList, ChooseResultsView):
    """Its results while somebody types."""


class InstructorChooserViewSet(SnippetChooserViewSet):
    choose_one_text = _("选师傅")
    choose_another_text = _("换一位师傅")
    choose_view_class = InstructorChooseView
    choose_results_view_class = InstructorChooseResultsView


def _honours(profile: InstructorProfile) -> str:
    today = timezone.localdate()
    return "；".join(f"{held}（{state_words(held, today)}）" for held in profile.honours.all())


class InstructorViewSet(SnippetViewSet):
    model = InstructorProfile
    icon = "user"
    menu_label = _("师资档案")
    list_display = [
        "public_name",
        "employer",
        Column("union", label=_("所属工会")),
        Column("honours", label=_("荣誉"), accessor=_honours),
        TitleColumn(
            "grade",
            label=_("等级"),
            accessor="get_grade_display",
            get_url=lambda profile: reverse("set_grade", args=[profile.pk]),
        ),
        "is_listed",
    ]
    list_filter = ["is_listed"]
    search_fields = ["public_name", "pinyin", "employer"]
    ordering = ["pinyin"]
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> Any:
        held = HeldHonour.objects.select_related("honour", "verified_by__person").order_by("-year")
        return InstructorProfile.objects.select_related("union").prefetch_related(Prefetch("honours", held))

    chooser_viewset_class = InstructorChooserViewSet
    panels = [
        FieldPanel("account"),
        MultiFieldPanel([FieldPanel("public_name"), FieldPanel("slug")], heading=_("公开的姓名")),
        MultiFieldPanel(
            [FieldPanel("employer"), FieldPanel("union"), FieldPanel("years_of_work")], heading=_("单位")
        ),
        InlinePanel("trades", heading=_("能教什么"), label=_("职业和等级")),
        InlinePanel(
            "honours",
            heading=_("荣誉"),
            label=_("荣誉"),
            panels=[FieldPanel("honour"), FieldPanel("year"), FieldPanel("number")],
            help_text=_("写上文号，方便核验。核验以后才公开；改动一条已核验的荣誉，要重新核验。"),
        ),
        InlinePanel(
            "qualifications",
            heading=_("任教资格"),
            label=_("证书或职称"),
            panels=[
                FieldPanel("kind"),
                FieldPanel("occupation"),
                FieldPanel("level"),
                FieldPanel("title"),
                FieldPanel("number"),
                FieldPanel("issuer"),
                FieldPanel("issued_on"),
            ],
            help_text=_("能教哪几级，按核验过的证书和职称算。改动一条已核验的，要重新核验。"),
        ),
        FieldPanel("quote"),
        FieldPanel("story"),
        FieldPanel("is_listed"),
    ]

    def get_form_class(self, for_update: bool = False) -> type:
        return self._edit_handler.get_form_class() if self._edit_handler else InstructorProfileForm

    @cached_property
    def _edit_handler(self) -> Any:
        from wagtail.admin.panels import ObjectList

        return ObjectList(self.panels, base_form_class=InstructorProfileForm).bind_to_model(self.model)


def _state(held: HeldHonour) -> str:
    return state_words(held, timezone.localdate())


class HonourViewSet(SnippetViewSet):
    model = HeldHonour
    icon = "success"
    menu_label = _("荣誉核验")
    list_display = [
        TitleColumn(
            "profile",
            label=_("师傅"),
            accessor="profile",
            get_url=lambda held: reverse("decide_honour", args=[held.pk]),
        ),
        "honour",
        "year",
        "number",
        Column("state", label=_("状态"), accessor=_state),
    ]
    list_filter = {"verified_at": ["isnull"], "withdrawn_at": ["isnull"]}
    search_fields = ["profile__public_name", "honour__name"]
    ordering = ["verified_at", "-pk"]
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return HeldHonour.objects.select_related("profile", "honour", "verified_by__person")


def _qualification_state(held: Qualification) -> str:
    if held.withdrawn_at:
        return gettext("已撤下")
    return gettext("已核验") if held.verified_at else gettext("等核验")


class QualificationViewSet(SnippetViewSet):
    model = Qualification
    icon = "success"
    menu_label = _("任教资格核验")
    list_display = [
        TitleColumn(
            "profile",
            label=_("师傅"),
            accessor="profile",
            get_url=lambda held: reverse("decide_qualification", args=[held.pk]),
        ),
        "occupation",
        "level",
        Column("number", label=_("证书编号"), accessor=lambda held: masked(held.number)),
        Column("state", label=_("状态"), accessor=_qualification_state),
    ]
    list_filter = {"verified_at": ["isnull"], "withdrawn_at": ["isnull"]}
    search_fields = ["profile__public_name"]
    ordering = ["verified_at", "-pk"]
    copy_view_enabled = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return Qualification.objects.select_related("profile", "occupation", "level")


class GradeRuleViewSet(SnippetViewSet):
    model = GradeRule
    icon = "list-ul"
    menu_label = _("师资等级规则")
    list_display = ["__str__"]
    copy_view_enabled = False
    panels = [
        FieldPanel("grade"),
        MultiFieldPanel(
            [FieldPanel("honour_level"), FieldPanel("level"), FieldPanel("title")],
            heading=_("条件：三项里填一项"),
            help_text=_("够得上几条，按最高的算；一条都够不上是见习。改了以后，夜里给每位师傅重新算。"),
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return GradeRule.objects.select_related("level")


class TeachingPoolGroup(SnippetViewSetGroup):
    items = (InstructorViewSet, HonourViewSet, QualificationViewSet, GradeRuleViewSet)
    menu_label = _("师资")
    menu_icon = "group"
    menu_order = 240


register_snippet(TeachingPoolGroup)


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [
        path("honours/<int:pk>/decide/", decide_honour, name="decide_honour"),
        path("qualifications/<int:pk>/decide/", decide_qualification, name="decide_qualification"),
        path("instructors/<int:pk>/grade/", set_grade, name="set_grade"),
    ]
