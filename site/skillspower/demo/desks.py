"""
What waits on the desks of the demo: people who want to join, editions under review, a lesson that is not finished, an
objection that was answered. All by the product's own operations, dated relative to the day of loading.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from wagtail.models import TaskState
from wagtail.rich_text import RichText

from accounts.api import Person, User
from core.clock import SHANGHAI, day_of, day_start_ms, to_ms
from courses.api import submit_course
from courses.models import CourseEdition, CoursePage, LessonPage, ModulePage
from records.api import Filter, answer_objection, file_objection, own_refusals
from skillspower.demo.content import community
from skillspower.demo.people import NAMESPACE
from skillspower.demo.reviews import load_duties, load_renewed, load_reviews
from unions.api import Union, request_to_join

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Applicants:
    """People who want to join a union: how many, the first one how many days ago, within how many days, from where."""

    union: str
    count: int
    since_days: int
    within_days: int
    workplaces: tuple[str, ...]


APPLICANTS = (
    Applicants("BGXJ", 23, 6, 7, ("美鲜达配送滨港站", "迅驰同城配送", "暖心家政服务部", "安康护养院")),
    # Longer than two working days: the county sees them, too.
    Applicants("QJZJ", 9, 8, 6, ("栖江建安劳务公司", "厂区食堂", "大件运输队")),
)


@dataclass(frozen=True)
class Revised:
    """A course that its author has improved and sent to review again: one paragraph more in a lesson."""

    course: str
    lesson: str
    author: str
    note: str
    paragraph: str
    ago: timedelta


REVISED = (
    Revised(
        "plc-conveyor",
        "online-monitoring",
        "liu-changhe",
        "补上下载程序前的备份和试车要求",
        "下载改过的程序之前，先把机器里正在用的程序上载存一份，文件名写上日期。试车时一个人看设备，一个人看画面，手不离急停。",
        8 * 24 * HOUR,
    ),
    Revised(
        "co2-v-groove",
        "spatter-six-causes",
        "he-xiulan",
        "补一条换气瓶以后飞溅变大的查法",
        "换过气瓶，头一道焊缝飞溅忽然变大，先查气瓶的余压、减压器和预热器，再查气管接头漏不漏，最后才去动电流和电压。",
        26 * HOUR,
    ),
    Revised(
        "point-machine-inspection",
        "red-band-halving",
        "cairen-zhaxi",
        "补上天窗时间不够时怎么收尾",
        "点内时间不够，不要硬拆。先把设备恢复到能正常使用、试验良好，再销记；没查完的地方写进交接本，写明查到哪一段、下次从哪里接着查。",
        3 * 24 * HOUR,
    ),
)

UNFINISHED_COURSE, UNFINISHED_AUTHOR = "lathe-stepped-shaft", "shao-weidong"
UNFINISHED_TITLE = "切断与切槽：刀头伸多长"


def load_desks(*, cast: Mapping[str, User], unions: Mapping[str, Union], now: datetime) -> None:
    """Put on each desk what waits there."""
    load_applicants(unions=unions, now=now)
    load_duties(cast=cast, now=now)
    for revised in REVISED:
        load_revised(revised, author=cast[revised.author], now=now)
    load_reviews(cast=cast, now=now)
    load_renewed(cast=cast, now=now)
    load_unfinished(author=cast[UNFINISHED_AUTHOR])
    load_objection(learner=cast["li-haisheng"].person.uuid, officer=cast["zhou-lixin"], now=now)


def load_applicants(*, unions: Mapping[str, Union], now: datetime) -> None:
    """Let people ask to join, each on a day of the last week."""
    today = now.astimezone(SHANGHAI).date()
    names = iter(community.applicants(sum(group.count for group in APPLICANTS)))
    number = 9100
    for group in APPLICANTS:
        for place in range(group.count):
            number += 1
            gender, name = next(names)
            person = Person.objects.create(
                uuid=uuid5(NAMESPACE, f"applicant {number}"),
                name=name,
                phone=community.phone_of(number),
                display_name=f"{name[0]}师傅",
                gender=gender,
                registered_at=now - timedelta(days=group.since_days),
            )
            request_to_join(
                person=person,
                union=unions[group.union],
                on=today - timedelta(days=group.since_days - place % group.within_days),
                workplace=group.workplaces[place % len(group.workplaces)],
            )


def load_revised(revised: Revised, *, author: User, now: datetime) -> CourseEdition:
    """Add a paragraph to a lesson and send the course to its next review, some time ago."""
    course = CoursePage.objects.get(slug=revised.course)
    lesson = LessonPage.objects.descendant_of(course).get(slug=revised.lesson)
    # Before the questions at its end.
    place = next(n for n, block in enumerate(lesson.body) if block.block_type == "question")
    lesson.body.insert(place, ("text", RichText(f"<p>{revised.paragraph}</p>")))
    lesson.save_revision(user=author, clean=False)
    at = now - revised.ago
    edition = submit_course(course=course, by=author, now=at, note=revised.note)
    TaskState.objects.filter(workflow_state=edition.current_workflow_state).update(started_at=at)
    return edition


def load_unfinished(*, author: User) -> LessonPage:
    """Begin a lesson in which three blocks still lack something: the check before 送审 names each of them."""
    course = CoursePage.objects.get(slug=UNFINISHED_COURSE)
    module = ModulePage.objects.child_of(course).order_by("path").last()
    lesson = LessonPage(
        title=UNFINISHED_TITLE,
        slug="parting-and-grooving",
        summary="切断刀怎么装、伸多长、切到快断的时候该做什么。",
        body=json.dumps([{"type": kind, "value": value} for kind, value in _unfinished_blocks()]),
        live=False,
        owner=author,
    )
    module.add_child(instance=lesson)
    lesson.save_revision(user=author, clean=False)
    return lesson


def _unfinished_blocks() -> list[tuple[str, Any]]:
    lesson_text = "<p>切断刀刀头窄、伸得长，最容易让刀和振动。刀头伸出的长度，够切到中心再多两三毫米就行，多一毫米就多一分振动。</p>"
    step: dict[str, Any] = {
        "text": "装刀：刀尖对准主轴中心，主切削刃与工件轴线平行。",
        "tools": "切断刀、对刀样板",
    }
    empty: dict[str, Any] = {"text": ""}
    return [
        ("text", lesson_text),
        ("video", {"video": None, "caption": "切断时的排屑"}),
        ("steps", {"title": "切断的步骤", "steps": [step, empty]}),
        (
            "question",
            {
                "kind": "single",
                "prompt": "切断刀的刀头应该伸出多长？",
                "options": [
                    {"text": "越长越好", "correct": False},
                    {"text": "够切到中心再多两三毫米", "correct": False},
                ],
                "explanation": "",
            },
        ),
    ]


def load_objection(*, learner: UUID, officer: User, now: datetime) -> None:
    """
    Let Li Haisheng object to what was refused while his screen was locked, and the chair of his plant answer: it does
    not count, and he has made it up already.
    """
    locked: Sequence[Any] = [span for span in own_refusals(learner, Filter()) if span.reason == "not_visible"]
    if not locked:
        return
    end = max(span.recorded_at for span in locked)
    filed_at = end + 20 * 60_000
    next_morning = day_start_ms(day_of(filed_at)) + 34 * 3_600_000 + 25 * 60_000
    latest = to_ms(now) - 10 * 60_000
    if filed_at >= latest:
        return
    objection = file_objection(
        learner=learner,
        span=locked[0].pk,
        words="手机揣兜里，屏自己锁了，声音一直放着，我听着呢，能不能算？",
        now=filed_at,
    )
    answer_objection(
        objection=objection.uuid,
        officer=officer,
        upheld=False,
        words="锁屏以后画面不在眼前，按规则这段不计时。你当天已经把这段重看补上了，学时没有少。",
        now=max(filed_at + 60_000, min(next_morning, latest)),
    )
