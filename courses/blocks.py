"""
What a lesson is made of. The labels are what an instructor reads who writes on a notebook after the shift.

How a block looks to learners is not here: an edition renders the stored values by templates of its own
(``courses/rendering.py``), so that what was reviewed stays readable when a block's definition changes.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

TEXT_FEATURES = ["h3", "h4", "bold", "ol", "ul", "superscript", "subscript"]


class CheckedStruct(blocks.StructBlock):
    """
    A block with a rule over several of its fields. ``fault`` gets plain values and returns the field and what is wrong;
    the editor asks it on saving for review, the standards check of all blocks at once.
    """

    def fault(self, value: Any) -> tuple[str, ValidationError] | None:
        """Return the field to mend and why, or None; ``value`` has a name for each field, lists unwrapped."""
        raise NotImplementedError

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if found := self.fault(result):
            name, error = found
            raise StructBlockValidationError({name: error})
        return result


class VideoBlock(blocks.StructBlock):
    video = SnippetChooserBlock(
        "media.Video", label=_("视频"), help_text=_("先在左边的“视频库”里上传，转换好了再来这里选。")
    )
    caption = blocks.CharBlock(label=_("说明"), required=False, max_length=120)

    class Meta:
        icon = "media"
        label = _("视频")
        label_format = "{caption}"


class ImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("图片"))
    alt = blocks.CharBlock(
        label=_("图上有什么"),
        max_length=200,
        help_text=_("给看不见图的人读。写看到的东西，例如“焊枪与工件成 80 度角”。"),
    )
    caption = blocks.CharBlock(label=_("图注"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("图片")
        label_format = "{alt}"


class StepBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("怎么做"), rows=2)
    tools = blocks.CharBlock(label=_("工具"), required=False, max_length=200)
    hazards = blocks.CharBlock(label=_("风险"), required=False, max_length=200)
    protection = blocks.CharBlock(label=_("防护"), required=False, max_length=200)
    check = blocks.CharBlock(
        label=_("检查"),
        required=False,
        max_length=200,
        help_text=_("做到什么样算对，例如“焊缝余高 0–3 毫米”。"),
    )

    class Meta:
        label_format = "{text}"


class StepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("操作名称"), max_length=120)
    steps = blocks.ListBlock(StepBlock(label=_("步骤")), label=_("步骤"), min_num=1)

    class Meta:
        icon = "list-ol"
        label = _("操作步骤")
        label_format = "{title}"


class TableBlock(CheckedStruct):
    caption = blocks.CharBlock(label=_("表名"), max_length=120)
    header = blocks.ListBlock(
        blocks.CharBlock(label=_("列名"), max_length=60),
        label=_("表头"),
        min_num=2,
        max_num=6,
        default=["", ""],
    )
    rows = blocks.ListBlock(
        blocks.ListBlock(blocks.CharBlock(label=_("格"), required=False, max_length=200), label=_("行")),
        label=_("各行"),
        min_num=1,
    )

    class Meta:
        icon = "table"
        label = _("参数表")
        label_format = "{caption}"

    def fault(self, value: Any) -> tuple[str, ValidationError] | None:
        width = len(value["header"])
        for number, row in enumerate(value["rows"], start=1):
            if len(row) != width:
                message = _("第 %(row)s 行有 %(cells)s 格，表头有 %(width)s 列。请补齐，空着的格也要留出来。")
                params = {"row": number, "cells": len(row), "width": width}
                return "rows", ValidationError(message, params=params)
        return None


class OptionBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("选项"), max_length=200)
    correct = blocks.BooleanBlock(label=_("这是对的"), required=False)

    class Meta:
        label_format = "{text}"


class QuestionBlock(CheckedStruct):
    kind = blocks.ChoiceBlock(
        choices=[("single", _("单选")), ("multiple", _("多选"))], default="single", label=_("题型")
    )
    prompt = blocks.TextBlock(label=_("题目"), rows=2)
    options = blocks.ListBlock(
        OptionBlock(label=_("选项")), label=_("选项"), min_num=2, max_num=6, default=[{}, {}]
    )
    explanation = blocks.TextBlock(label=_("为什么"), rows=2, help_text=_("答完以后给学员看，说清对在哪里。"))

    class Meta:
        icon = "help"
        label = _("检查题")
        label_format = "{prompt}"

    def fault(self, value: Any) -> tuple[str, ValidationError] | None:
        right = sum(1 for option in value["options"] if option.get("correct"))
        if value["kind"] == "single" and right != 1:
            return "options", ValidationError(_("单选题要有一个、也只有一个对的选项。"))
        if value["kind"] == "multiple" and not 2 <= right < len(value["options"]):
            return "options", ValidationError(_("多选题至少有两个对的选项，并且至少有一个不对的。"))
        return None


class SafetyBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("标题"), max_length=80)
    hazards = blocks.ListBlock(
        blocks.CharBlock(label=_("危险"), max_length=40), label=_("有哪些危险"), min_num=1
    )
    text = blocks.TextBlock(label=_("怎么防"), rows=3)

    class Meta:
        icon = "warning"
        label = _("安全提示")
        label_format = "{title}"


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("文件"))
    note = blocks.CharBlock(label=_("说明"), required=False, max_length=200)

    class Meta:
        icon = "download"
        label = _("资料下载")
        label_format = "{note}"


class LessonBlocks(blocks.StreamBlock):
    """The blocks of a lesson, those most used first."""

    text = blocks.RichTextBlock(label=_("正文"), features=TEXT_FEATURES, icon="pilcrow")
    video = VideoBlock()
    image = ImageBlock()
    steps = StepsBlock()
    table = TableBlock()
    question = QuestionBlock()
    safety = SafetyBlock()
    download = DownloadBlock()


class SafetyNotes(blocks.StreamBlock):
    """What a learner of the course must know first, one danger a line."""

    note = blocks.CharBlock(label=_("安全要点"), max_length=120, icon="warning")
