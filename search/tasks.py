"""What a worker does of itself: an index nobody has built yet, as after an upgrade with a new schema, is built at once."""

from typing import Any

import structlog
from celery.signals import worker_ready
from django.db import DatabaseError

from search.operations import request_first_build

log = structlog.get_logger(__name__)


@worker_ready.connect
def build_first_index(**kwargs: Any) -> None:
    try:
        if request_first_build():
            log.info("search_index_is_built_for_the_first_time")
    except DatabaseError as error:  # not migrated yet; the worker that starts after it asks again
        log.warning("search_index_not_looked_at", error=str(error))
