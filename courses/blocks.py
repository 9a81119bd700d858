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

from courses.rules import number_of, position_ms

TEXT_FEATURES = ["h3", "h4", "bold", "ol", "ul", "superscript", "subscript"]


class CheckedStruct(blocks.StructBlock):
    """
    A block with a rule over several of its fields. ``fault`` gets plain values and returns the field and what is wrong;
    the editor asks it on saving for review, the standards check of all blocks at once.
    """

    def fault(self, value: Any) -> tuple[str, ValidationError] | None:
        """Return the field to mend and why, or None; ``value`` has a name for each field, lists unwrapped."""
        raise NotImplementedError  # abstract: ABCMeta and the metaclass of Wagtail's blocks cannot both be had

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if found := self.fault(result):
            name, error = found
            raise StructBlockValidationError({name: error})
        return result


class ChapterBlock(blocks.StructBlock):
    at = blocks.CharBlock(
        label=_("从几分几秒起"), max_length=8, help_text=_("写成 1:20，意思是 1 分 20 秒。")
    )
    title = blocks.CharBlock(label=_("这一段讲什么"), max_length=60)

    class Meta:
        label_format = "{at} {title}"


class VideoBlock(CheckedStruct):
    video = SnippetChooserBlock(
        "media.Video", label=_("视频"), help_text=_("先在左边的“视频库”里上传，转换好了再来这里选。")
    )
    caption = blocks.CharBlock(label=_("说明"), required=False, max_length=120)
    chapters = blocks.ListBlock(
        ChapterBlock(label=_("一段")), label=_("分段"), min_num=0, max_num=30, default=[]
    )

    class Meta:
        icon = "media"
        label = _("视频")
        label_format = "{caption}"

    def fault(self, value: Any) -> tuple[str, ValidationError] | None:
        before = -1
        for chapter in value.get("chapters") or []:
            at = position_ms(chapter["at"])
            if at is None:
                return "chapters", ValidationError(_("分段的时间写成 1:20 这样，1 分 20 秒。"))
            if at <= before:
                return "chapters", ValidationError(_("分段要从前往后排，时间不能重复。"))
            before = at
        return None


class HotspotBlock(blocks.StructBlock):
    x = blocks.IntegerBlock(label=_("离左边百分之几"), min_value=0, max_value=100)
    y = blocks.IntegerBlock(label=_("离上边百分之几"), min_value=0, max_value=100)
    text = blocks.CharBlock(label=_("这里是什么"), max_length=200)

    class Meta:
        label_format = "{text}"


class ImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("图片"))
    alt = blocks.CharBlock(
        label=_("图上有什么"),
        max_length=200,
        help_text=_("给看不见图的人读。写看到的东西，例如“焊枪与工件成 80 度角”。"),
    )
    caption = blocks.CharBlock(label=_("图注"), required=False, max_length=200)
    hotspots = blocks.ListBlock(
        HotspotBlock(label=_("标注")),
        label=_("图上的标注"),
        min_num=0,
        max_num=20,
        default=[],
        help_text=_("给图上的地方编号，号码画在图上，说明列在图下。"),
    )

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
    text = blocks.CharBlock(label=_("选项"), max_length=200, required=False)
    correct = blocks.BooleanBlock(label=_("这是对的"), required=False)

    class Meta:
        label_format = "{text}"


class QuestionBlock(CheckedStruct):
    kind = blocks.ChoiceBlock(
        choices=[
            ("single", _("单选")),
            ("multiple", _("多选")),
            ("order", _("排序")),
            ("number", _("填数")),
        ],
        default="single",
        label=_("题型"),
        help_text=_("排序：选项按对的先后写，给学员时会打乱。填数：不写选项，写答案和允许差多少。"),
    )
    prompt = blocks.TextBlock(label=_("题目"), rows=2)
    options = blocks.ListBlock(
        OptionBlock(label=_("选项")), label=_("选项"), min_num=0, max_num=6, default=[{}, {}]
    )
    answer = blocks.CharBlock(label=_("答案（填数题）"), required=False, max_length=20)
    tolerance = blocks.CharBlock(
        label=_("允许差多少"), required=False, max_length=20, help_text=_("不写就是一点不能差。")
    )
    unit = blocks.CharBlock(label=_("单位"), required=False, max_length=20)
    explanation = blocks.TextBlock(label=_("为什么"), rows=2, help_text=_("答完以后给学员看，说清对在哪里。"))

    class Meta:
        icon = "help"
        label = _("检查题")
        label_format = "{prompt}"

    def fault(self, value: Any) -> tuple[str, ValidationError] | None:
        kind, options = value["kind"], list(value["options"])
        if kind == "number":
            return self._number_fault(value)
        if any(not (option.get("text") or "").strip() for option in options):
            return "options", ValidationError(_("每个选项都要写上文字，多的删掉。"))
        if len(options) < 2:
            return "options", ValidationError(_("至少要两个选项。"))
        right = sum(1 for option in options if option.get("correct"))
        if kind == "single" and right != 1:
            return "options", ValidationError(_("单选题要有一个、也只有一个对的选项。"))
        if kind == "multiple" and not 2 <= right < len(options):
            return "options", ValidationError(_("多选题至少有两个对的选项，并且至少有一个不对的。"))
        if kind == "order" and (
            len(options) < 3 or len({option["text"] for option in options}) < len(options)
        ):
            return "options", ValidationError(_("排序题至少三项，按对的先后写，不能有两项一样。"))
        return None

    @staticmethod
    def _number_fault(value: Any) -> tuple[str, ValidationError] | None:
        if number_of(value.get("answer") or "") is None:
            return "answer", ValidationError(_("填数题的答案写一个数，例如 120 或 3.2。"))
        tolerance = value.get("tolerance") or ""
        if tolerance and ((least := number_of(tolerance)) is None or least < 0):
            return "tolerance", ValidationError(_("允许差多少，写一个不小于 0 的数。"))
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


class NoticeBlock(blocks.StructBlock):
    notice = SnippetChooserBlock(
        "courses.SafetyNotice",
        label=_("安全提示"),
        help_text=_("从“安全提示库”里选。库里改了，下一版跟着改。"),
    )

    class Meta:
        icon = "warning"
        label = _("库里的安全提示")


class CaseBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("什么事故"), max_length=120)
    happened = blocks.TextBlock(label=_("经过"), rows=4)
    causes = blocks.ListBlock(
        blocks.CharBlock(label=_("原因"), max_length=200), label=_("原因"), min_num=1, max_num=10
    )
    lessons = blocks.ListBlock(
        blocks.CharBlock(label=_("怎么防"), max_length=200), label=_("怎么防"), min_num=1, max_num=10
    )
    source = blocks.CharBlock(
        label=_("出处"), max_length=200, required=False, help_text=_("通报或报告的名称。改编过的写“改编”。")
    )

    class Meta:
        icon = "history"
        label = _("事故案例")
        label_format = "{title}"


class SymbolBlock(blocks.StructBlock):
    symbol = blocks.CharBlock(label=_("符号"), max_length=20)
    meaning = blocks.CharBlock(label=_("是什么"), max_length=120)
    unit = blocks.CharBlock(label=_("单位"), max_length=30, required=False)

    class Meta:
        label_format = "{symbol} {meaning}"


class FormulaBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("算什么"), max_length=120)
    formula = blocks.RichTextBlock(
        label=_("公式"), features=["superscript", "subscript"], help_text=_("照着念的样子写，例如 I = 40d。")
    )
    symbols = blocks.ListBlock(
        SymbolBlock(label=_("符号")), label=_("符号说明"), min_num=0, max_num=12, default=[]
    )
    example = blocks.TextBlock(label=_("算一个"), rows=2, required=False)

    class Meta:
        icon = "superscript"
        label = _("公式")
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
    notice = NoticeBlock()
    case = CaseBlock()
    formula = FormulaBlock()
    download = DownloadBlock()


class SafetyNotes(blocks.StreamBlock):
    """What a learner of the course must know first, one danger a line."""

    note = blocks.CharBlock(label=_("安全要点"), max_length=120, icon="warning")
