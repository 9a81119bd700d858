"""Rules about what a lesson shows besides words: videos, pictures, files, links."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.checks.rule import Failure, Rule
from courses.checks.snapshot import BlockFacts, CourseSnapshot
from courses.rules import position_ms

_LINK = re.compile(r"<a\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*[\"']([^\"']*)[\"']")
_FILE_NAME = re.compile(
    r"^[\w .()-]+\.(?:jpe?g|png|gif|webp|avif|bmp)$|^(?:img|dsc|image)[\W_]*\d+$", re.IGNORECASE
)
_SAYS_NOTHING = frozenset({"图", "图片", "照片", "截图", "示意图", "无", "如图"})


class Captions(Rule):
    key = "captions"
    title = gettext_lazy("视频都有字幕")
    why = gettext_lazy("车间里吵，听力不好的工友也要能学。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        for lesson in course.lessons:
            for block in lesson.blocks:
                video = course.files.videos.get(block.value.get("video")) if block.kind == "video" else None
                if video is not None and not video.has_captions:
                    message = _("视频《%(title)s》没有字幕。到“视频库”打开它，把字幕贴上。") % {
                        "title": video.title
                    }
                    yield self.of_lesson(lesson, message, block, "video")


class AlternativeText(Rule):
    key = "alternative_text"
    title = gettext_lazy("图片都写了图上有什么")
    why = gettext_lazy("看不见图的人靠这句话，图没加载出来时也靠它。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        for lesson in course.lessons:
            for block in lesson.blocks:
                if block.kind != "image":
                    continue
                alt = (block.value.get("alt") or "").strip()
                if not alt or alt in _SAYS_NOTHING or _FILE_NAME.match(alt):
                    message = _("第 %(n)s 块的图片，写上看到了什么，例如“焊枪与工件成 80 度角”。")
                    yield self.of_lesson(lesson, message % {"n": block.number}, block, "alt")


class NothingBroken(Rule):
    key = "nothing_broken"
    title = gettext_lazy("没有坏链接和丢失的文件")
    why = gettext_lazy("点了没有反应、图出不来，学员就不信这门课了。")
    is_needed = True

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        for lesson in course.lessons:
            for block in lesson.blocks:
                for field, message in self._of_block(block, course):
                    yield self.of_lesson(lesson, message % {"n": block.number}, block, field)

    @staticmethod
    def _of_block(block: BlockFacts, course: CourseSnapshot) -> Iterator[tuple[str, str]]:
        files, value = course.files, block.value
        if block.kind == "video" and value.get("video"):
            video = files.videos.get(value["video"])
            if video is None:
                yield "video", _("第 %(n)s 块的视频已经不在视频库里，重新选一个。")
            elif not video.is_ready:
                yield "video", _("第 %(n)s 块的视频还没有转换好，好了再送审。")
            elif any((position_ms(c.get("at") or "") or 0) >= video.ms for c in value.get("chapters") or []):
                yield "chapters", _("第 %(n)s 块的分段比视频还长，改到视频里面。")
        elif block.kind == "image" and value.get("image") in files.missing_images:
            yield "image", _("第 %(n)s 块的图片找不到了，重新选一张。")
        elif block.kind == "download" and value.get("document") in files.missing_documents:
            yield "document", _("第 %(n)s 块的文件找不到了，重新传一份。")
        elif block.kind == "notice" and value.get("notice") in files.missing_notices:
            yield "notice", _("第 %(n)s 块选的安全提示已经不在库里，重新选一条。")
        elif block.kind == "text":
            for link in broken_links(value or "", course):
                said = _("第 %(n)s 块里有坏链接：%(link)s。改对，或者去掉。")
                yield "", said % {"n": block.number, "link": link.replace("%", "%%")}


def broken_links(html: str, course: CourseSnapshot) -> Iterator[str]:
    """Yield the links of a rich text that lead nowhere: to a page or file that is gone, or to no web address."""
    for attributes in _LINK.findall(html):
        link = {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        target = link.get("id", "")
        number = int(target) if target.isdecimal() else 0
        if link.get("linktype") == "page":
            if not number or number in course.files.missing_pages:
                yield _("站内页面 %(id)s") % {"id": target}
        elif link.get("linktype") == "document":
            if not number or number in course.files.missing_documents:
                yield _("文件 %(id)s") % {"id": target}
        elif not is_address(link.get("href", "")):
            yield link.get("href", "") or _("空的")


def is_address(href: str) -> bool:
    """
    Tell whether a link's target is something a browser can open.

    >>> [is_address(a) for a in ("https://std.samr.gov.cn/gb", "/courses/a/", "mailto:a@b.cn", "www.a.cn", "C:/a.doc")]
    [True, True, True, False, False]
    """
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return False
    if parts.scheme in {"http", "https"}:
        return bool(parts.hostname) and " " not in href.strip()
    if parts.scheme in {"mailto", "tel"}:
        return bool(parts.path)
    return not parts.scheme and href.startswith(("/", "#"))


def linked_ids(texts: Iterable[str]) -> tuple[set[int], set[int]]:
    """
    Return the ids of pages and of documents that rich texts lead to.

    >>> linked_ids(['<a linktype="page" id="4">a</a>', '<a id="9" linktype="document">b</a><a href="/x">c</a>'])
    ({4}, {9})
    """
    found: dict[str, set[int]] = {"page": set(), "document": set()}
    for html in texts:
        for attributes in _LINK.findall(html):
            link = dict(_ATTRIBUTE.findall(attributes))
            if link.get("linktype") in found and link.get("id", "").isdecimal():
                found[link["linktype"]].add(int(link["id"]))
    return found["page"], found["document"]
