"""
Bring the demo's courses into the database by the same acts as in the CMS: written, sent to review, approved by two
people, published. Only the pages are made in one go.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.images import ImageFile
from wagtail.images import get_image_model
from wagtail.models import Collection, TaskState

from accounts.api import User
from core.clock import day_of, to_ms
from core.workdays import workdays_between
from courses.api import (
    NewCourse,
    NewLesson,
    NewModule,
    Verdict,
    approve,
    create_course,
    enrol_many,
    publish_edition,
    submit_course,
)
from courses.models import AiLabel, CourseEdition, CoursePage, EditionLesson, Licence, ReviewPoint
from courses.operations.setup_cms import COLLECTION, setup_cms
from instructors.api import (
    fill_derived,
    load_grades,
    load_honours,
    open_notice,
    verify_honour,
    verify_qualification,
)
from instructors.models import HeldHonour, InstructorProfile, Qualification, TaughtTrade
from media.api import accept_video, make_playable
from media.models import Video
from skillspower.demo.clips import CLIPS
from skillspower.demo.content import community, courses
from skillspower.demo.content.reader import IMAGES
from skillspower.demo.content.schema import Block, Course, Image, Question, Safety, Steps, Table, Text
from skillspower.demo.mapping import taught_in
from unions.api import Membership

TRADE_REVIEWER, CONTENT_REVIEWER = "zhao-guoqing", "zhou-wenjing"
LONG_PART_MS = 600_000
HIGHEST_CERTIFICATE = 6
"""一级/高级技师; the two levels above are appointed by the employer."""
FIRST_CLIP = "electrode-motions"
ONLINE_SINCE, ONE_EVERY = timedelta(days=236), timedelta(days=4)
"""The first course went online before anybody of the demo studied, the others after it."""
REVIEW_TOOK = timedelta(days=2)


@dataclass
class DemoCourses:
    """What was made: pages by slug; lessons (uuids) with a part of ten minutes or more; lessons with a video."""

    courses: dict[str, CoursePage] = field(default_factory=dict)
    long_lessons: list[UUID] = field(default_factory=list)
    video_lessons: list[UUID] = field(default_factory=list)
    lessons: list[UUID] = field(default_factory=list)


def load_instructors(*, cast: dict[str, User], now: datetime) -> dict[str, InstructorProfile]:
    """Make the teaching profiles of the cast, their honours verified but for those that wait; return them by key."""
    load_honours()
    load_grades()
    made = {}
    for teacher in community.instructors():
        person = cast[teacher.person].person
        membership = Membership.objects.filter(member=person, active_to__isnull=True).first()
        profile = InstructorProfile(
            person=person,
            slug=teacher.person,
            public_name=person.name,
            quote=teacher.quote,
            story=teacher.story,
            employer=teacher.employer,
            union_id=membership.union_id if membership else None,
            years_of_work=teacher.years_of_work,
            is_listed=True,
        )
        fill_derived(profile)
        profile.save()
        for occupation, rank in teacher.trades:
            TaughtTrade.objects.create(profile=profile, occupation_id=occupation, level_id=rank)
            _qualify(profile, occupation, rank, by=cast[CONTENT_REVIEWER], now=now)
        for code, year, verified, notice_day in teacher.honours:
            held = HeldHonour.objects.create(profile=profile, honour_id=code, year=year)
            if verified:
                verify_honour(held=held, by=cast[CONTENT_REVIEWER], now=now)
            elif notice_day:
                first = _workday_back(day_of(to_ms(now)), notice_day)
                open_notice(held=held, by=cast[CONTENT_REVIEWER], now=now, first_day=first)
        made[teacher.person] = profile
    return made


def _qualify(profile: InstructorProfile, occupation: str, rank: int, *, by: User, now: datetime) -> None:
    """File the invented certificate, or for 特级技师 the appointment, that the trade of an instructor rests on; verified."""
    is_appointed = rank > HIGHEST_CERTIFICATE
    issued_on = date(day_of(to_ms(now)).year - 6, 6, 18)
    held = Qualification(
        profile=profile,
        kind=Qualification.Kind.APPOINTMENT if is_appointed else Qualification.Kind.CERTIFICATE,
        occupation_id=occupation,
        level_id=rank,
        number="" if is_appointed else f"S000033000101{issued_on:%y}{7 - rank}{profile.pk:06}",
        issuer=profile.employer if is_appointed else "",
        issued_on=issued_on,
    )
    held.full_clean()
    held.save()
    verify_qualification(held=held, by=by, now=now)


def _workday_back(today: date, count: int) -> date:
    """Return the first of ``count`` working days that end with today, or with the last one before a holiday's today."""
    day = today
    while workdays_between(day, today + timedelta(days=1)) < count:
        day -= timedelta(days=1)
    return day


def load_videos(*, by: User) -> dict[str, Video]:
    """Take the rendered clips in; they play at once, and the worker makes the other qualities of them (of one: DEMO_LADDER)."""
    made = {}
    for key, clip in CLIPS.items():
        captions = clip.captions.read_text(encoding="utf-8") if clip.captions.is_file() else ""
        with clip.video.open("rb") as file:
            video = accept_video(
                file=File(file, name=clip.video.name),
                title=clip.title,
                by=by,
                captions=captions,
                queues_processing=settings.DEMO_LADDER or key == FIRST_CLIP,
            )
        make_playable(video=video)
        made[key] = video
    return made


def load_images(*, by: User) -> dict[str, Any]:
    """Bring the drawings into the library of pictures; return them by key."""
    collection = Collection.objects.get(name=COLLECTION)
    blocks = [b for c in courses() for m in c.modules for le in m.lessons for b in le.blocks]
    titles = {block.key: block.caption for block in blocks if isinstance(block, Image)}
    made = {}
    for path in sorted(IMAGES.glob("*.png")):
        with path.open("rb") as file:
            image = get_image_model()(title=titles[path.stem], collection=collection, uploaded_by_user=by)
            image.file = ImageFile(file, name=path.name)
            image.save()
        made[path.stem] = image
    return made


def load_courses(*, cast: dict[str, User], workers: Sequence[User], now: datetime) -> DemoCourses:
    """Make instructors, files and courses, publish the courses and enrol the workers in all of them."""
    index = setup_cms()
    instructors = load_instructors(cast=cast, now=now)
    videos, images = load_videos(by=cast["wang-min"]), load_images(by=cast["wang-min"])
    made = DemoCourses()
    for number, course in enumerate(courses()):
        author, then = cast[course.instructor], now - ONLINE_SINCE + number * ONE_EVERY
        taught = taught_in(course, on=day_of(to_ms(now)))
        new = _new_course(course, instructors[course.instructor], videos, images, taught)
        page = create_course(index=index, course=new, by=author, now=then)
        edition = _review_and_publish(page, author, cast, then)
        enrol_many(persons=[worker.person for worker in workers], course=page, now=now)
        made.courses[course.slug] = page
        _note(made, edition)
    return made


def _new_course(
    course: Course,
    teacher: InstructorProfile,
    videos: dict[str, Video],
    images: dict[str, Any],
    taught: dict[str, list[int]],
) -> NewCourse:
    modules = [
        NewModule(
            title=module.title,
            slug=f"m{number}",
            lessons=[
                NewLesson(
                    title=lesson.title,
                    slug=lesson.slug,
                    summary=lesson.summary,
                    blocks=[stored_block(block, videos, images) for block in lesson.blocks],
                    requirements=taught.get(lesson.slug, ()),
                )
                for lesson in module.lessons
            ],
        )
        for number, module in enumerate(course.modules, start=1)
    ]
    return NewCourse(
        title=course.title,
        slug=course.slug,
        occupation=course.occupation_code,
        level=course.level_rank,
        summary=course.summary,
        outcomes=course.outcomes,
        audience=course.audience,
        safety=course.safety,
        instructors=[teacher],
        modules=modules,
        sources=course.sources,
        licence=Licence.COMMUNITY,
        # The demo's lessons and drawings were written with a machine's help and read by people.
        ai_label=AiLabel.GENERATED,
    )


def stored_block(block: Block, videos: dict[str, Video], images: dict[str, Any]) -> dict[str, Any]:
    """Return a block of the demo's content as the CMS stores it."""
    match block:
        case Text(html=html):
            return {"type": "text", "value": html}
        case Steps(title=title, steps=steps):
            rows = [
                {
                    "text": s.text,
                    "tools": s.tools,
                    "hazards": s.hazards,
                    "protection": s.protection,
                    "check": s.check,
                }
                for s in steps
            ]
            return {"type": "steps", "value": {"title": title, "steps": rows}}
        case Table(caption=caption, header=header, rows=rows):
            lines = [list(row) for row in rows]
            return {"type": "table", "value": {"caption": caption, "header": list(header), "rows": lines}}
        case Safety(title=title, hazards=hazards, text=text):
            return {"type": "safety", "value": {"title": title, "hazards": list(hazards), "text": text}}
        case Question(kind=kind, prompt=prompt, options=options, explanation=explanation):
            choices = [{"text": o.text, "correct": o.correct} for o in options]
            value = {"kind": kind, "prompt": prompt, "options": choices, "explanation": explanation}
            return {"type": "question", "value": value}
        case Image(key=key, alt=alt, caption=caption):
            return {"type": "image", "value": {"image": images[key].pk, "alt": alt, "caption": caption}}
        case _:
            clip = CLIPS[block.clip]
            return {"type": "video", "value": {"video": videos[block.clip].pk, "caption": clip.title}}


def _review_and_publish(
    page: CoursePage, author: User, cast: dict[str, User], now: datetime
) -> CourseEdition:
    edition = submit_course(course=page, by=author, now=now - REVIEW_TOOK)
    for key, at in ((TRADE_REVIEWER, now - REVIEW_TOOK / 2), (CONTENT_REVIEWER, now)):
        edition = CourseEdition.objects.get(pk=edition.pk)
        state = edition.current_workflow_task_state
        passed = {point: Verdict("pass") for point in ReviewPoint.Point.values}
        approve(edition=edition, by=cast[key], now=at, points=passed)
        # Wagtail writes the time of its own clock; the edition keeps this as the date of the approval.
        TaskState.objects.filter(pk=state.pk).update(started_at=at - REVIEW_TOOK / 2, finished_at=at)
    # The last approval has queued this same act; done here, the demo stands before a worker has started.
    return publish_edition(edition=edition.uuid, now=now)


def _note(made: DemoCourses, edition: CourseEdition) -> None:
    rows = EditionLesson.objects.filter(edition=edition).prefetch_related("parts").order_by("position")
    for row in rows:
        parts = list(row.parts.all())
        made.lessons.append(row.lesson)
        if any(part.nominal_ms >= LONG_PART_MS for part in parts):
            made.long_lessons.append(row.lesson)
        if any(part.kind == "video" for part in parts):
            made.video_lessons.append(row.lesson)
