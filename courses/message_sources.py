"""The review queue in the message centre: whoever has the turn sees an edition until somebody has decided."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Role
from core.clock import day_of, day_start_ms, from_ms, to_ms
from core.inbox import Entry
from courses.models import ReviewTask, ReviewTurn
from courses.review.rules import SOON_WORKDAYS, workdays_left

REVIEWERS = (Role.TRADE_REVIEWER, Role.CONTENT_REVIEWER)
AT_MOST = 50
_DAY_MS = 86_400_000


def waiting_reviews(user: Any, now: datetime) -> Iterator[Entry]:
    """
    The editions whose turn is this user's, or nobody's by name at a step the user may do; without those in which the
    user had a hand. Two queries.
    """
    if not user.has_any_role(*REVIEWERS):
        return
    steps = ReviewTask.objects.filter(groups__in=user.groups.values("pk"))
    waiting = (
        ReviewTurn.objects.filter(ended_at__isnull=True, step__in=steps.values("pk"))
        .filter(Q(reviewer=user) | Q(reviewer__isnull=True))
        .exclude(edition__submitted_by=user)
        .exclude(edition__course__owner=user)
        .exclude(edition__lessons__revision__user=user)
        .exclude(edition__course_revision__user=user)
        .exclude(edition__instructors__instructor__person__user=user)
        .select_related("step", "edition__submitted_by__person")
        .order_by("started_at", "pk")
    )
    today = day_of(to_ms(now))
    for turn in waiting[:AT_MOST]:
        edition = turn.edition
        left = workdays_left(today, turn.due_on)
        yield Entry(
            key=f"review:{turn.task_state_id}",
            kind="review.asked",
            title=_("《{title}》等你审核").format(title=edition.title),
            body=_("{step}，{lessons} 节课，{when}").format(
                step=turn.step.name, lessons=edition.lesson_count, when=_when(left)
            ),
            at=turn.started_at,
            url=reverse("review_edition", args=[edition.pk]),
            action=_("去审核"),
            source=f"edition:{edition.uuid}",
            source_name=str(edition.submitted_by),
            is_task=True,
            due_at=from_ms(day_start_ms(turn.due_on) + _DAY_MS),
            is_late=left <= SOON_WORKDAYS,
            place=turn.pk,
        )


def _when(left: int) -> str:
    if left < 0:
        return _("超期 {n} 个工作日。").format(n=-left)
    return _("今天要审完。") if left == 0 else _("还剩 {n} 个工作日。").format(n=left)
