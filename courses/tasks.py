"""What the timetable does for courses."""

from celery import shared_task
from django.utils import timezone

from courses.review.reminders import watch_turns


@shared_task(name="courses.watch_reviews")
def watch_reviews() -> None:
    """Remind reviewers of last days that are near, and tell the next ones of those that are over."""
    watch_turns(now=timezone.now())
