"""For pytest: cheap hashing, tasks in the same process, plain static files."""

import os
from pathlib import Path

# Files, index and cache keys of a test process are its own: processes run side by side, and beside the demo.
_PROCESS = f"test{os.getpid()}"
os.environ["SKILLSPOWER_VAR"] = str(Path(__file__).resolve().parents[3] / "var" / "test" / _PROCESS)
os.environ["SEARCH_INDEX_PREFIX"] = _PROCESS
os.environ.setdefault("SECRET_KEY", "test-only-not-a-secret-test-only-not-a-secret-test")
os.environ.setdefault("FIELD_KEYS", "test:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
os.environ.setdefault("BLIND_INDEX_KEY", "dGVzdC1vbmx5LWJsaW5kLWluZGV4LWtleQ==")
os.environ.setdefault("LOG_FORMAT", "console")

from skillspower.settings.base import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Real workers, where a test starts them, take only what this process sends.
CELERY_TASK_DEFAULT_QUEUE = _PROCESS
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {alias: {**cache, "KEY_PREFIX": _PROCESS} for alias, cache in CACHES.items()}  # noqa: F405
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]  # noqa: F405
SEARCH_TIMEOUT_S = 20.0  # a busy test machine is not a server that is down
