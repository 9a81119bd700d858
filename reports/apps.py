from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表"

    def ready(self) -> None:
        post_migrate.connect(_make_triggers, sender=self)


def _make_triggers(using: str, plan: Any = None, **kwargs: Any) -> None:
    """Put the marking triggers back after a migrate: see ``db.triggers``."""
    from django.db import connections

    from reports.db.triggers import make_triggers

    tables = {"reports_unionmark", "unions_unionplace", "accounts_personalias"}
    if using == "default" and tables <= set(connections[using].introspection.table_names()):
        make_triggers()
