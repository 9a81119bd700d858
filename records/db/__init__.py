"""
What differs between PostgreSQL and SQLite in the study record: ``ledger`` makes the append-only tables, ``store`` reads
and writes the rows of one request.
"""

from records.db.guests import lock_device
from records.db.ledger import (
    LEDGER,
    MONTHS_AHEAD,
    add_partition,
    chain_rows_sql,
    create_ledger,
    drop_ledger,
    entry_bytes_sql,
    missing_partitions,
    months_from,
    partition_name,
    partition_sql,
)
from records.db.store import lock_chain, move_chain, write_links

__all__ = [
    "LEDGER",
    "MONTHS_AHEAD",
    "add_partition",
    "chain_rows_sql",
    "create_ledger",
    "drop_ledger",
    "entry_bytes_sql",
    "lock_chain",
    "lock_device",
    "missing_partitions",
    "months_from",
    "move_chain",
    "partition_name",
    "partition_sql",
    "write_links",
]
