"""Whose turn a review is: opening a turn, giving it to somebody by duty, handing it over."""

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from accounts.models import Role, User
from core import inbox
from core.clock import day_of, to_ms
from core.db import lock_rows
from courses.models import CourseEdition, ReviewDuty, ReviewLogEntry, ReviewTask, ReviewTurn
from courses.models.review import authors_of
from courses.review.log import note
from courses.review.rules import Duty, due, pick
from unions.api import ancestor_uuids, union_of

Action = ReviewLogEntry.Action


class CannotHandOver(ValueError):
    """The turn is over (``over``), no reason was given (``reason``), or who should get it may not review it (``whom``)."""


def open_turn(*, edition: CourseEdition, now: datetime) -> ReviewTurn | None:
    """
    Open the turn of the step at which an edition's review stands, with whoever's duty covers the course; without any it
    is everybody's of the step. None if the review stands at no step; a turn that is open stays as it is.
    """
    state = edition.current_workflow_task_state
    if state is None or state.status != TaskState.STATUS_IN_PROGRESS:
        return None
    known = ReviewTurn.objects.filter(task_state=state).first()
    if known is not None:
        return known
    step = edition.current_workflow_task
    today = day_of(to_ms(now))
    turn = ReviewTurn.objects.create(
        edition=edition,
        task_state_id=state.pk,
        step=step,
        reviewer=_by_duty(edition, step, today),
        started_at=now,
        due_on=due(today, step.workdays),
    )
    if turn.reviewer is not None:
        note(
            edition,
            Action.ASSIGNED,
            at=now,
            step=step.name,
            concerns=turn.reviewer.person.uuid,
            detail={"due_on": str(turn.due_on)},
        )
    return turn


def _by_duty(edition: CourseEdition, step: ReviewTask, today: date) -> User | None:
    """Return the reviewer whose duty is nearest to a course, or None."""
    rows = ReviewDuty.objects.filter(step=step, active_from__lte=today, reviewer__in=reviewers_of(step))
    rows = rows.filter(Q(active_to__isnull=True) | Q(active_to__gt=today))
    duties = [Duty(*row) for row in rows.values_list("reviewer", "trade", "union__uuid")]
    if not duties:
        return None
    union = union_of(edition.submitted_by.person.uuid, today)
    busy = ReviewTurn.objects.filter(ended_at__isnull=True, reviewer__in={d.reviewer for d in duties})
    chosen = pick(
        duties,
        occupation=edition.occupation_id,
        unions=ancestor_uuids([union], on=today).get(union, []) if union else [],
        barred=authors_of(edition),
        load=dict(busy.values_list("reviewer").annotate(n=Count("pk"))),
    )
    return User.objects.select_related("person").get(pk=chosen) if chosen is not None else None


def reviewers_of(step: ReviewTask) -> QuerySet[User]:
    """Return everybody who may do a step, by user name."""
    groups = step.groups.values("pk")
    return User.objects.filter(is_active=True, groups__in=groups).distinct().order_by("username")


def may_take(turn: ReviewTurn, *, barred: Collection[int] | None = None) -> list[User]:
    """Return to whom a turn may be given: everybody of its step who had no hand in the course and has it not."""
    barred = authors_of(turn.edition) if barred is None else barred
    others = reviewers_of(turn.step).exclude(pk__in={*barred, *filter(None, [turn.reviewer_id])})
    return list(others.select_related("person"))


def may_hand_over(turn: ReviewTurn, user: User) -> bool:
    """
    Tell whether somebody may give a turn to another: who has it, an operator or course editor, and, once its last day is
    over or while nobody has it by name, everybody of the step.
    """
    if not user.is_active or turn.ended_at is not None:
        return False
    if user.is_superuser or user.has_any_role(Role.SYSTEM_ADMIN, Role.LESSON_EDITOR):
        return True
    is_free = turn.reviewer_id is None or turn.escalated_at is not None
    return turn.reviewer_id == user.pk or (is_free and turn.step.has_reviewer(user))


@transaction.atomic
def hand_over(*, turn: ReviewTurn, to: User, by: User, reason: str, now: datetime) -> ReviewTurn:
    """
    Give a turn to another reviewer of its step. The last day stays, unless it is over: then it begins anew.

    :raises CannotHandOver: see there.
    :raises PermissionDenied: if ``by`` may not.
    """
    turn = lock_rows(ReviewTurn.objects.filter(pk=turn.pk)).select_related("edition", "step").get()
    reason = reason.strip()[:300]
    if turn.ended_at is not None:
        raise CannotHandOver("over")
    if not may_hand_over(turn, by):
        raise PermissionDenied
    if not reason:
        raise CannotHandOver("reason")
    if to.pk not in {user.pk for user in may_take(turn)}:
        raise CannotHandOver("whom")
    today = day_of(to_ms(now))
    turn.reviewer = to
    if today > turn.due_on:
        turn.due_on, turn.reminded_on, turn.escalated_at = due(today, turn.step.workdays), None, None
    turn.save(update_fields=["reviewer", "due_on", "reminded_on", "escalated_at"])
    note(
        turn.edition,
        Action.HANDED_OVER,
        at=now,
        by=by,
        step=turn.step.name,
        concerns=to.person.uuid,
        words=reason,
        detail={"due_on": str(turn.due_on)},
    )
    if to.pk != by.pk:
        _tell(turn, to, by, reason, now)
    return turn


def _tell(turn: ReviewTurn, to: User, by: User, reason: str, now: datetime) -> None:
    inbox.send(
        to=to.person.uuid,
        kind="review.handed_over",
        title=_("《{title}》转给你审核").format(title=turn.edition.title),
        body=_("{step}，{day} 以前审完。{reason}").format(
            step=turn.step.name, day=turn.due_on, reason=reason
        ),
        url=reverse("review_edition", args=[turn.edition_id]),
        action=_("去审核"),
        source=f"edition:{turn.edition.uuid}",
        source_name=str(by),
        key=f"review.handed_over:{turn.uuid}:{now.timestamp():.0f}",
        at=now,
    )
