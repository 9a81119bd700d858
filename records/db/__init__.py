"""
What differs between PostgreSQL and SQLite in the study record: ``ledger`` makes the append-only tables, ``chains`` walks
them, ``store`` reads and writes the rows of one request.
"""

from records.db.chains import (
    ENTRIES_A_BATCH,
    Batch,
    ChainRow,
    batches,
    count_chains,
    count_entries,
    entry_bytes_sql,
    heads_before,
    read_chains,
    read_ends,
)
from records.db.guests import lock_device
from records.db.ledger import (
    LEDGER,
    MONTHS_AHEAD,
    add_partition,
    create_ledger,
    drop_ledger,
    missing_partitions,
    months_from,
    partition_name,
    partition_sql,
)
from records.db.store import lock_chain, lock_chains, move_chain, move_chains, write_links

__all__ = [
    "ENTRIES_A_BATCH",
    "LEDGER",
    "MONTHS_AHEAD",
    "Batch",
    "ChainRow",
    "add_partition",
    "batches",
    "count_chains",
    "count_entries",
    "create_ledger",
    "drop_ledger",
    "entry_bytes_sql",
    "heads_before",
    "lock_chain",
    "lock_chains",
    "lock_device",
    "missing_partitions",
    "months_from",
    "move_chain",
    "move_chains",
    "partition_name",
    "partition_sql",
    "read_chains",
    "read_ends",
    "write_links",
]
