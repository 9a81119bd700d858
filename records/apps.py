from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = "学习记录"

    def ready(self) -> None:
        """Let every migration look two years of partitions ahead, ``check`` ask for the ledger's hash, and records come in."""
        from core.importer.base import register
        from records import checks  # noqa: F401
        from records.imports import StudyImporter

        register(StudyImporter())

        post_migrate.connect(_look_ahead, sender=self)


def _look_ahead(using: str, **kwargs: Any) -> None:
    """Make the ledger's partitions of the coming months; whoever migrates owns its tables."""
    from django.db import connections
    from django.utils import timezone

    from records.db import LEDGER, MONTHS_AHEAD, add_partition, missing_partitions, months_from

    connection = connections[using]
    if connection.vendor != "postgresql" or LEDGER not in connection.introspection.table_names():
        return
    months = months_from(timezone.localdate().replace(day=1), MONTHS_AHEAD)
    with connection.cursor() as cursor:
        for month in missing_partitions(cursor, months):
            add_partition(cursor, month)
