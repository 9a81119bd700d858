"""Each night: who has come into a trade or level since is asked what its rule asks."""

from celery import shared_task
from django.utils import timezone

from programmes.assignments.operations import take_in_late_comers


@shared_task(name="programmes.take_in_late_comers")
def take_in() -> None:
    take_in_late_comers(now=timezone.now())
