"""The database itself refuses to change what was written once. Tried round Python, by SQL."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.db import owner_cursor
from records.api import Draft, EntryRefused, append_entries, attribution, reversal_of
from records.models import LedgerEntry, Mark, RefusedSpan, StudyState

pytestmark = pytest.mark.django_db
NOW = 1_795_395_000_456  # 2026-11-23 in Shanghai
DAY = date(2026, 11, 23)


def _grant(**changed) -> Draft:
    fields = {
        "kind": "grant",
        "source": "officer",
        "activity": "https://skillspower.example/xapi/grants",
        "t_from": NOW - 60_000,
        "t_to": NOW,
        "ms": 60_000,
        "day": DAY,
        "policy": "",
        "evidence": "leader",
    }
    return Draft(**(fields | changed))


def _refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


@pytest.fixture
def learner() -> UUID:
    who = uuid4()
    append_entries(learner=who, drafts=[_grant(), _grant()], now=NOW)
    return who


@pytest.fixture
def refused_span() -> RefusedSpan:
    return RefusedSpan.objects.create(
        learner=uuid4(), session=uuid4(), seq=1, lesson=uuid4(), part=uuid4(), position_from=0, position_to=10,
        t_from=0, t_to=10, reason="clock_used", policy="national@1", day=DAY, recorded_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_ledgerentry SET ms = 1",
        "DELETE FROM records_ledgerentry",
        "UPDATE records_refusedspan SET reason = 'day_cap'",
        "DELETE FROM records_refusedspan",
    ],
)
def test_row_that_was_written_once_cannot_be_changed(learner, refused_span, statement):
    assert _refused(statement)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")
def test_truncate_is_refused_on_the_table_and_on_each_partition(learner, refused_span):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'records_ledgerentry'::regclass"
        )
        partitions = [name for (name,) in cursor.fetchall()]
    assert len(partitions) > 12

    for table in ["records_ledgerentry", "records_refusedspan", *partitions]:
        assert _refused(f"TRUNCATE {table}"), table
        assert _refused(f"UPDATE {table} SET policy = 'x'") or not _has_rows(table), table


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
        return bool(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
@pytest.mark.parametrize("changed", ["n = n", "id = id"])
def test_replace_over_a_place_or_a_key_is_refused(learner, changed):
    columns = [f.name for f in LedgerEntry._meta.local_concrete_fields if f.name != "pk"]
    kept = [c for c in columns if c != ("id" if changed.startswith("n") else "n")]
    quoted = ", ".join(f'"{c}"' for c in kept)
    extra = "" if changed.startswith("n") else ", n"
    value = "" if changed.startswith("n") else ", 99"

    assert _refused(
        f"INSERT OR REPLACE INTO records_ledgerentry ({quoted}{extra}) SELECT {quoted}{value} FROM records_ledgerentry"
    )
    assert LedgerEntry.objects.count() == 2


def test_place_in_a_chain_is_taken_once(learner):
    columns = ", ".join(f'"{f.name}"' for f in LedgerEntry._meta.local_fields if f.name not in {"id", "pk"})

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO records_ledgerentry ({columns}) SELECT {columns} FROM records_ledgerentry"
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "gift"},
        {"evidence": "hearsay"},
        {"level": 9},
        {"t_to": NOW - 70_000},
        {"kind": "study"},
        {"refers_to": 1},
    ],
)
def test_entry_that_makes_no_sense_is_refused_by_the_database(changed):
    with pytest.raises(IntegrityError), transaction.atomic():
        append_entries(learner=uuid4(), drafts=[_grant(**changed)], now=NOW)


def test_entries_continue_the_chain_and_leave_a_mark_for_the_day(learner):
    append_entries(learner=learner, drafts=[_grant()], now=NOW)

    entries = list(LedgerEntry.objects.filter(learner=learner).order_by("n"))
    assert [e.n for e in entries] == [1, 2, 3]
    assert bytes(entries[0].prev) == bytes(32) + learner.bytes
    assert [bytes(e.prev) for e in entries[1:]] == [bytes(e.hash) for e in entries[:-1]]
    state = StudyState.objects.get(learner=learner)
    assert (state.chain_length, bytes(state.chain_head)) == (3, bytes(entries[-1].hash))
    assert Mark.objects.filter(learner=learner, day=DAY).count() == 2


def test_reversal_takes_an_entry_back_once(learner):
    entry = LedgerEntry.objects.get(learner=learner, n=1)
    back = reversal_of(entry, reason="objection_upheld", actor=uuid4(), approver=uuid4())

    append_entries(learner=learner, drafts=[back], now=NOW)

    assert sum(LedgerEntry.objects.filter(learner=learner).values_list("ms", flat=True)) == 60_000
    with pytest.raises(EntryRefused):
        append_entries(learner=learner, drafts=[back], now=NOW)


def test_reversal_of_another_amount_or_of_nothing_is_refused(learner):
    entry = LedgerEntry.objects.get(learner=learner, n=1)
    entry.ms = 30_000
    with pytest.raises(EntryRefused):
        append_entries(learner=learner, drafts=[reversal_of(entry, reason="x", actor=uuid4())], now=NOW)
    with pytest.raises(EntryRefused):
        append_entries(learner=uuid4(), drafts=[reversal_of(entry, reason="x", actor=uuid4())], now=NOW)


def test_unassigned_time_is_attributed_by_two_opposite_entries(learner):
    union = uuid4()
    entry = LedgerEntry.objects.get(learner=learner, n=1)

    append_entries(
        learner=learner, drafts=attribution(entry, union=union, actor=uuid4(), from_day=DAY), now=NOW
    )

    by_union = {}
    for e in LedgerEntry.objects.filter(learner=learner):
        by_union[e.union] = by_union.get(e.union, 0) + e.ms
    assert by_union == {None: 60_000, union: 60_000}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are PostgreSQL's")
def test_runtime_group_may_only_read_and_insert():
    with owner_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'skillspower_runtime'")
        if cursor.fetchone() is None:
            pytest.skip("no role skillspower_runtime in this cluster: bin/services makes it")
        for right, may in {
            "SELECT": True,
            "INSERT": True,
            "UPDATE": False,
            "DELETE": False,
            "TRUNCATE": False,
        }.items():
            for table in ("records_ledgerentry", "records_refusedspan", "records_ledgerentry_default"):
                cursor.execute("SELECT has_table_privilege('skillspower_runtime', %s, %s)", [table, right])
                assert cursor.fetchone()[0] is may, (table, right)
