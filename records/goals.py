"""What a learner's union wants of a month."""

from datetime import date
from uuid import UUID

from unions.api import membership_on


def month_goal_ms(learner: UUID, on: date) -> int:
    """Return the share of the month in the goal of the learner's own union, in ms; 0 without a goal. One query."""
    membership = membership_on(learner, on)
    if membership is None:
        return 0
    union = membership.union
    if union.month_targets_ms:
        return int(union.month_targets_ms[on.month - 1])
    return int((union.annual_target_ms or 0) // 12)
