"""Make the demo community, and say who is in it."""

import subprocess
import sys
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.api import User
from core.clock import SHANGHAI, to_ms
from courses.api import current_editions
from courses.models import CoursePage, EditionLesson, LessonPage
from occupations.api import load_classification, load_example_standards
from programmes.api import Programme, create_programme
from records.api import issue_policy, make_partitions
from reports.closings import close_due_periods
from reports.filters import refresh_open_periods
from reports.operations import roll_up
from search.operations import end_dead_rebuild
from skillspower.demo.content import community
from skillspower.demo.courses import load_courses
from skillspower.demo.desks import load_desks
from skillspower.demo.exchange import load_exchange
from skillspower.demo.history import MONTHS, WHOLE_MS, first_of_month, load_history
from skillspower.demo.notices import load_notices
from skillspower.demo.paths import load_paths
from skillspower.demo.people import PASSWORD, load_people, load_unions
from skillspower.demo.returns import load_returns
from skillspower.demo.workers import load_stories, stories
from skillspower.settings.env import ROOT
from unions.api import Union

COUNTY, FOREIGN = "JC-QJ-QJX", "QSGM"
INSTRUCTOR, REVIEWER, OFFICER = "chen-tieshan", "zhao-guoqing", "sun-li"
COURSE, VIDEO_LESSON = "smaw-basics", ("smaw-basics", "three-motions")
LONG_LESSONS = (("smaw-basics", "read-through"), ("low-voltage-electrician", "read-through"))
FAST_LESSON = ("low-voltage-electrician", "multimeter-megohmmeter")
SAFETY_LESSONS = (
    "smaw-basics",
    "lathe-stepped-shaft",
    "low-voltage-electrician",
    "overhead-crane-safety",
    "mine-ventilation-gas",
    "tube-coupler-scaffold",
)
FAST_TITLE, SAFETY_TITLE, FIRST_TITLE = "一分钟试学（演示）", "安全月必修", "新会员第一课"
FIRST_LESSONS = (
    ("safe-transfer-pressure-injury", "handwash-communication"),
    ("safe-transfer-pressure-injury", "bed-wheelchair"),
    ("low-voltage-electrician", "first-aid"),
)
Say = Callable[[str], None]


def is_loaded() -> bool:
    return Union.objects.filter(code="DEMO-NAT").exists()


def load(*, now: datetime, say: Say) -> None:
    """Make everything, in one transaction: after a fault there is nothing, and the next start begins anew."""
    today = now.astimezone(SHANGHAI).date()
    # What the named workers studied is recorded in the months when they did.
    make_partitions(months=[first_of_month(today, back) for back in range(MONTHS, 0, -1)])
    with transaction.atomic():
        say("occupations")
        load_classification()
        load_example_standards(now=now)
        say("unions and members")
        unions = load_unions(today=today)
        people = load_people(unions=unions, now=now, today=today)
        say("courses")
        load_courses(cast=people.cast, workers=people.workers, now=now)
        load_paths()
        say("study")
        named = {people.cast[story.person].person.uuid: story for story in stories()}
        load_history(
            now=now,
            without={*named, *(worker.person.uuid for worker in people.workers)},
            taking_part=[uuid for uuid, story in named.items() if story.month_ms >= WHOLE_MS],
        )
        # Before there are programmes: nobody's study of earlier months is judged by one that begins now.
        load_stories(cast=people.cast, now=now)
        _load_programmes(unions[COUNTY], now)
        load_notices(unions=unions, cast=people.cast, now=now)
        _load_first_programme(unions["BGXJ"], now)
        load_exchange(cast=people.cast, unions=unions, now=now)
        say("desks")
        load_desks(cast=people.cast, unions=unions, now=now)


def finish(*, now: datetime, say: Say) -> None:
    """
    Write what is made of the rest: the figures of the unions and, beside them in a process of its own, the search index.
    Both can be made again at any time, so whoever was killed here begins here.

    :raises subprocess.CalledProcessError: if the index could not be built.
    """
    end_dead_rebuild()
    command = [sys.executable, str(ROOT / "site" / "manage.py"), "rebuild_index"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as index:  # noqa: S603
        say("figures of the unions, search index")
        roll_up(today=now.astimezone(SHANGHAI).date())
        close_due_periods(now=to_ms(now))
        refresh_open_periods(now=to_ms(now))
        with transaction.atomic():
            load_returns(now=now)
    if index.returncode:
        # On a busy machine the figures may hold SQLite's one write lock for longer than it waits: now it is alone.
        end_dead_rebuild()
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True)  # noqa: S603


def _load_programmes(county: Union, now: datetime) -> None:
    today = now.astimezone(SHANGHAI).date()
    first, last = today.replace(day=1), today.replace(day=monthrange(today.year, today.month)[1])
    create_programme(
        union=county,
        title=SAFETY_TITLE,
        starts_on=first,
        ends_on=last,
        lessons=[_first_lesson(slug) for slug in SAFETY_LESSONS],
    )
    fast = create_programme(
        union=county,
        title=FAST_TITLE,
        starts_on=first,
        ends_on=today.replace(year=today.year + 1, day=1),
        lessons=[_lesson(*FAST_LESSON)],
    )
    issue_policy(
        owner=fast.policy_owner,
        note="A check every 5 to 10 seconds and one minute a day: to see in a minute how study counts.",
        presence_min_ms=5_000,
        presence_max_ms=10_000,
        daily_cap_ms=60_000,
    )


def _load_first_programme(union: Union, now: datetime) -> None:
    """The joint union's first one, assigned today."""
    today = now.astimezone(SHANGHAI).date()
    create_programme(
        union=union,
        title=FIRST_TITLE,
        starts_on=today,
        ends_on=today + timedelta(days=30),
        lessons=[_lesson(*place) for place in FIRST_LESSONS],
    )


def describe() -> dict[str, Any]:
    """Return what outside checks and the table of sign-ins need, read from the database. The address is not known here."""
    county, foreign = Union.objects.get(code=COUNTY), Union.objects.get(code=FOREIGN)
    cast = {star.key: star for star in community.cast()}
    workers = (
        User.objects.filter(username__startswith="gongyou")
        .order_by("username")
        .values_list("username", flat=True)
    )
    sign = {key: {"login": cast[key].login, "password": PASSWORD} for key in (INSTRUCTOR, REVIEWER, OFFICER)}
    fast = Programme.objects.get(title=FAST_TITLE)
    return {
        "workers": [{"login": login, "password": PASSWORD} for login in workers],
        "instructor": sign[INSTRUCTOR],
        "reviewer": sign[REVIEWER],
        "officer": {**sign[OFFICER], "union": str(county.uuid), "union_code": county.code},
        "foreign_union": str(foreign.uuid),
        "lessons": [str(_lesson(*place)) for place in LONG_LESSONS],
        "video_lesson": str(_lesson(*VIDEO_LESSON)),
        "fast_lesson": str(fast.lessons.get().lesson),
        "course_slug": COURSE,
        "sign_ins": [
            {"who": who, "login": login, "password": PASSWORD}
            for who, login in (
                ("工人", "gongyou01"),
                ("工人（李海生）", cast["li-haisheng"].login),
                ("讲师（陈铁山）", cast[INSTRUCTOR].login),
                ("审核（赵国庆）", cast[REVIEWER].login),
                ("县总工会干部（孙丽）", cast[OFFICER].login),
                ("厂工会主席（周立新）", cast["zhou-lixin"].login),
            )
        ],
    }


def _first_lesson(course: str) -> UUID:
    lessons = EditionLesson.objects.filter(edition__in=current_editions(), edition__course__slug=course)
    return lessons.order_by("position").values_list("lesson", flat=True)[0]


def _lesson(course: str, slug: str) -> UUID:
    """Return the uuid of a lesson of the demo by the slugs of its course and its page."""
    return LessonPage.objects.descendant_of(CoursePage.objects.get(slug=course)).get(slug=slug).uuid
