"""Reading jobs, for the operator."""

from datetime import datetime

from django.db.models import Count, QuerySet

from core.jobs.models import Job, Pulse


def counts() -> dict[str, int]:
    """Return how many jobs there are in each state."""
    found = dict(Job.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in Job.State.values}


def newest(*, states: list[str], limit: int) -> QuerySet[Job]:
    """Return the jobs in these states that were accepted last, newest first."""
    return Job.objects.filter(state__in=states).order_by("-created_at", "-pk")[:limit]


def failures(*, since: datetime) -> tuple[int, Job | None]:
    """Return how many jobs have failed since an instant, and the newest of them."""
    failed = Job.objects.filter(state=Job.State.FAILED, ended_at__gte=since)
    return failed.count(), failed.order_by("-ended_at", "-pk").first()


def pulses() -> QuerySet[Pulse]:
    """Return when each worker was last known to live, by name."""
    return Pulse.objects.order_by("worker")
