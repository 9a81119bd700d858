"""A limit holds over all processes of a machine, until its window ends."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import time_machine
from django.core.cache import caches

from core.filecache import CountingFileCache
from core.limits import within_limit

TRIES = """
import sys
from django.conf import settings
settings.configure()
from core.filecache import CountingFileCache
cache = CountingFileCache(sys.argv[1], {})
for _ in range(50):
    cache.add("tries", 0, 600)
    cache.incr("tries")
"""


def test_the_try_after_the_last_is_refused():
    assert [within_limit("door", amount=3, seconds=60) for _ in range(5)] == [True] * 3 + [False] * 2
    assert within_limit("window", amount=3, seconds=60)


def test_processes_that_count_at_once_lose_no_try(tmp_path):
    def count(_number):
        subprocess.run([sys.executable, "-c", TRIES, str(tmp_path)], check=True, timeout=90)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(count, range(3)))
    assert CountingFileCache(str(tmp_path), {}).get("tries") == 150


def test_a_try_does_not_lengthen_the_window(tmp_path):
    cache = CountingFileCache(str(tmp_path), {})
    with time_machine.travel(1_700_000_000, tick=False) as clock:
        cache.add("tries", 0, 1_000)
        clock.shift(900)
        assert cache.incr("tries") == 1
        clock.shift(101)
        assert cache.get("tries") is None


def test_limits_are_counted_where_all_processes_look():
    within_limit("door", amount=3, seconds=60)
    assert caches["shared"].get("limit:door") == 1
