"""
The index of a package from a stranger: JSON to a course, collecting what is wrong with where it stands, so that whoever made
the package can mend all of it at once.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from courses.models.pages import AiLabel, Licence
from courses.packages.fitting import Misfit, fit_block
from courses.packages.form import FORMAT, VERSION
from courses.rules import Block

MOST_MODULES, MOST_LESSONS, MOST_BLOCKS, MOST_FILES = 60, 300, 400, 2_000
MOST_DEEP = 30
MOST_SAID = 40
KINDS = ("image", "video", "document")
_SHA = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[0-9A-Z-]{1,12}")
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_RUNS = frozenset(
    [
        *("exe", "com", "bat", "cmd", "scr", "msi", "ps1", "vbs", "js", "jar", "apk", "sh", "lnk", "hta"),
        *("html", "htm", "xhtml", "svg", "mht"),
        *("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppam", "ppsm"),
    ]
)
"""Endings of files that run something where they are opened."""


def no_package() -> str:
    return _("这不是课程包。课程包是在“单元和课时”页点“导出”得到的 zip 文件。")


class UnreadablePackage(ValueError):
    """A package that is not taken; ``reasons`` are sentences for people."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = list(reasons)


@dataclass(frozen=True)
class FoundFile:
    """A file of the package; ``texts`` are captions and transcript of a video."""

    kind: str
    sha256: str
    name: str
    title: str
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FoundRequirement:
    """A requirement of a standard as another community names it."""

    occupation: str
    edition: str
    level: int
    kind: str
    code: str
    text: str


@dataclass(frozen=True)
class FoundLesson:
    """Blocks name files by their hash."""

    title: str
    summary: str
    blocks: list[Block]
    requirements: list[FoundRequirement]


@dataclass(frozen=True)
class FoundModule:
    title: str
    lessons: list[FoundLesson]


@dataclass(frozen=True)
class FoundCourse:
    """A course as the package has it. ``occupation`` and ``level`` may be empty in a draft."""

    title: str
    occupation: str
    level: int | None
    summary: str
    outcomes: list[str]
    audience: str
    safety: list[str]
    sources: list[str]
    licence: str
    ai_label: str
    cover: str
    instructors: list[tuple[str, str]]
    """Uuid and name of each."""
    modules: list[FoundModule]
    files: dict[tuple[str, str], FoundFile]
    notes: list[str]

    @property
    def lessons(self) -> list[FoundLesson]:
        return [lesson for module in self.modules for lesson in module.lessons]


def parsed(content: bytes) -> Any:
    """
    Return the index as plain values.

    :raises UnreadablePackage: if it is no UTF-8, no JSON, nested too deep, or says one thing twice.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a name stands twice")
        return found

    def no_number(text: str) -> None:
        raise ValueError(text)

    try:
        text = content.decode("utf-8")
        if "\0" in text:
            raise UnicodeError
    except UnicodeError as error:
        raise UnreadablePackage(
            _("course.json 不是 UTF-8 编码。用“导出”重新做一份，不要用别的软件改存。")
        ) from error
    try:
        values = json.loads(text, object_pairs_hook=once, parse_constant=no_number)
    except RecursionError as error:
        raise UnreadablePackage(_too_deep()) from error
    except ValueError as error:
        raise UnreadablePackage(_("course.json 读不懂：{why}。").format(why=str(error)[:120])) from error
    _look_through(values)
    return values


def _look_through(values: Any) -> None:
    """
    Look at every value, whatever stands in it.

    :raises UnreadablePackage: if they are nested deeper than a course, or hold characters that no database takes.
    """
    level = [values]
    for _depth in range(MOST_DEEP):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += [*value, *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and _NO_TEXT.search(value):
                raise UnreadablePackage(_("文字里有残缺的字符。"))
        if not below:
            return
        level = below
    raise UnreadablePackage(_too_deep())


def _too_deep() -> str:
    return _("course.json 套得太深，不像一门课。")


class Index:
    """Turns plain values into a course, collecting what is wrong with where it stands."""

    def __init__(self, values: Any) -> None:
        self.said: list[str] = []
        self.notes: list[str] = []
        self.values = values if isinstance(values, dict) else {}
        if self.values.get("format") != FORMAT:
            raise UnreadablePackage(no_package())
        if self.values.get("version") != VERSION:
            raise UnreadablePackage(
                _("这个包是别的版本做的（version 不是 {n}），这里读不了。").format(n=VERSION)
            )

    def course(self) -> FoundCourse:
        course = self._named(self.values, "course", dict, "course.json")
        files = self._files()
        self.kinds = set(files)
        known = {"format", "version", "course", "modules", "files", "instructors"}
        self._strange(self.values, known, "course.json")
        self._strange(course, _COURSE_FIELDS, "course")
        modules = self._modules()
        cover = self._text(course, "cover", "course", 64)
        if cover and ("image", cover) not in files:
            self.said.append(_("{where}：用到的文件不在包里。").format(where="course.cover"))
        found = FoundCourse(
            title=self._text(course, "title", "course", 255),
            occupation=self._occupation(course),
            level=self._level(course.get("level"), "course"),
            summary=self._text(course, "summary", "course", 300),
            outcomes=self._lines(course, "outcomes", 200),
            audience=self._text(course, "audience", "course", 200),
            safety=self._lines(course, "safety", 120),
            sources=self._lines(course, "sources", 300),
            licence=self._choice(course, "licence", Licence.values),
            ai_label=self._choice(course, "ai_label", AiLabel.values),
            cover=cover,
            instructors=self._instructors(),
            modules=modules,
            files=files,
            notes=self.notes,
        )
        if not found.title.strip():
            self.said.append(_("课程没有名称。"))
        if self.said:
            raise UnreadablePackage(*self.said[:MOST_SAID])
        return found

    def _modules(self) -> list[FoundModule]:
        modules, lessons = [], 0
        for n, module in enumerate(self._list(self.values, "modules", "course.json", MOST_MODULES), start=1):
            where = _("第 {n} 单元").format(n=n)
            if not self._is(module, dict, where):
                continue
            self._strange(module, {"title", "lessons"}, where)
            found = [
                self._lesson(lesson, f"{where} " + _("第 {n} 节").format(n=m))
                for m, lesson in enumerate(self._list(module, "lessons", where, MOST_LESSONS), start=1)
                if self._is(lesson, dict, where)
            ]
            lessons += len(found)
            modules.append(FoundModule(self._title(module, where), found))
        if lessons > MOST_LESSONS:
            self.said.append(_("超过 {n} 节课时，分成几门课。").format(n=MOST_LESSONS))
        return modules

    def _lesson(self, lesson: dict[str, Any], where: str) -> FoundLesson:
        self._strange(lesson, {"title", "summary", "blocks", "requirements"}, where)
        blocks = []
        for n, block in enumerate(self._list(lesson, "blocks", where, MOST_BLOCKS), start=1):
            at = f"{where} " + _("第 {n} 块").format(n=n)
            try:
                fitted, has_dropped = fit_block(block, self.kinds)
            except Misfit as misfit:
                self.said.append(f"{at}{f'（{misfit.path}）' if misfit.path else ''}：{misfit}")
                continue
            if has_dropped:
                self.notes.append(_("{where}：正文里不认识的格式去掉了，文字留着。").format(where=at))
            blocks.append(fitted)
        wanted = self._list(lesson, "requirements", where, 200)
        return FoundLesson(
            title=self._title(lesson, where),
            summary=self._text(lesson, "summary", where, 200),
            blocks=blocks,
            requirements=[r for one in wanted if (r := self._requirement(one, where))],
        )

    def _requirement(self, one: Any, where: str) -> FoundRequirement | None:
        if not self._is(one, dict, where):
            return None
        self._strange(one, {"occupation", "edition", "level", "kind", "code", "text"}, where)
        level = self._level(one.get("level"), where)
        return FoundRequirement(
            occupation=self._text(one, "occupation", where, 12),
            edition=self._text(one, "edition", where, 60),
            level=level or 0,
            kind=self._text(one, "kind", where, 10),
            code=self._text(one, "code", where, 20),
            text=self._text(one, "text", where, 400),
        )

    def _files(self) -> dict[tuple[str, str], FoundFile]:
        found: dict[tuple[str, str], FoundFile] = {}
        for n, one in enumerate(self._list(self.values, "files", "course.json", MOST_FILES), start=1):
            where = _("第 {n} 个文件").format(n=n)
            if not self._is(one, dict, where):
                continue
            kind, sha = one.get("kind"), one.get("sha256")
            if kind not in KINDS or not isinstance(sha, str) or not _SHA.fullmatch(sha):
                self.said.append(_("{where}：种类或校验值不对。").format(where=where))
                continue
            self._strange(one, {"kind", "sha256", "name", "title", "captions", "transcript"}, where)
            name = self._text(one, "name", where, 120)
            if fault := _name_fault(kind, name):
                self.said.append(f"{where}：{fault}")
            if (kind, sha) in found:
                self.said.append(_("{where}：在目录里写了两次。").format(where=where))
            texts = {key: self._text(one, key, where, 500_000) for key in ("captions", "transcript")}
            title = self._text(one, "title", where, 255)
            found[kind, sha] = FoundFile(kind, sha, name, title, texts if kind == "video" else {})
        return found

    def _instructors(self) -> list[tuple[str, str]]:
        found = []
        for one in self._list(self.values, "instructors", "course.json", 20):
            if self._is(one, dict, "instructors"):
                self._strange(one, {"uuid", "name"}, "instructors")
                found.append(
                    (self._text(one, "uuid", "instructors", 36), self._text(one, "name", "instructors", 40))
                )
        return found

    def _occupation(self, course: dict[str, Any]) -> str:
        code = self._text(course, "occupation", "course", 12)
        if code and not _CODE.fullmatch(code):
            self.said.append(_("职业代码不对：{code}。").format(code=code))
        return code

    def _level(self, level: Any, where: str) -> int | None:
        if level is None:
            return None
        if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= 8:
            self.said.append(_("{where}：技能等级要写 1 到 8。").format(where=where))
            return None
        return level

    def _choice(self, course: dict[str, Any], name: str, known: list[str]) -> str:
        value = self._text(course, name, "course", 20)
        if value and value not in known:
            self.said.append(_("{where}：不认识这个选择：{value}。").format(where=name, value=value))
        return value

    def _title(self, values: dict[str, Any], where: str) -> str:
        title = self._text(values, "title", where, 255)
        if not title.strip():
            self.said.append(_("{where}：没有名称。").format(where=where))
        return title

    def _text(self, values: dict[str, Any], name: str, where: str, most: int) -> str:
        value = values.get(name)
        if value is None:
            return ""
        if not self._is(value, str, f"{where}.{name}"):
            return ""
        if len(value) > most:
            self.said.append(_("{where}：超过 {n} 个字。").format(where=f"{where}.{name}", n=most))
            return ""
        return str(value)

    def _lines(self, course: dict[str, Any], name: str, most: int) -> list[str]:
        found = []
        for line in self._list(course, name, "course", 60):
            if self._is(line, str, name) and (
                len(line) > most or line.strip() != line or len(line.splitlines()) != 1
            ):
                self.said.append(_("{where}：每条一行，最多 {n} 个字。").format(where=name, n=most))
            found.append(line)
        return found

    def _list(self, values: dict[str, Any], name: str, where: str, most: int) -> list[Any]:
        found = values.get(name)
        if found is None:
            return []
        if not self._is(found, list, f"{where}.{name}"):
            return []
        if len(found) > most:
            self.said.append(_("{where}：超过 {n} 项。").format(where=f"{where}.{name}", n=most))
            return []
        return list(found)

    def _named(self, values: dict[str, Any], name: str, kind: type, where: str) -> Any:
        return values[name] if self._is(values.get(name), kind, f"{where}.{name}") else kind()

    def _strange(self, values: dict[str, Any], known: set[str], where: str) -> None:
        for name in sorted(set(values) - known)[:5]:
            self.said.append(_("{where}：不认识这一项：{name}。").format(where=where, name=name[:40]))

    def _is(self, value: Any, kind: type, where: str) -> bool:
        if isinstance(value, kind):
            return True
        words = _("要一个列表") if kind is list else _("要文字") if kind is str else _("要一组带名称的值")
        self.said.append(f"{where}：{words}。")
        return False


_COURSE_FIELDS = {
    "title", "occupation", "level", "summary", "outcomes", "audience", "safety", "sources", "licence", "ai_label", "cover",
}  # fmt: skip


def _name_fault(kind: str, name: str) -> str:
    """Return what is wrong with a file's name, or nothing. It is shown to people, and its ending says how it opens."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    if (
        (not ending and kind != "document")
        or not name
        or name != PurePosixPath(name).name
        or "\\" in name
        or any(ord(c) < 32 for c in name)
    ):
        return _("文件名不对。")
    if kind == "image" and ending not in settings.WAGTAILIMAGES_EXTENSIONS:
        return _("不是能用的图片：{name}。").format(name=name)
    if kind == "document" and ending in _RUNS:
        return _("这种文件不收：{name}。").format(name=name)
    return ""
