"""Every kind of block: what it asks for, how long it takes, what learners see, and that old ones stay as they are."""

import pytest
from django.core.files.images import ImageFile
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from courses import operations
from courses.checks.shape import block_facts
from courses.models import CourseEdition, SafetyNotice
from courses.rendering import FragmentRenderer
from courses.rules import MediaFacts, timeline
from tests.factories import courses as make

NO_FILES = MediaFacts(videos={}, images={})
ORDER = {
    "kind": "order",
    "prompt": "先后",
    "options": [{"text": t} for t in ("停电", "验电", "接地")],
    "explanation": "先停后验",
}
NUMBER = {
    "kind": "number",
    "prompt": "电流多大？",
    "options": [],
    "answer": "120",
    "tolerance": "5",
    "unit": "A",
    "explanation": "四十倍",
}
CASE = {
    "title": "空顶",
    "happened": "没支护就进去",
    "causes": ["图快"],
    "lessons": ["先支后进"],
    "source": "",
}
FORMULA = {
    "title": "焊接电流",
    "formula": "<p>I = 40<sub>d</sub></p>",
    "symbols": [{"symbol": "I", "meaning": "电流", "unit": "A"}],
    "example": "",
}


def block(kind, value):
    return {"type": kind, "value": value}


def fault(kind, value):
    """Return the field that a block of these values is refused for, or None."""
    [facts] = block_facts([block(kind, value)])
    return facts.fault[0][0] if facts.fault else None


def html_of(kind, value):
    blocks = [block(kind, value)]
    return FragmentRenderer(blocks).lesson(blocks, timeline(blocks, NO_FILES))


@pytest.mark.once
class TestWhatIsAsked:
    @pytest.mark.parametrize(
        ("kind", "value", "field"),
        [
            ("question", ORDER, None),
            ("question", {**ORDER, "options": ORDER["options"][:2]}, "options"),
            ("question", {**ORDER, "options": [{"text": "停电"}] * 3}, "options"),
            ("question", NUMBER, None),
            ("question", {**NUMBER, "answer": "一百二"}, "answer"),
            ("question", {**NUMBER, "tolerance": "-1"}, "tolerance"),
            ("question", {**NUMBER, "explanation": ""}, "explanation"),
            ("question", {**make.question()["value"], "options": [{"text": "要", "correct": True}]}, "options"),
            ("question", {**make.question()["value"], "options": [{"text": "", "correct": True}] * 2}, "options"),
            ("case", CASE, None),
            ("case", {**CASE, "lessons": []}, "lessons"),
            ("formula", FORMULA, None),
            ("formula", {**FORMULA, "formula": ""}, "formula"),
            ("notice", {"notice": None}, "notice"),
            ("video", {"video": 1, "chapters": [{"at": "0:10", "title": "a"}, {"at": "1:05", "title": "b"}]}, None),
            ("video", {"video": 1, "chapters": [{"at": "1:05", "title": "a"}, {"at": "0:10", "title": "b"}]}, "chapters"),
            ("video", {"video": 1, "chapters": [{"at": "65 秒", "title": "a"}]}, "chapters"),
            ("image", {"image": 1, "alt": "焊枪", "hotspots": [{"x": 101, "y": 5, "text": "喷嘴"}]}, "hotspots"),
        ],
    )  # fmt: skip
    def test_a_block_is_refused_for_the_field_that_is_wrong(self, kind, value, field):
        assert fault(kind, value) == field


@pytest.mark.once
class TestTimeAndIdentity:
    def test_reading_takes_its_characters_and_a_question_of_any_kind_thirty_seconds(self):
        blocks = [
            block("case", CASE),
            block("formula", FORMULA),
            block("question", ORDER),
            block("question", NUMBER),
        ]
        assert [(p.kind, p.nominal_ms) for p in timeline(blocks, NO_FILES)] == [
            ("text", (14 + 6) * 200),
            ("question", 30_000),
            ("question", 30_000),
        ]

    def test_a_block_saved_again_by_a_newer_editor_is_still_the_same_part(self):
        media = MediaFacts(videos={}, images={3: "ab"})
        old = [block("image", {"image": 3, "alt": "焊枪", "caption": ""}), make.question()]
        new = [
            block("image", {"image": 3, "alt": "焊枪", "caption": "", "hotspots": []}),
            block("question", {**make.question()["value"], "answer": "", "tolerance": "", "unit": ""}),
        ]
        spotted = [
            block("image", {**new[0]["value"], "hotspots": [{"x": 1, "y": 1, "text": "喷嘴"}]}),
            new[1],
        ]

        def hashes(blocks):
            return [part.content_hash for part in timeline(blocks, media)]

        assert hashes(old) == hashes(new)
        assert hashes(spotted)[0] != hashes(new)[0]


@pytest.mark.django_db
class TestWhatLearnersSee:
    def test_an_order_is_shown_shuffled_and_answered_by_its_right_order(self):
        html = html_of("question", ORDER)
        asked, answer = html.split("看答案")
        assert asked.count("<select") == 3 and asked.index("停电") > min(
            asked.index("验电"), asked.index("接地")
        )
        assert answer.index("停电") < answer.index("验电") < answer.index("接地")

    def test_a_number_is_typed_and_its_answer_says_how_far_off_is_right(self):
        html = html_of("question", NUMBER)
        assert 'inputmode="decimal"' in html and "120 A，上下差 5 以内都对" in html

    def test_a_case_and_a_formula_say_all_they_hold_and_nothing_becomes_markup(self):
        html = html_of("case", {**CASE, "title": "<b>空顶</b>"})
        assert "&lt;b&gt;空顶" in html and all(t in html for t in ("没支护就进去", "图快", "先支后进"))
        html = html_of("formula", FORMULA)
        assert "<sub>d</sub>" in html and "电流（A）" in html

    def test_chapters_are_links_into_their_video(self):
        video = make.make_video()
        blocks = [
            block("video", {"video": video.pk, "caption": "", "chapters": [{"at": "1:20", "title": "收弧"}]})
        ]
        media = MediaFacts(videos={video.pk: (600_000, "x")}, images={})
        html = FragmentRenderer(blocks).lesson(blocks, timeline(blocks, media))
        assert 'data-seek-ms="80000"' in html and 'href="#b1"' in html and 'id="b1"' in html

    def test_marks_on_a_picture_are_numbered_on_it_and_said_below(self):
        image = get_image_model()(title="焊枪")
        image.file = ImageFile(get_test_image_file(size=(1000, 500)).file, name="torch.png")
        image.save()
        spots = [{"x": 50, "y": 10, "text": "喷嘴"}, {"x": 90, "y": 90, "text": "手柄"}]
        blocks = [block("image", {"image": image.pk, "alt": "焊枪", "caption": "", "hotspots": spots})]
        html = FragmentRenderer(blocks).lesson(blocks, timeline(blocks, MediaFacts({}, {image.pk: "x"})))
        assert 'cx="480"' in html and html.index("<li>喷嘴</li>") < html.index("<li>手柄</li>")
        assert "style=" not in html

    def test_blocks_of_an_edition_from_before_still_render(self):
        old = [block("image", {"image": 0, "alt": "", "caption": ""}), make.question(), make.text("焊")]
        html = FragmentRenderer(old[1:]).lesson(old[1:], timeline(old[1:], NO_FILES))
        assert 'type="radio"' in html and "焊" in html


@pytest.mark.django_db
class TestTheLibraryOfNotices:
    @pytest.fixture
    def notice(self):
        return SafetyNotice.objects.create(title="弧光伤眼", hazards="弧光\n烫伤", text="先落面罩，再引弧。")

    def edition(self, notice):
        body = [block("notice", {"notice": notice.pk}), make.text("引弧"), make.question()]
        course = make.make_draft(make.lesson("引弧", *body), is_strict=True)
        return operations.submit_course(course=course, by=course.owner, now=make.NOW)

    def test_an_edition_writes_a_notice_out_as_it_was_and_a_later_change_is_for_the_next(self, notice):
        edition = self.edition(notice)
        notice.text = "换了说法。"
        notice.save()

        frozen = edition.lessons.get().content[0]
        assert frozen["type"] == "safety" and frozen["value"]["text"] == "先落面罩，再引弧。"
        assert frozen["value"]["hazards"] == ["弧光", "烫伤"]

    def test_a_notice_in_use_says_where_and_cannot_be_deleted(self, notice, client):
        edition = self.edition(notice)
        author = CourseEdition.objects.get(pk=edition.pk).submitted_by
        client.force_login(author)

        page = client.get(
            reverse("wagtailsnippets_courses_safetynotice:edit", args=[notice.pk])
        ).content.decode()

        assert "用在哪里" in page and edition.title in page and ">引弧</a>" in page
        with pytest.raises(ProtectedError):
            notice.delete()

    def test_a_notice_that_is_gone_is_named_by_the_check(self, notice):
        course = make.make_draft(
            make.lesson("引弧", block("notice", {"notice": 999}), make.text("焊"), make.question()),
            is_strict=True,
        )
        with pytest.raises(operations.NotReady) as refused:
            operations.submit_course(course=course, by=course.owner, now=make.NOW)
        assert [(m.rule, m.field) for m in refused.value.missing] == [("nothing_broken", "notice")]
