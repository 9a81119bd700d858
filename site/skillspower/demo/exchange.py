"""What the demo's plant asks its welders to study, and a course that was packed to go elsewhere."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.api import User
from core.clock import SHANGHAI
from courses.models import CoursePage
from courses.operations.packages import run_export, say_nothing, start_export
from programmes.assignments.operations import assign, take_in
from unions.api import Union

PLANT, CHAIR, AUTHOR = "QJZJ", "zhou-lixin", "chen-tieshan"
ASKED = ("li-haisheng", "maimaiti", "he-xiulan", "lin-yifan", "zhao-guoqing")
ASKED_FOR, PACKED = "tig-small-pipe", "smaw-basics"
DAYS = 21


def load_exchange(*, cast: Mapping[str, User], unions: Mapping[str, Union], now: datetime) -> None:
    """Ask five people of the plant to study a course, and pack another one for its author."""
    assignment = assign(
        union=unions[PLANT],
        course=CoursePage.objects.get(slug=ASKED_FOR),
        reach="chosen",
        chosen=[cast[key].person.uuid for key in ASKED],
        due_on=now.astimezone(SHANGHAI).date() + timedelta(days=DAYS),
        by=cast[CHAIR],
        now=now,
    )
    take_in(assignment=assignment, now=now)
    course = CoursePage.objects.get(slug=PACKED)
    package = start_export(course=course, by=cast[AUTHOR], now=now)
    run_export(package=package, now=now, progress=say_nothing)
