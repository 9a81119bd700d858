"""
The roll-up under concurrency. Each lock has a scenario in which it decides, run with real threads on PostgreSQL: with
the lock the figures are exact, and without it the same scenario goes wrong, so the scenario is not an idle one.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from records.models import LearnerPeriod, Mark
from records.rollups import db as learner_statements
from reports.db import rollup as union_statements
from reports.models import UnionMark
from reports.operations import begin_day, rebuild, roll_up, roll_up_learners, roll_up_unions
from reports.rules import parse_period
from tests.reports.world import (
    all_rows,
    make_member,
    make_union,
    move_member,
    move_union,
    own,
    study,
    subtree,
)

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 23)
NOVEMBER = parse_period("2026-11")
PATIENCE = 90.0
"""Seconds until a test that waits for somebody gives up, however slow the machine."""


def in_threads(*tasks: Callable[[], Any]) -> None:
    """Run tasks side by side, each with a connection of its own, and raise what they raised."""
    raised: list[BaseException] = []

    def run(task: Callable[[], Any]) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 (raised again below, in the test's own thread)
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=2 * PATIENCE)
    if raised:
        raise raised[0]
    assert not any(thread.is_alive() for thread in threads), "a task does not end"


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "the other worker neither came nor is held up by a lock"
        time.sleep(0.01)


def is_somebody_held_up() -> bool:
    """Whether a session of this database waits for a lock that another one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same answer for ever
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def meeting_before(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, is_locked: bool, times: int = 1
) -> Iterator[None]:
    """
    Let two workers meet before a statement, the first ``times`` they come to it.

    With the lock in place one comes and the other is held up by it. Without, both come, and neither commits before the
    other one's last statement has begun (and with it what it can see is settled).
    """
    came: list[int] = []
    ran: list[int] = []
    visits = threading.local()
    statement = getattr(module, name)

    def meet(*args: Any, **kwargs: Any) -> Any:
        visits.count = visit = getattr(visits, "count", 0) + 1
        if visit <= times:
            came.append(visit)
            wait_until(lambda: came.count(visit) == 2 or (is_locked and is_somebody_held_up()))
        result = statement(*args, **kwargs)
        if visit == times and not is_locked:
            ran.append(visit)
            wait_until(lambda: len(ran) == 2 or is_somebody_held_up())
        return result

    with monkeypatch.context() as patch:
        patch.setattr(module, name, meet)
        yield


def without(monkeypatch: pytest.MonkeyPatch, module: Any, lock: str, is_taken: bool) -> None:
    if not is_taken:
        monkeypatch.setattr(module, lock, lambda *args, **kwargs: None)


lock_taken_or_not = pytest.mark.parametrize("is_taken", [True, False], ids=["locked", "unlocked"])


@pytest.mark.services
class TestTwoWorkers:
    @lock_taken_or_not
    def test_on_two_days_of_one_learner_leave_the_month_whole_only_under_its_lock(
        self, monkeypatch: pytest.MonkeyPatch, is_taken: bool
    ) -> None:
        factory = make_union("厂")
        li = make_member(factory)
        study(li, 1, day=date(2026, 11, 1), union=factory)
        roll_up(today=TODAY)
        study(li, 100, day=date(2026, 11, 2), union=factory)
        study(li, 1_000, day=date(2026, 11, 3), union=factory)
        without(monkeypatch, learner_statements, "lock_learners", is_taken)

        with meeting_before(monkeypatch, learner_statements, "write_months", is_locked=is_taken):
            one_mark = lambda: roll_up_learners(today=TODAY, limit=1)  # noqa: E731
            in_threads(one_mark, one_mark)

        month = LearnerPeriod.objects.get(learner=li.uuid, kind="month")
        assert not Mark.objects.exists()
        assert (month.ms == 1_101) is is_taken

    @lock_taken_or_not
    def test_on_two_days_of_one_union_leave_its_month_whole_only_under_its_lock(
        self, monkeypatch: pytest.MonkeyPatch, is_taken: bool
    ) -> None:
        factory = make_union("厂")
        li = make_member(factory)
        for ms, day in ((1, 1), (1, 2)):
            study(li, ms, day=date(2026, 11, day), union=factory)
        roll_up(today=TODAY)
        study(li, 100, day=date(2026, 11, 1), union=factory)
        study(li, 1_000, day=date(2026, 11, 2), union=factory)
        while roll_up_learners(today=TODAY, limit=100):
            pass
        # One worker has the first day, the other the second: marks are taken by day within the order of entry.
        UnionMark.objects.all().delete()
        for day in (1, 2):
            UnionMark.objects.create(union=factory.uuid, day=date(2026, 11, day))
        without(monkeypatch, union_statements, "lock_own", is_taken)

        with meeting_before(monkeypatch, union_statements, "write_own_flow", is_locked=is_taken):
            one_mark = lambda: roll_up_unions(today=TODAY, limit=1)  # noqa: E731
            in_threads(one_mark, one_mark)

        assert (own(factory, NOVEMBER).total_ms == 1_102) is is_taken

    @lock_taken_or_not
    def test_on_two_unions_leave_their_parent_whole_only_under_the_lock_of_the_line(
        self, monkeypatch: pytest.MonkeyPatch, is_taken: bool
    ) -> None:
        county = make_union("县")
        mills = [make_union(f"厂{n}", under=county) for n in range(2)]
        roll_up(today=TODAY)
        for mill, ms in zip(mills, (100, 1_000), strict=True):
            study(make_member(mill), ms, day=TODAY, union=mill)
        roll_up(today=TODAY)
        for mill, ms in zip(mills, (20_000, 300_000), strict=True):
            study(make_member(), ms, day=TODAY, union=mill)
        while roll_up_learners(today=TODAY, limit=100):
            pass
        UnionMark.objects.all().delete()
        for mill in mills:
            UnionMark.objects.create(union=mill.uuid, day=TODAY)
        without(monkeypatch, union_statements, "lock_lines", is_taken)

        with meeting_before(monkeypatch, union_statements, "write_level", is_locked=is_taken, times=2):
            one_mark = lambda: roll_up_unions(today=TODAY, limit=1)  # noqa: E731
            in_threads(one_mark, one_mark)

        assert (subtree(county, NOVEMBER).total_ms == 321_100) is is_taken

    def test_never_take_the_same_mark(self) -> None:
        factory = make_union("厂")
        roll_up(today=TODAY)
        for n in range(40):
            UnionMark.objects.create(union=factory.uuid, day=TODAY - timedelta(days=n % 20))
        taken: list[int] = []
        several = lambda: taken.extend(  # noqa: E731
            roll_up_unions(today=TODAY, limit=5) for _ in range(6)
        )

        in_threads(several, several)

        assert not UnionMark.objects.exists()
        assert sum(taken) <= 40


class TestWorker:
    def test_that_dies_gives_its_marks_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        factory = make_union("厂")
        study(make_member(factory), 5_000, day=TODAY, union=factory)
        with monkeypatch.context() as patch:
            patch.setattr(union_statements, "write_level", _die)
            with pytest.raises(RuntimeError, match="killed"):
                roll_up(today=TODAY)

        roll_up(today=TODAY)

        assert subtree(factory, NOVEMBER).total_ms == 5_000


def _die(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("killed")


@pytest.mark.parametrize("seed", [1, 2])
def test_writers_movers_and_two_workers_at_random_leave_no_stale_row(seed: int) -> None:
    province = make_union("省")
    counties = [make_union(f"县{n}", under=province) for n in range(2)]
    mills = [make_union(f"厂{n}", under=counties[n % 2]) for n in range(4)]
    begin_day(today=date(2026, 10, 1))
    stop = threading.Event()

    def write(number: int) -> None:
        dice = random.Random(seed * 100 + number)
        for _ in range(25):
            mill = dice.choice(mills)
            day = TODAY - timedelta(days=dice.randrange(40))
            study(
                make_member(mill, since=day),
                dice.randrange(1, 3_000_000),
                day=day,
                union=mill,
                recorded_on=TODAY,
            )

    def shuffle() -> None:
        dice = random.Random(seed)
        for n in range(6):
            move_union(mills[n % 4], under=dice.choice(counties), on=date(2026, 11, 1 + 2 * n))
            person = make_member(dice.choice(mills))
            move_member(person, to=dice.choice(mills), on=date(2026, 11, 2 + n))

    def work() -> None:
        while not stop.is_set():
            roll_up(today=TODAY)

    def write_and_stop() -> None:
        try:
            in_threads(lambda: write(1), lambda: write(2), shuffle)
        finally:
            stop.set()  # or the workers would go on for ever, in the databases of later tests

    in_threads(work, work, write_and_stop)
    roll_up(today=TODAY)
    live = all_rows()

    rebuild(today=TODAY)

    assert subtree(province, NOVEMBER).visits > 10
    assert all_rows() == live
