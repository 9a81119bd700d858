from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from core import jobs
from core.jobs import operations
from core.jobs.models import Job
from core.jobs.worker import run_job
from tests.core import probe_handler  # noqa: F401  # registers its kind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def clock_at(now):
    return lambda: now


def make(**fields):
    return Job.objects.create(kind="tests.probe", run_after=NOW, sent_at=NOW, **fields)


def test_a_job_is_done_and_keeps_its_result(tmp_path, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue(kind="tests.probe", payload={"folder": str(tmp_path)})

    job.refresh_from_db()
    assert (job.state, job.result, job.percent) == (Job.State.DONE, {"attempt": 1}, 100)
    assert (tmp_path / str(job.uuid)).exists()


def test_the_same_wish_twice_is_one_job_while_it_is_active():
    first = jobs.enqueue(kind="tests.probe", payload={}, dedupe_key="video:1")

    assert jobs.enqueue(kind="tests.probe", payload={}, dedupe_key="video:1") == first

    jobs.cancel(job=first, now=NOW)
    assert jobs.enqueue(kind="tests.probe", payload={}, dedupe_key="video:1") != first


def test_a_broker_that_is_away_does_not_fail_the_request(
    settings, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("core.tasks.run.apply_async", away)

    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue(kind="tests.probe", payload={})

    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED


def test_only_one_of_two_workers_gets_a_job():
    job = make()

    assert operations.claim(job_id=job.id, clock=clock_at(NOW)) is not None
    assert operations.claim(job_id=job.id, clock=clock_at(NOW)) is None


def test_a_worker_taken_for_dead_can_write_nothing_when_it_comes_back():
    job = make()
    slow = operations.claim(job_id=job.id, clock=clock_at(NOW))
    later = NOW + operations.stale_after() + timedelta(seconds=1)
    heir = operations.claim(job_id=job.id, clock=clock_at(later))

    assert heir is not None
    assert operations.finish(running=slow, result="late") is False
    with pytest.raises(jobs.ClaimLost):
        slow.progress(1, 2)
    assert operations.finish(running=heir, result="right") is True
    assert Job.objects.get(pk=job.pk).result == "right"


def test_a_failing_job_is_tried_again_later_each_time_and_ends_failed_with_its_error(monkeypatch):
    def boom(job):
        raise ValueError("坏了")

    monkeypatch.setitem(operations._handlers, "tests.boom", boom)
    job = Job.objects.create(kind="tests.boom", max_attempts=2)

    run_job(job.id)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.QUEUED, 1)

    Job.objects.filter(pk=job.pk).update(run_after=NOW)
    run_job(job.id)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "ValueError: 坏了")


def test_what_cannot_succeed_is_not_tried_again(monkeypatch):
    def hopeless(job):
        raise jobs.JobFailed("表里没有这一列")

    monkeypatch.setitem(operations._handlers, "tests.hopeless", hopeless)
    job = Job.objects.create(kind="tests.hopeless")

    run_job(job.id)

    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (Job.State.FAILED, 1, "表里没有这一列")


class TestSweeper:
    def test_wakes_a_worker_for_a_lost_message_once_and_not_for_a_fresh_one(self, monkeypatch):
        monkeypatch.setattr(operations, "wake_worker", lambda job_id: None)
        lost, fresh = make(), make()
        later = NOW + operations.wake_again_after() + timedelta(seconds=1)
        Job.objects.filter(pk=fresh.pk).update(sent_at=later)

        assert operations.sweep(now=later) == [lost.id]
        assert operations.sweep(now=later) == []

    def test_wakes_for_a_job_that_waits_in_doubling_distances_up_to_a_limit(self, monkeypatch):
        woken = []
        monkeypatch.setattr(operations, "wake_worker", lambda job_id: woken.append(minute))
        job = make()
        for minute in range(0, 61):  # all workers are busy for an hour
            operations.sweep(now=NOW + timedelta(minutes=minute))

        assert woken[0] == 1
        gaps = [later - earlier for earlier, later in pairwise(woken)]
        assert gaps == sorted(gaps)
        limit = operations.wake_again_at_most_after()
        assert timedelta(minutes=gaps[-1]) <= limit + timedelta(minutes=1)
        assert len(woken) < 15  # not 60
        job.refresh_from_db()
        assert job.state == Job.State.QUEUED

    def test_leaves_a_living_worker_alone(self, monkeypatch):
        monkeypatch.setattr(operations, "wake_worker", lambda job_id: None)
        job = make()
        later = NOW + timedelta(hours=1)
        running = operations.claim(job_id=job.id, clock=clock_at(later))

        assert operations.beat(running=running)
        assert operations.sweep(now=later + timedelta(seconds=1)) == []

    def test_fails_a_job_that_killed_its_worker_in_each_attempt(self):
        job = make(max_attempts=1)
        operations.claim(job_id=job.id, clock=clock_at(NOW))

        operations.sweep(now=NOW + operations.stale_after() + timedelta(seconds=1))

        job.refresh_from_db()
        assert job.state == Job.State.FAILED
        assert operations.claim(job_id=job.id, clock=clock_at(NOW + timedelta(days=1))) is None


def test_the_database_refuses_a_running_job_without_a_claim():
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="x", state="running")


def test_a_worker_does_one_heavy_job_at_a_time_and_short_work_does_not_wait(monkeypatch):
    from core.jobs import worker

    woken = []
    monkeypatch.setitem(operations._handlers, "tests.heavy", lambda job: None)
    monkeypatch.setattr(operations, "_heavy", {"tests.heavy"})
    monkeypatch.setattr(operations, "wake_worker", woken.append)
    first, second = Job.objects.create(kind="tests.heavy"), Job.objects.create(kind="tests.heavy")
    light = Job.objects.create(kind="tests.light")
    monkeypatch.setitem(operations._handlers, "tests.light", lambda job: None)

    with worker._heavy_work:  # another thread is at a heavy job
        run_job(first.id)
        run_job(light.id)
    assert Job.objects.get(pk=first.pk).state == Job.State.QUEUED
    assert Job.objects.get(pk=light.pk).state == Job.State.DONE

    run_job(first.id)
    assert Job.objects.get(pk=first.pk).state == Job.State.DONE
    assert woken == [second.id]
