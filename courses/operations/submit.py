"""Sending a course to review: freezing its content as an edition and starting the workflow."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core import inbox
from core.clock import day_of, to_ms
from core.db import lock_rows
from courses.checks import Failure
from courses.models import (
    CourseEdition,
    CoursePage,
    EditionFile,
    EditionInstructor,
    EditionLesson,
    EditionNotice,
    EditionRequirement,
    ReviewLogEntry,
)
from courses.operations.review import returned_key
from courses.queries.checks import check_draft
from courses.queries.drafts import CourseDraft, course_draft, ids_in, media_facts, notices_in
from courses.review.log import note as write_log
from courses.review.turns import open_turn
from courses.review.versions import keep_round
from courses.rules import BLOCK_SCHEMA_VERSION, canonical_hash, timeline, with_notices
from occupations.api import requirement_rows


class NotReady(ValueError):
    """The course fails the standards check; ``missing`` says what and where."""

    def __init__(self, missing: Sequence[Failure]) -> None:
        super().__init__("; ".join(f"{m.where}: {m.message}" for m in missing))
        self.missing = list(missing)


class AlreadyInReview(ValueError):
    """The course's next edition is under review and cannot be sent again before that ends."""


@transaction.atomic
def submit_course(*, course: CoursePage, by: User, now: datetime, note: str = "") -> CourseEdition:
    """
    Freeze what stands in the editor as the course's next edition and start its review from the first step.

    An edition that was sent back is filled anew and keeps its number.

    :raises NotReady: if something is missing.
    :raises AlreadyInReview: if the next edition is under review.
    :raises LookupError: if no workflow is set up for editions (``setup_cms``).
    """
    lock_rows(CoursePage.objects.filter(pk=course.pk)).get()
    edition = CourseEdition.objects.filter(course=course, published_at__isnull=True).first()
    if edition is not None and edition.workflow_in_progress:
        raise AlreadyInReview
    draft = course_draft(course)
    report = check_draft(course, draft, on=day_of(to_ms(now)))
    if not report.is_ready:
        raise NotReady(report.failures)
    if edition is None:
        last = CourseEdition.objects.filter(course=course).aggregate(last=Max("number"))["last"]
        edition = CourseEdition(course=course, number=(last or 0) + 1, live=False)
    else:
        keep_round(edition)
        edition.lessons.all().delete()
        edition.instructors.all().delete()
    _fill(edition, draft)
    edition.note, edition.submitted_by, edition.submitted_at = note, by, now
    edition.save()
    _freeze_lessons(edition, draft)
    _start_review(edition, by)
    write_log(
        edition,
        ReviewLogEntry.Action.SUBMITTED,
        at=now,
        by=by,
        words=note,
        detail={"number": edition.number, "lessons": edition.lesson_count},
    )
    open_turn(edition=edition, now=now)
    inbox.settle(key=returned_key(edition), at=now)
    return edition


def _fill(edition: CourseEdition, draft: CourseDraft) -> None:
    edition.title, edition.summary, edition.audience = draft.title, draft.summary, draft.audience
    edition.outcomes, edition.safety, edition.sources = draft.outcomes, draft.safety, draft.sources
    # The check has asked for both.
    edition.occupation_id, edition.level_id = cast(str, draft.occupation_id), cast(int, draft.level_id)
    edition.licence, edition.ai_label = draft.licence, draft.ai_label
    edition.cover_id, edition.course_revision_id = draft.cover_id, draft.revision_id


def _freeze_lessons(edition: CourseEdition, draft: CourseDraft) -> None:
    every = [b for lesson in draft.lessons for b in lesson.blocks]
    media, notices = media_facts(every), notices_in(every)
    rows, files, uses, mapped = [], [], [], []
    known = {
        r.id for r in requirement_rows(ids={pk for lesson in draft.lessons for pk in lesson.requirements})
    }
    for position, lesson in enumerate(draft.lessons, start=1):
        blocks = with_notices(lesson.blocks, notices)
        row = EditionLesson(
            edition=edition,
            lesson=lesson.uuid,
            position=position,
            module_number=lesson.module_number,
            module_title=lesson.module_title,
            title=lesson.title,
            summary=lesson.summary,
            schema_version=BLOCK_SCHEMA_VERSION,
            content=blocks,
            content_hash=canonical_hash(blocks),
            duration_ms=sum(part.nominal_ms for part in timeline(blocks, media)),
            page_id=lesson.page_id,
            revision_id=lesson.revision_id,
        )
        rows.append(row)
        uses += [
            EditionNotice(lesson=row, notice_id=pk)
            for pk in sorted(
                {b["value"]["notice"] for b in blocks if b["type"] == "safety" and b["value"].get("notice")}
            )
        ]
        mapped += [
            EditionRequirement(lesson=row, requirement_id=pk) for pk in sorted(lesson.requirements & known)
        ]
        files += [EditionFile(lesson=row, video_id=pk) for pk in ids_in(blocks, "video")]
        files += [EditionFile(lesson=row, image_id=pk) for pk in ids_in(blocks, "image")]
        files += [EditionFile(lesson=row, document_id=pk) for pk in ids_in(blocks, "download")]
    EditionLesson.objects.bulk_create(rows)
    named: list[EditionFile | EditionNotice] = [*files, *uses]
    for one in named:
        one.lesson_id = one.lesson.pk
    for taught in mapped:
        taught.lesson_id = taught.lesson.pk
    EditionFile.objects.bulk_create(files)
    EditionNotice.objects.bulk_create(uses)
    EditionRequirement.objects.bulk_create(mapped)
    EditionInstructor.objects.bulk_create(
        EditionInstructor(edition=edition, instructor_id=pk, position=n)
        for n, pk in enumerate(dict.fromkeys(draft.instructors), start=1)
    )
    edition.duration_ms = sum(row.duration_ms for row in rows)
    edition.lesson_count = len(rows)
    edition.save(update_fields=["duration_ms", "lesson_count"])


def _start_review(edition: CourseEdition, by: User) -> None:
    workflow = edition.get_workflow()
    if workflow is None:
        raise LookupError("no workflow for course editions: run setup_cms")
    # Sent back and mended: everything may have changed, so the review begins again with its first step.
    if state := edition.current_workflow_state:
        state.cancel(user=by)
    edition.save_revision(user=by, clean=False)
    workflow.start(edition, by)
