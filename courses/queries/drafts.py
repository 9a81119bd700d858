"""A course as it stands in the editor, read in a few queries whatever its size."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from wagtail.images import get_image_model
from wagtail.models import Page

from courses.models import CoursePage, LessonPage, ModulePage, SafetyNotice
from courses.rules import Block, MediaFacts, lines_of, plain_blocks
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
    requirements: frozenset[int] = frozenset()
    """Ids of the requirements of the standard that it teaches."""

    @property
    def blocks(self) -> list[Block]:
        return plain_blocks(self.raw_blocks)


@dataclass(frozen=True)
class ModuleDraft:
    page_id: int
    number: int
    title: str


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
    licence: str
    ai_label: str
    instructors: list[int]
    modules: list[ModuleDraft] = field(default_factory=list)
    lessons: list[LessonDraft] = field(default_factory=list)


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
    module_ids = set(ModulePage.objects.descendant_of(course).values_list("pk", flat=True))
    lessons: list[LessonDraft] = []
    modules: list[ModuleDraft] = []
    for page in pages:
        if page.latest_revision is None:
            raise ValueError(f"page {page.pk} has no revision")
        content = page.latest_revision.content
        if page.pk in module_ids:
            modules.append(ModuleDraft(page.pk, len(modules) + 1, content["title"]))
        elif page.pk in uuids and not content.get("is_left_out"):
            lessons.append(
                LessonDraft(
                    page_id=page.pk,
                    uuid=uuids[page.pk],
                    revision_id=page.latest_revision_id,
                    module_number=modules[-1].number,
                    module_title=modules[-1].title,
                    title=content["title"],
                    summary=content.get("summary") or "",
                    raw_blocks=_stream(content.get("body")),
                    requirements=frozenset(content.get("requirements") or ()),
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
        licence=content.get("licence") or "",
        ai_label=content.get("ai_label") or "",
        instructors=[row["instructor"] for row in rows],
        modules=modules,
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


def notices_in(blocks: Iterable[Block]) -> dict[int, dict[str, Any]]:
    """Return the notices of the library that blocks name, as safety blocks hold them, by id; in one query."""
    named = {b["value"]["notice"] for b in blocks if b["type"] == "notice" and b["value"].get("notice")}
    return {n.pk: n.value for n in SafetyNotice.objects.filter(pk__in=named)} if named else {}
