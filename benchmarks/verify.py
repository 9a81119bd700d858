"""
How fast the ledger's chains are checked, in a database of its own with generated chains whose hashes are true.

    bin/bench verify [--smoke] [--learners N] [--entries N]

The floor beside it reads every column and hashes as many bytes, without a look at what they say. Judged by the wall clock
in as many processes as the command takes (100,000 entries a second), and by processor time of one process and
its database session together (10 µs an entry).
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.test")

import django  # noqa: E402

django.setup()

import hashlib  # noqa: E402
import time  # noqa: E402

from django.db import connection  # noqa: E402
from measure import Figure, report  # noqa: E402

from benchmarks.worlds.database import cpu_seconds, own_database  # noqa: E402
from benchmarks.worlds.ledger import make_chains  # noqa: E402
from core.db import is_postgres, owner_cursor  # noqa: E402
from records.db import LEDGER  # noqa: E402
from records.verify import processes_for, verify  # noqa: E402

BAR_US, LEAST = 10.0, 100_000.0
ROUNDS = 3


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="a small ledger, nothing judged")
    parser.add_argument("--learners", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=50, help="of each learner")
    options = parser.parse_args()
    if options.smoke:
        options.learners, options.entries = 50, 4
    with own_database("verify"):
        made = cpu_seconds(lambda: make_chains(options.learners, options.entries))
        _analyze()
        entries = options.learners * options.entries
        figures = [
            Figure(f"{entries} entries, generated", made, "CPU s"),
            Figure("space of an entry, with its indexes", _bytes() / entries, "bytes"),
        ]
        return report(figures + _figures(entries), judges=not options.smoke)


def _figures(entries: int) -> list[Figure]:
    walls, costs, floors, together = [], [], [], []
    processes = processes_for(entries)
    for _ in range(ROUNDS):
        began = time.monotonic()
        _check(entries, processes)
        together.append(time.monotonic() - began)
        floors.append(cpu_seconds(_floor))
        began = time.monotonic()
        costs.append(cpu_seconds(lambda: _check(entries)))
        walls.append(time.monotonic() - began)
    wall, cost, floor = min(walls), min(costs), min(floors)
    return [
        Figure(
            f"entries checked, in {processes} processes",
            entries / max(min(together), 0.001),
            "/s",
            least=LEAST,
        ),
        Figure("entries checked, in one", entries / max(wall, 0.001), "/s"),
        Figure("processor time of an entry, checked", cost * 1e6 / entries, "us", BAR_US),
        Figure("processor time of an entry, floor", floor * 1e6 / entries, "us"),
    ]


def _bytes() -> int:
    """Return what the ledger takes on disk with its indexes; on SQLite the whole file, which holds little else."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT SUM(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = '{LEDGER}'::regclass"
            if is_postgres()
            else "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, "
            "pragma_page_size"
        )
        return int(cursor.fetchone()[0])


def _check(entries: int, processes: int = 1) -> None:
    verdict = verify(processes=processes)
    if verdict.bad is not None or verdict.entries != entries:
        raise RuntimeError(f"the generated ledger should be sound: {verdict}")


def _floor() -> None:
    """Read every column of every entry, in no order, and hash as many bytes as an entry has."""
    octets = b"." * 550
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {LEDGER}")
        while rows := cursor.fetchmany(5_000):
            for _ in rows:
                hashlib.sha256(octets).digest()


def _analyze() -> None:
    with owner_cursor() as cursor:
        cursor.execute("VACUUM ANALYZE records_ledgerentry" if is_postgres() else "ANALYZE")


if __name__ == "__main__":
    sys.exit(main())
