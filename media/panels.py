"""What the video library shows beside the fields of a video."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from media.models import Video

CARD_STATES = {
    Video.State.WAITING: "queued",
    Video.State.PROCESSING: "processing",
    Video.State.READY: "done",
    Video.State.FAILED: "failed",
}
"""The states of ``components/upload_card.html`` that a video can be in."""


class UploadPanel(Panel):
    """Where the file is: waiting, being converted, to be played, or why not. Not shown before there is a file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"heading": _("转换到哪一步"), **kwargs})

    class BoundPanel(Panel.BoundPanel):
        template_name = "media/upload_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            return {**context, "video": self.instance, "state": CARD_STATES[Video.State(self.instance.state)]}
