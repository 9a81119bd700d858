"""Checking the ledger in several processes says what checking it in one says."""

import pytest

from benchmarks.worlds.ledger import learner_number, make_chains
from core.db import is_postgres
from records.db import LEDGER, chains
from records.verify import processes_for, verify
from tests.records.test_commands import _run, _tamper


@pytest.mark.django_db(transaction=True)
def test_two_processes_count_the_same_and_name_the_same_first_bad_entry(monkeypatch):
    monkeypatch.setattr(chains, "LEARNERS_A_BATCH", 5)
    make_chains(30, 3)
    assert _run("verify_ledger", "--all", processes=2) == "ok: 30 chains, 90 entries\n"

    order = sorted((learner_number(n) for n in range(30)), key=lambda uuid: uuid.hex)
    for learner in (order[23], order[11]):
        key = learner if is_postgres() else learner.hex
        _tamper(f"UPDATE {LEDGER} SET ms = 1 WHERE learner = %s AND n = 2", key)

    alone, together = verify(), verify(processes=2)
    assert (alone.bad.learner, alone.bad.n) == (order[11], 2)
    assert (together.bad, together.chains, together.entries) == (alone.bad, alone.chains, alone.entries)


@pytest.mark.once
def test_small_ledger_is_checked_in_one_process():
    assert processes_for(10) == 1
    assert processes_for(10**9) >= 1
