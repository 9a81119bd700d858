"""The log of a review: writing a line of it. The table refuses any change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from courses.models import CourseEdition, ReviewLogEntry


def note(
    edition: CourseEdition,
    action: str,
    *,
    at: datetime,
    by: User | None = None,
    step: str = "",
    concerns: UUID | None = None,
    words: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down what happened in the review of an edition; ``by`` is None for what the calendar did."""
    ReviewLogEntry.objects.create(
        edition=edition,
        at=at,
        action=action,
        step=step,
        actor=by.person.uuid if by else None,
        concerns=concerns,
        words=words,
        detail=dict(detail or {}),
    )
