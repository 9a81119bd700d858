"""The upload form of the CMS."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from media.models import Video
from media.operations import UploadRefused, accept_video, check_upload


class VideoForm(WagtailAdminModelForm):
    """A new video takes a file; a known one keeps its file, because learners' coverage hangs on its content."""

    file = forms.FileField(
        label=_("视频文件"), required=False, help_text=_("手机或相机拍的都可以，最大 4 GB。")
    )
    captions = forms.CharField(
        label=_("字幕（WebVTT）"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("以“WEBVTT”开头。没有字幕的视频不能送审。"),
    )

    class Meta:
        model = Video
        fields = ["title", "captions", "transcript"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["file"]
        else:
            self.fields["file"].required = True
            self.fields["file"].error_messages["required"] = str(_("请选择一个视频文件。"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            check_upload(file)
        except UploadRefused as error:
            raise forms.ValidationError(str(error)) from error
        return file

    def clean_captions(self) -> str:
        text: str = self.cleaned_data["captions"].strip()
        if text and not text.startswith("WEBVTT"):
            raise forms.ValidationError(_("字幕要以“WEBVTT”开头。从剪辑软件导出时请选 WebVTT 格式。"))
        return text

    def save(self, commit: bool = True) -> Video:
        if self.instance.pk:
            return super().save(commit=commit)
        return accept_video(
            file=self.cleaned_data["file"],
            title=self.cleaned_data["title"],
            by=self.for_user,
            captions=self.cleaned_data["captions"],
            transcript=self.cleaned_data["transcript"],
        )
