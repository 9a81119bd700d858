"""The named workers: what each of them has studied, and how it comes into the record."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from uuid import UUID

from accounts.api import User
from core.clock import to_ms
from courses.api import current_editions
from courses.models import EditionLesson
from skillspower.demo.content import courses
from skillspower.demo.playing import play
from skillspower.demo.stories import MINUTE, Key, Story, plan
from unions.api import Membership


def _of(course: str, first: int = 0, last: int | None = None) -> tuple[Key, ...]:
    """Return lessons of a course in its order."""
    return tuple((course, slug) for slug in _slugs()[course][first:last])


@cache
def _slugs() -> dict[str, list[str]]:
    return {course.slug: [lesson.slug for lesson in course.lessons] for course in courses()}


@cache
def stories() -> tuple[Story, ...]:
    return (
        # A welder of 48 on four shifts: the elementary course in summer, CO2 and the first lessons of argon this month.
        Story(
            person="li-haisheng",
            month_ms=96 * MINUTE,
            earlier=(
                _of("smaw-basics", 0, 5),
                (*_of("smaw-basics", 5), *_of("overhead-crane-safety", 2, 4)),
                (*_of("overhead-crane-safety", 0, 2), *_of("overhead-crane-safety", 4)),
            ),
            lessons=(
                *_of("co2-v-groove", 0, 6),
                *_of("low-voltage-electrician", 0, 3),
                *_of("tig-small-pipe"),
                ("low-voltage-electrician", "read-through"),
            ),
            begun=(("industrial-robot-maintenance", "fence-estop-enabling"), ("co2-v-groove", "fill-and-cap")),
            locked=("co2-v-groove", "root-keyhole"),
            missed=("low-voltage-electrician", "read-through"),
        ),
        Story(
            person="maimaiti",
            month_ms=52 * MINUTE,
            earlier=(_of("smaw-basics", 0, 4), _of("smaw-basics", 4)),
            lessons=(*_of("co2-v-groove"), *_of("overhead-crane-safety", 0, 3)),
            begun=(("overhead-crane-safety", "steady-load"), ("tig-small-pipe", "tungsten-grinding")),
        ),
        Story(
            person="ouyang-xiaodong",
            month_ms=74 * MINUTE,
            earlier=(
                (*_of("low-voltage-electrician", 0, 4), *_of("low-voltage-electrician", 5)),
                _of("motor-control-circuits"),
            ),
            lessons=(*_of("plc-conveyor", 0, 5), *_of("point-machine-inspection"), *_of("overhead-crane-safety", 0, 4)),
            begun=(("overhead-crane-safety", "ten-no-lift"), ("plc-conveyor", "online-monitoring")),
        ),
        # Her first weeks: not yet a whole 学时.
        Story(
            person="li-wei-rare",
            month_ms=19 * MINUTE,
            lessons=_of("safe-transfer-pressure-injury", 0, 3),
            begun=(("safe-transfer-pressure-injury", "bed-wheelchair"),),
        ),
        Story(
            person="yang-zhicheng",
            month_ms=58 * MINUTE,
            earlier=(_of("mine-ventilation-gas", 0, 4), (*_of("mine-ventilation-gas", 4), *_of("roof-bolting-support", 0, 2))),
            lessons=(*_of("roof-bolting-support", 2), *_of("low-voltage-electrician", 0, 3), *_of("overhead-crane-safety")),
            begun=(("tube-coupler-scaffold", "material-check"), ("tube-coupler-scaffold", "harness-anchor-high")),
            is_below_ground=True,
            a_day=1,
            too_late=("smaw-basics", "three-things-first"),
        ),
    )  # fmt: skip


def lengths() -> dict[Key, tuple[UUID, int]]:
    """Return uuid and length in ms of every lesson, by course and slug."""
    rows = EditionLesson.objects.filter(edition__in=current_editions())
    found = rows.values_list("edition__course__slug", "position", "lesson", "duration_ms")
    return {(course, _slugs()[course][place - 1]): (lesson, ms) for course, place, lesson, ms in found}


def load_stories(*, cast: Mapping[str, User], now: datetime) -> int:
    """Let the named workers study as planned; return how many sittings that were."""
    known = lengths()
    uuids = {key: uuid for key, (uuid, _) in known.items()}
    count = 0
    for story in stories():
        person = cast[story.person].person
        membership = Membership.objects.get(member=person, active_to__isnull=True)
        sittings = plan(
            story,
            now=to_ms(now),
            lengths={key: ms for key, (_, ms) in known.items()},
            since=membership.active_from,
        )
        count += play(
            learner=person.uuid,
            sittings=sittings,
            lessons=uuids,
            source="offline" if story.is_below_ground else "player",
        )
    return count
