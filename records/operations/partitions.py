"""Making room in the ledger: one partition a month of recording (PostgreSQL)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.db import is_postgres, owner_cursor
from core.ownership import grant_runtime, has_own_owner
from records.db import add_partition, missing_partitions


@dataclass(frozen=True, slots=True)
class MadePartition:
    """A month that has a partition now, and how many of its entries had waited in the default one."""

    month: date
    moved: int


def make_partitions(*, months: Sequence[date]) -> list[MadePartition]:
    """
    Make the partitions of these months (first days) that are missing, each with its own triggers, as the owner.

    Return those made: none on SQLite, where the ledger is one table. Not inside a transaction that has touched the
    ledger: the owner is another connection and would wait for it.
    """
    if not is_postgres():
        return []
    made = []
    with owner_cursor() as cursor:
        for month in missing_partitions(cursor, list(months)):
            with cursor.connection.transaction():
                made.append(MadePartition(month, add_partition(cursor, month)))
        if made and has_own_owner():
            grant_runtime(cursor)
    return made
