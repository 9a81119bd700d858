"""Read ``courses/*.yaml`` and refuse what is wrong, naming the file and the place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from skillspower.demo.clips import CLIPS
from skillspower.demo.content.schema import (
    Block,
    Course,
    Image,
    Lesson,
    Module,
    Option,
    Question,
    Safety,
    Step,
    Steps,
    Table,
    Text,
    Video,
)

HERE = Path(__file__).parent
COURSES = HERE / "courses"
IMAGES = HERE / "images"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OCCUPATION = re.compile(r"[1-8]-\d\d-\d\d-\d\d")
_TAGS = re.compile(r"</?([a-z0-9]+)[^>]*>")
_ALLOWED_TAGS = frozenset({"p", "h3", "h4", "ul", "ol", "li", "b", "br"})
_CJK = r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]"
# Half-width punctuation beside a Chinese character looks careless at once; ratios such as 1:10 stand between digits.
_HALF_WIDTH = re.compile(rf"{_CJK}[,:;?!()]|[,:;?!()]{_CJK}")
# The house says what was not counted or not right, never these words; and 你, never 您.
_AVOIDED = ("您", "非法", "无效操作", "参数错误", "系统繁忙", "刷课", "作弊")

_markdown = MarkdownIt("commonmark", {"html": False})


class ContentError(ValueError):
    """A data file of the demo is wrong. The message starts with the file and the place in it."""


class _Place:
    """A value in a data file with the path to it, so that every complaint says where."""

    def __init__(self, value: Any, path: str) -> None:
        self.value = value
        self.path = path

    def fail(self, message: str) -> ContentError:
        return ContentError(f"{self.path}: {message}")

    def fields(self, required: set[str], optional: frozenset[str] = frozenset()) -> dict[str, _Place]:
        if not isinstance(self.value, dict):
            raise self.fail("must be a mapping")
        if unknown := set(self.value) - required - optional:
            raise self.fail(f"unknown field {', '.join(sorted(map(str, unknown)))}")
        if missing := required - set(self.value):
            raise self.fail(f"missing field {', '.join(sorted(missing))}")
        return {name: _Place(value, f"{self.path}.{name}") for name, value in self.value.items()}

    def items(self, *, at_least: int = 1, at_most: int | None = None) -> Iterator[_Place]:
        if not isinstance(self.value, list):
            raise self.fail("must be a list")
        if len(self.value) < at_least:
            raise self.fail(f"needs at least {at_least}")
        if at_most is not None and len(self.value) > at_most:
            raise self.fail(f"takes at most {at_most}")
        return (_Place(value, f"{self.path}[{n}]") for n, value in enumerate(self.value))

    def raw(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fail("must be a text that is not empty (quote numbers)")
        return self.value.strip()

    def text(self) -> str:
        """One line of prose, its wording checked."""
        return self._worded(" ".join(self.raw().split()))

    def rich(self) -> str:
        """Markdown (paragraphs, ### headings, lists, **bold**) as clean HTML."""
        body = self.raw()
        if edge := _unread_bold(body):
            raise self.fail(
                f"bold that Markdown does not see at {edge!r}: punctuation beside ** must stand outside it"
            )
        html = _markdown.render(body).replace("strong>", "b>").strip()
        for tag in _TAGS.findall(html):
            if tag not in _ALLOWED_TAGS:
                raise self.fail(f"<{tag}> is not allowed in a text")
        if "*" in html:
            raise self.fail("bold that did not close: punctuation beside ** must stand outside it")
        return self._worded(html)

    def matching(self, pattern: re.Pattern[str]) -> str:
        value = self.raw()
        if not pattern.fullmatch(value):
            raise self.fail(f"{value!r} does not match {pattern.pattern}")
        return value

    def _worded(self, value: str) -> str:
        if found := _HALF_WIDTH.search(value):
            raise self.fail(f"half-width punctuation beside Chinese: {found.group()!r}")
        for word in _AVOIDED:
            if word in value:
                raise self.fail(f"the word {word} is avoided here")
        return value


def _unread_bold(body: str) -> str:
    """
    Return what stands at the first ** that CommonMark does not take as meant, else nothing: it neither closes after
    punctuation before a word (“**好？**再”) nor opens before punctuation after a word, and then pairs with the next one.
    """
    for line in body.splitlines():
        parts = line.split("**")
        for before, inner, after in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            if inner and after and not inner[-1].isalnum() and after[0].isalnum():
                return f"{inner[-4:]}**{after[:4]}"
            if inner and before and not inner[0].isalnum() and before[-1].isalnum():
                return f"{before[-4:]}**{inner[:4]}"
    return ""


def course_slugs() -> list[str]:
    """The slugs of all courses, sorted."""
    return sorted(path.stem for path in COURSES.glob("*.yaml"))


def courses() -> list[Course]:
    """All courses of the demo, by slug. Raises ContentError for the first thing that is wrong."""
    return [load_course(COURSES / f"{slug}.yaml") for slug in course_slugs()]


def load_course(path: Path) -> Course:
    """The course in one YAML file. Raises ContentError naming file and place."""
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ContentError(f"{path.name}: not YAML: {error}") from error
    course = _course(_Place(value, path.name))
    if course.slug != path.stem:
        raise ContentError(f"{path.name}.slug: must be {path.stem}")
    slugs = [lesson.slug for lesson in course.lessons]
    if twice := {slug for slug in slugs if slugs.count(slug) > 1}:
        raise ContentError(f"{path.name}: lesson slug used twice: {', '.join(sorted(twice))}")
    return course


def _course(place: _Place) -> Course:
    names = {
        "slug",
        "title",
        "occupation_code",
        "level_rank",
        "instructor",
        "summary",
        "outcomes",
        "audience",
    }
    f = place.fields(names | {"safety", "modules"}, frozenset({"sources"}))
    rank = f["level_rank"].value
    if not isinstance(rank, int) or not 1 <= rank <= 8:
        raise f["level_rank"].fail("must be a rank from 1 to 8")
    return Course(
        slug=f["slug"].matching(_SLUG),
        title=f["title"].text(),
        occupation_code=f["occupation_code"].matching(_OCCUPATION),
        level_rank=rank,
        instructor=f["instructor"].matching(_SLUG),
        summary=f["summary"].text(),
        outcomes=tuple(item.text() for item in f["outcomes"].items(at_most=4)),
        audience=f["audience"].text(),
        safety=tuple(item.text() for item in f["safety"].items()),
        modules=tuple(map(_module, f["modules"].items())),
        sources=tuple(item.text() for item in f["sources"].items()) if "sources" in f else (),
    )


def _module(place: _Place) -> Module:
    f = place.fields({"title", "lessons"})
    return Module(title=f["title"].text(), lessons=tuple(map(_lesson, f["lessons"].items())))


def _lesson(place: _Place) -> Lesson:
    f = place.fields({"slug", "title", "summary", "blocks"})
    return Lesson(
        slug=f["slug"].matching(_SLUG),
        title=f["title"].text(),
        summary=f["summary"].text(),
        blocks=tuple(map(_block, f["blocks"].items())),
    )


def _block(place: _Place) -> Block:
    kind = place.value.get("type") if isinstance(place.value, dict) else None
    if kind not in _BLOCKS:
        raise place.fail(f"type must be one of {', '.join(_BLOCKS)}")
    return _BLOCKS[kind](place)


def _text(place: _Place) -> Text:
    return Text(html=place.fields({"type", "body"})["body"].rich())


def _steps(place: _Place) -> Steps:
    f = place.fields({"type", "title", "steps"})
    return Steps(title=f["title"].text(), steps=tuple(map(_step, f["steps"].items(at_least=2))))


def _step(place: _Place) -> Step:
    optional = ("tools", "hazards", "protection", "check")
    f = place.fields({"text"}, frozenset(optional))
    given = {name: f[name].text() if name in f else "" for name in optional}
    return Step(text=f["text"].text(), **given)


def _table(place: _Place) -> Table:
    f = place.fields({"type", "caption", "header", "rows"})
    header = tuple(cell.text() for cell in f["header"].items(at_least=2))
    rows = []
    for row in f["rows"].items():
        cells = tuple(cell.text() for cell in row.items())
        if len(cells) != len(header):
            raise row.fail(f"has {len(cells)} cells, the header {len(header)}")
        rows.append(cells)
    return Table(caption=f["caption"].text(), header=header, rows=tuple(rows))


def _safety(place: _Place) -> Safety:
    f = place.fields({"type", "title", "hazards", "text"})
    hazards = tuple(item.text() for item in f["hazards"].items())
    return Safety(title=f["title"].text(), hazards=hazards, text=f["text"].text())


def _question(place: _Place) -> Question:
    f = place.fields({"type", "kind", "prompt", "options", "explanation"})
    options = tuple(map(_option, f["options"].items(at_least=2, at_most=6)))
    right = sum(option.correct for option in options)
    kind = f["kind"].raw()
    if kind == "single":
        if right != 1:
            raise f["options"].fail(f"a single choice has one right option, not {right}")
    elif kind == "multiple":
        if not 2 <= right < len(options):
            raise f["options"].fail(
                f"a multiple choice has two or more right options and a wrong one, not {right}"
            )
    else:
        raise f["kind"].fail("must be single or multiple")
    if len({option.text for option in options}) < len(options):
        raise f["options"].fail("two options read the same")
    return Question(
        kind=kind, prompt=f["prompt"].text(), options=options, explanation=f["explanation"].text()
    )


def _option(place: _Place) -> Option:
    f = place.fields({"text"}, frozenset({"correct"}))
    correct = f["correct"].value if "correct" in f else False
    if not isinstance(correct, bool):
        raise f["correct"].fail("must be true or false")
    return Option(text=f["text"].text(), correct=correct)


def _video(place: _Place) -> Video:
    f = place.fields({"type", "clip"})
    clip = f["clip"].raw()
    if clip not in CLIPS:
        raise f["clip"].fail(f"no clip {clip!r}")
    return Video(clip=clip)


def _image(place: _Place) -> Image:
    f = place.fields({"type", "key", "alt", "caption"})
    key = f["key"].raw()
    if not (IMAGES / f"{key}.png").is_file():
        raise f["key"].fail(f"no picture images/{key}.png")
    return Image(key=key, alt=f["alt"].text(), caption=f["caption"].text())


_BLOCKS: dict[str, Callable[[_Place], Block]] = {
    "text": _text,
    "steps": _steps,
    "table": _table,
    "safety": _safety,
    "question": _question,
    "video": _video,
    "image": _image,
}
