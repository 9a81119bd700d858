"""Shapes of the demo's courses, and how long each part of a lesson takes.

The durations here follow the timeline of a lesson (text by 300 Chinese characters a minute, a picture 8 s, a procedure
step 15 s, a checkpoint question 30 s, a video by its length). They serve the content's own tests, which keep lessons
between five and ten minutes; the product computes its own from the same blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from skillspower.demo.clips import CLIPS

HAN_PER_MINUTE = 300
IMAGE_MS = 8_000
STEP_MS = 15_000
QUESTION_MS = 30_000

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Text:
    """Rich text. ``html`` holds only p, h3, h4, ul, ol, li, b and br."""

    html: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure; every field but ``text`` may be empty."""

    text: str
    tools: str
    hazards: str
    protection: str
    check: str


@dataclass(frozen=True, slots=True)
class Steps:
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A parameter table: every row is as long as the header."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Safety:
    title: str
    hazards: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    text: str
    correct: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A checkpoint question; ``kind`` is single (one right option) or multiple (two or more, not all)."""

    kind: str
    prompt: str
    options: tuple[Option, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class Video:
    """``clip`` is a key of ``skillspower.demo.clips.CLIPS``."""

    clip: str


@dataclass(frozen=True, slots=True)
class Image:
    """``key`` names ``images/<key>.png``."""

    key: str
    alt: str
    caption: str


Block = Text | Steps | Table | Safety | Question | Video | Image


@dataclass(frozen=True, slots=True)
class Lesson:
    slug: str
    title: str
    summary: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Module:
    title: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """``level_rank`` is the rank of the eight skill levels (2 = 五级/初级工); ``instructor`` a key of people.yaml;
    ``sources`` names the standards and books its figures were read against."""

    slug: str
    title: str
    occupation_code: str
    level_rank: int
    instructor: str
    summary: str
    outcomes: tuple[str, ...]
    audience: str
    safety: tuple[str, ...]
    modules: tuple[Module, ...]
    sources: tuple[str, ...] = ()

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)


def han_count(text: str) -> int:
    """How many Chinese characters a text (or its HTML) has; digits, Latin letters and punctuation are not counted.

    >>> han_count("<p>E4303 烘干 150 ℃</p>")
    2
    """
    return len(_HAN.findall(_TAG.sub("", text)))


def block_ms(block: Block) -> int:
    """This block's nominal time on the lesson's timeline, in milliseconds."""
    match block:
        case Video(clip=clip):
            return CLIPS[clip].duration_ms
        case Question():
            return QUESTION_MS
        case Image():
            return IMAGE_MS
        case Steps(steps=steps):
            return STEP_MS * len(steps)
        case Text(html=text):
            return _reading_ms(text)
        case Safety(title=title, hazards=hazards, text=text):
            return _reading_ms("".join((title, *hazards, text)))
        case Table(caption=caption, header=header, rows=rows):
            return _reading_ms("".join((caption, *header, *(cell for row in rows for cell in row))))


def parts_ms(lesson: Lesson) -> list[tuple[str, int]]:
    """(kind, ms) of each part: consecutive blocks that are read are one part, a video and a question each their own."""
    parts: list[tuple[str, int]] = []
    for block in lesson.blocks:
        kind = {Video: "video", Question: "question"}.get(type(block), "reading")
        if kind == "reading" and parts and parts[-1][0] == "reading":
            parts[-1] = (kind, parts[-1][1] + block_ms(block))
        else:
            parts.append((kind, block_ms(block)))
    return parts


def lesson_ms(lesson: Lesson) -> int:
    """The lesson's whole timeline in milliseconds."""
    return sum(ms for _, ms in parts_ms(lesson))


def _reading_ms(text: str) -> int:
    return han_count(text) * 60_000 // HAN_PER_MINUTE
