"""The database itself refuses to change what was written once. Tried round Python, by SQL."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import audit
from core.db import owner_cursor
from core.models import AuditRow
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


@pytest.fixture
def audit_row() -> AuditRow:
    return audit.record(stream="test", action="thing.do")


TABLES = ("records_ledgerentry", "records_refusedspan", "core_auditrow")
CHANGES = [
    "UPDATE records_ledgerentry SET ms = 1",
    "UPDATE records_ledgerentry SET month = '2027-01-01'",
    "UPDATE records_refusedspan SET reason = 'day_cap'",
    "UPDATE core_auditrow SET action = 'other'",
    *(f"DELETE FROM {table}" for table in TABLES),
]


@pytest.mark.parametrize("statement", CHANGES)
def test_row_that_was_written_once_cannot_be_changed(learner, refused_span, audit_row, statement):
    assert _refused(statement)


def _upsert(table: str, key: str) -> str:
    """Return an insert of the table's own rows that would change them where they stand."""
    columns = {
        "records_ledgerentry": [f.column for f in LedgerEntry._meta.local_concrete_fields if f.name != "pk"],
        "records_refusedspan": [f.column for f in RefusedSpan._meta.local_concrete_fields],
        "core_auditrow": [f.column for f in AuditRow._meta.local_concrete_fields],
    }[table]
    names = ", ".join(f'"{c}"' for c in columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE true ON CONFLICT ({key}) DO UPDATE SET id = 99"


def test_insert_that_would_update_what_is_in_its_way_is_refused(learner, refused_span, audit_row):
    for table in TABLES:
        key = "month, id" if table == TABLES[0] and connection.vendor == "postgresql" else "id"
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(_upsert(table, key))


def test_nothing_is_deleted_along_with_something_else():
    """No foreign key leads away from these tables, so no cascade leads into them."""
    with connection.cursor() as cursor:
        for table in TABLES:
            assert connection.introspection.get_relations(cursor, table) == {}


@pytest.mark.services
def test_truncate_is_refused_on_the_table_and_on_each_partition(learner, refused_span):
    partitions = _partitions()
    assert len(partitions) > 12

    for table in [*TABLES, *partitions]:
        assert _refused(f"TRUNCATE {table}"), table
    filled = [table for table in partitions if _has_rows(table)]
    assert filled
    for table in filled:
        assert _refused(f"UPDATE {table} SET policy = 'x'"), table
        assert _refused(f"DELETE FROM {table}"), table


def _partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'records_ledgerentry'::regclass"
        )
        return [name for (name,) in cursor.fetchall()]


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
        return bool(cursor.fetchone()[0])


@pytest.mark.services
def test_run_time_role_cannot_take_the_guards_away():
    partition = _partitions()[0]
    for statement in (
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in (*TABLES, partition)),
        *(f"DROP TRIGGER {table}_refuse_row ON {table}" for table in (*TABLES, partition)),
        *(f"DROP TABLE {table}" for table in (*TABLES, partition)),
        f"ALTER TABLE records_ledgerentry DETACH PARTITION {partition}",
        "ALTER TABLE records_ledgerentry OWNER TO CURRENT_USER",
        "GRANT UPDATE ON records_ledgerentry TO CURRENT_USER",
        "CREATE RULE quiet AS ON INSERT TO core_auditrow DO INSTEAD NOTHING",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
    ):
        with (
            pytest.raises(DatabaseError, match=r"must be owner|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            # A grant by who may not give it is a warning only: what counts is that it gives nothing.
            cursor.execute("UPDATE records_ledgerentry SET ms = 1 WHERE false")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_owner_is_refused_too_and_even_a_session_that_applies_a_replica(learner, refused_span, audit_row):
    with owner_cursor() as cursor:
        for statement in (
            *CHANGES,
            *(f"TRUNCATE {table} CASCADE" for table in (*TABLES, *_partitions())),
            *(_upsert(table, "month, id" if table == TABLES[0] else "id") for table in TABLES),
        ):
            with pytest.raises(Exception, match="append-only"):
                cursor.execute(statement)
        cursor.execute(
            "SELECT COUNT(*), COUNT(*) FILTER (WHERE tgenabled <> 'A') FROM pg_trigger WHERE tgname LIKE '%\\_refuse\\_%'"
        )
        triggers, not_always = cursor.fetchone()
        assert triggers > 2 * len(_partitions())
        assert not_always == 0


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("table", "kept"),
    [(TABLES[0], "n"), (TABLES[0], "id"), (TABLES[1], "id"), (TABLES[2], "n"), (TABLES[2], "id")],
)
def test_replace_over_a_place_or_a_key_is_refused(learner, refused_span, audit_row, table, kept):
    model = {TABLES[0]: LedgerEntry, TABLES[1]: RefusedSpan, TABLES[2]: AuditRow}[table]
    other = {"n": "id", "id": "n"}[kept]
    columns = [f.column for f in model._meta.local_concrete_fields if f.name not in {"pk", other}]
    names = ", ".join(f'"{c}"' for c in columns)
    extra, value = (", n", ", n + 90") if kept == "id" and model is not RefusedSpan else ("", "")
    before = list(model.objects.order_by().values())

    assert _refused(f"INSERT OR REPLACE INTO {table} ({names}{extra}) SELECT {names}{value} FROM {table}")
    assert list(model.objects.order_by().values()) == before


@pytest.mark.embedded
def test_replace_over_a_reversal_is_refused(learner):
    entry = LedgerEntry.objects.get(learner=learner, n=1)
    append_entries(learner=learner, drafts=[reversal_of(entry, reason="x", actor=uuid4())], now=NOW)
    columns = [f.column for f in LedgerEntry._meta.local_concrete_fields if f.name not in {"pk", "id", "n"}]
    names = ", ".join(f'"{c}"' for c in columns)

    assert _refused(
        f"INSERT OR REPLACE INTO records_ledgerentry ({names}, n) "
        f"SELECT {names}, 9 FROM records_ledgerentry WHERE kind = 'reversal'"
    )
    assert LedgerEntry.objects.filter(kind="reversal").count() == 1


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
