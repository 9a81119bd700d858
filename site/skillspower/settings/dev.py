"""For a developer at a terminal: DEBUG on, keys that are not secret."""

import os

os.environ.setdefault("SECRET_KEY", "dev-only-not-a-secret-dev-only-not-a-secret-dev-only")
os.environ.setdefault("FIELD_KEYS", "dev:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
os.environ.setdefault("BLIND_INDEX_KEY", "ZGV2LW9ubHktYmxpbmQtaW5kZXgta2V5")
os.environ.setdefault("LOG_FORMAT", "console")

from skillspower.settings.base import *  # noqa: F403

DEBUG = True
ALLOWED_HOSTS = ["*"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
