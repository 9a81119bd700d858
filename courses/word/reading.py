"""The text of a DOCX as blocks of a lesson: headings, paragraphs, lists, bold, tables, pictures; no styles."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from posixpath import normpath
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from courses.rules import Block
from courses.word.package import Package, UnreadableDocument

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_V = "{urn:schemas-microsoft-com:vml}"
_HEADING = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_MAX_DEPTH = 60
_CELL, _HEAD, _CAPTION = 200, 60, 120
_COLUMNS = (2, 6)
_OFF = frozenset({"0", "false", "none", "off"})


@dataclass(frozen=True)
class FoundPicture:
    """A picture of the document in the place of a block; ``alt`` is empty when its author wrote none."""

    name: str
    content: bytes
    alt: str


@dataclass
class Imported:
    """
    ``blocks`` are those a lesson stores, with a :class:`FoundPicture` where a picture stands. ``came`` counts what came
    over by kind (heading, paragraph, item, table, picture); ``left`` are sentences: what did not, and why.
    """

    title: str = ""
    blocks: list[Block | FoundPicture] = field(default_factory=list)
    came: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)


def read_document(content: bytes) -> Imported:
    """
    Return a DOCX as blocks, with an account.

    :raises UnreadableDocument: if it is no document we take, or holds nothing to read.
    """
    package = Package(content)
    document = package.xml("word/document.xml")
    body = document.find(f"{_W}body") if document is not None else None
    if body is None:
        raise UnreadableDocument(_("只认 docx。用文字处理软件另存为 docx 再传。"))
    reader = _Reader(package)
    reader.read(body)
    if not reader.found.blocks:
        raise UnreadableDocument(_("文件里没有文字、表格和图片。"))
    return reader.found


class _Reader:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.found = Imported()
        self.styles = _styles(package)
        self.numbered = _numbered_lists(package)
        self.links = _links(package)
        self.lost: Counter[str] = Counter()
        self._html: list[str] = []
        self._list = ""
        self._caption = ""
        self._pictures: list[FoundPicture] = []

    def read(self, body: Element) -> None:
        for element in _flat(body):
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                self._table(element)
        self._end_text()
        if any("header" in n or "footer" in n for n in self.package.names("word/")):
            self.lost["frame"] += 1
        self.found.left = [_WHY[kind]() % {"n": n} for kind, n in self.lost.items()]

    # Text

    def _paragraph(self, element: Element) -> None:
        name = self.styles.get(_value(element, "pPr/pStyle"), "")
        inner = self._runs(element).strip()
        pictures, self._pictures = self._pictures, []
        plain = _plain(inner)
        heading = _HEADING.match(name)
        if (
            inner
            and (name.lower() in {"title", "标题"} or (heading and heading[1] == "1"))
            and not self.found.title
        ):
            self.found.title = plain[:255]
        elif inner and name.lower() in {"caption", "题注"}:
            self._end_list()
            self._caption = plain[:_CAPTION]
        elif inner and heading:
            self._end_list()
            tag = "h3" if int(heading[1]) <= 2 else "h4"
            self._html.append(f"<{tag}>{escape(plain)}</{tag}>")
            self.found.came["heading"] += 1
        elif inner and (kind := self._list_kind(element)):
            if self._list != kind:
                self._end_list()
                self._html.append(f"<{kind}>")
                self._list = kind
            self._html.append(f"<li>{inner}</li>")
            self.found.came["item"] += 1
        elif inner:
            self._end_list()
            self._html.append(f"<p>{inner}</p>")
            self.found.came["paragraph"] += 1
        for picture in pictures:
            self._end_text()
            self.found.blocks.append(picture)
            self.found.came["picture"] += 1

    def _runs(self, element: Element, depth: int = 0) -> str:
        if depth > _MAX_DEPTH:
            raise UnreadableDocument(_("文件里套得太深，不像文字处理软件存的。"))
        out = []
        for child in element:
            tag = child.tag
            if tag == f"{_W}r":
                out.append(self._run(child, depth))
            elif tag == f"{_W}hyperlink":
                self.lost["link"] += 1
                out.append(self._runs(child, depth + 1))
            elif tag in {f"{_W}del", f"{_W}moveFrom"}:
                self.lost["deleted"] += 1
            elif tag in {f"{_M}oMath", f"{_M}oMathPara"}:
                self.lost["formula"] += 1
                out.append(escape("".join(t.text or "" for t in child.iter(f"{_M}t"))))
            elif tag in {f"{_W}commentRangeStart"}:
                self.lost["comment"] += 1
            elif tag in _THROUGH:
                out.append(self._runs(child, depth + 1))
        return "".join(out)

    def _run(self, run: Element, depth: int) -> str:
        out = []
        for child in run:
            tag = child.tag
            if tag == f"{_W}t":
                out.append(escape(child.text or ""))
            elif tag in {f"{_W}tab", f"{_W}noBreakHyphen"}:
                out.append(" " if tag.endswith("tab") else "-")
            elif tag in {f"{_W}br", f"{_W}cr"}:
                out.append("<br/>" if child.get(f"{_W}type") != "page" else "")
            elif tag in {f"{_W}footnoteReference", f"{_W}endnoteReference"}:
                self.lost["footnote"] += 1
            elif tag == f"{_W}object":
                self.lost["object"] += 1
            elif tag in {f"{_W}drawing", f"{_W}pict"}:
                self._picture(child)
            elif tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                out.append(self._run(choice, depth + 1) if choice is not None and depth < _MAX_DEPTH else "")
        text = "".join(out)
        if not text:
            return ""
        if _is_on(run, "b"):
            text = f"<b>{text}</b>"
        place = _value(run, "rPr/vertAlign")
        return {"superscript": f"<sup>{text}</sup>", "subscript": f"<sub>{text}</sub>"}.get(place, text)

    def _list_kind(self, element: Element) -> str:
        number = _value(element, "pPr/numPr/numId")
        if not number or number == "0":
            return ""
        return "ol" if number in self.numbered else "ul"

    def _end_list(self) -> None:
        if self._list:
            self._html.append(f"</{self._list}>")
            self._list = ""

    def _end_text(self) -> None:
        self._end_list()
        html = "".join(self._html).replace("</b><b>", "")
        self._html = []
        if html:
            self.found.blocks.append({"type": "text", "value": html})

    # What stands between the text

    def _picture(self, element: Element) -> None:
        if any(True for _box in element.iter(f"{_W}txbxContent")):
            self.lost["box"] += 1
        target = next((b.get(f"{_R}embed", "") for b in element.iter(f"{_A}blip")), "") or next(
            (d.get(f"{_R}id", "") for d in element.iter(f"{_V}imagedata")), ""
        )
        name = self.links.get(target, "")
        if not name:
            self.lost["drawing"] += 1
        elif not name.lower().endswith(_PICTURES):
            self.lost["vector"] += 1
        elif name not in self.package:
            self.lost["missing"] += 1
        else:
            alt = next((p.get("descr", "") for p in element.iter(f"{_WP}docPr")), "").strip()
            if not alt:
                self.lost["alt"] += 1
            self._pictures.append(
                FoundPicture(name.rsplit("/", 1)[-1], self.package.bytes_of(name), alt[:200])
            )

    def _table(self, element: Element) -> None:
        rows, is_merged = [], False
        for row in element.findall(f"{_W}tr"):
            cells = []
            for cell in row.findall(f"{_W}tc"):
                text = "\n".join(_plain(self._runs(p)) for p in cell.iter(f"{_W}p")).strip()
                cells.append(" ".join(text.split()))
                span = _value(cell, "tcPr/gridSpan")
                extra = min(int(span) - 1, 50) if span.isascii() and span.isdecimal() and int(span) > 1 else 0
                is_merged = is_merged or bool(extra) or cell.find(f"{_W}tcPr/{_W}vMerge") is not None
                cells += [""] * extra
            if any(cells):
                rows.append(cells)
        pictures, self._pictures = self._pictures, []
        width = max((len(row) for row in rows), default=0)
        if _COLUMNS[0] <= width <= _COLUMNS[1] and len(rows) >= 2:
            self._end_text()
            self.found.blocks.append(
                self._stored_table([row + [""] * (width - len(row)) for row in rows], is_merged)
            )
            self.found.came["table"] += 1
        elif rows:
            self._end_list()
            self.lost["table"] += 1
            self._html += [f"<p>{escape('，'.join(c for c in row if c))}</p>" for row in rows]
        for picture in pictures:
            self._end_text()
            self.found.blocks.append(picture)
            self.found.came["picture"] += 1

    def _stored_table(self, rows: list[list[str]], is_merged: bool) -> Block:
        if is_merged:
            self.lost["merged"] += 1
        if any(len(cell) > _CELL for row in rows for cell in row):
            self.lost["long_cell"] += 1
        caption, self._caption = self._caption, ""
        if not caption:
            self.lost["caption"] += 1
        header = [cell[:_HEAD] for cell in rows[0]]
        return {
            "type": "table",
            "value": {
                "caption": caption,
                "header": header,
                "rows": [[c[:_CELL] for c in r] for r in rows[1:]],
            },
        }


_THROUGH = frozenset(
    f"{_W}{name}" for name in ("ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml")
)
_WHY: dict[str, Any] = {
    "frame": lambda: _("页眉、页脚没有带：课时里没有页。"),
    "link": lambda: _("%(n)s 个链接没有带，文字留下了：离线学的人点不开。"),
    "deleted": lambda: _("%(n)s 处标了删除的文字没有带。"),
    "comment": lambda: _("%(n)s 条批注没有带。"),
    "footnote": lambda: _("%(n)s 个脚注没有带：要紧的话写进正文。"),
    "formula": lambda: _("%(n)s 个公式只带了文字：改用“公式”块重写，核对一遍。"),
    "object": lambda: _("%(n)s 个嵌入的对象没有带：单独传成文件，用“资料下载”放进来。"),
    "box": lambda: _("%(n)s 个文本框里的字没有带：复制出来贴进正文。"),
    "drawing": lambda: _("%(n)s 个画的图形没有带：截成图片再放。"),
    "vector": lambda: _("%(n)s 张图的格式浏览器打不开：另存为 PNG 再放。"),
    "missing": lambda: _("%(n)s 张图在文件里找不到，多半是链接到别处的图：找到原图再放。"),
    "unreadable": lambda: _("%(n)s 张图打不开或者太大：另存一份再放。"),
    "alt": lambda: _("%(n)s 张图没有写图上有什么：送审前要补。"),
    "table": lambda: _("%(n)s 张表变成了文字：参数表要有 2 到 6 列、至少两行。"),
    "merged": lambda: _("%(n)s 张表有合并的格，拆开了，空的格留着：核对一遍。"),
    "long_cell": lambda: _("%(n)s 张表有的格超过 200 个字，多的截掉了：写进正文。"),
    "caption": lambda: _("%(n)s 张表没有表名：送审前要补。"),
}


def unreadable_pictures(count: int) -> str:
    """Return the sentence for pictures that the library does not take."""
    return str(_WHY["unreadable"]() % {"n": count})


def _flat(body: Element, depth: int = 0) -> Iterator[Element]:
    """Yield paragraphs and tables, also those inside content controls and inserted parts."""
    for child in body:
        if child.tag in {f"{_W}p", f"{_W}tbl"}:
            yield child
        elif child.tag in _THROUGH and depth < _MAX_DEPTH:
            yield from _flat(child, depth + 1)


def _value(element: Element, path: str) -> str:
    found = element.find("/".join(f"{_W}{step}" for step in path.split("/")))
    return (found.get(f"{_W}val") or "") if found is not None else ""


def _is_on(run: Element, name: str) -> bool:
    found = run.find(f"{_W}rPr/{_W}{name}")
    return found is not None and (found.get(f"{_W}val") or "1").lower() not in _OFF


def _plain(html: str) -> str:
    text = re.sub(r"<br/>", " ", html)
    text = re.sub(r"<[^>]+>", "", text)
    for escaped, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        text = text.replace(escaped, char)
    return text.strip()


def _styles(package: Package) -> dict[str, str]:
    root = package.xml("word/styles.xml")
    found = root.findall(f"{_W}style") if root is not None else []
    return {style.get(f"{_W}styleId") or "": _value(style, "name") for style in found}


def _numbered_lists(package: Package) -> set[str]:
    """Return the numIds whose first level counts; all other lists have bullets."""
    root = package.xml("word/numbering.xml")
    if root is None:
        return set()
    counting = {
        abstract.get(f"{_W}abstractNumId")
        for abstract in root.findall(f"{_W}abstractNum")
        if _value(abstract, "lvl/numFmt") not in {"bullet", "none", ""}
    }
    return {
        num.get(f"{_W}numId") or ""
        for num in root.findall(f"{_W}num")
        if _value(num, "abstractNumId") in counting
    }


def _links(package: Package) -> dict[str, str]:
    """Return the parts inside the package that the document names; what lies outside it is never asked for."""
    root = package.xml("word/_rels/document.xml.rels")
    found = {}
    for link in root if root is not None else []:
        if link.get("TargetMode") != "External":
            target = link.get("Target") or ""
            found[link.get("Id") or ""] = (
                target.lstrip("/") if target.startswith("/") else normpath(f"word/{target}")
            )
    return found
