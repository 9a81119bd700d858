"""The CMS as instructors and reviewers see it: own courses first, 送审 on each of them, one desk for editions."""

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from accounts.models import User
from courses.admin_views import checks, desk, submit
from courses.check_views import operator, rules
from courses.coverage_views import may_see_coverage
from courses.models import CourseEdition, CourseIndexPage, CoursePage, ReviewDuty, SafetyNotice
from courses.models.permissions import course_above
from courses.package_views import export_course, package_file, package_page, packages
from courses.path_admin import PathViewSet
from courses.queries.authoring import authored_courses
from courses.review.duties import DutyPolicy, DutyViewSet
from courses.review.queries import may_see_queue
from courses.review.views import (
    changes,
    decide,
    pass_on,
    preview_lesson,
    remark,
    review_edition,
    review_queue,
    settle_remark,
    take_back_course,
)
from courses.word_views import import_word


class EditionPolicy(ModelPermissionPolicy):
    """
    Whoever may read editions may open them; what they may do there, the review's step decides. Nobody, the operator
    included, adds, deletes or publishes one by hand.
    """

    def user_has_permission(self, user: User, action: str) -> bool:
        if action in {"view", "change"}:
            return bool(super().user_has_permission(user, "view"))
        return False


register_permission_policy(CourseEdition, EditionPolicy(CourseEdition))


class EditionEditView(EditView):
    """An edition is read and decided on its review's own page; Wagtail's form has nothing to save and no button."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return redirect("review_edition", self.kwargs["pk"])


class EditionViewSet(SnippetViewSet):
    model = CourseEdition
    edit_view_class = EditionEditView
    icon = "history"
    menu_label = _("课程版本")
    menu_name = "course-editions"
    menu_order = 110
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "title",
        Column("number", label=_("第几版")),
        Column("occupation", label=_("职业")),
        Column("level", label=_("等级")),
        Column("submitted_by", label=_("送审人")),
        "submitted_at",
        "published_at",
    ]
    list_filter = {"published_at": ["isnull"], "level": ["exact"]}
    search_fields = ["title"]
    ordering = ["-submitted_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return CourseEdition.objects.select_related("occupation", "level", "submitted_by__person")


register_snippet(EditionViewSet)
register_permission_policy(ReviewDuty, DutyPolicy(ReviewDuty))
register_snippet(DutyViewSet)


class NoticeViewSet(SnippetViewSet):
    """The library of safety notices; a list of which lessons show one stands on its page."""

    model = SafetyNotice
    icon = "warning"
    menu_label = _("安全提示库")
    menu_name = "safety-notices"
    menu_order = 120
    add_to_admin_menu = True
    list_display = ["title", Column("hazards", label=_("危险")), Column("changed_at", label=_("改过"))]
    ordering = ["title"]


register_snippet(NoticeViewSet)


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [
        path("courses/rules/", rules, name="course_rules"),
        path("courses/checks/<int:page>/", checks, name="course_checks"),
        path("courses/import/<int:page>/", import_word, name="course_import"),
        path("courses/packages/", packages, name="course_packages"),
        path("courses/packages/<uuid:package>/", package_page, name="course_package"),
        path("courses/packages/<uuid:package>/file/", package_file, name="course_package_file"),
        path("courses/<int:pk>/export/", export_course, name="course_export"),
        path("courses/<int:pk>/", desk, name="course_desk"),
        path("courses/<int:pk>/submit/", submit, name="submit_course"),
        path("courses/<int:pk>/take-back/", take_back_course, name="take_back_course"),
        path("courses/reviews/", review_queue, name="review_queue"),
        path("courses/editions/<int:edition>/", review_edition, name="review_edition"),
        path("courses/editions/<int:edition>/decide/", decide, name="decide_edition"),
        path("courses/editions/<int:edition>/pass-on/", pass_on, name="pass_on_edition"),
        path("courses/editions/<int:edition>/remark/", remark, name="remark_edition"),
        path("courses/editions/<int:edition>/changes/", changes, name="edition_changes"),
        path("courses/editions/<int:edition>/<int:position>/", preview_lesson, name="preview_lesson"),
        path("courses/remarks/<uuid:comment>/settle/", settle_remark, name="settle_remark"),
    ]


def _course_of(page: Page) -> CoursePage | None:
    specific = page.specific_class
    if specific is None or specific is CourseIndexPage:
        return None
    if specific is CoursePage:
        return page.specific
    return cast("CoursePage | None", course_above(page))


@hooks.register("register_page_header_buttons")
def submit_button(page: Page, user: User, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    course = _course_of(page)
    if course is not None and course.permissions_for_user(user).can_edit():
        yield Button(
            _("单元和课时"), reverse("course_desk", args=[course.pk]), icon_name="list-ul", priority=4
        )
        yield Button(_("送审"), reverse("submit_course", args=[course.pk]), icon_name="resubmit", priority=5)


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def say_what_comes_next(request: HttpRequest, page: Page) -> None:
    """After each saving by hand, offer the way back to the course: its units, its lessons, 送审."""
    course = _course_of(page) if request.accepts("text/html") else None
    if course is not None:
        back = messages.button(reverse("course_desk", args=[course.pk]), _("单元和课时"))
        messages.info(
            request, _("草稿存好了，学员还看不到。接着写别的，或者回到“单元和课时”送审。"), buttons=[back]
        )


def writes_courses(request: HttpRequest) -> bool:
    """Whether the CMS shows this person the courses: those who write them, and the operator."""
    user = cast(User, request.user)  # the CMS is for signed-in people
    return user.is_superuser or user.has_any_role("instructor", "lesson_editor")


class SubmitMenuItem(ActionMenuItem):
    """送审 beside saving, because that is where an author looks when the text is done."""

    name = "action-submit-course"
    label = _("送审")
    icon_name = "resubmit"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return context["view"] == "edit" and self._course(context) is not None

    def get_url(self, context: dict[str, Any]) -> str | None:
        course = self._course(context)
        return reverse("submit_course", args=[course.pk]) if course else None

    @staticmethod
    def _course(context: dict[str, Any]) -> CoursePage | None:
        page = context.get("page")
        return _course_of(page) if page is not None else None


@hooks.register("register_page_action_menu_item")
def submit_menu_item() -> ActionMenuItem:
    return SubmitMenuItem(order=10)


class CoursesMenuItem(MenuItem):
    """Straight to the folder of all courses."""

    def __init__(self) -> None:
        super().__init__(_("课程"), "", name="courses", icon_name="folder-open-1", order=90)

    @cached_property
    def url(self) -> str:
        index = CourseIndexPage.objects.first()
        return (
            reverse("wagtailadmin_explore", args=[index.pk])
            if index
            else reverse("wagtailadmin_explore_root")
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return writes_courses(request)


@hooks.register("register_admin_menu_item")
def courses_menu_item() -> MenuItem:
    return CoursesMenuItem()


register_snippet(PathViewSet)


class CoverageMenuItem(MenuItem):
    """To the map of what the standards ask for and nobody teaches yet."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_coverage(request.user)


@hooks.register("register_admin_menu_item")
def coverage_menu_item() -> MenuItem:
    return CoverageMenuItem(
        _("标准覆盖图"), reverse("courses:coverage"), name="coverage", icon_name="site", order=135
    )


class ReviewsMenuItem(MenuItem):
    """What waits to be reviewed, for those who review or see to it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_queue(cast(User, request.user))


@hooks.register("register_admin_menu_item")
def reviews_menu_item() -> MenuItem:
    return ReviewsMenuItem(
        _("待审课程"), reverse("review_queue"), name="reviews", icon_name="clipboard-list", order=105
    )


class RulesMenuItem(MenuItem):
    """The operator's switches of the standards check."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(operator.allows(request))


@hooks.register("register_settings_menu_item")
def rules_menu_item() -> MenuItem:
    return RulesMenuItem(
        _("送审前检查"), reverse("course_rules"), name="course-rules", icon_name="tasks", order=400
    )


@hooks.register("insert_global_admin_css")
def review_css() -> SafeString:
    sheets = ("css/components/difference.css", "css/cms_review.css")
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in sheets))


@hooks.register("insert_editor_js")
def check_panel_script() -> SafeString:
    return format_html('<script src="{}"></script>', static("js/cms/checks.js"))


class MyCoursesPanel(Component):
    """On the CMS's first page: each own course, where it stands, what to do next."""

    name = "my_courses"
    template_name = "courses/admin/my_courses.html"
    order = 40

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        request = parent_context["request"]
        index = CourseIndexPage.objects.first()
        may_add = index is not None and index.permissions_for_user(request.user).can_add_subpage()
        return {"courses": authored_courses(request.user), "index": index, "may_add": may_add}


@hooks.register("construct_homepage_panels")
def my_courses_panel(request: HttpRequest, panels: list[Component]) -> None:
    if writes_courses(request):
        panels.append(MyCoursesPanel())
