"""The review queue in the message centre: whoever may decide sees an edition until somebody has decided."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from accounts.models import Role
from core.clock import day_of, to_ms
from core.inbox import Entry
from courses.models import CourseEdition, ReviewTask

REVIEWERS = (Role.TRADE_REVIEWER, Role.CONTENT_REVIEWER)
AT_MOST = 50
LATE_DAYS = 4
"""Shown as waiting long: half of the working week has gone."""


def waiting_reviews(user: Any, now: datetime) -> Iterator[Entry]:
    """The editions that wait for a step this user may do, without those the user wrote or sent."""
    if not user.has_any_role(*REVIEWERS):
        return
    steps = ReviewTask.objects.filter(groups__in=user.groups.values("pk"))
    waiting = TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS,
        task__in=steps.values("pk"),
        workflow_state__base_content_type=ContentType.objects.get_for_model(CourseEdition),
    ).select_related("task", "workflow_state")
    states = {
        int(state.workflow_state.object_id): state for state in waiting.order_by("started_at", "pk")[:AT_MOST]
    }
    if not states:
        return
    editions = CourseEdition.objects.filter(pk__in=states).exclude(submitted_by=user)
    editions = editions.exclude(lessons__revision__user=user).exclude(course_revision__user=user)
    today = day_of(to_ms(now))
    for edition in editions.select_related("submitted_by__person"):
        state = states[edition.pk]
        days = (today - day_of(to_ms(state.started_at))).days + 1
        yield Entry(
            key=f"review:{state.pk}",
            kind="review.asked",
            title=_("《{title}》等你审核").format(title=edition.title),
            body=_("{step}，{lessons} 节课，今天是第 {n} 天。").format(
                step=state.task.name, lessons=edition.lesson_count, n=days
            ),
            at=state.started_at,
            url=reverse("wagtailsnippets_courses_courseedition:edit", args=[edition.pk]),
            action=_("去审核"),
            source=f"edition:{edition.uuid}",
            source_name=str(edition.submitted_by),
            is_task=True,
            is_late=days >= LATE_DAYS,
            place=state.pk,
        )
