"""The video library of the CMS."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from media.forms import VideoForm
from media.models import Video


class VideoViewSet(SnippetViewSet):
    """Upload once, use in any lesson."""

    model = Video
    icon = "media"
    menu_label = _("视频库")
    menu_name = "videos"
    menu_order = 250
    add_to_admin_menu = True
    list_display = [
        "title",
        Column("get_state_display", label=_("状态")),
        Column("failure", label=_("原因")),
        Column("length", label=_("时长")),
        "created_at",
    ]
    list_filter = ["state"]
    search_fields = ["title"]
    ordering = ["-created_at"]
    panels = [
        FieldPanel("title"),
        FieldPanel("file"),
        FieldPanel("captions"),
        FieldPanel("transcript"),
        HelpPanel(content="上传完就可以离开：转换在后台进行，列表里看得到进度。转换好的视频才能放进课里。"),
    ]

    def get_form_class(self, for_update: bool = False) -> type:
        return VideoForm


register_snippet(VideoViewSet)
