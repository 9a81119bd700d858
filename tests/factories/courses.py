"""A CMS with its house rules, instructors, and courses at each stage of their life."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import Group

from accounts.models import User
from courses import operations
from courses.models import CourseEdition, CoursePage, ReviewPoint, SwitchedOffRule
from courses.operations.setup_cms import group_name
from courses.operations.tree import NewCourse, NewLesson, NewModule
from courses.review import deciding
from courses.review.deciding import Verdict, send_back
from instructors.models import InstructorProfile, Qualification, TaughtTrade
from media.models import Video
from occupations.models import Occupation, OccupationGroup, SkillLevel
from tests.factories.people import make_user

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WELDER = "6-18-02-04"
_counter = {"instructor": 0, "certificate": 0, "course": 0, "video": 0, "lesson": 0}


def make_occupation(code: str = WELDER, name: str = "焊工") -> Occupation:
    parent = None
    for level, length in [(1, 1), (2, 4), (3, 7)]:
        parent, _ = OccupationGroup.objects.get_or_create(
            code=code[:length], defaults={"level": level, "parent": parent, "name": f"类别{code[:length]}"}
        )
    return Occupation.objects.get_or_create(code=code, defaults={"name": name, "group": parent})[0]


def make_level(rank: int = 2) -> SkillLevel:
    labels = {
        1: "学徒工",
        2: "五级/初级工",
        3: "四级/中级工",
        4: "三级/高级工",
        5: "二级/技师",
        6: "一级/高级技师",
        7: "特级技师",
        8: "首席技师",
    }
    digit = {1: "", 7: "T", 8: ""}.get(rank, str(7 - rank))
    defaults = {
        "code": str(rank),
        "name": labels[rank][:10],
        "label": labels[rank],
        "certificate_digit": digit,
    }
    return SkillLevel.objects.get_or_create(rank=rank, defaults=defaults)[0]


def make_staff(role: str, username: str = "") -> User:
    """Return a user who holds a role, with the rights of its group in the CMS."""
    user = make_user(username, roles=(role,))
    user.groups.add(Group.objects.get_or_create(name=group_name(role))[0])
    return user


def make_instructor(name: str = "陈铁山", *, user: User | None = None, **fields: Any) -> InstructorProfile:
    _counter["instructor"] += 1
    user = user or make_user(roles=("instructor",))
    fields = {"slug": f"master-{_counter['instructor']}", "public_name": name, "is_listed": True, **fields}
    return InstructorProfile.objects.create(person=user.person, **fields)


def make_taught(
    teacher: InstructorProfile, *, occupation: str | None = WELDER, level: int | None = 2
) -> None:
    """Enter in the teaching pool that somebody holds a level, with a verified certificate that lets teach up to 一级."""
    if occupation and level:
        TaughtTrade.objects.create(profile=teacher, occupation_id=occupation, level_id=level)
        make_qualification(teacher, occupation=occupation)


def make_qualification(
    teacher: InstructorProfile,
    *,
    occupation: str = WELDER,
    rank: int = 6,
    issued_on: date = date(2020, 3, 1),
    verified_by: User | None = None,
    is_verified: bool = True,
) -> Qualification:
    """Return a certificate of a rank, verified unless said otherwise."""
    _counter["certificate"] += 1
    digit = make_level(rank).certificate_digit
    return Qualification.objects.create(
        profile=teacher,
        occupation_id=occupation,
        level_id=rank,
        number=f"S000011000001{issued_on:%y}{digit}{_counter['certificate']:06}",
        issued_on=issued_on,
        verified_by=(verified_by or teacher.person.user) if is_verified else None,
        verified_at=NOW if is_verified else None,
    )


def without_rule(key: str, *, by: User) -> None:
    """Switch a rule of the standards check off."""
    defaults = {"reason": "试验", "switched_by": by, "switched_at": NOW}
    SwitchedOffRule.objects.get_or_create(key=key, defaults=defaults)


def make_video(*, ms: int = 600_000, content: str = "", state: str = Video.State.READY) -> Video:
    _counter["video"] += 1
    return Video.objects.create(
        title="运条手法",
        content_hash=content or f"{_counter['video']:064d}",
        state=state,
        duration_ms=ms,
        poster="videos/hls/aa/poster.jpg",
        captions="WEBVTT\n\n00:00.000 --> 00:06.000\n送进、前移、摆动。\n",
    )


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "value": f"<p>{body}</p>"}


def question(prompt: str = "焊条要不要烘干？") -> dict[str, Any]:
    options = [{"text": "要", "correct": True}, {"text": "不要", "correct": False}]
    value = {"kind": "single", "prompt": prompt, "options": options, "explanation": "受潮的焊条会有气孔。"}
    return {"type": "question", "value": value}


def video(of: Video) -> dict[str, Any]:
    return {"type": "video", "value": {"video": of.pk, "caption": "看运条"}}


def lesson(title: str, *blocks: dict[str, Any]) -> NewLesson:
    _counter["lesson"] += 1
    return NewLesson(title=title, slug=f"lesson-{_counter['lesson']}", summary="", blocks=blocks)


def make_draft(
    *lessons: NewLesson,
    by: User | None = None,
    title: str = "高级焊工安全操作规程",
    is_strict: bool = False,
    **fields: Any,
) -> CoursePage:
    """
    Return a course with one module that stands in the editor and was never reviewed. Its lessons need not end with a
    question, unless the test is strict: the rule is switched off as an operator may.
    """
    _counter["course"] += 1
    index = operations.setup_cms()
    by = by or make_staff("instructor")
    make_occupation()
    make_level()
    lessons = lessons or (
        lesson("运条", text("焊条送进前移摆动")),
        lesson("收弧", text("填满弧坑再收弧"), question()),
    )
    values: dict[str, Any] = {
        "title": title,
        "slug": f"course-{_counter['course']}",
        "occupation": WELDER,
        "level": 2,
        "summary": "从引弧到平敷焊",
        "outcomes": ["会引弧", "会收弧"],
        "audience": "刚学焊的人",
        "safety": ["弧光会伤眼"],
        "modules": [NewModule(title="第一单元", slug="m1", lessons=lessons)],
        "licence": "community",
        "ai_label": "human",
        **fields,
    }
    values.setdefault("instructors", [make_instructor()])
    for teacher in values["instructors"]:
        if not teacher.trades.exists():
            make_taught(teacher, occupation=values["occupation"], level=values["level"])
    if not is_strict:
        without_rule("module_checkpoint", by=by)
    return operations.create_course(index=index, course=NewCourse(**values), by=by, now=NOW)


def publish(course: CoursePage, *, by: User | None = None, at: datetime = NOW) -> CourseEdition:
    """Send a course to review and let two reviewers approve it; return the published edition."""
    edition = operations.submit_course(course=course, by=by or course.owner, now=at)
    for role in ("trade_reviewer", "content_reviewer"):
        approve(edition, make_staff(role))
    operations.publish_edition(edition=edition.uuid, now=at)
    edition.refresh_from_db()
    return edition


def approve(edition: CourseEdition, reviewer: User, action: str = "approve", **remark: str) -> None:
    """Decide on the step at which an edition stands; every point passes, unless it is sent back."""
    edition = CourseEdition.objects.get(pk=edition.pk)
    if action == "reject":
        send_back(edition=edition, by=reviewer, now=NOW, remark=remark.get("comment", "看不清"))
    else:
        points = dict.fromkeys(ReviewPoint.Point.values, Verdict("pass"))
        deciding.approve(
            edition=edition, by=reviewer, now=NOW, points=points, remark=remark.get("comment", "")
        )


def make_course(*lessons: NewLesson, **fields: Any) -> CoursePage:
    """Return a course with a published edition."""
    course = make_draft(*lessons, **fields)
    publish(course)
    course.refresh_from_db()
    return course
