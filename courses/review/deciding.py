"""What a reviewer decides: the six points, letting an edition pass, sending it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.db import lock_rows
from courses.models import CourseEdition, ReviewComment, ReviewLogEntry, ReviewPoint, ReviewTurn
from courses.review.log import note
from courses.review.turns import open_turn

Action = ReviewLogEntry.Action


@dataclass(frozen=True)
class Verdict:
    """On one point: ``pass``, ``mend`` or ``none`` (the course has nothing of it), and why."""

    verdict: str
    remark: str = ""


class CannotDecide(ValueError):
    """
    A point has no verdict or is to be mended (``points``), one to be mended has no remark (``remark``), nothing says what
    to change (``reason``), or remarks of the reviewer are still open (``comments``).
    """


@transaction.atomic
def approve(
    *,
    edition: CourseEdition,
    by: User,
    now: datetime,
    points: Mapping[str, Verdict] | None = None,
    remark: str = "",
) -> None:
    """
    Let an edition pass the step at which its review stands. After the last one it is published.

    :raises CannotDecide: if a point that the step asks for does not pass, or a remark is open.
    :raises PermissionDenied: if it is not this user's turn, or stands at no step.
    """
    edition, turn = _turn(edition, by, now)
    if turn.step.asks_points:
        _judge(turn, points or {}, by, now)
        passed = turn.points.exclude(verdict=ReviewPoint.Verdict.MEND).count()
        if passed < len(ReviewPoint.Point):
            raise CannotDecide("points")
    if ReviewComment.objects.filter(edition=edition, settled_at__isnull=True).exists():
        raise CannotDecide("comments")
    remark = remark.strip()[:1_000]
    _end(turn, now)
    note(edition, Action.APPROVED, at=now, by=by, step=turn.step.name, words=remark, detail=_said(turn))
    turn.step.on_action(edition.current_workflow_task_state, by, "approve", comment=remark)
    open_turn(edition=CourseEdition.objects.get(pk=edition.pk), now=now)


@transaction.atomic
def send_back(
    *,
    edition: CourseEdition,
    by: User,
    now: datetime,
    points: Mapping[str, Verdict] | None = None,
    remark: str = "",
) -> None:
    """
    Send an edition back to its author with what is to be changed: a remark, points to mend, remarks at their place.

    :raises CannotDecide: if nothing says what to change.
    :raises PermissionDenied: as :func:`approve` does.
    """
    edition, turn = _turn(edition, by, now)
    if turn.step.asks_points:
        _judge(turn, points or {}, by, now)
    words = _what_to_change(turn, remark.strip()[:1_000])
    if not words:
        raise CannotDecide("reason")
    _end(turn, now)
    note(edition, Action.RETURNED, at=now, by=by, step=turn.step.name, words=words, detail=_said(turn))
    turn.step.on_action(edition.current_workflow_task_state, by, "reject", comment=words)


@transaction.atomic
def take_back(*, edition: CourseEdition, by: User, now: datetime) -> None:
    """
    Take an edition out of review by its author's wish, to change it and send it again; one not in review stays as it is.
    Who may, the caller asks.
    """
    edition = lock_rows(CourseEdition.objects.filter(pk=edition.pk)).get()
    state = edition.current_workflow_task_state
    if state is None or not edition.workflow_in_progress:
        return
    words = _("作者撤回了送审。")
    for turn in edition.turns.filter(ended_at__isnull=True):
        _end(turn, now)
    note(edition, Action.RETURNED, at=now, by=by, step=state.task.name, words=words)
    state.reject(user=by, comment=words)


def _turn(edition: CourseEdition, by: User, now: datetime) -> tuple[CourseEdition, ReviewTurn]:
    edition = lock_rows(CourseEdition.objects.filter(pk=edition.pk)).get()
    task = edition.current_workflow_task
    if task is None or not edition.workflow_in_progress or not task.may_review(edition, by):
        raise PermissionDenied
    turn = open_turn(edition=edition, now=now)
    if turn is None or turn.ended_at is not None:
        raise PermissionDenied
    return edition, turn


def _judge(turn: ReviewTurn, points: Mapping[str, Verdict], by: User, now: datetime) -> None:
    """Write the verdicts down; later ones of the same turn replace them."""
    known = set(ReviewPoint.Point.values)
    given = {point: v for point, v in points.items() if point in known and v.verdict}
    if any(v.verdict not in ReviewPoint.Verdict.values for v in given.values()):
        raise CannotDecide("points")
    if any(v.verdict == ReviewPoint.Verdict.MEND and not v.remark.strip() for v in given.values()):
        raise CannotDecide("remark")
    ReviewPoint.objects.bulk_create(
        [
            ReviewPoint(
                turn=turn,
                point=point,
                verdict=v.verdict,
                remark=v.remark.strip()[:500],
                reviewer=by,
                judged_at=now,
            )
            for point, v in given.items()
        ],
        update_conflicts=True,
        unique_fields=["turn", "point"],
        update_fields=["verdict", "remark", "reviewer", "judged_at"],
    )


def _end(turn: ReviewTurn, now: datetime) -> None:
    turn.ended_at = max(now, turn.started_at)
    turn.save(update_fields=["ended_at"])


def _said(turn: ReviewTurn) -> dict[str, list[str]]:
    """Return the verdicts of a turn as the log keeps them: by point its verdict and remark."""
    return {p.point: [p.verdict, p.remark] for p in turn.points.order_by("pk")}


def _what_to_change(turn: ReviewTurn, remark: str) -> str:
    mend = turn.points.filter(verdict=ReviewPoint.Verdict.MEND).order_by("pk")
    lines = [remark] if remark else []
    lines += [f"{p.get_point_display()}：{p.remark}" for p in mend]
    placed = ReviewComment.objects.filter(edition_id=turn.edition_id, settled_at__isnull=True).count()
    if placed:
        lines.append(_("有 {n} 条意见写在课时里，打开编辑页就能看到。").format(n=placed))
    return "\n".join(lines)
