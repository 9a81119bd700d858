"""Learning paths: a ladder everybody sees, where a learner stands on it, what advises and what bars, and the editor."""

import re

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from courses.models import Enrolment, LearningPath, PathPrerequisite
from courses.operations import NewPrerequisite, NewStep, PathInCircle, enrol, write_path
from courses.queries import learning
from courses.queries.paths import standing_of
from records.api import PartDone
from tests.factories import courses as make
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps():
    """Return three published courses of the welder, at levels five, five and four."""
    for rank in (2, 3):
        make.make_level(rank)
    return [make.make_course(title=title) for title in ("引弧", "平敷焊", "气保焊")]


def ladder(courses, *needs, **fields):
    return write_path(
        occupation=make.WELDER,
        summary="先稳手法",
        steps=[NewStep(course, rank) for course, rank in zip(courses, (2, 2, 3), strict=True)],
        prerequisites=[NewPrerequisite(courses[a], courses[b], bars) for a, b, bars in needs],
        **fields,
    )


def done_by(monkeypatch, person, *courses):
    """Let a person have taken up courses, and the records say that all of their lessons were played."""
    rows = []
    for course in courses:
        edition = enrol(person=person, course=course, now=make.NOW).edition
        for lesson in edition.lessons.prefetch_related("parts"):
            rows += [
                PartDone(lesson=lesson.lesson, part=p.uuid, covered_ms=p.nominal_ms, credited_ms=0, at=1)
                for p in lesson.parts.all()
            ]
    monkeypatch.setattr(learning, "part_progress", lambda *, learner, lessons: rows)


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


class TestStanding:
    def test_says_the_level_what_is_left_and_what_is_next(self, client, steps, monkeypatch):
        ladder(steps, (2, 1, False))
        user = make_user()
        client.force_login(user)
        user.person.occupation_code = make.WELDER
        user.person.save()

        assert "你在五级/初级工，还差 2 门" in words(client.get(f"/paths/{make.WELDER}/"))
        done_by(monkeypatch, user.person, steps[0])
        page = words(client.get(f"/paths/{make.WELDER}/"))
        assert "还差 1 门" in page and "必学 1／2 门" in page and "下一门学它" in page and "最好先学" in page
        assert standing_of(user.person).next.title == "平敷焊"
        done_by(monkeypatch, user.person, *steps)
        assert "你走完了" in words(client.get(f"/paths/{make.WELDER}/"))

    def test_begins_at_the_level_the_learner_holds(self, steps):
        ladder(steps)
        person = make_user().person
        person.occupation_code, person.level_rank = make.WELDER, 3
        stands = standing_of(person)
        assert (stands.rank, stands.left, stands.next.title) == (3, 1, "气保焊")

    def test_a_guest_sees_the_ladder_and_nobody_a_draft(self, client, steps):
        path = ladder(steps, (2, 1, False))
        page = words(client.get(f"/paths/{make.WELDER}/"))
        assert "必学 2 门" in page and "还差" not in page.split("登录以后")[0] and "平敷焊" in page
        assert "焊工" in words(client.get("/paths/"))
        assert "焊工学习路径" in words(client.get(f"/courses/{steps[0].slug}/"))
        path.is_public = False
        path.save()
        assert client.get(f"/paths/{make.WELDER}/").status_code == 404
        assert "学习路径" not in words(client.get(f"/courses/{steps[0].slug}/"))


class TestPrerequisites:
    def test_one_that_bars_keeps_a_learner_from_beginning_until_it_is_done(self, client, steps, monkeypatch):
        ladder(steps, (2, 1, True), (1, 0, False))
        user = make_user()
        client.force_login(user)

        answer = client.post(f"/courses/{steps[2].slug}/start/", follow=True)
        assert "学这门之前，先学完《平敷焊》" in words(answer) and not Enrolment.objects.exists()
        assert "还不能开始，先学完" in words(answer)
        client.post(f"/courses/{steps[1].slug}/start/")
        done_by(monkeypatch, user.person, steps[1])
        client.post(f"/courses/{steps[2].slug}/start/")

        assert Enrolment.objects.filter(course__in=steps[1:]).count() == 2

    def test_who_was_enrolled_by_somebody_else_may_go_on(self, client, steps):
        ladder(steps, (2, 1, True))
        user = make_user()
        enrol(person=user.person, course=steps[2], now=make.NOW)
        client.force_login(user)
        assert "/learn/" in client.post(f"/courses/{steps[2].slug}/start/").url

    def test_a_circle_and_a_course_before_itself_are_refused(self, steps):
        with pytest.raises(PathInCircle):
            ladder(steps, (1, 0, False), (0, 1, True))
        path = ladder(steps)
        with pytest.raises(DatabaseError), transaction.atomic():
            PathPrerequisite.objects.create(path=path, course=steps[0], needs=steps[0])


class TestEditor:
    def _form(self, steps, needs):
        return nested_form_data(
            {
                "occupation": make.WELDER,
                "summary": "先稳手法",
                "is_public": "on",
                "steps": inline_formset(
                    [{"level": rank, "course": course.pk, "is_required": "on"} for course, rank in steps]
                ),
                "prerequisites": inline_formset(
                    [{"course": a.pk, "needs": b.pk, "bars": ""} for a, b in needs]
                ),
            }
        )

    @pytest.mark.parametrize(
        ("pairs", "reason"),
        [
            ([(0, 1), (1, 0)], "互相等着"),
            ([(0, 2)], "的等级比《引弧》高"),
            ([(0, 0)], "不能要求先学它自己"),
        ],
    )
    def test_is_told_what_does_not_fit(self, client, steps, pairs, reason):
        client.force_login(make.make_staff("lesson_editor"))
        form = self._form(list(zip(steps, (2, 2, 3), strict=True)), [(steps[a], steps[b]) for a, b in pairs])
        answer = client.post(reverse("wagtailsnippets_courses_learningpath:add"), form)
        assert reason in words(answer) and not LearningPath.objects.exists()

    def test_writes_a_ladder_and_changes_it(self, client, steps):
        client.force_login(make.make_staff("lesson_editor"))
        add = reverse("wagtailsnippets_courses_learningpath:add")
        assert "每一级的课程" in words(client.get(add))
        answer = client.post(
            add, self._form(list(zip(steps, (2, 2, 3), strict=True)), [(steps[2], steps[0])])
        )
        path = LearningPath.objects.get()
        assert answer.status_code == 302 and path.steps.count() == 3 and path.prerequisites.count() == 1
        assert "焊工" in words(client.get(reverse("wagtailsnippets_courses_learningpath:list")))
        assert client.get(f"/paths/{make.WELDER}/").status_code == 200
