"""Reading reviews: what waits and how long, one review whole, its log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Person, Role, User
from core.clock import day_of, to_ms
from courses.models import CourseEdition, CoursePage, ReviewComment, ReviewLogEntry, ReviewPoint, ReviewTurn
from courses.review.rules import workdays_left
from courses.review.texts import kind_name

LOG_LINES = 60
QUEUE_PAGE = 50


@dataclass(frozen=True)
class QueueRow:
    """A turn that waits. ``age`` and ``left`` in working days; ``left`` below zero: overdue."""

    turn: ReviewTurn
    age: int
    left: int
    is_mine: bool
    comments: int


def may_see_queue(user: User) -> bool:
    """Tell whether somebody sees everything that waits: reviewers, course editors, the operator."""
    roles = (Role.TRADE_REVIEWER, Role.CONTENT_REVIEWER, Role.LESSON_EDITOR, Role.SYSTEM_ADMIN)
    return user.is_superuser or user.has_any_role(*roles)


def open_turns(*, reviewer: User | None = None, step: str = "") -> QuerySet[ReviewTurn]:
    """Return the turns that wait, those that wait longest first; one reviewer's with what nobody has by name."""
    turns = ReviewTurn.objects.filter(ended_at__isnull=True)
    if reviewer is not None:
        turns = turns.filter(Q(reviewer=reviewer) | Q(reviewer__isnull=True, step__groups__user=reviewer))
    if step:
        turns = turns.filter(step__name=step)
    return turns.distinct().order_by("started_at", "pk")


def queue(turns: QuerySet[ReviewTurn], *, user: User, today: date, offset: int = 0) -> list[QueueRow]:
    """Return a page of waiting turns. Two queries."""
    rows = list(
        turns.select_related(
            "step",
            "reviewer__person",
            "edition__submitted_by__person",
            "edition__occupation",
            "edition__level",
        )[offset : offset + QUEUE_PAGE]
    )
    open_comments = dict(
        ReviewComment.objects.filter(edition__in=[t.edition_id for t in rows], settled_at__isnull=True)
        .values_list("edition")
        .annotate(n=Count("pk"))
    )
    return [
        QueueRow(
            turn=turn,
            age=max(0, -workdays_left(today, day_of(to_ms(turn.started_at)))),
            left=workdays_left(today, turn.due_on),
            is_mine=turn.reviewer_id == user.pk,
            comments=open_comments.get(turn.edition_id, 0),
        )
        for turn in rows
    ]


@dataclass(frozen=True)
class PointRow:
    """One of the six points with its verdict in a turn, if there is one; ``said`` is what the form holds."""

    key: str
    label: str
    verdict: str = ""
    remark: str = ""
    words: str = ""


def points_of(turn: ReviewTurn | None) -> list[PointRow]:
    """Return the six points in order, with what was said of each in a turn."""
    said = {p.point: p for p in turn.points.all()} if turn else {}
    rows = []
    for point in ReviewPoint.Point:
        known = said.get(point.value)
        rows.append(
            PointRow(
                key=point.value,
                label=str(point.label),
                verdict=known.verdict if known else "",
                remark=known.remark if known else "",
                words=str(known.get_verdict_display()) if known else "",
            )
        )
    return rows


@dataclass(frozen=True)
class LogLine:
    """A line of the log as it is read."""

    at: datetime
    words: str
    who: str
    step: str
    concerns: str
    remark: str
    edition: int
    points: list[tuple[str, str, str]]


def log_of(
    editions: Iterable[CourseEdition] | QuerySet[CourseEdition], *, limit: int = LOG_LINES
) -> list[LogLine]:
    """Return the newest lines of the log of editions, newest first, with names. Two queries."""
    rows = list(
        ReviewLogEntry.objects.filter(edition__in=editions).select_related("edition").order_by("-id")[:limit]
    )
    uuids = {uuid for row in rows for uuid in (row.actor, row.concerns) if uuid}
    names = {p.uuid: str(p) for p in Person.objects.filter(uuid__in=uuids).only("uuid", "display_name")}
    return [_line(row, names) for row in rows]


def _line(row: ReviewLogEntry, names: dict[UUID, str]) -> LogLine:
    points, verdicts = dict(ReviewPoint.Point.choices), dict(ReviewPoint.Verdict.choices)
    said: list[tuple[str, str, str]] = []
    if row.action in {ReviewLogEntry.Action.APPROVED, ReviewLogEntry.Action.RETURNED}:
        said = [
            (str(points.get(key, key)), str(verdicts.get(value[0], value[0])), value[1])
            for key, value in row.detail.items()
        ]
    return LogLine(
        at=row.at,
        words=str(row.get_action_display()),
        who=names.get(row.actor, "") if row.actor else "",
        step=row.step,
        concerns=names.get(row.concerns, "") if row.concerns else "",
        remark=row.words,
        edition=row.edition.number,
        points=said,
    )


def course_log(course: CoursePage) -> list[LogLine]:
    """Return the newest lines of the log of all editions of a course."""
    return log_of(CourseEdition.objects.filter(course=course))


def comments_on(edition: CourseEdition, **which: Any) -> list[ReviewComment]:
    """Return the remarks on an edition, open ones first, each group oldest first. One query."""
    rows = ReviewComment.objects.filter(edition=edition, **which)
    found = rows.select_related("written_by__person", "settled_by__person").order_by("written_at", "pk")
    return sorted(found, key=lambda c: c.settled_at is not None)


def open_comments(course: CoursePage) -> list[ReviewComment]:
    """Return the remarks on a course's open edition that wait to be settled, oldest first. One query."""
    rows = ReviewComment.objects.filter(
        edition__course=course, edition__published_at__isnull=True, settled_at__isnull=True
    )
    return list(rows.select_related("written_by__person").order_by("written_at", "pk"))


@dataclass(frozen=True)
class BlockRow:
    """A block of a lesson under review: where it stands, what it is, how it begins, what was remarked at it."""

    place: str
    kind: str
    begins: str
    comments: list[ReviewComment]


def block_rows(
    content: list[dict[str, Any]], comments: list[ReviewComment], begins: list[str]
) -> list[BlockRow]:
    """Return the blocks of a lesson with the remarks at each."""
    return [
        BlockRow(
            f"b{n}", kind_name(block["type"]), begins[n - 1], [c for c in comments if c.place == f"b{n}"]
        )
        for n, block in enumerate(content, start=1)
    ]
