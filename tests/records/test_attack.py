"""
``bin/attack`` inside this process: every case against the product with a clock that is moved, on the database of the
profile, and against two bad servers that it must find out.
"""

from uuid import uuid4

import pytest

from benchmarks.attack import run
from benchmarks.attack.cases import CASES, Case
from benchmarks.attack.naive import Believer, Forgetful
from benchmarks.attack.player import Worker
from benchmarks.attack.self_test import LEAST_FORGERIES, LEAST_LOSSES, results_of
from records.api import issue_policy
from records.operations import sessions
from tests.factories.records import MINUTE, make_lesson
from tests.records.worker import ClientLine, MovedClock

MIDNIGHT = 1_795_449_600_000  # the first instant of 24 November 2026 in Shanghai
HERE = [case for case in CASES if "thousand" not in case.name]


@pytest.fixture
def workers(clock, monkeypatch):
    """Two workers in front of a long lesson, another one and the fast one of the demo."""
    programme = f"programme:{uuid4()}"
    issue_policy(owner=programme, effective_from=0, presence_min_ms=5_000, presence_max_ms=10_000,
                 daily_cap_ms=MINUTE)  # fmt: skip
    kinds = ("text", "question")
    known = {
        "long": make_lesson(30 * MINUTE, 2 * MINUTE, kinds=kinds),
        "other": make_lesson(MINUTE, MINUTE, kinds=kinds),
        "fast": make_lesson(5 * MINUTE, MINUTE, kinds=kinds, owner_keys=(programme,)),
    }
    by_uuid = {lesson.lesson: lesson for lesson in known.values()}

    def resolve(uuid, learner, now):
        if uuid not in by_uuid:
            raise LookupError(uuid)
        return by_uuid[uuid]

    monkeypatch.setattr(sessions, "_RESOLVERS", [resolve])
    lessons = {name: str(lesson.lesson) for name, lesson in known.items()}
    return [
        Worker(name, ClientLine(), MovedClock(clock), lessons, {"fast": run.FAST_TERMS})
        for name in ("worker", "stranger")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("case", HERE, ids=lambda case: case.name)
def test_case_forges_nothing_and_loses_nothing(case: Case, workers, clock):
    if "midnight" in case.name:
        clock.now = MIDNIGHT - 5_000
    worker, stranger = workers

    [result] = run.play(worker, stranger, [case])

    assert result.is_clean, result
    assert stranger.entries() == []
    if "midnight" in case.name:
        assert [entry["day"] for entry in worker.entries()] == ["2026-11-24", "2026-11-23"]


def test_server_that_believes_its_players_is_found_out():
    found = [r for r in results_of(Believer, HERE) if r.case.kind == "hostile" and r.verdict.forged]

    assert len(found) >= LEAST_FORGERIES
    assert {"sixteen times as fast as the clock", "two tabs on the same clock", "beats ahead of the clock",
            "replay of the same beats under new numbers"} <= {r.case.name for r in found}  # fmt: skip


def test_server_that_forgets_is_found_out():
    found = [r for r in results_of(Forgetful, HERE) if r.case.kind == "honest" and r.verdict.lost]

    assert len(found) >= LEAST_LOSSES
    assert {"a shuffled network", "a tunnel, then a batch of a hundred"} <= {r.case.name for r in found}


def test_cases_are_dealt_so_that_a_quick_run_takes_less_than_forty_seconds_and_a_whole_one_three_minutes():
    for is_quick, longest in ((True, 40), (False, 150)):
        chosen = [case for case in CASES if case.is_quick or not is_quick]
        lanes = run.lanes_of(chosen, *(run.QUICK_LANES_S if is_quick else run.LANES_S))

        assert sorted(case.name for lane in lanes for case in lane) == sorted(case.name for case in chosen)
        assert max(sum(case.seconds for case in lane) for lane in lanes) <= longest
        assert all(not case.is_last for lane in lanes for case in lane[:-1])
