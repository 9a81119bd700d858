"""The video library of the CMS."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import CreateView, IndexView, SnippetViewSet

from media.forms import VideoForm
from media.models import Video
from media.panels import UploadPanel


class VideoIndexView(IndexView):
    @property
    def add_item_label(self) -> str:
        return str(_("上传视频"))


class VideoUploadView(CreateView):
    """Says after the upload what goes on by itself, and what to do meanwhile."""

    def get_success_message(self, instance: Video) -> str:
        return str(
            _("“%(title)s”收到了，正在转换，可以离开这一页。状态变成“可以播放”，就能放进课里。")
            % {"title": instance.title}
        )


class NewestFirst:
    """A lesson usually shows the video that its author has just uploaded; beside each stands whether it plays yet."""

    ordering = "-created_at"

    @property
    def columns(self) -> list[Column]:
        states = [Column("get_state_display", label=_("状态")), Column("length", label=_("时长"))]
        return [*super().columns, *states]  # type: ignore[misc]  # of the view that this is mixed into


class ChooseVideoView(NewestFirst, ChooseView):
    pass


class ChooseVideoResultsView(NewestFirst, ChooseResultsView):
    pass


class VideoChooserViewSet(SnippetChooserViewSet):
    choose_view_class = ChooseVideoView
    choose_results_view_class = ChooseVideoResultsView


class VideoViewSet(SnippetViewSet):
    """Upload once, use in any lesson."""

    model = Video
    index_view_class = VideoIndexView
    add_view_class = VideoUploadView
    chooser_viewset_class = VideoChooserViewSet
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
        Column("created_at", label=_("上传时间"), sort_key="created_at"),
    ]
    list_filter = ["state"]
    search_fields = ["title"]
    ordering = ["-created_at"]
    panels = [
        UploadPanel(),
        FieldPanel("title"),
        FieldPanel("file"),
        FieldPanel("captions"),
        FieldPanel("transcript"),
        HelpPanel(
            content=_("上传完就可以离开：转换在后台进行，列表里看得到进度。转换好的视频才能放进课里。")
        ),
    ]

    def get_form_class(self, for_update: bool = False) -> type:
        return VideoForm


register_snippet(VideoViewSet)
