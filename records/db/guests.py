"""One device at a time."""

from django.db import connection

from core.db import is_postgres


def lock_device(device: str) -> None:
    """
    Let nobody else work on a guest's device until the transaction ends. There may be no row to lock yet, so
    PostgreSQL locks the number that the key begins with; on SQLite the writer is alone already.
    """
    if is_postgres():
        number = int.from_bytes(bytes.fromhex(device)[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
