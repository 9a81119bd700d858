"""The composition root: settings, URLs, Celery and the demo community. Imported by nobody."""

from skillspower.celery import app as celery_app

__all__ = ["celery_app"]
