"""
Where lessons are written: course > module > lesson, stock Wagtail pages.

No learner is ever shown one of these rows. What is public is the course's published edition; the addresses of the
pages lead there (``serve``), so a draft, however it came to be "live", shows nothing that nobody reviewed.
"""

import uuid
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.models import Orderable, Page
from wagtail.search import index

from courses.blocks import LessonBlocks, SafetyNotes
from courses.fields import LessonField
from courses.forms import AuthoredPageForm, LessonForm
from courses.models.permissions import CourseTreeMixin
from courses.panels import CheckPanel
from instructors.models import InstructorProfile
from occupations.models import Occupation, SkillLevel

_ADDRESS_TAB = ObjectList([FieldPanel("slug")], heading=_("网址"))


class Licence(models.TextChoices):
    """What others may do with a course."""

    COMMUNITY = "community", _("只在本社区学习使用")
    CC_BY = "cc-by", _("署名可转用（CC BY 4.0）")
    CC_BY_SA = "cc-by-sa", _("署名可转用，改编后用同样许可（CC BY-SA 4.0）")
    CC_BY_NC_SA = "cc-by-nc-sa", _("署名、不能商用、改编后用同样许可（CC BY-NC-SA 4.0）")
    CC0 = "cc0", _("放弃版权，随便用（CC0）")


class AiLabel(models.TextChoices):
    """
    How much of a course a machine made. Labels for made content are asked for by 人工智能生成合成内容标识办法 (2025).
    """

    HUMAN = "human", _("全部由人编写和拍摄")
    ASSISTED = "assisted", _("由人编写，用人工智能帮忙润色或查错")
    GENERATED = "generated", _("有人工智能生成的内容，由人审核")


class CourseIndexPage(Page):
    """The one folder below which all courses stand. Its address is the catalogue's."""

    max_count = 1
    subpage_types = ["courses.CoursePage"]
    edit_handler = TabbedInterface([ObjectList([FieldPanel("title")], heading=_("内容")), _ADDRESS_TAB])

    class Meta:
        verbose_name = _("课程目录")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("/courses/")


class CoursePage(CourseTreeMixin, Page):
    """A course as its instructors write it."""

    occupation = models.ForeignKey(
        Occupation, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("职业")
    )
    level = models.ForeignKey(
        SkillLevel, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("技能等级")
    )
    summary = models.TextField(_("一句话介绍"), max_length=300, blank=True)
    outcomes = models.TextField(
        _("学完能做什么"), blank=True, help_text=_("每行一条，最多四条。用“会……”开头，写学员自己能做的事。")
    )
    audience = models.CharField(_("给谁学"), max_length=200, blank=True)
    safety = LessonField(SafetyNotes(), blank=True, verbose_name=_("安全先看"))
    sources = models.TextField(
        _("编写依据"), blank=True, help_text=_("每行一条：标准、规程、说明书或教材的名称，有编号的写上编号。")
    )
    licence = models.CharField(
        _("版权许可"),
        max_length=20,
        choices=Licence,
        blank=True,
        db_default="",
        default="",
        help_text=_("别人能不能转用这门课。"),
    )
    ai_label = models.CharField(
        _("人工智能标识"),
        max_length=20,
        choices=AiLabel,
        blank=True,
        db_default="",
        default="",
        help_text=_("课里的文字、图片、声音、视频有没有人工智能生成的。会写在课程页上。"),
    )
    cover = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("封面"),
        help_text=_("可以不放：没有封面时，按工种和等级画一张。"),
    )

    base_form_class = AuthoredPageForm
    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types = ["courses.ModulePage"]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("outcomes"),
        index.RelatedFields("occupation", [index.SearchField("name"), index.SearchField("aliases")]),
        index.FilterField("occupation"),
        index.FilterField("level"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    HelpPanel(
                        content=_(
                            "先填这一页，再在下面加“单元”，单元里加“课时”。写到一半可以随时离开，草稿会自动保存。"
                            "写好以后，点页面上方的“送审”，专业审核和内容审核都通过，课程就会发布。"
                        )
                    ),
                    CheckPanel(),
                    FieldPanel(
                        "title",
                        heading=_("课程名称"),
                        help_text=_("说清做什么，例如“高级焊工安全操作规程”。"),
                    ),
                    MultiFieldPanel(
                        [FieldPanel("occupation"), FieldPanel("level")], heading=_("给哪一行、哪一级")
                    ),
                    FieldPanel("summary", widget=AdminAutoHeightTextInput(attrs={"rows": 1})),
                    FieldPanel("outcomes"),
                    FieldPanel("audience"),
                    FieldPanel("safety"),
                    FieldPanel("sources"),
                    InlinePanel("instructors", heading=_("师傅"), label=_("师傅"), min_num=0, max_num=6),
                    MultiFieldPanel(
                        [FieldPanel("licence"), FieldPanel("ai_label")], heading=_("版权和人工智能标识")
                    ),
                    FieldPanel("cover"),
                ],
                heading=_("内容"),
            ),
            _ADDRESS_TAB,
        ]
    )

    class Meta:
        verbose_name = _("课程")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """``/courses/<slug>/`` is the course page's own route and comes first; any other address leads there."""
        return redirect("courses:course", slug=self.slug)


class CourseInstructor(Orderable):
    """Who teaches a course, the leading one first."""

    course = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="instructors")
    instructor = models.ForeignKey(
        InstructorProfile, on_delete=models.PROTECT, related_name="+", verbose_name=_("师傅")
    )

    panels = [FieldPanel("instructor")]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["course", "instructor"], name="course_instructor_once")
        ]


class ModulePage(CourseTreeMixin, Page):
    """A unit of a course: a title and its lessons."""

    base_form_class = AuthoredPageForm
    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]
    edit_handler = TabbedInterface(
        [ObjectList([FieldPanel("title", heading=_("单元名称"))], heading=_("内容")), _ADDRESS_TAB]
    )

    class Meta:
        verbose_name = _("单元")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.get_parent().url or "/courses/")


class LessonPage(CourseTreeMixin, Page):
    """
    A lesson as it is written. ``uuid`` is its name in the ledger and stays the same over all editions; a copied lesson
    is another lesson and gets its own.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    summary = models.CharField(_("这节讲什么"), max_length=200, blank=True)
    body = LessonField(LessonBlocks(), blank=True, verbose_name=_("课时内容"))
    requirements = ParentalManyToManyField(
        "occupations.StandardRequirement",
        through="courses.LessonRequirement",
        blank=True,
        related_name="+",
        verbose_name=_("对应的标准要求"),
        help_text=_("这节教会了哪几条，就勾哪几条。勾得准，缺什么课一看就知道。"),
    )
    is_left_out = models.BooleanField(
        _("下一版不收"),
        default=False,
        help_text=_("发布过的课时不能删除，已经在学的人还要用。打上勾，下一版里就没有它。"),
    )

    base_form_class = LessonForm
    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["uuid"]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel(
                        "title", heading=_("课时名称"), help_text=_("说清做什么，例如“平敷焊的运条手法”。")
                    ),
                    CheckPanel(),
                    FieldPanel("summary", widget=AdminAutoHeightTextInput(attrs={"rows": 1})),
                    HelpPanel(
                        content=_(
                            "一节五到十分钟最好学。时长不用填：正文按每分钟 300 字，图片 8 秒，操作步骤每步 15 秒，"
                            "检查题 30 秒，视频按它的长度。"
                        )
                    ),
                    FieldPanel("body"),
                    FieldPanel("requirements"),
                    FieldPanel("is_left_out"),
                ],
                heading=_("内容"),
            ),
            _ADDRESS_TAB,
        ]
    )

    class Meta:
        verbose_name = _("课时")

    def with_content_json(self, content: dict[str, Any]) -> "LessonPage":
        """Keep this row's uuid: a copied page's revisions still hold the uuid of the page they were copied from."""
        page: LessonPage = super().with_content_json(content)
        page.uuid = self.uuid
        return page

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.live:
            raise Http404
        return redirect("courses:lesson", lesson=self.uuid)
