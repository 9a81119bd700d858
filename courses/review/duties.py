"""Who reviews what, kept by an operator in the CMS: a snippet with a form that offers reviewers, never all users."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views.snippets import SnippetViewSet

from accounts.models import Role, User
from courses.models import ReviewDuty, ReviewTask
from courses.review.turns import reviewers_of
from unions.api import UnionNotFound, find_union


class DutyPolicy(ModelPermissionPolicy):
    """The operator's alone."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return user.is_active and (user.is_superuser or user.has_any_role(Role.SYSTEM_ADMIN))

    def user_has_any_permission(self, user: User, actions: Any) -> bool:
        return self.user_has_permission(user, "change")


class DutyForm(WagtailAdminModelForm):
    """A duty; the union by its code, because a list of all unions is too long to choose from."""

    union_code = forms.CharField(
        label=_("工会代码"),
        required=False,
        max_length=24,
        help_text=_("管这个工会和它下面送来的课。不写就是所有工会。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = ReviewTask.objects.values("groups")
        offered = User.objects.filter(is_active=True, groups__in=groups).distinct()
        self.fields["reviewer"].queryset = offered.select_related("person").order_by("username")
        if self.instance.pk is None:
            self.fields["active_from"].initial = timezone.localdate()
        elif self.instance.union is not None:
            self.fields["union_code"].initial = self.instance.union.code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        reviewer, step = cleaned.get("reviewer"), cleaned.get("step")
        if reviewer and step and not reviewers_of(step).filter(pk=reviewer.pk).exists():
            self.add_error("reviewer", ValidationError(_("这位不审这个环节，先在“用户”里给相应的角色。")))
        start, end = cleaned.get("active_from"), cleaned.get("active_to")
        if start and end and end < start:
            self.add_error("active_to", ValidationError(_("到期那天不能比开始那天早。")))
        return cleaned

    def clean_union_code(self) -> str:
        code: str = self.cleaned_data["union_code"].strip()
        try:
            self.instance.union = find_union(code) if code else None
        except UnionNotFound:
            raise ValidationError(_("没有这个代码的工会，核对一下再填。")) from None
        return code


class DutyViewSet(SnippetViewSet):
    model = ReviewDuty
    icon = "group"
    menu_label = _("审核分工")
    menu_name = "review-duties"
    menu_order = 125
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "reviewer",
        Column("step", label=_("环节")),
        Column("trade", label=_("职业代码")),
        Column("union", label=_("工会")),
        "active_from",
        "active_to",
    ]
    ordering = ["step", "trade", "pk"]
    edit_handler = ObjectList(
        [
            FieldPanel("reviewer"),
            FieldPanel("step"),
            FieldPanel("trade"),
            FieldPanel("union_code"),
            FieldPanel("active_from"),
            FieldPanel("active_to"),
        ],
        base_form_class=DutyForm,
    )

    def get_queryset(self, request: Any) -> Any:
        return ReviewDuty.objects.select_related("reviewer__person", "step", "union")
