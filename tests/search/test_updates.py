"""The index follows the database: at once, after a crash of the engine, and through a rebuild."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from core import outbox
from core.jobs.models import Job
from core.jobs.worker import run_job
from search import operations
from search.analysis import query_terms
from search.documents import prepare
from search.engines import SearchRequest, SearchUnavailable
from search.models import IndexReplay, IndexState
from search.operations import UPDATE, IndexBusy, rebuild_index, request_update, update_index
from search.sources import all_groups, groups_of
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
WELDER = "occupation:6-18-02-04"


def found(index, text="", **filters):
    index.refresh()
    page = index.search(
        SearchRequest(terms=query_terms(text), filters={k: (v,) for k, v in filters.items()}, size=100)
    )
    return {hit.key for hit in page.hits}


def contents(index):
    index.refresh()
    return list(index.contents())


class TestSources:
    def test_an_occupation_is_found_by_name_alias_code_and_group(self, index):
        welder = make.make_occupation()
        welder.aliases = "氩弧焊工\n电焊工"
        welder.definition = "使用焊机或焊接设备，焊接金属工件的人员。"
        welder.save()

        update_index(keys=[WELDER], clock=timezone.now)

        for text in ("焊工", "氩弧", "6-18-02-04", "6-18", "焊机", "yahuhan"):
            assert found(index, text) == {WELDER}, text

    def test_an_occupation_that_ended_is_gone(self, index):
        welder = make.make_occupation()
        update_index(keys=[WELDER], clock=timezone.now)
        welder.valid_to = timezone.localdate()
        welder.save()

        update_index(keys=[WELDER], clock=timezone.now)

        assert found(index) == set()

    def test_only_listed_instructors_are_found_and_only_by_honours_that_may_be_shown(self, index):
        from instructors.models import HeldHonour, Honour, TaughtTrade

        master = make.make_instructor("陈铁山")
        hidden = make.make_instructor("林秀", is_listed=False)
        TaughtTrade.objects.create(
            profile=master, occupation=make.make_occupation(), level=make.make_level(6)
        )
        for code, name, verified in (("A", "全国劳动模范", True), ("B", "五一劳动奖章", False)):
            honour = Honour.objects.create(code=code, name=name)
            HeldHonour.objects.create(
                profile=master,
                honour=honour,
                year=2019,
                verified_at=timezone.now() if verified else None,
                verified_by=hidden.person.user if verified else None,
            )
        key = f"instructor:{master.uuid}"

        update_index(keys=[key, f"instructor:{hidden.uuid}"], clock=timezone.now)

        for text in ("陈铁山", "chentieshan", "焊工", "劳动模范"):
            assert found(index, text) == {key}, text
        assert found(index, "劳动奖章") == set()
        assert found(index, "林秀") == set()
        assert found(index, occupation="6-18") == {key}

    def test_a_kind_nobody_searches_any_more_has_nothing_to_be_found(self):
        assert groups_of(["person:1"]) == {"person:1": ()}

    def test_the_database_is_read_in_as_many_queries_for_many_as_for_few(self, django_assert_num_queries):
        make.make_occupation()
        for n in range(3):
            make.make_instructor(f"师傅{n}")
        with django_assert_num_queries(7) as few:
            assert len(list(all_groups())) == 4
        for n in range(20):
            make.make_instructor(f"新师傅{n}")

        with django_assert_num_queries(len(few)):
            assert len(list(all_groups())) == 24


class TestRebuild:
    def test_a_rebuild_equals_the_live_index(self, index):
        make.make_occupation()
        make.make_occupation("6-18-01-01", "车工")
        masters = [make.make_instructor(name) for name in ("陈铁山", "林秀")]
        update_index(
            keys=[WELDER, "occupation:6-18-01-01", *(f"instructor:{m.uuid}" for m in masters)],
            clock=timezone.now,
        )
        live = contents(index)

        rows = rebuild_index(clock=timezone.now)

        assert rows == len(live) == 4
        assert contents(index) == live

    def test_what_changes_while_it_runs_is_in_the_new_index(self, index, monkeypatch):
        make.make_occupation()

        def groups():
            yield from list(all_groups())
            # Read by the rebuild already; changed now, before the exchange.
            make.make_occupation("6-18-01-01", "车工")
            update_index(keys=["occupation:6-18-01-01"], clock=timezone.now)
            assert found(index, "车工") == {"occupation:6-18-01-01"}

        monkeypatch.setattr(operations, "all_groups", groups)
        rebuild_index(clock=timezone.now)

        assert found(index) == {WELDER, "occupation:6-18-01-01"}

    def test_two_rebuilds_at_once_are_refused_but_a_dead_one_does_not_block(self, index):
        now = timezone.now()
        IndexState.objects.create(pk=1, rebuild="00000000-0000-0000-0000-000000000001", rebuild_began_at=now)

        with pytest.raises(IndexBusy):
            rebuild_index(clock=lambda: now)
        assert rebuild_index(clock=lambda: now + timedelta(hours=7)) == 0
        assert IndexState.objects.get().rebuild is None

    def test_a_rebuild_that_fails_leaves_the_old_index_and_no_lock(self, index, monkeypatch):
        make.make_occupation()
        update_index(keys=[WELDER], clock=timezone.now)

        def groups():
            raise RuntimeError("database gone")
            yield

        monkeypatch.setattr(operations, "all_groups", groups)
        with pytest.raises(RuntimeError):
            rebuild_index(clock=timezone.now)

        assert found(index) == {WELDER}
        state = IndexState.objects.get()
        assert (state.lease, state.rebuild) == (None, None)

    def test_the_command_says_what_it_did(self, index, capsys):
        make.make_occupation()

        call_command("rebuild_index", "--json")

        assert '"rows": 1' in capsys.readouterr().out

    def test_the_command_says_plainly_when_the_engine_is_away(self, monkeypatch):
        class Away:
            name = "away"

            def rebuild(self, rows, *, swap):
                raise SearchUnavailable("Elasticsearch does not answer")

        monkeypatch.setattr(operations, "engine", Away)
        with pytest.raises(CommandError, match="does not answer"):
            call_command("rebuild_index")


class TestJobs:
    def run_all(self):
        for job in Job.objects.filter(kind=UPDATE, state=Job.State.QUEUED):
            run_job(job.id)

    def test_a_change_of_an_instructor_reaches_the_index(self, index):
        master = make.make_instructor("陈铁山")
        self.run_all()
        assert found(index, "陈铁山")

        master.is_listed = False
        master.save()
        self.run_all()

        assert found(index, "陈铁山") == set()

    def test_a_published_course_is_asked_for(self, index):
        outbox.publish("course.published", key="x", payload={"course": 12})

        outbox.deliver()

        assert Job.objects.get(kind=UPDATE).payload == {"keys": ["course:12"]}

    def test_nothing_is_lost_while_the_engine_is_down(self, index, monkeypatch):
        make.make_occupation()

        class Away:
            def replace(self, groups):
                raise SearchUnavailable("away")

        with monkeypatch.context() as patch:
            patch.setattr(operations, "engine", Away)
            request_update(keys=[WELDER])
            self.run_all()
        waiting = Job.objects.get(kind=UPDATE, state=Job.State.QUEUED)
        assert waiting.payload == {"keys": [WELDER]}
        assert waiting.run_after > timezone.now()

        Job.objects.filter(pk=waiting.pk).update(run_after=timezone.now())
        self.run_all()
        assert found(index) == {WELDER}

    def test_a_transaction_that_is_taken_back_asks_for_nothing(self):
        with pytest.raises(RuntimeError), transaction.atomic():
            request_update(keys=[WELDER])
            raise RuntimeError

        assert not Job.objects.filter(kind=UPDATE).exists()


class TestLease:
    def test_a_second_writer_waits_and_gives_up_in_the_end(self, index, monkeypatch):
        monkeypatch.setattr(operations, "PATIENCE_S", 0.05)
        now = timezone.now()
        IndexState.objects.create(
            pk=1, lease="00000000-0000-0000-0000-000000000001", leased_until=now + timedelta(seconds=9)
        )

        with pytest.raises(IndexBusy):
            update_index(keys=[WELDER], clock=lambda: now)
        assert update_index(keys=[WELDER], clock=lambda: now + timedelta(seconds=10)) == 1

    @pytest.mark.django_db(transaction=True)
    def test_the_newest_state_is_written_last_whoever_writes_it(self, index, monkeypatch):
        """One worker has read the old state and is slow; the other one must not be overwritten."""
        welder = make.make_occupation()
        read, go_on = threading.Event(), threading.Event()
        real_groups, real_take = operations.groups_of, operations._take
        monkeypatch.setattr(operations, "PATIENCE_S", 90.0)

        def slowly(keys):
            groups = real_groups(keys)
            if threading.current_thread() is not threading.main_thread():
                read.set()
                go_on.wait(90)
            return groups

        def take(token, now):
            taken = real_take(token, now)
            if not taken:  # the fast one waits for the slow one, which may end only now
                go_on.set()
            return taken

        monkeypatch.setattr(operations, "groups_of", slowly)
        monkeypatch.setattr(operations, "_take", take)
        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(_update_and_close)
            try:
                assert read.wait(90)
                welder.name = "电焊工"
                welder.save()

                update_index(keys=[WELDER], clock=timezone.now)
                assert go_on.is_set()
            finally:
                go_on.set()
            assert slow.result() == 1

        assert found(index, "电焊") == {WELDER}


def _update_and_close():
    from django.db import connection

    try:
        return update_index(keys=[WELDER], clock=timezone.now)
    finally:
        connection.close()


def test_replay_is_empty_when_no_rebuild_runs(index):
    make.make_occupation()
    update_index(keys=[WELDER], clock=timezone.now)

    assert not IndexReplay.objects.exists()


def test_equal_documents_have_equal_digests_and_others_do_not():
    from search.documents import SearchDocument

    one = SearchDocument(key="a", type="course", title="焊工", url="/")

    assert (
        prepare(one).digest == prepare(SearchDocument(key="a", type="course", title="焊工", url="/")).digest
    )
    assert (
        prepare(one).digest != prepare(SearchDocument(key="a", type="course", title="车工", url="/")).digest
    )
