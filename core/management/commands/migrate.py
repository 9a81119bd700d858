"""``migrate`` as the owner of the tables, who then gives the run-time role its rights."""

import gc
from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connection

from core import third_party_schema
from core.ownership import acting_as_owner, grant_runtime, has_own_owner


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # Migrating renders thousands of model classes, which the garbage collector visits again and again: with its
        # usual threshold it takes 10 s of processor time on an empty database, so 6 s and 300 MB more.
        usual = gc.get_threshold()
        gc.set_threshold(400_000, 50, 50)
        try:
            with acting_as_owner():
                if (
                    not options["app_label"]
                    and not options["plan"]
                    and options["database"] == DEFAULT_DB_ALIAS
                ):
                    third_party_schema.begin()
                super().handle(*args, **options)
                if has_own_owner():
                    with connection.cursor() as cursor:
                        grant_runtime(cursor)
        finally:
            gc.set_threshold(*usual)
