"""Forms of the CMS for standards: a workbook to bring in, and from when until when an edition is in force."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from accounts.models import User
from core.importer.reading import MAX_BYTES
from occupations.models import OccupationalStandard
from occupations.operations.standards import set_validity
from occupations.queries.standards import overlapping


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("标准的表格"),
        help_text=gettext_lazy("xlsx，不超过 5 MB。一份表就是一个职业的一版标准。"),
        error_messages={
            "required": gettext_lazy("请选一个 xlsx 文件。"),
            "empty": gettext_lazy("文件是空的。"),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB。一份表只放一版标准，图片去掉再传。"))
        return file


class ValidityForm(WagtailAdminModelForm):
    """The only two fields of an edition that are changed by hand; its content comes from a workbook."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        standard: OccupationalStandard = self.instance
        begin, end = cleaned.get("active_from"), cleaned.get("active_to")
        if begin is None:
            if "active_from" not in self.errors:
                self.add_error("active_from", _("填上生效日期，例如 2026-01-01。"))
            return cleaned
        if end is not None and end <= begin:
            self.add_error("active_to", _("失效日期要晚于生效日期。"))
        elif not standard.is_draft and (names := overlapping(standard=standard, begin=begin, end=end)):
            self.add_error("active_from", _overlap_words(names))
        return cleaned

    def save(self, commit: bool = True) -> OccupationalStandard:
        """
        Change the validity.

        :raises StandardOverlaps: if another edition came in force since the form was checked.
        """
        standard: OccupationalStandard = self.instance
        return set_validity(
            standard=standard,
            active_from=self.cleaned_data["active_from"],
            active_to=self.cleaned_data["active_to"],
            actor=cast(User, self.for_user).person.uuid,
        )


def _overlap_words(names: list[str]) -> str:
    return _("同一天只能有一版标准有效，和“{names}”重叠。先给那一版填失效日期。").format(
        names="、".join(names)
    )
