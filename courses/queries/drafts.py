"""A course as it stands in the editor, read in a few queries whatever its size, and what it still lacks."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.models import Page

from courses.blocks import LessonBlocks
from courses.models import CoursePage, LessonPage, ModulePage
from courses.rules import Block, MediaFacts, lines_of, plain_blocks, timeline
from media.models import Video


@dataclass(frozen=True)
class LessonDraft:
    """The newest revision of a lesson."""

    page_id: int
    uuid: UUID
    revision_id: int
    module_number: int
    module_title: str
    title: str
    summary: str
    raw_blocks: list[Block]

    @property
    def blocks(self) -> list[Block]:
        return plain_blocks(self.raw_blocks)


@dataclass(frozen=True)
class CourseDraft:
    """The newest revisions of a course and all it contains. Optional values may be missing in a draft."""

    revision_id: int
    title: str
    occupation_id: str | None
    level_id: int | None
    summary: str
    outcomes: list[str]
    audience: str
    safety: list[str]
    sources: list[str]
    cover_id: int | None
    instructors: list[int]
    lessons: list[LessonDraft] = field(default_factory=list)


@dataclass(frozen=True)
class Missing:
    """One thing a course lacks before it can be reviewed: the page to open, its title, what is to be done."""

    page_id: int
    where: str
    message: str


def _stream(value: Any) -> list[Block]:
    return json.loads(value) if isinstance(value, str) else list(value or [])


def course_draft(course: CoursePage) -> CourseDraft:
    """
    Return a course as it stands in the editor, lessons in the order of the tree.

    :raises ValueError: if a page has never been saved in the editor, so that no revision of it exists.
    """
    pages = list(
        Page.objects.descendant_of(course, inclusive=True)
        .select_related("latest_revision", "content_type")
        .order_by("path")
    )
    uuids = dict(LessonPage.objects.descendant_of(course).values_list("pk", "uuid"))
    modules = set(ModulePage.objects.descendant_of(course).values_list("pk", flat=True))
    lessons: list[LessonDraft] = []
    module_number, module_title = 0, ""
    for page in pages:
        if page.latest_revision is None:
            raise ValueError(f"page {page.pk} has no revision")
        content = page.latest_revision.content
        if page.pk in modules:
            module_number, module_title = module_number + 1, content["title"]
        elif page.pk in uuids and not content.get("is_left_out"):
            lessons.append(
                LessonDraft(
                    page_id=page.pk,
                    uuid=uuids[page.pk],
                    revision_id=page.latest_revision_id,
                    module_number=module_number,
                    module_title=module_title,
                    title=content["title"],
                    summary=content.get("summary") or "",
                    raw_blocks=_stream(content.get("body")),
                )
            )
    own, content = pages[0], pages[0].latest_revision.content
    rows = sorted(content.get("instructors") or [], key=lambda row: row.get("sort_order") or 0)
    return CourseDraft(
        revision_id=own.latest_revision_id,
        title=content["title"],
        occupation_id=content.get("occupation"),
        level_id=content.get("level"),
        summary=content.get("summary") or "",
        outcomes=lines_of(content.get("outcomes") or ""),
        audience=content.get("audience") or "",
        safety=[b["value"] for b in plain_blocks(_stream(content.get("safety")))],
        sources=lines_of(content.get("sources") or ""),
        cover_id=content.get("cover"),
        instructors=[row["instructor"] for row in rows],
        lessons=lessons,
    )


def ids_in(blocks: Iterable[Block], kind: str) -> set[int]:
    """Return the ids of the files that blocks of a kind (video, image, download) show."""
    key = "document" if kind == "download" else kind
    return {b["value"][key] for b in blocks if b["type"] == kind and b["value"].get(key)}


def media_facts(blocks: list[Block]) -> MediaFacts:
    """Return what a timeline must know of the videos that can be played and the pictures that exist, in two queries."""
    videos = Video.objects.filter(pk__in=ids_in(blocks, "video"), state=Video.State.READY)
    images = get_image_model().objects.filter(pk__in=ids_in(blocks, "image"))
    return MediaFacts(
        videos={v.pk: (v.duration_ms or 0, v.content_hash) for v in videos},
        images={i.pk: i.get_file_hash() for i in images},
    )


def missing_in(course: CoursePage, draft: CourseDraft) -> list[Missing]:
    """Return what a course lacks before it can be sent to review; empty when it is ready."""
    missing = [
        Missing(course.pk, draft.title, message)
        for is_lacking, message in [
            (not draft.occupation_id, _("选一个职业，学员按它找课。")),
            (not draft.level_id, _("选技能等级。")),
            (not draft.summary, _("写一句话介绍。")),
            (not draft.outcomes, _("写学完能做什么，至少一条。")),
            (not draft.instructors, _("选至少一位师傅。")),
            (not draft.lessons, _("至少要有一节课时。")),
        ]
        if is_lacking
    ]
    media = media_facts([b for lesson in draft.lessons for b in lesson.blocks])
    stream = LessonBlocks()
    for lesson in draft.lessons:
        missing += [
            Missing(lesson.page_id, lesson.title, m) for m in _missing_in_lesson(lesson, stream, media)
        ]
    return missing


def _missing_in_lesson(lesson: LessonDraft, stream: LessonBlocks, media: MediaFacts) -> list[str]:
    if not lesson.raw_blocks:
        return [_("这节还没有内容。")]
    messages = []
    for number, block in enumerate(lesson.raw_blocks, start=1):
        child = stream.child_blocks.get(block["type"])
        if child is None:
            messages.append(_("第 %(n)s 块的类型已经停用，请换一种。") % {"n": number})
            continue
        if not _is_valid(child, block["value"]):
            messages.append(_("第 %(n)s 块（%(kind)s）没有填完整。") % {"n": number, "kind": child.label})
        elif block["type"] == "video" and block["value"].get("video") not in media.videos:
            messages.append(_("第 %(n)s 块的视频还没有转换好，好了再送审。") % {"n": number})
    if not messages and not any(part.nominal_ms for part in timeline(lesson.blocks, media)):
        messages.append(_("这节没有要看要读的内容，学员得不到学时。"))
    return messages


def _is_valid(child: Any, raw: Any) -> bool:
    try:
        child.clean(child.to_python(raw))
    except ValidationError:
        return False
    return True
