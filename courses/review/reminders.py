"""What the calendar does: reminding who has a turn, and telling the next ones when its last day is over."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from accounts.api import users_with_role
from accounts.models import Role, User
from core import inbox
from core.clock import day_of, to_ms
from core.db import lock_rows
from core.display import full_day
from courses.models import CourseEdition, ReviewLogEntry, ReviewTurn
from courses.review.log import note
from courses.review.rules import is_reminder_due, workdays_left
from courses.review.turns import may_take, open_turn, reviewers_of

Action = ReviewLogEntry.Action
AT_ONCE = 500
"""Turns looked at in one run; the next hour goes on with those that are left."""
LOOKS_AHEAD = timedelta(days=14)
"""No last day within reach of a reminder lies further off, holidays included."""


def watch_turns(*, now: datetime) -> tuple[int, int]:
    """
    Remind of turns whose last day is near and escalate those that are over; return how many of each. Doing it again the
    same day does nothing. An edition whose step has no turn (an upgrade, a step decided by hand) gets one.
    """
    _open_missing(now)
    today = day_of(to_ms(now))
    rows = ReviewTurn.objects.filter(ended_at__isnull=True, escalated_at__isnull=True)
    rows = rows.filter(Q(due_on__lt=today) | Q(reminded_on__isnull=True, due_on__lte=today + LOOKS_AHEAD))
    reminded = escalated = 0
    for pk in rows.order_by("due_on", "pk").values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            turn = lock_rows(ReviewTurn.objects.filter(pk=pk)).select_related("edition", "step").get()
            if turn.ended_at is not None:
                continue
            if today > turn.due_on and turn.escalated_at is None:
                _escalate(turn, now, today)
                escalated += 1
            elif is_reminder_due(today, turn.due_on, turn.reminded_on):
                _remind(turn, now, today)
                reminded += 1
    return reminded, escalated


def _open_missing(now: datetime) -> None:
    """Open turns for editions that were in review before there were any."""
    states = TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS,
        review_turn__isnull=True,
        workflow_state__base_content_type=ContentType.objects.get_for_model(CourseEdition),
    )
    waiting = [int(pk) for pk in states.values_list("workflow_state__object_id", flat=True)[:AT_ONCE]]
    open_ones = ReviewTurn.objects.filter(ended_at__isnull=True)
    for edition in CourseEdition.objects.filter(pk__in=waiting).exclude(turns__in=open_ones):
        open_turn(edition=edition, now=now)


def _remind(turn: ReviewTurn, now: datetime, today: date) -> None:
    turn.reminded_on = today
    turn.save(update_fields=["reminded_on"])
    told = [turn.reviewer] if turn.reviewer else may_take(turn)
    note(turn.edition, Action.REMINDED, at=now, step=turn.step.name, concerns=_whom(turn))
    left = workdays_left(today, turn.due_on)
    _tell(
        turn,
        told,
        now,
        kind="review.reminder",
        title=_("《{title}》今天审完").format(title=turn.edition.title)
        if left == 0
        else _("《{title}》还剩 {n} 个工作日").format(title=turn.edition.title, n=left),
        body=_("{step}，最后一天是 {day}。来不及就转给别人。").format(
            step=turn.step.name, day=full_day(turn.due_on)
        ),
    )


def _escalate(turn: ReviewTurn, now: datetime, today: date) -> None:
    """Tell the others of the step, who may take it over now, and the course editors."""
    turn.escalated_at = now
    turn.save(update_fields=["escalated_at"])
    note(
        turn.edition,
        Action.ESCALATED,
        at=now,
        step=turn.step.name,
        concerns=_whom(turn),
        detail={"due_on": str(turn.due_on)},
    )
    others = [*reviewers_of(turn.step).select_related("person"), *users_with_role(Role.LESSON_EDITOR, at=now)]
    _tell(
        turn,
        others,
        now,
        kind="review.overdue",
        title=_("《{title}》审核超期了").format(title=turn.edition.title),
        body=_("{step}，{day} 该审完。同一环节的人现在可以接过来，课程编辑可以转给别人。").format(
            step=turn.step.name, day=full_day(turn.due_on)
        ),
    )


def _whom(turn: ReviewTurn) -> UUID | None:
    return turn.reviewer.person.uuid if turn.reviewer else None


def _tell(turn: ReviewTurn, to: list[User], now: datetime, *, kind: str, title: str, body: str) -> None:
    inbox.send_to_many(
        to=[user.person.uuid for user in to],
        kind=kind,
        title=title,
        body=body,
        url=reverse("review_edition", args=[turn.edition_id]),
        action=_("去看看"),
        source=f"edition:{turn.edition.uuid}",
        source_name=_("课程审核"),
        key=f"{kind}:{turn.uuid}:{turn.due_on}",
        at=now,
    )
