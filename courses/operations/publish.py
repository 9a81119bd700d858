"""Publishing an edition: parts and rendered fragments of all its lessons in one transaction."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Min
from django.db.models.functions import Coalesce
from wagtail.models import Page, Revision, TaskState

from core import audit, kept, outbox
from core.db import lock_rows
from courses.indexing import index_pages_on_commit
from courses.models import (
    CourseEdition,
    EditionApproval,
    EditionLesson,
    Fragment,
    Part,
    ReviewLogEntry,
)
from courses.operations.coverage import measure_coverage
from courses.operations.review import tell_published
from courses.queries.drafts import media_facts
from courses.rendering import FragmentRenderer
from courses.review.log import note as write_log
from courses.rules import TimedPart, canonical_hash, keep_uuids, timeline
from media.models import Rendition

PUBLISHED_TOPIC = "course.published"


def publish_edition(*, edition: UUID, now: datetime) -> CourseEdition:
    """
    Publish an approved edition and make it the one that new learners get. Publishing twice changes nothing.

    :raises CourseEdition.DoesNotExist: if there is no such edition.
    :raises KeyError: if a file it shows is gone or no longer playable.
    """
    # Scaled pictures are files: they are made before the transaction that names them, never inside.
    lessons = list(EditionLesson.objects.filter(edition__uuid=edition).order_by("position"))
    renderer = FragmentRenderer([block for lesson in lessons for block in lesson.content])
    return _publish(edition, renderer, now)


@transaction.atomic
def _publish(edition_uuid: UUID, renderer: FragmentRenderer, now: datetime) -> CourseEdition:
    edition = lock_rows(CourseEdition.objects.filter(uuid=edition_uuid)).get()
    if edition.published_at is not None:
        return edition
    lessons = list(edition.lessons.order_by("position"))
    media = media_facts([block for lesson in lessons for block in lesson.content])
    before = _parts_before(edition)
    smallest = _smallest_sizes(media.videos)
    fragments, rows, manifest = {}, [], []
    for lesson in lessons:
        parts = keep_uuids(timeline(lesson.content, media), before[lesson.lesson], uuid.uuid4)
        html = renderer.lesson(lesson.content, parts)
        fragment = Fragment(hash=canonical_hash(html), html=html)
        fragments[fragment.hash] = fragment
        lesson.fragment_id = fragment.hash
        lesson.duration_ms = sum(part.nominal_ms for part in parts)
        lesson.byte_size = sum(smallest.get(part.video or 0, 0) for part in parts)
        rows += _part_rows(lesson, parts)
        manifest.append(
            [str(lesson.lesson), lesson.content_hash, fragment.hash, [str(p.uuid) for p in parts]]
        )
    Fragment.objects.bulk_create(fragments.values(), ignore_conflicts=True)
    EditionLesson.objects.bulk_update(lessons, ["fragment", "duration_ms", "byte_size"], batch_size=200)
    Part.objects.bulk_create(rows, batch_size=500)
    _keep_approvals(edition)
    CourseEdition.objects.filter(course_id=edition.course_id, is_current=True).update(is_current=False)
    edition.duration_ms = sum(lesson.duration_ms for lesson in lessons)
    edition.byte_size = sum(lesson.byte_size for lesson in lessons)
    edition.manifest_hash = canonical_hash(manifest)
    edition.published_at = edition.last_published_at = now
    edition.first_published_at = edition.first_published_at or now
    edition.is_current = edition.live = True
    edition.has_unpublished_changes = False
    edition.live_revision_id = edition.latest_revision_id
    edition.save()
    _mark_pages(edition, lessons, now)
    measure_coverage([edition.course_id])
    write_log(
        edition,
        ReviewLogEntry.Action.PUBLISHED,
        at=now,
        detail={"manifest": edition.manifest_hash, "lessons": edition.lesson_count},
    )
    outbox.publish(PUBLISHED_TOPIC, key=str(edition.uuid), payload={"course": edition.course_id})
    kept.outdated(kept.CATALOGUE)
    audit.record(
        stream="courses",
        action="edition.published",
        target=f"edition:{edition.uuid}",
        detail={"course": edition.course_id, "number": edition.number, "manifest": edition.manifest_hash},
    )
    tell_published(edition)
    return edition


def _parts_before(edition: CourseEdition) -> dict[UUID, list[tuple[str, str, UUID]]]:
    """Return for each lesson the parts it had in the newest published edition that holds it."""
    before: dict[UUID, list[tuple[str, str, UUID]]] = defaultdict(list)
    newest: dict[UUID, int] = {}
    known = (
        Part.objects.filter(
            lesson__edition__course_id=edition.course_id, lesson__edition__published_at__isnull=False
        )
        .order_by("-lesson__edition__number", "position")
        .values_list("lesson__lesson", "lesson__edition__number", "kind", "content_hash", "uuid")
    )
    for lesson, number, kind, content_hash, part in known:
        if newest.setdefault(lesson, number) == number:
            before[lesson].append((kind, content_hash, part))
    return before


def _smallest_sizes(videos: Iterable[int]) -> dict[int, int]:
    """Return the bytes of each video in its smallest quality: what a lesson costs somebody on mobile data."""
    sizes = Rendition.objects.filter(video_id__in=list(videos)).values_list("video_id")
    return dict(sizes.annotate(smallest=Min("byte_size")))


def _part_rows(lesson: EditionLesson, parts: list[TimedPart]) -> list[Part]:
    counted = [(part, part.uuid) for part in parts if part.uuid is not None]
    return [
        Part(
            lesson=lesson,
            uuid=uuid,
            position=position,
            kind=part.kind,
            nominal_ms=part.nominal_ms,
            content_hash=part.content_hash,
            blocks=[asdict(block) for block in part.blocks],
            video_id=part.video,
        )
        for position, (part, uuid) in enumerate(counted, start=1)
    ]


def _keep_approvals(edition: CourseEdition) -> None:
    states = (
        TaskState.objects.for_instance(edition)
        .filter(status=TaskState.STATUS_APPROVED, finished_by__isnull=False)
        .select_related("task")
        .order_by("finished_at")
    )
    newest = {state.task.name: state for state in states}
    EditionApproval.objects.bulk_create(
        EditionApproval(
            edition=edition,
            step=step,
            reviewer_id=state.finished_by_id,
            approved_at=state.finished_at,
            remark=state.comment,
        )
        for step, state in newest.items()
    )


def _mark_pages(edition: CourseEdition, lessons: list[EditionLesson], now: datetime) -> None:
    """
    Tell Wagtail's lists and its search which pages are public.

    Pages written for the first time stand in their rows exactly as in the edition, so one statement does for all of
    them; only a row that differs from what was reviewed is brought to it, one by one.
    """
    named = {edition.course_id: edition.course_revision_id, **{le.page_id: le.revision_id for le in lessons}}
    pages = list(Page.objects.filter(pk__in=named).order_by("path"))
    for page in pages:
        standing = page.live_revision_id if page.live else page.latest_revision_id
        if standing != named[page.pk]:
            reviewed = Revision.objects.get(pk=named[page.pk]).as_object()
            reviewed.save(clean=False)
    # A module has no content but its title, which every lesson's row of the edition holds.
    modules = Page.objects.filter(
        path__in={page.path[: -Page.steplen] for page in pages}, depth__gt=pages[0].depth
    )
    modules = modules.filter(live=False)
    public = [*named, *modules.values_list("pk", flat=True)]
    Page.objects.filter(pk__in=public).update(
        live=True,
        expired=False,
        live_revision_id=F("latest_revision_id"),
        has_unpublished_changes=False,
        last_published_at=now,
        first_published_at=Coalesce(F("first_published_at"), now),
    )
    for page in pages:
        if page.latest_revision_id != named[page.pk]:
            Page.objects.filter(pk=page.pk).update(
                live_revision_id=named[page.pk], has_unpublished_changes=True
            )
    index_pages_on_commit(public)
