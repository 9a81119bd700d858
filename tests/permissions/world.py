"""
One of everything that an address can name, all of it the plant's or its member's. A new argument of a route belongs into
``Things``, or into the row of its route (``rule.at(slug="…")``).
"""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from wagtail.documents.models import Document

from accounts.models import User
from core import inbox
from core.clock import day_of
from core.importer import runs
from core.jobs.models import Job
from courses.models import CoursePackage, CoursePage, LessonPage, ReviewComment
from courses.operations import write_path
from courses.queries.served import parts_of
from instructors.models import HeldHonour
from instructors.operations import load_honours
from media.api import keep_private_file
from occupations.imports import STANDARD
from occupations.queries.standards import level_labels
from occupations.sheets import workbook
from programmes.assignments.operations import assign
from records.api import CheckMissed, file_grant, file_objection, issue_policy
from records.models import Recount, RefusedSpan
from records.recounts.previews import JOB
from records.transcripts.operations import issue_transcript
from tests.factories import courses as make
from tests.factories.people import make_person
from tests.factories.records import MINUTE
from tests.factories.standards import make_turner, small
from tests.permissions.visitors import make_unions, make_visitors
from tests.records.conftest import put_clock
from tests.records.desk import PAPER, picture
from tests.records.player import Player
from unions import api as unions
from unions.imports import MEMBERS
from unions.models import Union


class World:
    """``people`` by visitor, ``things`` by the name of a route's argument."""

    def __init__(self, uploads: Path) -> None:
        self.unions = make_unions()
        self.people = make_visitors(self.unions)
        self.things: dict[str, Any] = {"path": "none", "key": "none"}
        plant = self.unions["plant"]
        self.things |= {"union": plant.uuid, "code": plant.join_code, "what": "members"}
        self.things |= _of_the_plant(plant, self.person("training+"))
        self.things |= _policy_of_the_plant(plant)
        self.things |= _of_the_member(self.person("member"), self.person("training+"))
        self.things |= _of_the_course(self.person("author"))
        self.things |= _files(uploads)
        self.things["assignment"] = assign(
            union=plant,
            course=CoursePage.objects.get(slug=self.things["course"]),
            reach="unit",
            due_on=timezone.localdate(),
            by=self.person("training+"),
            now=timezone.now(),
        ).uuid
        self.things |= _of_the_turner()
        self.things["path_code"] = write_path(occupation=make.WELDER, summary="", steps=[]).occupation_id

    def person(self, name: str) -> User:
        user = self.people[name]
        assert user is not None
        return user


def _of_the_plant(plant: Union, officer: User) -> dict[str, Any]:
    today = timezone.localdate()
    notice = unions.publish_notice(
        union=plant, title="检修", text="三天。", active_from=today, last_day=today, officer=officer,
        at=timezone.now(),
    )  # fmt: skip
    options = {"today": today.isoformat(), "union": plant.pk}
    run = runs.make_run(
        kind=MEMBERS, content="姓名\n甲".encode(), options=options, scope=f"union:{plant.uuid}"
    )
    request = unions.request_to_join(person=make_person(name="李海生"), union=plant, on=today)
    return {"notice": notice.uuid, "run": run.uuid, "join_request": request.uuid}


def _of_the_turner() -> dict[str, Any]:
    """A published standard, and a workbook of another edition that waits to be brought in."""
    turner = make_turner()
    content = workbook(small("2027"), name="车工", labels=level_labels())
    run = runs.make_run(kind=STANDARD, content=content, scope="standards")
    return {"turner": turner.occupation_id, "standard_pk": turner.pk, "standard_run": run.uuid}


def _policy_of_the_plant(plant: Union) -> dict[str, Any]:
    """A version that is not in force yet, a recount by it that waits, and the preview of another."""
    policy = issue_policy(owner=f"union:{plant.uuid}", effective_from=2**42, daily_cap_ms=MINUTE)
    day = timezone.localdate()
    recount = Recount.objects.create(
        policy=policy, union=plant.uuid, day_from=day, day_to=day, words="上限改了。", filed_by=uuid4(), filed_at=1,
        preview={"changed": 1, "gained_ms": 0, "lost_ms": MINUTE},
    )  # fmt: skip
    payload = {"union": str(plant.uuid), "days": [day.isoformat()] * 2, "version": 2}
    return {"recount": recount.uuid, "job": Job.objects.create(kind=JOB, payload=payload).uuid}


def _of_the_member(member: User, officer: User) -> dict[str, Any]:
    """A ledger entry, a refused span with an objection to it, a correction that waits, a message."""
    learner = member.person.uuid
    message = inbox.send(to=learner, kind="union", title="听好")
    with pytest.MonkeyPatch.context() as patch:
        clock = put_clock(patch)
        issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
        player = Player(clock, learner=learner)
        player.play(MINUTE)
        with pytest.raises(CheckMissed):
            player.answer(answer=None)
        player.play(MINUTE, position=0)
        player.answer(1)
        patch.setattr("records.transcripts.operations.set_sheet", lambda *sheet, at_ms: b"%PDF-1.7 a sheet")
        today = day_of(clock.now)
        transcript = issue_transcript(
            person=member.person, first=today, last=today, valid_days=30, shows_name=False, now=clock.now
        ).transcript
        span = RefusedSpan.objects.filter(learner=learner).order_by("pk")[0]
        photo = keep_private_file(file=ContentFile(picture(), name="photo.png"))
        filed = file_objection(learner=learner, span=span.pk, words="信号断了。", photo=photo, now=clock.now)
        granted = file_grant(
            learner=learner, began_at=clock.now - 3 * 86_400_000, ms=MINUTE, officer=officer,
            reason="classroom", words="集中学习。", paper=PAPER, now=clock.now,
        )  # fmt: skip
    return {
        "person": learner, "entry": player.entries[0].n, "span": span.pk, "objection": filed.uuid,
        "correction": granted.uuid, "file": filed.photo.uuid, "message": message.uuid, "session": player.session,
        "transcript": transcript.uuid, "transcript_code": transcript.code,
    }  # fmt: skip


def _of_the_course(author: User) -> dict[str, Any]:
    film = make.make_video()
    film.captions = "WEBVTT\n\n00:00.000 --> 00:02.000\n送进"
    film.save()
    teacher = make.make_instructor(user=author)
    load_honours()
    qualification = make.make_qualification(teacher, is_verified=False)
    honour = HeldHonour.objects.create(profile=teacher, honour_id="QGJSNS", year=2024)
    course = make.make_course(
        make.lesson("引弧", make.text("先引弧")), make.lesson("运条", make.video(film)), by=author,
        instructors=[teacher],
    )  # fmt: skip
    first, second = LessonPage.objects.descendant_of(course).order_by("path")
    edition = course.editions.get()
    row = edition.lessons.get(lesson=second.uuid)
    remark = ReviewComment.objects.create(
        edition=edition, page_id=second.pk, title="运条", words="看不清", written_at=make.NOW,
        written_by=make.make_staff("trade_reviewer"),
    )  # fmt: skip
    return {
        "course": course.slug, "course_pk": course.pk, "module_pk": first.get_parent().pk, "teacher": teacher.slug, "honour": honour.pk,
        "qualification": qualification.pk, "instructor": teacher.pk,
        "edition": edition.pk, "position": 1, "remark": remark.uuid, "lesson": second.uuid, "first": first.uuid,
        "part": parts_of(row)[0].uuid, "package": _package_of(course, author),
    }  # fmt: skip


def _package_of(course: CoursePage, author: User) -> UUID:
    name = default_storage.save("packages/a.zip", ContentFile(b"PK"))
    state = CoursePackage.State.PACKED
    package = CoursePackage(
        state=state, course=course, file=name, created_by=author, created_at=timezone.now()
    )
    package.save()
    return package.uuid


def _files(uploads: Path) -> dict[str, Any]:
    (uploads / "images").mkdir()
    (uploads / "images" / "a.png").write_bytes(picture())
    document = Document.objects.create(title="安全规程", file=ContentFile(b"%PDF-1.7", name="a.pdf"))
    return {"picture": "a.png", "document": document.pk}
