"""
What the catalogue costs at 100 courses and at 4,000: statements, and processor time above the same request's floor.

    bin/bench catalogue [--smoke]

Bars: 12 statements and 10 ms at 4,000, and neither more than 1.3 times what it is at 100. In one process, on a database and an
index of its own; on PostgreSQL the plan of the newest courses is printed, too.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django
from measure import Figure, lowest, nothing_but_the_floor, own_cpu_ms, report, statements

SMALL, LARGE = 100, 4_000
ADDRESSES = {
    "newest": "/courses/?sort=new",
    "words": "/courses/?q=%E5%AE%89%E5%85%A8",
    "level": "/courses/?level=2",
    "instructor": "/courses/?instructor=bench-teacher-3",
}
SPREAD, STATEMENTS, MS, ROUNDS = 1.3, 12, 10.0, 15


def measured(count: int, rounds: int) -> dict[str, tuple[int, float, float]]:
    """Return statements, processor time and the floor's, in ms, by address, with so many courses."""
    from django.conf import settings
    from django.core.cache import caches
    from django.utils import timezone
    from worlds.courses import make_courses
    from worlds.database import own_database

    from search.operations import rebuild_index

    with own_database(f"catalogue{count}"), tempfile.TemporaryDirectory() as folder:
        settings.SEARCH_INDEX_DIR = Path(folder)
        settings.SEARCH_INDEX_PREFIX = f"bench{count}"
        for name in settings.CACHES:
            caches[name].clear()
        make_courses(count, now=timezone.now())
        rebuild_index(clock=timezone.now)
        found = {}
        for name, path in ADDRESSES.items():
            asked = statements(path, {})
            own = lowest(3, lambda path=path: own_cpu_ms(path, {}, rounds=rounds))  # type: ignore[misc]
            with nothing_but_the_floor() as floor:
                found[name] = (asked, own, own_cpu_ms(floor, {}, rounds=rounds))
        if count == LARGE:
            print(_plan())
    return found


def _plan() -> str:
    from courses.api import current_editions

    return str(current_editions()[:20].explain())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="one short round, nothing judged")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.production")
    django.setup()
    rounds = 2 if options.smoke else ROUNDS
    small, large = measured(SMALL, rounds), measured(LARGE, rounds)
    figures = []
    for name in ADDRESSES:
        (asked, own, floor), (asked_then, own_then, _floor) = large[name], small[name]
        figures += [
            Figure(f"{name}: statements at {LARGE:,}", asked, "", bar=min(STATEMENTS, asked_then)),
            Figure(f"{name}: processor time at {LARGE:,}", own, "ms", bar=MS),
            Figure(f"{name}: in floors", own / floor, ""),
            Figure(f"{name}: against {SMALL}", own / own_then, "times", bar=SPREAD),
        ]
    sys.exit(report(figures, judges=not options.smoke))


if __name__ == "__main__":
    main()
