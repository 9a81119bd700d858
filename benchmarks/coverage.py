"""
What the coverage map costs over every occupation with a standard of 90 requirements, and 4,000 courses that teach 120,000
times one of them: the page of all, of a province, of one busy occupation, and its files. Beside it the floor: joining and
counting the same rows in one statement, as a map without its own table would have to. In a database of its own.

    bin/bench coverage [--smoke] [--occupations N] [--courses N] [--explain]
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.test")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from measure import Figure, report  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.worlds.database import cpu_seconds, own_database  # noqa: E402
from benchmarks.worlds.standards import fill  # noqa: E402
from core.db import is_postgres  # noqa: E402
from courses.models import CourseCoverage, CoursePage  # noqa: E402
from courses.operations import measure_coverage  # noqa: E402
from courses.queries.coverage import coverage_of, served_requirements  # noqa: E402
from courses.queries.coverage_overview import overview  # noqa: E402
from unions.models import Union  # noqa: E402

TODAY = date(2026, 11, 23)
BAR_MS, BAR_STATEMENTS, ROUNDS = 100.0, 12.0, 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small world, nothing judged")
    parser.add_argument("--occupations", type=int, default=1_634)
    parser.add_argument("--courses", type=int, default=4_000)
    parser.add_argument("--explain", action="store_true", help="print the plans of the map's statements")
    options = parser.parse_args()
    if options.smoke:
        options.occupations, options.courses = 20, 10
    with own_database("coverage"):
        return report(_figures(options), judges=not options.smoke)


def _figures(options: argparse.Namespace) -> list[Figure]:
    made = cpu_seconds(lambda: fill(occupations=options.occupations, courses=options.courses))
    _analyze()
    region = Union.objects.filter(kind="PROV").order_by("code")[0]
    busy = _busiest()
    User.objects.create_superuser("bench-operator")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username="bench-operator"))
    rounds = 1 if options.smoke else ROUNDS
    world = f"{options.occupations} occupations, {options.courses} courses"
    found = [Figure(f"{world}: generated", made, "s")]
    asked: dict[str, Callable[[], object]] = {
        "floor: join and count all rows": _floor,
        "map of all occupations": lambda: overview(on=TODAY),
        "map of one province": lambda: overview(on=TODAY, region=region),
        "map of the busiest occupation": lambda: coverage_of(occupation=busy, on=TODAY),
        "counting one course again": lambda: measure_coverage([_a_course()]),
    }
    for name, ask in asked.items():
        bar = None if name.startswith("floor") else BAR_MS
        wall, cpu = _measure(ask, rounds)
        found += [Figure(name, wall, "ms", bar), Figure(f"{name}, processor", cpu, "ms")]
    for path in ("/coverage/", f"/coverage/?region={region.uuid}", f"/coverage/occupation/{busy}/"):
        name = path.partition("?")[0] + (" of a province" if "?" in path else "")
        wall, cpu = _measure(lambda address=path: _page(client, address), rounds)  # type: ignore[misc]
        found += [
            Figure(f"page {name}", wall, "ms", BAR_MS),
            Figure(f"page {name}, processor", cpu, "ms"),
            Figure(f"page {name}, statements", _statements(client, path), "", BAR_STATEMENTS),
        ]
    wall, _cpu = _measure(lambda: _page(client, "/coverage/csv/?state=all"), rounds)
    found.append(Figure("all occupations as CSV", wall, "ms"))
    if options.explain:
        _explain(lambda: (overview(on=TODAY), overview(on=TODAY, region=region)))
        _explain(lambda: coverage_of(occupation=busy, on=TODAY))
    return found


def _measure(ask: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return wall clock and processor time in ms, the lowest of some rounds after one that warms up."""
    ask()
    walls, cpus = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        cpus.append(cpu_seconds(ask))
        walls.append(time.perf_counter() - began)
    return min(walls) * 1000, min(cpus) * 1000


def _page(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    b"".join(answer)


def _statements(client: Client, path: str) -> float:
    with CaptureQueriesContext(connection) as captured:
        _page(client, path)
    ignored = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", 'FROM "django_session"', 'FROM "accounts_user"')
    return float(
        sum(not any(word in query["sql"] for word in ignored) for query in captured.captured_queries)
    )


def _floor() -> list[tuple[int, int]]:
    level = "requirement__task__function__standard_level"
    return list(served_requirements().values_list(level).annotate(n=Count("requirement", distinct=True)))


def _busiest() -> str:
    codes = CourseCoverage.objects.values_list("standard_level__standard__occupation").annotate(n=Count("pk"))
    return str(codes.order_by("-n", "standard_level__standard__occupation")[0][0])


def _a_course() -> int:
    return int(CoursePage.objects.order_by("pk").values_list("pk", flat=True)[0])


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _explain(ask: Callable[[], object]) -> None:
    """Print the plan of each statement that asking makes."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    how = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " if is_postgres() else "EXPLAIN QUERY PLAN "
    for query in captured.captured_queries:
        if query["sql"].startswith("SELECT"):
            print(f"-- {query['sql'][:400]}")
            with connection.cursor() as cursor:
                cursor.execute(how + query["sql"].replace("%", "%%"))
                print("\n".join(f"     {row[-1]}" for row in cursor.fetchall()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
