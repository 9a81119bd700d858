"""The standards check: each rule over plain values, then the panel, the submission, the command and the switches."""

import json
from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.documents import get_document_model

from core.clock import day_of, to_ms
from core.models import AuditRow
from courses import operations
from courses.checks import RULES, check
from courses.checks.shape import block_facts
from courses.checks.snapshot import (
    CourseSnapshot,
    FileFacts,
    LessonFacts,
    ModuleFacts,
    StandardFacts,
    TeacherFacts,
    VideoFacts,
)
from courses.models import CoursePage, LessonPage, SwitchedOffRule
from courses.operations.tree import NewModule
from courses.queries.checks import check_course
from occupations.api import Teacher
from tests.factories import courses as make

TODAY = day_of(to_ms(make.NOW))
STANDARD = StandardFacts("焊工 2026", 2, Teacher(5), frozenset({1, 2}), frozenset({2}))
TEXT, QUESTION = {"type": "text", "id": "t", "value": "<p>先断电</p>"}, {**make.question(), "id": "q"}
SAFETY = {"type": "safety", "id": "s", "value": {"title": "先看", "hazards": ["弧光"], "text": "戴面罩"}}


def a_lesson(*blocks, page_id=11, module=1, ms=60_000, requirements=(1,)):
    return LessonFacts(
        page_id, f"第{page_id}节", module, ms, block_facts(list(blocks)), frozenset(requirements)
    )


WHOLE = CourseSnapshot(
    page_id=1,
    title="平敷焊",
    has_occupation=True,
    level_rank=2,
    has_summary=True,
    has_outcomes=True,
    licence="cc-by",
    ai_label="human",
    teachers=(TeacherFacts("陈铁山", True, True),),
    modules=(ModuleFacts(10, 1, "引弧"),),
    lessons=(a_lesson(TEXT, SAFETY, QUESTION),),
    standard=STANDARD,
)


def found(**changes):
    """Return (rule, page, block, field) of each failure of the whole course with something changed."""
    return [(f.rule, f.page_id, f.block, f.field) for f in check(replace(WHOLE, **changes)).failures]


def shown(*blocks, files=None):
    return found(lessons=(a_lesson(*blocks, QUESTION),), files=files or FileFacts())


@pytest.mark.once
class TestEachRule:
    def test_a_course_with_everything_passes_all_of_them(self):
        report = check(WHOLE)
        assert report.is_ready and len(report.passed) == len(RULES)

    def test_each_has_a_title_and_a_reason_and_its_own_key(self):
        assert len({rule.key for rule in RULES}) == len(RULES)
        assert all(rule.title and rule.why for rule in RULES)

    @pytest.mark.parametrize(
        ("changes", "rule", "field"),
        [
            ({"has_occupation": False, "standard": None}, "occupation_level", "occupation"),
            ({"level_rank": None, "standard": None}, "occupation_level", "level"),
            ({"has_summary": False}, "introduction", "summary"),
            ({"has_outcomes": False}, "introduction", "outcomes"),
            ({"teachers": ()}, "teacher", "instructors"),
            ({"teachers": (TeacherFacts("甲", False, True),)}, "teacher", "instructors"),
            ({"teachers": (TeacherFacts("甲", True, False, "要二级/技师"),)}, "teacher", "instructors"),
            ({"licence": ""}, "licence", "licence"),
            ({"ai_label": ""}, "licence", "ai_label"),
        ],
    )
    def test_what_the_course_itself_lacks_is_found_at_its_field(self, changes, rule, field):
        assert found(**changes) == [(rule, 1, "", field)]

    def test_a_course_longer_than_the_training_its_standard_asks_for_is_too_long(self):
        at_most = a_lesson(TEXT, QUESTION, ms=2 * 45 * 60_000)
        assert found(lessons=(at_most,)) == []
        assert found(lessons=(replace(at_most, ms=at_most.ms + 1),)) == [("length", 1, "", "")]

    def test_every_lesson_needs_a_requirement_of_this_standard(self):
        lessons = (a_lesson(TEXT, QUESTION, requirements=(99,)),)
        assert found(lessons=lessons) == [("requirement", 11, "", "requirements")]

    def test_without_a_standard_nothing_is_asked_and_the_author_is_told(self):
        report = check(replace(WHOLE, standard=None, lessons=(a_lesson(TEXT, QUESTION, requirements=()),)))
        assert report.is_ready and "还没有导入职业标准" in report.notes[0]

    def test_a_dangerous_task_needs_a_safety_notice_in_its_lesson(self):
        without = a_lesson(TEXT, QUESTION, requirements=(2,))
        assert found(lessons=(without,)) == [("safety_notice", 11, "", "body")]
        assert found(lessons=(a_lesson(TEXT, SAFETY, QUESTION, requirements=(2,)),)) == []

    def test_each_module_ends_with_a_checkpoint(self):
        modules = (ModuleFacts(10, 1, "引弧"), ModuleFacts(20, 2, "收弧"))
        lessons = (a_lesson(TEXT), a_lesson(QUESTION, page_id=12), a_lesson(TEXT, page_id=21, module=2))
        assert found(modules=modules, lessons=lessons) == [("module_checkpoint", 21, "", "body")]

    def test_a_course_without_lessons_and_a_lesson_without_blocks_are_named(self):
        assert found(lessons=()) == [("content", 1, "", "")]
        assert ("content", 11, "", "body") in found(lessons=(a_lesson(ms=0),))

    def test_a_retired_block_and_a_half_filled_one_are_named_by_block_and_field(self):
        steps = {
            "type": "steps",
            "id": "p",
            "value": {"title": "清渣", "steps": [{"text": "敲"}, {"text": ""}]},
        }
        table = {
            "type": "table",
            "id": "w",
            "value": {"caption": "电流", "header": ["a", "b"], "rows": [["1"]]},
        }
        right = {**make.question()["value"], "options": [{"text": "要"}, {"text": "不要"}]}
        gone = {"type": "carousel", "id": "x", "value": {}}
        blocks = (steps, table, {"type": "question", "id": "r", "value": right}, gone)
        assert shown(*blocks) == [
            ("content", 11, "p", "steps.1.text"),
            ("content", 11, "w", "rows"),
            ("content", 11, "r", "options"),
            ("content", 11, "x", ""),
        ]

    def test_videos_want_captions_and_must_be_ready(self):
        block = {"type": "video", "id": "v", "value": {"video": 5, "caption": ""}}

        def of(video):
            return shown(block, files=FileFacts(videos={5: video} if video else {}))

        assert of(VideoFacts("运条", True, True, 60_000)) == []
        assert of(VideoFacts("运条", True, False)) == [("captions", 11, "v", "video")]
        assert of(VideoFacts("运条", False, True)) == of(None) == [("nothing_broken", 11, "v", "video")]

    @pytest.mark.parametrize("alt", ["图片", "IMG_2043.jpg", "dsc 0012", "焊缝.png"])
    def test_an_alternative_text_that_says_nothing_is_none(self, alt):
        block = {"type": "image", "id": "i", "value": {"image": 3, "alt": alt, "caption": ""}}
        assert shown(block) == [("alternative_text", 11, "i", "alt")]

    def test_missing_pictures_and_files_are_named(self):
        image = {"type": "image", "id": "i", "value": {"image": 3, "alt": "焊枪成 80 度角", "caption": ""}}
        file = {"type": "download", "id": "d", "value": {"document": 4, "note": ""}}
        files = FileFacts(missing_images=frozenset({3}), missing_documents=frozenset({4}))
        assert shown(image, file, files=files) == [
            ("nothing_broken", 11, "i", "image"),
            ("nothing_broken", 11, "d", "document"),
        ]

    @pytest.mark.parametrize(
        "link",
        [
            'href="www.a.cn"',
            'href="javascript:alert(1)"',
            'href=""',
            'linktype="page" id="7"',
            'id="8" linktype="document"',
        ],
    )
    def test_a_link_that_leads_nowhere_is_named(self, link):
        files = FileFacts(missing_pages=frozenset({7}), missing_documents=frozenset({8}))
        block = {"type": "text", "id": "t", "value": f"<p>看<a {link}>这里</a></p>"}
        assert shown(block, files=files) == [("nothing_broken", 11, "t", "")]

    def test_a_rule_switched_off_is_not_asked_but_those_that_are_needed_stay(self):
        lacking = replace(WHOLE, licence="", has_occupation=False)
        report = check(lacking, off={"licence", "occupation_level"})
        assert [f.rule for f in report.failures] == ["occupation_level"] and report.off == ("licence",)


@pytest.mark.django_db
class TestADraft:
    def course(self, *lessons, **fields):
        return make.make_draft(*lessons, is_strict=True, **fields)

    def test_the_factorys_own_passes_and_a_lesson_that_lacks_something_does_not(self):
        assert check_course(self.course(), on=TODAY).is_ready
        report = check_course(self.course(make.lesson("空的")), on=TODAY)
        assert [f.rule for f in report.failures] == ["content", "module_checkpoint"]

    def test_a_file_that_left_the_storage_is_missing_though_its_row_stands(self):
        from django.core.files.base import ContentFile

        document = get_document_model().objects.create(
            title="规程", file=ContentFile(b"x", name="guicheng.txt")
        )
        course = self.course(
            make.lesson(
                "资料",
                make.text("看文件"),
                {"type": "download", "value": {"document": document.pk}},
                make.question(),
            )
        )
        assert check_course(course, on=TODAY).is_ready
        default_storage.delete(document.file.name)
        assert [f.rule for f in check_course(course, on=TODAY).failures] == ["nothing_broken"]

    def test_costs_the_same_queries_for_few_and_many_lessons(self):
        counts = []
        for size in (2, 24):
            lessons = [
                make.lesson(f"第{n}节", make.text("焊"), make.video(make.make_video()), make.question())
                for n in range(size)
            ]
            course = CoursePage.objects.get(pk=self.course(*lessons).pk)
            with CaptureQueriesContext(connection) as queries:
                check_course(course, on=TODAY)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 14

    def test_submission_is_refused_by_the_same_list_whoever_asks(self):
        course = self.course(licence="")
        with pytest.raises(operations.NotReady) as refused:
            operations.submit_course(course=course, by=course.owner, now=make.NOW)
        assert tuple(refused.value.missing) == check_course(course, on=TODAY).failures


@pytest.mark.django_db
def test_the_course_page_says_whose_it_is_and_what_a_machine_made(client):
    course = make.make_course(licence="cc-by", ai_label="generated")
    page = client.get(f"/courses/{course.slug}/").content.decode()
    assert "署名可转用（CC BY 4.0）" in page and "有人工智能生成的内容，由人审核" in page


@pytest.mark.django_db
class TestThePanel:
    def test_lists_what_the_course_lacks_and_leads_to_block_and_field(self, client):
        author = make.make_staff("instructor")
        client.force_login(author)
        broken = {"type": "steps", "value": {"title": "清渣", "steps": [{"text": ""}]}}
        course = make.make_draft(
            make.lesson("清渣", broken, make.question()), by=author, licence="", is_strict=True
        )
        lesson = LessonPage.objects.descendant_of(course).get()
        [block] = [
            b["id"] for b in json.loads(lesson.latest_revision.content["body"]) if b["type"] == "steps"
        ]

        text = client.get(reverse("course_checks", args=[lesson.pk])).content.decode()

        edit = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
        assert "还差 2 项" in text
        assert f'href="{edit}#check={block}.steps.0.text" data-check-here' in text
        assert f'href="{reverse("wagtailadmin_pages:edit", args=[course.pk])}#check=licence"' in text
        assert "还差 2 项" in client.get(reverse("course_desk", args=[course.pk])).content.decode()

    def test_stands_in_the_editor_and_costs_nothing_there(self, client):
        author = make.make_staff("instructor")
        client.force_login(author)
        modules = [
            NewModule(f"第{m}单元", f"m{m}", [make.lesson(f"{m}-{n}", make.text("焊")) for n in range(12)])
            for m in range(10)
        ]
        course = make.make_draft(by=author, modules=modules)
        lesson = LessonPage.objects.descendant_of(course).order_by("path").last()
        address = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
        client.get(address)

        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()

        assert len(queries) <= 40
        assert f'data-course-checks="{reverse("course_checks", args=[lesson.pk])}"' in page
        assert "js/cms/checks.js" in page

    def test_is_not_shown_to_another_instructor_nor_for_a_page_of_no_course(self, client):
        course = make.make_draft()
        client.force_login(make.make_staff("instructor"))
        assert client.get(reverse("course_checks", args=[course.pk])).status_code in {302, 403}
        assert client.get(reverse("course_checks", args=[course.get_parent().pk])).status_code in {302, 403}


@pytest.mark.django_db
class TestTheSwitches:
    def test_a_rule_is_switched_off_with_a_reason_and_on_again_and_both_are_in_the_audit_log(self, client):
        operator = make.make_staff("instructor")
        operator.is_superuser = True
        operator.save()
        client.force_login(operator)
        operations.setup_cms()
        page = reverse("course_rules")

        assert client.post(page, {"rule": "captions", "state": "off", "reason": " "}).status_code == 422
        assert client.post(page, {"rule": "content", "state": "off", "reason": "赶"}).status_code == 422
        assert client.post(page, {"rule": "nothing", "state": "off", "reason": "赶"}).status_code == 422
        client.post(page, {"rule": "captions", "state": "off", "reason": "字幕员请假"})
        assert SwitchedOffRule.objects.get().key == "captions"
        assert "字幕员请假" in client.get(page).content.decode()
        client.post(page, {"rule": "captions", "state": "on"})

        assert not SwitchedOffRule.objects.exists()
        rows = AuditRow.objects.filter(target="check:captions").order_by("n")
        assert [row.action for row in rows] == ["check.switched_off", "check.switched_on"]

    def test_an_instructor_has_no_switches(self, client):
        operations.setup_cms()
        client.force_login(make.make_staff("instructor"))
        assert client.get(reverse("course_rules")).status_code in {302, 403}

    def test_the_database_refuses_a_switch_without_a_reason(self):
        user = make.make_staff("instructor")
        with pytest.raises(IntegrityError), transaction.atomic():
            SwitchedOffRule.objects.create(key="x", reason="", switched_by=user, switched_at=make.NOW)


@pytest.mark.django_db
class TestTheCommand:
    def test_lists_the_failures_and_a_course_that_lacks_something_is_no_error(self, capsys):
        course = make.make_draft(is_strict=True, licence="")
        call_command("check_course", course.slug, "--json")
        answer = json.loads(capsys.readouterr().out)
        assert not answer["ready"]
        assert [(f["rule"], f["page"], f["field"]) for f in answer["failures"]] == [
            ("licence", course.pk, "licence")
        ]

    def test_an_unknown_course_is_refused_with_2(self):
        with pytest.raises(CommandError) as refused:
            call_command("check_course", "nowhere")
        assert refused.value.returncode == 2
