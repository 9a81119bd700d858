"""The demo's courses: every file reads, every lesson has a sensible length, and wrong data is named with its place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from skillspower.demo import content
from skillspower.demo.content import ContentError
from skillspower.demo.content.reader import COURSES
from skillspower.demo.content.schema import han_count

pytestmark = pytest.mark.once

MINUTE = 60_000
LONG_READING = {("smaw-basics", "read-through"), ("low-voltage-electrician", "read-through")}

LESSONS = [(course, lesson) for course in content.courses() for lesson in course.lessons]


def lesson_id(value: object) -> str:
    return getattr(value, "slug", "")


@pytest.mark.parametrize(("course", "lesson"), LESSONS, ids=lesson_id)
class TestEachLesson:
    def test_takes_five_to_ten_minutes_unless_it_is_long_reading(self, course, lesson):
        if (course.slug, lesson.slug) in LONG_READING:
            assert content.lesson_ms(lesson) > 12 * MINUTE
        else:
            assert 5 * MINUTE <= content.lesson_ms(lesson) <= 10 * MINUTE

    def test_mixes_text_with_a_checkpoint_question(self, course, lesson):
        kinds = {type(block) for block in lesson.blocks}

        assert content.Text in kinds
        assert content.Question in kinds

    def test_ends_with_a_question_and_not_with_text_nobody_is_asked_about(self, course, lesson):
        assert isinstance(lesson.blocks[-1], content.Question)


@pytest.mark.parametrize(("course_slug", "lesson_slug"), sorted(LONG_READING))
def test_long_reading_has_text_alone_of_more_than_ten_minutes(course_slug, lesson_slug):
    """Tables, steps and pictures not counted, so that it holds whatever else a player counts as its own part."""
    lesson = next(x for course, x in LESSONS if (course.slug, x.slug) == (course_slug, lesson_slug))

    characters = sum(han_count(block.html) for block in lesson.blocks if isinstance(block, content.Text))

    assert characters >= 3_650
    assert max(ms for kind, ms in content.parts_ms(lesson) if kind == "reading") >= 12 * MINUTE


def test_no_two_courses_of_an_occupation_are_for_the_same_level():
    places = [(course.occupation_code, course.level_rank) for course in content.courses()]

    assert len(set(places)) == len(places)


def test_the_right_option_cannot_be_guessed_by_its_place():
    places = Counter(
        next(n for n, option in enumerate(block.options) if option.correct)
        for _, lesson in LESSONS
        for block in lesson.blocks
        if isinstance(block, content.Question) and block.kind == "single"
    )

    assert max(places.values()) <= places.total() / 2
    assert len(places) >= 3


class TestWrongData:
    def broken(self, tmp_path: Path, change) -> Path:
        data = yaml.safe_load((COURSES / "smaw-basics.yaml").read_text(encoding="utf-8"))
        change(data)
        path = tmp_path / "smaw-basics.yaml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return path

    @staticmethod
    def first_block(data, kind):
        lesson = data["modules"][0]["lessons"][0]
        return next(block for block in lesson["blocks"] if block["type"] == kind)

    @pytest.mark.parametrize(
        ("change", "place", "message"),
        [
            (lambda d: d.pop("summary"), "smaw-basics.yaml:", "missing field summary"),
            (lambda d: d.update(extra=1), "smaw-basics.yaml:", "unknown field extra"),
            (lambda d: d.update(level_rank=9), "smaw-basics.yaml.level_rank:", "rank from 1 to 8"),
            (lambda d: d.update(slug="other"), "smaw-basics.yaml.slug:", "must be smaw-basics"),
            (lambda d: d.update(sources=[""]), "smaw-basics.yaml.sources[0]:", "not empty"),
            (lambda d: d.update(summary="好,坏"), "smaw-basics.yaml.summary:", "half-width"),
            (lambda d: d.update(summary="请您看"), "smaw-basics.yaml.summary:", "您"),
            (lambda d: d.update(outcomes=list("一二三四五")), "smaw-basics.yaml.outcomes:", "at most 4"),
            (
                lambda d: d["modules"][0].update(lessons=[]),
                "smaw-basics.yaml.modules[0].lessons:",
                "at least 1",
            ),
        ],
    )
    def test_is_refused_with_its_place(self, tmp_path, change, place, message):
        with pytest.raises(ContentError) as refused:
            content.load_course(self.broken(tmp_path, change))

        assert str(refused.value).startswith(place)
        assert message in str(refused.value)

    @pytest.mark.parametrize(
        ("kind", "change", "message"),
        [
            ("video", {"clip": "no-such-clip"}, "no clip 'no-such-clip'"),
            ("text", {"body": "**没有关上"}, "bold"),
            ("text", {"body": "问一句：**你在哪里？**再说：**停**。"}, "在哪里？**再说"),
            ("text", {"body": "用**（五点式）的**带子"}, "用**（五点式"),
            ("text", {"body": "| 表 |\n\n![图](x.png)"}, "<img>"),
            ("table", {"rows": [["只有一格"]]}, "has 1 cells"),
            ("question", {"kind": "guess"}, "single or multiple"),
            ("question", {"kind": "multiple"}, "two or more right options"),
            ("question", {"options": [{"text": "一", "correct": True}, {"text": "一"}]}, "read the same"),
            ("table", {"type": "chart"}, "type must be one of"),
            ("safety", {"hazards": []}, "at least 1"),
        ],
    )
    def test_in_a_block_is_refused_with_its_place(self, tmp_path, kind, change, message):
        path = self.broken(tmp_path, lambda data: self.first_block(data, kind).update(change))

        with pytest.raises(
            ContentError, match=r"smaw-basics\.yaml\.modules\[0\]\.lessons\[0\]\.blocks\[\d\]"
        ) as refused:
            content.load_course(path)

        assert message in str(refused.value)

    def test_that_is_not_yaml_names_the_file(self, tmp_path):
        path = tmp_path / "bad.yaml"
        path.write_text("a: [", encoding="utf-8")

        with pytest.raises(ContentError, match=r"bad\.yaml: not YAML"):
            content.load_course(path)

    def test_two_lessons_with_one_slug_are_refused(self, tmp_path):
        def change(data):
            lessons = data["modules"][0]["lessons"]
            lessons[1]["slug"] = lessons[0]["slug"]

        with pytest.raises(ContentError, match="used twice"):
            content.load_course(self.broken(tmp_path, change))


def test_the_right_option_cannot_be_guessed_by_its_length():
    singles = [
        block
        for _, lesson in LESSONS
        for block in lesson.blocks
        if isinstance(block, content.Question) and block.kind == "single"
    ]

    longest = [max(block.options, key=lambda option: len(option.text)).correct for block in singles]

    assert sum(longest) <= len(singles) / 2
