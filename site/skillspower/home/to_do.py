"""What a learner still has to do, in the message centre: minutes to make up and lessons of programmes."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, day_of, day_start_ms, from_ms, to_ms
from core.display import MINUTE_MS, spoken, study_minutes_text
from core.inbox import Entry
from courses.api import learning_of
from records.api import MAKE_UP_DAYS, Filter, MakeUp, done_of, make_up, own_progress, own_refusals
from skillspower.home.queries import MOST_BEGUN, courses_due, duties_of
from unions.api import own_path, path_ids

LESSONS = 5
"""So many lessons with minutes to make up; the page of records has all."""


def to_do(user: Any, now: datetime) -> Iterator[Entry]:
    """Yield one entry a lesson that has minutes to make up today, and one a programme that is not finished."""
    person, now_ms = user.person.uuid, to_ms(now)
    today = day_of(now_ms)
    progress = own_progress(person)
    refusals = own_refusals(person, Filter(first=today - timedelta(days=MAKE_UP_DAYS)))
    refused_at = {span.lesson: from_ms(span.recorded_at) for span in reversed(refusals)}
    lessons: dict[UUID, list[MakeUp]] = defaultdict(list)
    for item in make_up(person, now_ms, refusals, progress=progress):
        if item.from_day <= today:
            lessons[item.lesson].append(item)
    for lesson, items in list(lessons.items())[:LESSONS]:
        yield _to_make_up(lesson, items, refused_at.get(lesson, now))
    begun = learning_of(user.person, progress=done_of(progress), limit=MOST_BEGUN)
    for duty in courses_due(begun, today):
        learning = duty["course"]
        yield Entry(
            key=f"course-due:{learning.course_id}",
            kind="course.due",
            title=learning.course_title,
            body=duty["left"],
            at=learning.asked_at.astimezone(SHANGHAI),
            url=duty["url"],
            action=_("接着学"),
            source=f"course:{learning.course_id}",
            source_name=learning.asked_by,
            is_task=True,
            due_at=from_ms(day_start_ms(learning.due_on)),
            is_late=duty["soon"],
        )
    for duty in duties_of(path_ids(own_path(user, today)), today, done_of(progress)):
        programme = duty["programme"]
        yield Entry(
            key=f"duty:{programme.uuid}",
            kind="programme.due",
            title=programme.title,
            body=duty["left"],
            at=programme.created_at.astimezone(SHANGHAI),
            url=duty["url"],
            action=_("接着学"),
            source=programme.policy_owner,
            source_name=programme.union.name,
            is_task=True,
            due_at=from_ms(day_start_ms(programme.ends_on)),
            is_late=duty["soon"],
        )


def _to_make_up(lesson: UUID, items: list[MakeUp], at: datetime) -> Entry:
    ms = sum(item.ms for item in items)
    length = study_minutes_text(ms) if ms >= MINUTE_MS else spoken(ms)
    return Entry(
        key=f"make-up:{lesson}",
        kind="study.make_up",
        title=_("《{lesson}》有 {time}可以补回来").format(lesson=items[0].title, time=spoken(ms)),
        body=_("有几段没有算进学时，重看一遍就补上。不用找人。"),
        at=at,
        url=f"/learn/{lesson}/",
        action=_("去重看这 {time}").format(time=length),
        source_name=_("学习记录"),
        is_task=True,
    )
