"""
``/health/live``: this process answers. ``/health/ready``: everything it needs answers too, part by part.

Apps above register what they need with ``register_part``; a load balancer reads the status code, a person the parts.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from celery import current_app
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from core.jobs import pulse
from core.ownership import has_own_owner
from core.policies import guard, public

log = structlog.get_logger(__name__)
Check = Callable[[], None]
PULSE_MAY_BE_OLD = timedelta(seconds=60)
_parts: dict[str, Check] = {}


class PartDown(Exception):
    """Raised by a check; the text says what is wrong, without addresses or credentials."""


def register_part(name: str, check: Check) -> None:
    """Make ``/health/ready`` ask this too. The check returns, or raises anything at all."""
    _parts[name] = check


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")


def _broker() -> None:
    with current_app.connection_for_read(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        # Connecting to the broker without a server opens nothing; asking for a queue does.
        current_app.amqp.queues[settings.CELERY_TASK_DEFAULT_QUEUE].bind(
            broker.default_channel
        ).queue_declare()


def _worker() -> None:
    last = pulse.newest()
    if last is None:
        raise PartDown("no worker has started yet")
    if timezone.now() - last > PULSE_MAY_BE_OLD:
        raise PartDown(f"no worker since {last.isoformat(timespec='seconds')}")


register_part("database", _database)
register_part("broker", _broker)
register_part("worker", _worker)


def warnings() -> list[str]:
    """Return what does not stop the service but should not stay so."""
    if connection.vendor == "postgresql" and not has_own_owner():
        return [
            "DATABASE_OWNER_URL names the same role as DATABASE_URL: web and worker could change append-only tables."
        ]
    return []


def parts_now() -> dict[str, dict[str, object]]:
    """Return every part by its name: ``ok``, and where it is not, the ``reason``."""
    parts: dict[str, dict[str, object]] = {}
    for name, check in _parts.items():
        try:
            check()
            parts[name] = {"ok": True}
        except PartDown as down:
            parts[name] = {"ok": False, "reason": str(down)}
        except Exception as error:  # noqa: BLE001 - whatever a part answers with, it is down
            # The log gets the whole error; a stranger gets its name, which holds no host and no password.
            log.warning("part_down", part=name, error=str(error))
            parts[name] = {"ok": False, "reason": type(error).__name__}
    return parts


@never_cache
@guard(public)
def live(request: HttpRequest) -> JsonResponse:
    """GET /health/live: 200 as long as this process answers; asks nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@guard(public)
def ready(request: HttpRequest) -> JsonResponse:
    """GET /health/ready: 200, or 503 naming each part that is down."""
    parts = parts_now()
    is_ready = all(part["ok"] for part in parts.values())
    answer = {"status": "ok" if is_ready else "down", "parts": parts, "warnings": warnings()}
    return JsonResponse(answer, status=200 if is_ready else 503)
