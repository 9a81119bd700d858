"""Remarks at their place: writing one at a lesson or a block of it, and settling it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from wagtail.models import Revision

from accounts.models import User
from core.db import lock_rows
from courses.models import CourseEdition, EditionLesson, ReviewComment, ReviewLogEntry
from courses.review.log import note
from courses.review.texts import stored_blocks, words_of
from courses.rules import Block

QUOTE = 60


class NothingSaid(ValueError):
    """A remark needs words."""


@transaction.atomic
def comment(
    *,
    edition: CourseEdition,
    by: User,
    words: str,
    now: datetime,
    lesson: EditionLesson | None = None,
    place: str = "",
) -> ReviewComment:
    """
    Write a remark at the course, at a lesson, or at a block of it (``place``: ``b3`` for the third one).

    :raises NothingSaid: without words.
    :raises PermissionDenied: if it is not this user's turn.
    """
    words = words.strip()[:1_000]
    if not words:
        raise NothingSaid
    edition = lock_rows(CourseEdition.objects.filter(pk=edition.pk)).get()
    task = edition.current_workflow_task
    if task is None or not edition.workflow_in_progress or not task.may_review(edition, by):
        raise PermissionDenied
    block, quote, place = _place(lesson, place)
    title = lesson.title if lesson else edition.title
    made = ReviewComment.objects.create(
        edition=edition,
        turn=edition.turns.filter(ended_at__isnull=True).first(),
        lesson=lesson.lesson if lesson else None,
        page_id=lesson.page_id if lesson else edition.course_id,
        title=title,
        place=place,
        block=block,
        quote=quote,
        words=words,
        written_by=by,
        written_at=now,
    )
    note(
        edition,
        ReviewLogEntry.Action.COMMENTED,
        at=now,
        by=by,
        step=task.name,
        words=words,
        detail={"comment": str(made.uuid), "where": title, "place": place},
    )
    return made


def _place(lesson: EditionLesson | None, place: str) -> tuple[str, str, str]:
    """Return the editor's uuid of a block, how it begins, and its place; three empty texts if there is no such block."""
    number = place.removeprefix("b")
    if lesson is None or not (place.startswith("b") and number.isascii() and number.isdecimal()):
        return "", "", ""
    index = int(number) - 1
    if not 0 <= index < len(lesson.content):
        return "", "", ""
    stored = _in_editor(lesson.revision)
    block: Block = stored[index] if index < len(stored) else {}
    return str(block.get("id") or ""), words_of(lesson.content[index])[:QUOTE], place


def _in_editor(revision: Revision) -> list[Block]:
    return stored_blocks(revision.content.get("body"))


@transaction.atomic
def settle(*, comment: ReviewComment, by: User, now: datetime, answer: str = "") -> ReviewComment:
    """Note that what a remark asked for is done (or why it is not); doing it twice keeps the first name and answer."""
    comment = lock_rows(ReviewComment.objects.filter(pk=comment.pk)).select_related("edition").get()
    if comment.settled_at is not None:
        return comment
    comment.settled_at, comment.settled_by, comment.answer = now, by, answer.strip()[:300]
    comment.save(update_fields=["settled_at", "settled_by", "answer"])
    note(
        comment.edition,
        ReviewLogEntry.Action.SETTLED,
        at=now,
        by=by,
        words=comment.answer,
        detail={"comment": str(comment.uuid), "where": comment.title, "place": comment.place},
    )
    return comment
