"""The Celery application. Tasks live in the apps' ``tasks.py``; what must end is a ``core`` Job row, not a message."""

import os

from celery import Celery
from kombu.transport.sqlalchemy import Transport as EmbeddedBroker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.dev")
# The broker without a server is asked for work this often (seconds). Its options go to the engine, which knows no such
# word, so the class is told.
EmbeddedBroker.polling_interval = 0.2

app = Celery("skillspower")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
