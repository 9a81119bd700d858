"""Reading jobs, for the operator."""

from django.db.models import Count, QuerySet

from core.jobs.models import Job, Pulse


def counts() -> dict[str, int]:
    """Return how many jobs there are in each state."""
    found = dict(Job.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in Job.State.values}


def newest(*, states: list[str], limit: int) -> QuerySet[Job]:
    """Return the jobs in these states that were accepted last, newest first."""
    return Job.objects.filter(state__in=states).order_by("-created_at", "-pk")[:limit]


def pulses() -> QuerySet[Pulse]:
    """Return when each worker was last known to live, by name."""
    return Pulse.objects.order_by("worker")
