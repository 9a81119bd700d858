"""What the study record hears from unions, and tells them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from core import jobs, outbox
from core.models import OutboxMessage
from records.operations.entries import attribute_to_union, last_day_with_union, last_days_with_union
from records.recounts import previews, requests
from unions.api import CONFIRMED, register_membership_guard


def attribute(messages: Sequence[OutboxMessage]) -> None:
    """Give minutes without a union to the one that has confirmed the member."""
    for message in messages:
        payload = message.payload
        attribute_to_union(
            learner=UUID(payload["person"]),
            union=UUID(payload["union"]),
            from_day=date.fromisoformat(payload["from"]),
        )


outbox.subscribe(CONFIRMED, "records", attribute)
register_membership_guard(last_day_with_union, last_days_with_union)
jobs.job_handler(requests.JOB)(requests.run_recount)
jobs.job_handler(previews.JOB)(previews.run_preview)
