"""The Celery application. Tasks live in the apps' ``tasks.py``; what must end is a ``core`` Job row, not a message."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.dev")
app = Celery("skillspower")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
