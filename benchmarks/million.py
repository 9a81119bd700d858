"""
A million entries: what a learner's first page of records costs among them, and how fast learner-days are recomputed.

    bin/bench million [--smoke] [--learners N] [--entries N]

In a database of its own, in one process: a ledger that the database makes itself, two entries a day, and in it a learner with a
month of lessons, refused spans and time to make up. The page's statements leave out the sign-in; its floor is a view behind the same
middleware that says who is signed in. The floor of recomputing is one SELECT that adds up the same entries.
"""

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.test")

import django  # noqa: E402

django.setup()

from collections.abc import Callable  # noqa: E402
from datetime import timedelta  # noqa: E402
from uuid import UUID, uuid4  # noqa: E402

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from measure import Figure, nothing_but_the_floor, own_cpu_ms, report, statements  # noqa: E402

from accounts.models import Person, User  # noqa: E402
from benchmarks.worlds.database import cpu_seconds, own_database  # noqa: E402
from benchmarks.worlds.ledger import make_chains  # noqa: E402
from core.clock import day_of, day_start_ms  # noqa: E402
from core.db import is_postgres, now_ms, owner_cursor  # noqa: E402
from records.api import Draft, append_entries_of_many, mark_everything, roll_up  # noqa: E402
from records.ledger import codec  # noqa: E402
from records.models import PartProgress, RefusedSpan, StudySession  # noqa: E402
from records.operations.policies import terms_for  # noqa: E402
from records.rollups import db as rollup_db  # noqa: E402

MARKS, RECOMPUTED, ROUNDS = 20_000, 100_000, 3
BAR_STATEMENTS, BAR_PAGE_MS, LEAST_DAYS = 8.0, 10.0, 30_000.0
DAYS, A_DAY, MINUTE = 30, 3, 60_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="a small ledger, nothing judged")
    parser.add_argument("--learners", type=int, default=20_000)
    parser.add_argument("--entries", type=int, default=50, help="of each learner")
    options = parser.parse_args()
    if options.smoke:
        options.learners, options.entries = 50, 4
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
    with own_database("million"):
        made = cpu_seconds(lambda: make_chains(options.learners, options.entries, a_day=2))
        reader = _reader()
        mark_everything()
        _analyze()
        figures = [Figure(f"{options.learners * options.entries} entries, generated", made, "CPU s")]
        figures += _recomputing(options.learners * options.entries // 2)
        with transaction.atomic():
            roll_up(limit=DAYS)  # the reader's days come first: they were marked when they were written
        figures += _page(reader, 2 if options.smoke else 20)
        return report(figures, judges=not options.smoke)


def _page(reader: User, rounds: int) -> list[Figure]:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(reader)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    count = statements("/records/", cookies)
    page = own_cpu_ms("/records/", cookies, rounds=rounds)
    with nothing_but_the_floor() as path:
        floor = own_cpu_ms(path, cookies, rounds=rounds)
    return [
        Figure("my records, first page: statements", count, "", BAR_STATEMENTS),
        Figure("my records, first page: processor time", page, "ms", BAR_PAGE_MS),
        Figure("  the floor beside it", floor, "ms"),
        Figure("  in floors", page / floor, "x"),
    ]


def _recomputing(days: int) -> list[Figure]:
    """Recompute some of the learner-days: DailyStudy alone, then all that hangs on it, by the wall clock and in processor time."""
    days = min(days, RECOMPUTED)
    floor = min(cpu_seconds(lambda: _add_up(days)) for _ in range(ROUNDS))
    alone = _timed(lambda: _daily_study(days))
    whole = _timed(lambda: _everything(days))
    return [
        Figure("learner-days, floor: one SELECT that adds up", days / max(floor, 0.001), "per CPU s"),
        Figure("learner-days, DailyStudy recomputed", days / alone[0], "/s", least=LEAST_DAYS),
        Figure("  by processor time", days / max(alone[1], 0.001), "per CPU s"),
        Figure("learner-days, with months to all time", days / whole[0], "/s"),
        Figure("  by processor time", days / max(whole[1], 0.001), "per CPU s"),
    ]


def _timed(task: Callable[[], None]) -> tuple[float, float]:
    """Return the shortest time and processor time of some rounds, in s."""
    found = []
    for _ in range(ROUNDS):
        began = time.monotonic()
        cpu = cpu_seconds(task)
        found.append((time.monotonic() - began, cpu))
    return min(wall for wall, _ in found), min(cpu for _, cpu in found)


def _daily_study(days: int) -> None:
    """Take marks and write DailyStudy from the entries, as ``roll_up`` does; then put the marks back."""
    left = days
    with transaction.atomic():
        while left > 0 and (taken := rollup_db.take_marks(min(MARKS, left))):
            rollup_db.lock_learners(learner for learner, _ in taken)
            rollup_db.write_daily_study(taken)
            left -= len(taken)
        transaction.set_rollback(True)


def _everything(days: int) -> None:
    left = days
    with transaction.atomic():
        while left > 0 and (touched := roll_up(limit=min(MARKS, left))):
            left -= touched.marks
        transaction.set_rollback(True)


def _add_up(days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM (SELECT learner, day, SUM(ms) FROM records_ledgerentry WHERE learner IN "
            f"(SELECT DISTINCT learner FROM (SELECT learner FROM records_mark ORDER BY id LIMIT {days}) AS first) "
            "GROUP BY 1, 2) AS found"
        )
        cursor.fetchone()


def _reader() -> User:
    """Make a learner with a month behind: three sittings a day of two entries each, in one of six a missed minute."""
    person = Person.objects.create(uuid=uuid4())
    user = User.objects.create(username="reader", person=person)
    today = day_of(now_ms())
    days = [today - timedelta(days=n) for n in range(1, DAYS + 1)]
    sittings = [
        StudySession(
            uuid=uuid4(), learner=person.uuid, device="bench", lesson=uuid4(), edition=uuid4(), activity="urn:bench",
            title=f"平敷焊 {n}", course=f"course:{n % 4}", course_title=f"焊工 {n % 4}", occupation="6-18-02-04",
            occupation_name="焊工", level=2, policy="national@1", terms=[], policy_day=day,
            parts=[{"uuid": str(uuid4()), "kind": "video", "nominal_ms": 60 * MINUTE, "title": "第一段", "plays_unseen": False}],
            opened_at=day_start_ms(day) + (8 + n % A_DAY) * 60 * MINUTE,
            ended_at=day_start_ms(day) + (9 + n % A_DAY) * 60 * MINUTE, end_reason="close",
        )
        for n, day in enumerate(day for day in days for _ in range(A_DAY))
    ]  # fmt: skip
    _terms(sittings)
    StudySession.objects.bulk_create(sittings)
    append_entries_of_many(
        drafts={person.uuid: [draft for sitting in sittings for draft in _drafts(sitting)]}, now=now_ms()
    )
    RefusedSpan.objects.bulk_create(
        RefusedSpan(
            learner=person.uuid, session=each.uuid, seq=9, lesson=each.lesson, part=UUID(each.parts[0]["uuid"]),
            position_from=32 * MINUTE, position_to=33 * MINUTE, t_from=each.opened_at + 32 * MINUTE,
            t_to=each.opened_at + 33 * MINUTE, reason="missed_check", policy="national@1", day=day_of(each.opened_at),
            recorded_at=each.opened_at + 34 * MINUTE,
        )
        for each in sittings[::6]
    )  # fmt: skip
    PartProgress.objects.bulk_create(
        PartProgress(
            learner=person.uuid, part=UUID(each.parts[0]["uuid"]), lesson=each.lesson, course=each.course,
            nominal_ms=60 * MINUTE, covered=codec.dump_intervals([(0, 30 * MINUTE)]), covered_ms=30 * MINUTE, worked_ms=30 * MINUTE,
            credited_ms=30 * MINUTE, spare="", last_position=30 * MINUTE, updated_at=each.opened_at,
        )
        for each in sittings
    )  # fmt: skip
    return user


def _terms(sittings: list[StudySession]) -> None:
    for each in sittings:
        each.terms = codec.dump_segments(
            terms_for(union=None, owner_keys=[], since=each.opened_at, is_elder=False)
        )


def _drafts(sitting: StudySession) -> list[Draft]:
    return [
        Draft(
            kind="study", source="player", activity=sitting.activity, t_from=at, t_to=at + 15 * MINUTE, ms=15 * MINUTE,
            day=day_of(at), policy="national@1", evidence="beats", ranges=f"{n * 15 * MINUTE}-{(n + 1) * 15 * MINUTE}",
            session=sitting.uuid, lesson=sitting.lesson, part=UUID(sitting.parts[0]["uuid"]), edition=sitting.edition,
            occupation=sitting.occupation, level=sitting.level,
        )
        for n in range(2)
        for at in [sitting.opened_at + n * 16 * MINUTE]
    ]  # fmt: skip


def _analyze() -> None:
    with owner_cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if is_postgres() else "ANALYZE")


if __name__ == "__main__":
    sys.exit(main())
