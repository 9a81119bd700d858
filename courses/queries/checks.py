"""The standards check of a course's draft: the snapshot its rules look at, in a few queries whatever the size."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from courses.checks import Report, check
from courses.checks.file_rules import linked_ids
from courses.checks.shape import block_facts
from courses.checks.snapshot import (
    BlockFacts,
    CourseSnapshot,
    FileFacts,
    LessonFacts,
    ModuleFacts,
    StandardFacts,
    TeacherFacts,
    VideoFacts,
)
from courses.models import CoursePage, SwitchedOffRule
from courses.queries.drafts import CourseDraft, course_draft, ids_in, notices_in
from courses.rules import MediaFacts, timeline, with_notices
from instructors.api import entitlements_to, missing_words, profiles
from media.models import Video
from occupations.api import level_labels, level_rows, requirement_rows, standard_in_force

_SEEN_FOR_S = 600


def check_course(course: CoursePage, *, on: date) -> Report:
    """
    Return what a course lacks on a day before it can be sent to review.

    :raises ValueError: if a page has never been saved in the editor.
    """
    return check_draft(course, course_draft(course), on=on)


def check_draft(course: CoursePage, draft: CourseDraft, *, on: date) -> Report:
    """Return the same of a draft that was read already."""
    return check(snapshot_of(course, draft, on=on), off=switched_off())


def switched_off() -> frozenset[str]:
    """Return the keys of the rules that an operator has switched off."""
    return frozenset(SwitchedOffRule.objects.values_list("key", flat=True))


def snapshot_of(course: CoursePage, draft: CourseDraft, *, on: date) -> CourseSnapshot:
    """Return a draft as rules look at it; a fixed number of queries."""
    facts = {lesson.page_id: block_facts(lesson.raw_blocks) for lesson in draft.lessons}
    every = [block for blocks in facts.values() for block in blocks]
    videos, notices = _videos(every), notices_in(_plain(every))
    files = _files(every, videos, notices)
    standard = _standard(draft, on)
    media = MediaFacts(
        videos={pk: (video.ms, "") for pk, video in videos.items() if video.is_ready},
        images=dict.fromkeys(ids_in(_plain(every), "image"), ""),
    )
    return CourseSnapshot(
        page_id=course.pk,
        title=draft.title,
        has_occupation=bool(draft.occupation_id),
        level_rank=draft.level_id,
        has_summary=bool(draft.summary),
        has_outcomes=bool(draft.outcomes),
        licence=draft.licence,
        ai_label=draft.ai_label,
        teachers=_teachers(draft, standard, on),
        modules=tuple(ModuleFacts(m.page_id, m.number, m.title) for m in draft.modules),
        lessons=tuple(
            LessonFacts(
                page_id=lesson.page_id,
                title=lesson.title,
                module_number=lesson.module_number,
                ms=_ms(facts[lesson.page_id], media, notices),
                blocks=facts[lesson.page_id],
                requirements=lesson.requirements,
            )
            for lesson in draft.lessons
        ),
        files=files,
        standard=standard,
    )


def _standard(draft: CourseDraft, on: date) -> StandardFacts | None:
    """Return what the standard in force asks at the course's level, in three statements."""
    if not draft.occupation_id or not draft.level_id:
        return None
    standard = standard_in_force(occupation=draft.occupation_id, on=on)
    level = (
        next((lv for lv in level_rows(standard.pk) if lv.rank == draft.level_id), None) if standard else None
    )
    if standard is None or level is None:
        return None
    rows = requirement_rows(standard=standard.pk, rank=level.rank)
    return StandardFacts(
        name=str(standard),
        hours=level.hours,
        teacher=level.teacher,
        requirements=frozenset(row.id for row in rows),
        hazardous=frozenset(row.id for row in rows if row.is_hazardous),
    )


def _plain(blocks: Iterable[BlockFacts]) -> list[dict[str, Any]]:
    return [{"type": b.kind, "value": b.value} for b in blocks if b.label and isinstance(b.value, dict)]


def _ms(blocks: Iterable[BlockFacts], media: MediaFacts, notices: dict[int, dict[str, Any]]) -> int:
    """Return a lesson's timeline as far as it stands: blocks that are not finished take no time yet."""
    finished = [
        {"type": block.kind, "value": block.value}
        for block in blocks
        if block.label
        and not block.fault
        and (block.kind != "video" or block.value["video"] in media.videos)
        and (block.kind != "notice" or block.value["notice"] in notices)
    ]
    return sum(part.nominal_ms for part in timeline(with_notices(finished, notices), media))


def _videos(blocks: list[BlockFacts]) -> dict[int, VideoFacts]:
    rows = Video.objects.filter(pk__in=ids_in(_plain(blocks), "video"))
    fields = rows.values_list("pk", "title", "state", "captions", "duration_ms")
    return {
        pk: VideoFacts(title, state == Video.State.READY, bool(captions.strip()), ms or 0)
        for pk, title, state, captions, ms in fields
    }


def _files(
    blocks: list[BlockFacts],
    videos: dict[int, VideoFacts],
    notices: dict[int, dict[str, Any]],
) -> FileFacts:
    html = [block.value or "" for block in blocks if block.kind == "text"]
    pages, linked = linked_ids(html)
    wanted_images, wanted_documents = ids_in(_plain(blocks), "image"), ids_in(_plain(blocks), "download")
    images = dict(get_image_model().objects.filter(pk__in=wanted_images).values_list("pk", "file"))
    documents = dict(
        get_document_model().objects.filter(pk__in=wanted_documents | linked).values_list("pk", "file")
    )
    known_pages = set(Page.objects.filter(pk__in=pages).values_list("pk", flat=True)) if pages else set()
    there = _there({*images.values(), *documents.values()})
    return FileFacts(
        videos=videos,
        missing_images=frozenset(pk for pk in wanted_images if images.get(pk) not in there),
        missing_documents=frozenset(pk for pk in wanted_documents | linked if documents.get(pk) not in there),
        missing_pages=frozenset(pages - known_pages),
        missing_notices=frozenset(
            b.value["notice"] for b in blocks if b.kind == "notice" and b.value.get("notice")
        )
        - notices.keys(),
    )


def _there(names: set[str]) -> set[str]:
    """
    Return the names of files that the storage has. Asking a disk costs nothing; of a storage behind a network what was
    there is believed for ten minutes, so that a panel that looks again after each saving does not ask for all of them.
    """
    if isinstance(getattr(default_storage, "_wrapped", default_storage), FileSystemStorage):
        return {name for name in names if default_storage.exists(name)}
    keys = {f"courses.there:{name}": name for name in names}
    known = set(cache.get_many(keys))
    found = {key for key in keys.keys() - known if default_storage.exists(keys[key])}
    cache.set_many(dict.fromkeys(found, True), _SEEN_FOR_S)
    return {keys[key] for key in known | found}


def _teachers(draft: CourseDraft, standard: StandardFacts | None, on: date) -> tuple[TeacherFacts, ...]:
    found = {profile.pk: profile for profile in profiles().filter(pk__in=draft.instructors)}
    entitled = (
        entitlements_to(
            occupation=draft.occupation_id,
            rank=draft.level_id,
            teacher=standard.teacher if standard else None,
            profiles=found,
            on=on,
        )
        if draft.occupation_id and draft.level_id
        else {}
    )
    labels = level_labels()
    return tuple(
        TeacherFacts(
            name=found[pk].public_name,
            is_listed=found[pk].is_listed,
            is_entitled=pk in entitled and entitled[pk].entitled,
            missing=missing_words(entitled[pk], labels) if pk in entitled else "",
        )
        for pk in draft.instructors
        if pk in found
    )
