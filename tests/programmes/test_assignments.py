"""A union asks its members to study a course by a day: who is asked, told and taken in later, how far they are, taking it back."""

import io
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import outbox
from core.clock import to_ms
from core.inbox.models import Message
from core.jobs.models import Job
from core.jobs.worker import run_job
from courses.models import EditionLesson, Enrolment, Part
from programmes.assignments import operations, queries
from programmes.assignments.operations import CannotAssign
from programmes.models import AssignedPerson, Assignment
from records.models import Completion, PartProgress
from tests.factories import courses as make
from tests.factories.people import make_member, make_person, make_tree, make_union, make_user
from unions import api as unions
from unions.models import Appointment, Membership

pytestmark = pytest.mark.django_db
DUE = timedelta(days=14)


def now():
    return timezone.now()


def today():
    return timezone.localdate()


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def course():
    return make.make_course(
        make.lesson("引弧", make.text("弧" * 600)),
        make.lesson("收弧", make.text("弧" * 600), make.question()),
    )


def officer(union, *, duty="training", write=True):
    user = make_user()
    Appointment.objects.create(
        officer=user, union=union, duty=duty, may_write=write, active_from=date(2020, 1, 1)
    )
    return user


def assign(union, course, reach="unit", **more):
    fields = {"due_on": today() + DUE, "by": officer(union), "now": now(), **more}
    made = operations.assign(union=union, course=course, reach=reach, **fields)
    run_jobs()
    return made


def run_jobs():
    for pk in Job.objects.filter(state=Job.State.QUEUED, kind__startswith="programmes.").values_list(
        "pk", flat=True
    ):
        run_job(pk)


def study(person, course, *, lessons=1):
    """Let somebody complete the first lessons of a course."""
    rows = list(
        EditionLesson.objects.filter(edition__course=course, edition__is_current=True).order_by("position")
    )
    for row in rows[:lessons]:
        for part in Part.objects.filter(lesson=row):
            PartProgress.objects.create(
                learner=person.uuid, part=part.uuid, lesson=row.lesson, nominal_ms=part.nominal_ms,
                covered_ms=part.nominal_ms, worked_ms=part.nominal_ms, credited_ms=part.nominal_ms, updated_at=to_ms(now()),
            )  # fmt: skip
        Completion.objects.create(
            learner=person.uuid, lesson=row.lesson, course=f"course:{course.pk}", day=today(), booked_on=today(),
            union=make_person().uuid, recorded_at=1,
        )  # fmt: skip


def asked(assignment):
    return set(
        AssignedPerson.objects.filter(assignment=assignment, is_told=True).values_list("person", flat=True)
    )


class TestAsking:
    def test_a_unit_is_asked_with_all_below_it_each_once_and_told_by_which_day(self, tree, course):
        worker, below = make_member(tree["plant"]), make_member(tree["shop"])
        make_member(tree["mine"])
        Membership.objects.create(
            member=make_person(),
            union=tree["plant"],
            active_from=date(2020, 1, 1),
            active_to=date(2021, 1, 1),
        )

        made = assign(tree["plant"], course)

        assert asked(made) == {worker.pk, below.pk}
        enrolment = Enrolment.objects.get(person=worker)
        assert (enrolment.due_on, enrolment.asked_by) == (made.due_on, tree["plant"])
        message = Message.objects.get(recipient=worker.uuid)
        assert course.title in message.title and message.url == f"/courses/{course.slug}/"
        assert operations.take_in(assignment=made, now=now()) == 0
        assert Enrolment.objects.count() == Message.objects.filter(kind="course.assigned").count() == 2

    def test_who_has_begun_stays_on_the_edition_begun_and_the_earlier_day_stands(self, tree, course):
        worker = make_member(tree["plant"])
        begun = Enrolment.objects.create(
            person=worker, course=course, edition=course.editions.get(), enrolled_at=now() - timedelta(days=3)
        )
        early = assign(tree["plant"], course)
        assign(tree["county"], course, due_on=today() + 2 * DUE)

        begun.refresh_from_db()
        assert (begun.due_on, begun.asked_by) == (early.due_on, tree["plant"])
        assert not AssignedPerson.objects.filter(is_enrolled_by_it=True).exists()

    def test_chosen_members_alone_are_asked_and_nobody_of_another_union(self, tree, course):
        chosen, other, foreign = (
            make_member(tree["plant"]),
            make_member(tree["plant"]),
            make_member(tree["mine"]),
        )
        made = assign(tree["plant"], course, "chosen", chosen=[chosen.uuid, foreign.uuid])
        assert asked(made) == {chosen.pk} and other.pk not in asked(made)
        with pytest.raises(CannotAssign, match="选人"):
            assign(tree["plant"], course, "chosen", chosen=[foreign.uuid])

    def test_a_rule_asks_by_trade_and_level_and_takes_in_who_comes_later_until_its_day(self, tree, course):
        occupation, level = make.make_occupation(), make.make_level()
        fits = make_member(tree["plant"], person=make_person(occupation_code=make.WELDER, level_rank=2))
        learns = make_member(tree["shop"], person=make_person(occupation_code=make.WELDER, level_rank=1))
        made = assign(tree["plant"], course, "rule", occupation=occupation, level=level, takes_in=True)
        assert asked(made) == {fits.pk}

        learns.level_rank = 2
        learns.save()
        late = make_member(tree["shop"], person=make_person(occupation_code=make.WELDER, level_rank=2))
        assert operations.take_in_late_comers(now=now()) == 2
        assert asked(made) == {fits.pk, learns.pk, late.pk}
        make_member(tree["shop"], person=make_person(occupation_code=make.WELDER, level_rank=2))
        assert operations.take_in_late_comers(now=now() + DUE + timedelta(days=1)) == 0

    def test_a_new_member_is_asked_on_joining_where_late_comers_are(self, tree, course):
        make_member(tree["plant"])
        open_one = assign(tree["county"], course, takes_in=True)
        other = make.make_course(make.lesson("甲", make.text("弧" * 600)))
        closed = assign(tree["county"], other)
        joins = make_person()
        request = unions.request_to_join(person=joins, union=tree["plant"], on=today())
        unions.confirm_request(request=request, officer=officer(tree["plant"], duty="membership"), at=now())
        Assignment.objects.filter(pk=closed.pk).update(created_at=now() - timedelta(days=2))
        outbox.deliver()
        assert joins.pk in asked(open_one) and joins.pk not in asked(closed)

    @pytest.mark.parametrize(
        ("change", "said"),
        [({"due_on": date(2020, 1, 1)}, "已经过了"), ({"reach": "rule"}, "至少选一样")],
    )
    def test_what_asks_nobody_is_refused_in_words(self, tree, course, change, said):
        with pytest.raises(CannotAssign, match=said):
            assign(tree["plant"], course, **change)

    def test_a_course_that_nobody_can_begin_is_refused(self, tree):
        with pytest.raises(CannotAssign, match="不能学"):
            assign(tree["plant"], make.make_draft())

    def test_the_database_refuses_a_rule_without_a_trade_and_a_withdrawal_by_nobody(self, tree, course):
        good = assign(tree["plant"], course)
        for bad in ({"reach": "rule"}, {"withdrawn_at": now()}, {"takes_in_until": good.due_on + DUE}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Assignment.objects.filter(pk=good.pk).update(**bad)


class TestTakingBack:
    def test_who_has_not_begun_is_as_before_and_what_was_studied_stays(self, tree, course):
        _idle, busy, early = (make_member(tree["plant"]) for _ in range(3))
        Enrolment.objects.create(
            person=early, course=course, edition=course.editions.get(), enrolled_at=now() - timedelta(days=1)
        )
        made = assign(tree["plant"], course)
        study(busy, course)

        for _twice in range(2):
            operations.withdraw_assignment(assignment=made, by=made.created_by, now=now())
            run_jobs()

        standing = Enrolment.objects.filter(ended_at=None)
        assert set(standing.values_list("person", flat=True)) == {busy.pk, early.pk}
        assert not standing.exclude(due_on=None).exists()
        told = Message.objects.filter(kind="course.assigned")
        assert told.count() == 3 and not told.exclude(state=Message.State.DONE).exists()
        assert operations.take_in(assignment=made, now=now()) == 0

    def test_another_assignment_of_the_same_course_stands_with_its_day(self, tree, course):
        worker = make_member(tree["plant"])
        first = assign(tree["plant"], course)
        second = assign(tree["county"], course, due_on=today() + 2 * DUE)
        operations.withdraw_assignment(assignment=first, by=first.created_by, now=now())
        run_jobs()
        enrolment = Enrolment.objects.get(person=worker, ended_at=None)
        assert (enrolment.due_on, enrolment.asked_by) == (second.due_on, tree["county"])


class TestPages:
    def test_an_officer_asks_chosen_members_sees_them_by_name_and_the_file_says_the_same(
        self, client, tree, course
    ):
        wanted = make_member(tree["plant"], person=make_person(name="王小焊"))
        make_member(tree["plant"], person=make_person(name="=1+1"))
        client.force_login(officer(tree["plant"]))
        start = reverse("programmes:assign", args=[tree["plant"].uuid])
        assert f"?course={course.slug}" in client.get(start, {"q": course.title[:2]}).content.decode()
        form = {
            "reach": "chosen",
            "members": [str(wanted.uuid)],
            "due_on": str(today() + DUE),
            "occupation": "",
            "level": "",
        }
        wrong = client.post(f"{start}?course={course.slug}", {**form, "members": []})
        assert wrong.status_code == 422 and "还没有选人" in wrong.content.decode()
        page = client.post(f"{start}?course={course.slug}", form)
        run_jobs()
        study(wanted, course)

        shown = client.get(page.url).content.decode()
        assert "王小焊" in shown and "=1+1" not in shown and "学完 1 节，共 2 节" in shown
        made = Assignment.objects.get()
        csv, xlsx = (
            client.get(
                reverse("programmes:assignment_file", args=[tree["plant"].uuid, made.uuid, ending])
            ).content
            for ending in ("csv", "xlsx")
        )
        rows = [line.split(",") for line in csv.decode("utf-8-sig").split("\r\n") if line]
        sheet = [
            [str(cell) for cell in row]
            for row in load_workbook(io.BytesIO(xlsx)).active.iter_rows(values_only=True)
        ]
        assert sheet == rows and rows[1][0] == "王小焊"
        assert all(cell in shown for cell in rows[1])

        client.post(reverse("programmes:withdraw_assignment", args=[tree["plant"].uuid, made.uuid]))
        assert (
            "已撤销"
            in client.get(reverse("programmes:assignments", args=[tree["plant"].uuid])).content.decode()
        )

    def test_above_the_primary_union_there_are_units_and_no_names(self, client, tree, course):
        done, idle = make_member(tree["plant"], person=make_person(name="王小焊")), make_member(tree["shop"])
        second = make_union("BASE", tree["county"], name="县医院工会")
        make_member(second)
        made = assign(tree["county"], course)
        study(done, course, lessons=2)
        client.force_login(officer(tree["county"]))
        shown = client.get(
            reverse("programmes:assignment", args=[tree["county"].uuid, made.uuid])
        ).content.decode()
        assert "王小焊" not in shown and idle.uuid.hex[-6:].upper() not in shown
        assert "县医院工会" in shown and "3 人：学完 1 人，在学 0 人" in shown

        rows = queries.units_of(queries.progress_of(made, today=today()), tree["county"])
        assert {(row.name, row.asked, row.done) for row in rows} == {
            ("栖江重型机械厂工会", 2, 1),
            ("县医院工会", 1, 0),
        }

    def test_statements_do_not_grow_with_members_and_assignments(self, client, tree, course):
        client.force_login(officer(tree["plant"]))
        addresses, counts = [], []
        for members in (2, 20):
            for _n in range(members):
                study(make_member(tree["plant"]), course, lessons=1)
            made = assign(tree["plant"], course)
            addresses = [
                reverse("programmes:assignments", args=[tree["plant"].uuid]),
                reverse("programmes:assignment", args=[tree["plant"].uuid, made.uuid]),
            ]
            for address in addresses:
                client.get(address)
            with CaptureQueriesContext(connection) as asked_of:
                for address in addresses:
                    assert client.get(address).status_code == 200
            counts.append(len(asked_of))
        assert counts[0] == counts[1]

    def test_the_learner_finds_it_on_the_first_page_until_it_is_done(self, client, tree, course):
        user = make_user()
        make_member(tree["plant"], person=user.person)
        made = assign(tree["plant"], course)
        client.force_login(user)
        duty = client.get("/").context["duties"][0]
        assert duty["title"] == course.title and duty["due_on"] == made.due_on and "还剩 2 节" in duty["left"]
        assert "还剩 2 节" in client.get("/me/messages/").content.decode()

        study(user.person, course, lessons=2)
        assert client.get("/").context["duties"] == []


class TestCompletion:
    def test_a_lesson_is_not_done_before_its_checkpoint_is_answered(self, client, course):
        user = make_user()
        client.force_login(user)
        client.post(reverse("courses:start", args=[course.slug]))
        row = EditionLesson.objects.filter(edition__course=course).order_by("position")[1]
        text, question = Part.objects.filter(lesson=row).order_by("position")

        def play(part, ms):
            PartProgress.objects.create(
                learner=user.person.uuid, part=part.uuid, lesson=row.lesson, nominal_ms=part.nominal_ms, covered_ms=ms,
                worked_ms=ms, credited_ms=ms, updated_at=1,
            )  # fmt: skip

        def state():
            modules = client.get(reverse("courses:course", args=[course.slug])).context["modules"]
            return modules[0].lessons[1].state

        play(text, text.nominal_ms)
        assert state() == "partly"
        play(question, question.nominal_ms)
        assert state() == "counted"
