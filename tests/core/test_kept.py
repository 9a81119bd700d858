import time

import pytest
import time_machine
from django.core.cache import caches
from django.db import transaction
from redis.exceptions import ConnectionError as NoRedis

from core.kept import AT_HAND_S, kept, kept_many, outdated


def counted(values):
    """Return a function that gives the next value each time it is asked."""
    left = iter(values)
    return lambda: next(left)


def test_an_answer_is_made_once_until_its_subject_changes():
    make = counted(["old", "new"])

    assert [kept("s", "n", make), kept("s", "n", make)] == ["old", "old"]
    caches["shared"].set("kept:other", "another subject's stamp")
    assert kept("s", "n", make) == "old"


@pytest.mark.django_db
def test_a_change_is_seen_at_once_by_who_made_it():
    make = counted(["old", "new"])
    kept("s", "n", make)

    outdated("s")

    assert kept("s", "n", make) == "new"


@pytest.mark.django_db(transaction=True)
def test_what_others_kept_before_the_commit_is_forgotten_with_it():
    make = counted(["old", "still old", "new"])
    kept("s", "n", make)

    with transaction.atomic():
        outdated("s")
        assert kept("s", "n", make) == "still old"  # another process, that cannot see the change yet

    assert kept("s", "n", make) == "new"


def test_only_what_is_missing_is_made():
    asked = []

    def make(names):
        asked.append(list(names))
        return {name: name.upper() for name in names}

    kept_many("s", ["a"], make)

    assert kept_many("s", ["a", "b", "c"], make) == {"a": "A", "b": "B", "c": "C"}
    assert asked == [["a"], ["b", "c"]]
    assert kept_many("s", [], make) == {}


def test_what_is_at_hand_is_not_read_again_for_a_moment():
    kept("s", "n", lambda: ["made once"])
    first = kept("s", "n", lambda: ["made twice"])
    assert kept("s", "n", lambda: ["made again"]) is first

    with time_machine.travel(time.time() + AT_HAND_S + 1):
        later = kept("s", "n", lambda: ["too late"])

    assert later == first
    assert later is not first


@pytest.mark.django_db
def test_without_the_cache_everything_is_made_anew(monkeypatch):
    def away(*args, **kwargs):
        raise NoRedis

    for name in ("get", "get_many", "set", "set_many", "add"):
        monkeypatch.setattr(type(caches["shared"]), name, away)
    make = counted(["first", "second"])

    outdated("s")

    assert [kept("s", "n", make), kept("s", "n", make)] == ["first", "second"]
