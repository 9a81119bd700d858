"""
What it costs until study is in the figures of unions, in a database of its own: learner-days recomputed, and a change in
nearly every primary union brought to the top of the tree. Told in processor time of worker and database, because a
wall clock here measures the neighbours. The floor beside each is the least any roll-up must do: reading the same rows
and adding them up, in one statement, without writing.

    bin/bench roll_up [--smoke] [--unions N] [--members N] [--days N]
"""

import argparse
import os
import random
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid5

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.test")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from measure import Figure, report  # noqa: E402

from accounts.models import Person  # noqa: E402
from benchmarks.worlds.database import cpu_seconds, own_database  # noqa: E402
from core.clock import day_start_ms  # noqa: E402
from core.db import inline_rows, is_postgres  # noqa: E402
from records.api import mark_everything  # noqa: E402
from reports.operations import (  # noqa: E402
    LEARNER_MARKS,
    UNION_MARKS,
    begin_day,
    roll_up_learners,
    roll_up_unions,
)
from unions.models import Membership, Union, UnionPlace  # noqa: E402
from unions.operations import load_kinds  # noqa: E402

TODAY = date(2026, 11, 23)
SPACE = UUID("6f1b9f9e-5a55-4a5e-9d0c-5f1d3f0f7a11")
BATCH = 20_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small tree, nothing judged")
    parser.add_argument("--unions", type=int, default=1_000)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=5, help="learner-days a member")
    options = parser.parse_args()
    if options.smoke:
        options.unions, options.members, options.days = 30, 200, 2
    with own_database("roll_up"):
        return report(_figures(options.unions, options.members, options.days), judges=not options.smoke)


def _figures(unions: int, members: int, days: int) -> list[Figure]:
    found = [
        Figure(
            f"{unions} unions, {members} members, generated",
            cpu_seconds(lambda: _fill(unions, members, days)),
            "s",
        )
    ]
    begin_day(today=TODAY)
    _until_done(lambda: roll_up_unions(today=TODAY, limit=UNION_MARKS[connection.vendor]))
    _clear("records_mark")
    entries = members * days

    mark_everything()
    _analyze()
    floor = min(cpu_seconds(_add_up_learners) for _ in range(3))
    seconds = cpu_seconds(lambda: _until_done(lambda: roll_up_learners(today=TODAY, limit=LEARNER_MARKS)))
    found += [
        Figure("learner-days, floor: one SELECT that adds up", entries / max(floor, 0.01), "per CPU s"),
        Figure("learner-days recomputed", entries / max(seconds, 0.01), "per CPU s"),
    ]

    floor = min(cpu_seconds(_add_up_unions) for _ in range(3))
    seconds = cpu_seconds(
        lambda: _until_done(lambda: roll_up_unions(today=TODAY, limit=UNION_MARKS[connection.vendor]))
    )
    found += [
        Figure("all unions, floor: one SELECT that adds up", floor, "CPU s"),
        Figure("all unions to the top, own and subtree", seconds, "CPU s"),
    ]

    _mark_once(members)
    learners = cpu_seconds(lambda: _until_done(lambda: roll_up_learners(today=TODAY, limit=LEARNER_MARKS)))
    upwards = cpu_seconds(
        lambda: _until_done(lambda: roll_up_unions(today=TODAY, limit=UNION_MARKS[connection.vendor]))
    )
    found += [
        Figure(
            f"{members} changed learner-days to the top",
            learners + upwards,
            "s",
            60.0 * max(1, members / 100_000),
        ),
        Figure("  of it, learners", learners, "CPU s"),
        Figure("  of it, unions", upwards, "CPU s"),
    ]
    return found


def _fill(unions: int, members: int, days: int) -> None:
    """Make a tree of five levels with members and entries, the same ones every time."""
    dice = random.Random(7)
    load_kinds()
    ladder = [("NAT", 1), ("PROV", 1), ("CITY", max(1, unions // 200)), ("COUNTY", max(1, unions // 40))]
    above: list[Union] = []
    for kind, count in [*ladder, ("BASE", unions)]:
        made = Union.objects.bulk_create(
            Union(
                uuid=uuid5(SPACE, f"{kind}{n}"),
                code=f"{kind}-{n}",
                name=f"{kind} {n}",
                kind_id=kind,
                opened_on=date(2020, 1, 1),
            )
            for n in range(count)
        )
        UnionPlace.objects.bulk_create(
            UnionPlace(union=u, parent=above[n % len(above)] if above else None, active_from=date(2020, 1, 1))
            for n, u in enumerate(made)
        )
        above = made
    persons = Person.objects.bulk_create(
        (Person(uuid=uuid5(SPACE, f"person{n}")) for n in range(members)), batch_size=2_000
    )
    Membership.objects.bulk_create(
        (
            Membership(member=p, union=above[n % len(above)], active_from=date(2020, 1, 1))
            for n, p in enumerate(persons)
        ),
        batch_size=2_000,
    )

    def entries() -> Iterator[tuple[UUID, int, date, int, UUID]]:
        for n, person in enumerate(persons):
            for nth in range(days):
                day = TODAY - timedelta(days=dice.randrange(50))
                yield person.uuid, nth + 1, day, dice.randrange(60_000, 3_600_000), above[n % len(above)].uuid

    batch: list[tuple[UUID, int, date, int, UUID]] = []
    for entry in entries():
        batch.append(entry)
        if len(batch) == BATCH:
            _insert(batch)
            batch.clear()
    if batch:
        _insert(batch)


def _insert(batch: list[tuple[UUID, int, date, int, UUID]]) -> None:
    """Append entries without a true chain: nobody verifies this ledger, and hashing is not what is measured."""
    rows, values = inline_rows(
        {"learner": "uuid", "n": "bigint", "day": "date", "ms": "bigint", "unit": "uuid", "at": "bigint"},
        [(learner, n, day, ms, unit, day_start_ms(day)) for learner, n, day, ms, unit in batch],
    )
    prev = "CASE WHEN n = 1 THEN {} ELSE {} END"
    prev = prev.format(
        *(f"decode(repeat('00', {n}), 'hex')" if is_postgres() else f"zeroblob({n})" for n in (48, 32))
    )
    own = "decode(repeat('00', 32), 'hex')" if is_postgres() else "zeroblob(32)"
    _run(
        "INSERT INTO records_ledgerentry (format, learner, n, kind, source, activity, t_from, t_to, ranges, ms, day, "
        'booked_on, "union", policy, evidence, online, recorded_at, prev, hash, month) '
        f"SELECT 1, learner, n, 'import', 'bench', 'urn:bench', at, at + ms, '', ms, day, day, unit, 'national@1', "
        f"'import', true, at, {prev}, {own}, {_day('2026-11-01')} FROM {rows}",
        values,
    )


def _add_up_learners() -> None:
    _run(
        "SELECT COUNT(*) FROM (SELECT learner, day, SUM(ms) FROM records_ledgerentry GROUP BY 1, 2) AS found"
    )


def _add_up_unions() -> None:
    _run(
        'SELECT COUNT(*) FROM (SELECT "union", booked_on, SUM(ms) FROM records_dailystudy GROUP BY 1, 2) AS found'
    )


def _mark_once(members: int) -> None:
    """Mark one learner-day of each member, so that nearly every primary union is touched."""
    _run(
        "INSERT INTO records_mark (learner, day) SELECT learner, MIN(day) FROM records_ledgerentry GROUP BY learner"
    )


def _clear(table: str) -> None:
    _run(f"DELETE FROM {table}")


def _analyze() -> None:
    _run("ANALYZE")


def _day(text: str) -> str:
    return f"DATE '{text}'" if is_postgres() else f"'{text}'"


def _run(sql: str, params: list[object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        if cursor.description:
            cursor.fetchall()


def _until_done(batch: Callable[[], int]) -> None:
    while batch():
        pass


if __name__ == "__main__":
    sys.exit(main())
