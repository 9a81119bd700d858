"""Structured logs with a request id; JSON in production, readable lines at a terminal."""

import structlog
from structlog.typing import Processor

from skillspower.settings.env import env

_RENDERER = (
    structlog.processors.JSONRenderer() if env.log_format == "json" else structlog.dev.ConsoleRenderer()
)
_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
]
structlog.configure(
    processors=[
        *_SHARED,
        structlog.stdlib.filter_by_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": _RENDERER,
            "foreign_pre_chain": [*_SHARED, structlog.processors.format_exc_info],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING"},
        "elastic_transport": {"level": "WARNING"},
        # One line for each page that is indexed tells nobody anything.
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
