"""Checking, printing and partitioning the ledger from the command line."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.db import is_postgres, owner_cursor
from records.api import append_entries, issue_policy
from records.models import LedgerEntry, StudyState
from records.verify import verify
from tests.factories.people import make_member, make_tree, make_user
from tests.factories.records import MINUTE
from tests.records.player import Player
from tests.records.test_append_only import NOW, _grant

TABLE = "records_ledgerentry"


def _run(command, *args, **options):
    out = StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def learners():
    found = sorted((uuid4() for _ in range(3)), key=lambda u: u.hex)
    for learner in found:
        append_entries(learner=learner, drafts=[_grant() for _ in range(4)], now=NOW)
    return found


def _tamper(statement, *params):
    """Change the ledger as somebody could who owns the tables and has taken the triggers away."""
    with owner_cursor() as cursor:
        if is_postgres():
            cursor.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABLE]
            )
            for table in [TABLE, *(name for (name,) in cursor.fetchall())]:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, params)


@pytest.mark.django_db
def test_sound_ledger_is_ok(learners):
    assert _run("verify_ledger", "--all") == "ok: 3 chains, 12 entries\n"
    assert verify([learners[0]]).entries == 4
    assert verify([]).entries == 0


@pytest.mark.django_db
def test_ledger_without_entries_is_ok():
    assert _run("verify_ledger", "--all") == "ok: 0 chains, 0 entries\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "n", "why"),
    [
        ("UPDATE {t} SET ms = 1 WHERE learner = %s AND n = 2", 2, "not what was hashed"),
        ("UPDATE {t} SET day = '2026-11-22' WHERE learner = %s AND n = 3", 3, "not what was hashed"),
        ("UPDATE {t} SET \"union\" = learner WHERE learner = %s AND n = 1", 1, "not what was hashed"),
        ("DELETE FROM {t} WHERE learner = %s AND n = 2", 2, "is missing, 3 follows"),
        ("DELETE FROM {t} WHERE learner = %s AND n = 1", 1, "is missing, 2 follows"),
        ("DELETE FROM {t} WHERE learner = %s AND n = 4", 4, "is missing: the chain has 4 entries"),
        ("DELETE FROM {t} WHERE learner = %s", 1, "is missing, and the whole chain with it"),
    ],
)  # fmt: skip
def test_first_bad_entry_is_named_and_the_command_exits_with_1(learners, statement, n, why):
    key = learners[1] if is_postgres() else learners[1].hex
    _tamper(statement.format(t=TABLE), key)

    bad = verify().bad
    assert (bad.learner, bad.n) == (learners[1], n)
    assert why in bad.why
    with pytest.raises(CommandError) as failed:
        _run("verify_ledger", "--all")
    assert failed.value.returncode == 1
    assert f"learner {learners[1]} entry {n}:" in str(failed.value)


@pytest.mark.django_db
def test_entry_more_than_the_learner_row_knows_is_bad(learners):
    StudyState.objects.filter(pk=learners[2]).update(chain_length=3)
    assert verify().bad.n == 4


@pytest.mark.django_db
def test_ledger_of_a_learner_prints_every_column(clock):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    user = make_user("worker-li")
    player = Player(clock, learner=user.person.uuid)
    player.play(MINUTE)
    player.answer()

    body = json.loads(_run("ledger", "--learner", "worker-li", "--json"))

    assert body["learner"] == str(user.person.uuid)
    [entry] = body["entries"]
    assert (entry["n"], entry["ms"], entry["ranges"], entry["reason"]) == (1, MINUTE, [[0, MINUTE]], None)
    assert (entry["session"], entry["lesson"]) == (str(player.session), str(player.lesson.lesson))
    assert entry["hash"] == bytes(LedgerEntry.objects.get().hash).hex()
    assert entry["t_from"].endswith("+08:00")
    assert "+1′00″ national@1" in _run("ledger", "--learner", str(user.person.uuid))


@pytest.mark.django_db
def test_check_of_a_union_covers_everybody_who_studied_below_it(clock):
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    tree = make_tree()
    for union in ("plant", "mine"):
        player = Player(clock, learner=make_member(tree[union]).uuid)
        player.play(MINUTE)
        player.answer()
    assert _run("verify_ledger", "--union", tree["county"].code) == "ok: 1 chains, 1 entries\n"
    assert json.loads(_run("verify_ledger", "--union", str(tree["prov"].uuid), "--json")) == {
        "chains": 2,
        "entries": 2,
        "bad": None,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("args", [("--learner", "nobody"), ("--union", "NOWHERE")])
def test_unknown_learner_or_union_is_one_clear_sentence(args):
    with pytest.raises(CommandError, match="没有这个"):
        _run("verify_ledger", *args)


@pytest.mark.django_db(transaction=True)
def test_partitions_ahead_have_their_own_triggers():
    if not is_postgres():
        assert "nothing to do" in _run("make_partitions")
        return
    assert "0 partitions made" in _run("make_partitions")
    assert "2 partitions made" in _run("make_partitions", months=26)
    with owner_cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_inherits i WHERE i.inhparent = %s::regclass AND NOT EXISTS ("
            "SELECT 1 FROM pg_trigger t WHERE t.tgrelid = i.inhrelid AND t.tgname LIKE '%%_refuse_truncate')",
            [TABLE],
        )
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_entry_of_a_month_without_a_partition_waits_in_the_default_one_and_is_moved():
    if not is_postgres():
        pytest.skip("partitions are PostgreSQL's")
    learner = uuid4()
    far = NOW + 900 * 86_400_000
    append_entries(learner=learner, drafts=[_grant()], now=NOW)
    append_entries(learner=learner, drafts=[_grant()], now=far)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}_default")
        assert cursor.fetchone()[0] == 1

    out = _run("make_partitions", months=36)

    assert "1 entries moved" in out
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}_default")
        assert cursor.fetchone()[0] == 0
    assert verify().entries == 2
    append_entries(learner=learner, drafts=[_grant()], now=far)
    with (
        pytest.raises(Exception, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {TABLE}")
