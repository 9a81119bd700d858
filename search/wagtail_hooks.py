"""In the CMS: the words people say for a trade, kept by those who edit courses."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from accounts.api import User
from search.models import TradeWord


class TradeWordPolicy(ModelPermissionPolicy):
    """Lesson editors keep the list."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return bool(user.is_active and (user.is_superuser or user.has_any_role("lesson_editor")))

    def user_has_any_permission(self, user: User, actions: list[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


register_permission_policy(TradeWord, TradeWordPolicy(TradeWord))


class TradeWordViewSet(SnippetViewSet):
    model = TradeWord
    icon = "search"
    menu_label = _("工种叫法")
    menu_name = "trade-words"
    menu_order = 260
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["said", "meant", "updated_at"]
    search_fields = ["said", "meant"]
    ordering = ["said"]
    panels = [
        HelpPanel(content=_("大家搜“怎么说”，就能找到“标准名称”的课。保存以后几秒钟就生效，不用重建索引。")),
        FieldPanel("said"),
        FieldPanel("meant"),
    ]


register_snippet(TradeWordViewSet)
