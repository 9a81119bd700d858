"""What unions do by the clock."""

from celery import shared_task
from django.utils import timezone

from unions import operations


@shared_task(name="unions.refresh_paths")
def refresh_paths() -> None:
    """Bring the path cache to today: places may begin and end by date."""
    operations.refresh_paths(on=timezone.localdate())
