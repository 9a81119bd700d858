"""Status and verification: what differs between index and database is found and put right."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.worker import run_job
from occupations.models import Occupation
from search import verify
from search.documents import SearchDocument, prepare
from search.engines import SearchUnavailable
from search.operations import REBUILD, UPDATE, rebuild_index, request_first_build, request_update
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(index):
    for n in range(12):
        make.make_occupation(f"6-18-01-{n:02}", f"车工{n}号")
    rebuild_index(clock=timezone.now)
    return index


def spoil(index):
    """Leave one row missing, one too many and one stale."""
    row = prepare(SearchDocument(key="course:99", type="course", title="没有的课", url="/"))
    index.replace({"occupation:6-18-01-03": [], "course:99": [row]})
    stale = prepare(SearchDocument(key="occupation:6-18-01-04", type="occupation", title="旧名字", url="/"))
    index.replace({"occupation:6-18-01-04": [stale]})
    index.refresh()


class TestVerify:
    def test_what_is_missing_too_much_or_stale_is_found_and_put_right(self, built):
        assert not verify.compare()
        spoil(built)

        found = verify.compare()

        assert found.missing == ("occupation:6-18-01-03",)
        assert found.extra == ("course:99",)
        assert found.stale == ("occupation:6-18-01-04",)
        assert verify.repair(found, clock=timezone.now) == 3
        assert not verify.compare()

    def test_a_lesson_that_stayed_in_another_course_is_found(self, built):
        row = prepare(
            SearchDocument(
                key="occupation:6-18-01-05", type="occupation", title="x", url="/", part_of="course:7"
            )
        )
        built.replace({"occupation:6-18-01-05": [], "course:7": [row]})

        found = verify.compare()
        verify.repair(found, clock=timezone.now)

        assert found.groups == {"occupation:6-18-01-05", "course:7"}
        assert not verify.compare()

    def test_beyond_the_limit_a_sample_is_looked_at_and_one_difference_has_all_compared(self, built):
        assert verify.compare(sample=6).compared < 12
        Occupation.objects.update(definition="新的说法")

        found = verify.compare(sample=6)

        assert (found.compared, len(found.stale)) == (12, 12)

    def test_the_command_repairs_and_says_so(self, built, capsys):
        spoil(built)
        with pytest.raises(CommandError) as differs:
            call_command("search_verify", "--check", "--json")
        checked = json.loads(capsys.readouterr().out)
        call_command("search_verify", "--json")
        repaired = json.loads(capsys.readouterr().out)

        assert differs.value.returncode == 3
        assert (checked["missing"], checked["extra"], checked["stale"], checked["equal"]) == (1, 1, 1, False)
        assert (repaired["repaired"], repaired["equal"]) == (3, True)


class TestStatus:
    def test_rows_drift_and_lag_are_told(self, built, capsys):
        built.replace({"occupation:6-18-01-03": []})
        request_update(keys=["occupation:6-18-01-03"])
        Job.objects.filter(kind=UPDATE).update(created_at=timezone.now() - timedelta(seconds=9))

        call_command("search_status", "--json")

        body = json.loads(capsys.readouterr().out)
        assert body["rows"] == 11
        assert body["types"] == {"occupation": {"index": 11, "database": 12}}
        assert (body["drift"], body["waiting"], body["rebuilding"]) == (1, 1, False)
        assert body["lag_ms"] >= 9_000
        assert f"-v{body['schema']}-" in body["index"]

    def test_while_the_engine_is_away_the_commands_say_so(self, monkeypatch):
        class Away:
            def refresh(self):
                raise SearchUnavailable("Elasticsearch does not answer")

        monkeypatch.setattr(verify, "engine", Away)
        for name in ("search_status", "search_verify"):
            with pytest.raises(CommandError, match="does not answer"):
                call_command(name)


class TestFirstBuild:
    def test_an_empty_index_beside_a_full_database_is_built_by_the_worker_that_starts(self, index):
        make.make_occupation()

        assert request_first_build()
        assert request_first_build()
        run_job(Job.objects.get(kind=REBUILD).pk)

        index.refresh()
        assert [row.key for row in index.contents()] == ["occupation:6-18-02-04"]
        assert not request_first_build()

    def test_nothing_is_built_of_nothing(self, index):
        assert not request_first_build()


def test_a_digest_tells_every_part_of_a_document():
    one = SearchDocument(key="a", type="course", title="焊工", url="/")
    others = [replace(one, levels=(3,)), replace(one, occupations=("6-18",)), replace(one, body="x")]

    assert len({prepare(document).digest for document in (one, *others)}) == 4
