"""Celery: Redis where REDIS_URL is given, else a broker without a server in a SQLite file of its own."""

from typing import Any

from celery.schedules import crontab

from skillspower.settings.env import env

REDIS_URL = env.redis_url
CELERY_BROKER_URL = env.redis_url or f"sqla+sqlite:///{env.var_dir / 'broker.sqlite3'}"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 4 * 3600} if env.redis_url else {}
CELERY_TASK_DEFAULT_QUEUE = env.task_queue
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.redis_url}
    if env.redis_url
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
# What web and worker both must see: ``core.kept`` and ``core.limits``.
CACHES["shared"] = (
    CACHES["default"]
    if env.redis_url
    else {
        "BACKEND": "core.filecache.CountingFileCache",
        "LOCATION": str(env.var_dir / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    }
)

JOB_HEARTBEAT_SECONDS = env.job_heartbeat_seconds

# Seconds between runs. Each of these finds its work in the database, so a missed or doubled run does no harm.
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "core.jobs.sweep", "schedule": 2 * JOB_HEARTBEAT_SECONDS},
    # A run that could not start within its interval is dropped: the next one finds the same marks.
    "deliver-outbox": {"task": "core.outbox.deliver", "schedule": 10, "options": {"expires": 10}},
    # Just after midnight: a move may be dated ahead.
    "refresh-union-paths": {"task": "unions.refresh_paths", "schedule": crontab(hour="0", minute="2")},
    "forget-guests": {"task": "records.forget_guests", "schedule": 900, "options": {"expires": 900}},
    # Each hour, not only at midnight: a host that was down then must not cost a worker a day.
    "escalate-objections": {
        "task": "records.escalate_objections",
        "schedule": crontab(minute="7"),
        "options": {"expires": 3_000},
    },
    # In office hours; a run that was missed finds the same turns an hour later.
    "watch-reviews": {
        "task": "courses.watch_reviews",
        "schedule": crontab(minute="17", hour="8-18"),
        "options": {"expires": 3_000},
    },
    # What recorded itself late yesterday has long been committed.
    "digest-ledger": {"task": "records.digest_ledger", "schedule": crontab(hour="0", minute="40")},
    "count-filters": {
        "task": "reports.count_filters",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 600},
    },
    "close-periods": {
        "task": "reports.close_periods",
        "schedule": crontab(minute="23"),
        "options": {"expires": 3_000},
    },
    "refresh-teaching": {"task": "instructors.refresh_standing", "schedule": crontab(hour="0", minute="25")},
    "take-in-late-comers": {
        "task": "programmes.take_in_late_comers",
        "schedule": crontab(hour="1", minute="20"),
    },
    "roll-up-study": {"task": "reports.roll_up", "schedule": 5, "options": {"expires": 5}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(env.var_dir / "celerybeat-schedule")
