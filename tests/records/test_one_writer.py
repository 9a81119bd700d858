"""Threads that write together on SQLite: each is answered for its own, after the commit, whatever the others bring."""

import threading

import pytest
from django.db import IntegrityError, connection, connections

from records.db.one_writer import OneWriter
from records.models import Mark

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]


def _at_once(writer, changes):
    """Let a thread save each of the changes; return what each was told, in their order."""
    told = [None] * len(changes)

    def run(place):
        try:
            told[place] = writer.save(changes[place])
        except IntegrityError as error:
            told[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(changes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


class _Gate:
    """Writes marks; the first transaction waits until the others stand in the queue."""

    def __init__(self, others):
        self.others, self.sizes, self.writer = others, [], OneWriter(self.write)
        self.transactions = set()

    def write(self, day):
        if not self.transactions:
            for _ in range(6_000):
                if len(self.writer._waiting) >= self.others:
                    break
                threading.Event().wait(0.01)
        self.transactions.add(threading.get_ident())
        if day is None:
            raise IntegrityError("refused by the database")
        if day == "stale":
            return False
        Mark.objects.create(learner="00000000-0000-0000-0000-000000000001", day=day)
        return True


def test_what_waits_is_written_by_one_thread_and_each_hears_of_its_own():
    gate = _Gate(others=3)

    told = _at_once(gate.writer, ["2026-11-01", "2026-11-02", "stale", "2026-11-04"])

    assert told == [True, True, False, True]
    assert Mark.objects.count() == 3
    assert len(gate.transactions) <= 2, "the first one's, and one for the three that waited"


def test_who_brings_what_the_database_refuses_fails_alone():
    gate = _Gate(others=2)

    told = _at_once(gate.writer, ["2026-11-01", None, "2026-11-03"])

    assert [each if isinstance(each, bool) else type(each) for each in told] == [True, IntegrityError, True]
    assert Mark.objects.count() == 2
    assert not connection.in_atomic_block
