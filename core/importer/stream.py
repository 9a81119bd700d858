"""
Reading a table of any length in little memory: one row after another, from XLSX or from CSV in whatever encoding the
spreadsheet programs of China save.

The library's own reader needs 130 s and 700 MB for a million lines with texts of their own; this one hands on what the
parser of the standard library sees and keeps the shared texts as one block of bytes.
"""

import codecs
import csv
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from core.archives import Archive, Limits, UnsafeArchive
from core.importer.reading import MAX_COLUMNS, UnreadableTable, refusal

MAX_FILE = 300_000_000
MAX_LINES = 1_100_000
LIMITS = Limits(entries=10_000, unpacked=3_000_000_000)
MAX_TEXT = 200_000_000
_CHUNK = 1 << 18
_FULL_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {
    0x3000: 0x20,
    0xA0: 0x20,
    0xFEFF: None,
    0x200B: None,
}

Line = tuple[int, list[str]]


def plain_cell(text: str) -> str:
    """
    Return a cell without the traces of a Chinese keyboard: full-width digits, letters and spaces, spaces at its ends.

    >>> plain_cell("　１３８００１３８０００ "), plain_cell("李　海生"), plain_cell("ＪＣ－１")
    ('13800138000', '李 海生', 'JC-1')
    """
    if not text.isascii():
        text = text.translate(_FULL_WIDTH)
    return text.strip()


@contextmanager
def open_table(path: Path) -> Iterator[Iterator[Line]]:
    """
    Yield the lines of a file as (number, cells), from 1; empty ones are left out. Cells are plain text.

    :raises UnreadableTable: at once or while reading, if it is empty, too large, or neither XLSX nor CSV.
    """
    size = path.stat().st_size
    if size > MAX_FILE:
        raise UnreadableTable(_("文件超过 300 MB。分成几份再传。"))
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if not head.strip():
            raise UnreadableTable(_("文件是空的。"))
        lines = _xlsx(file) if head.startswith(b"PK") else _csv(path)
        yield _counted(lines)


def _counted(lines: Iterator[Line]) -> Iterator[Line]:
    try:
        for number, cells in lines:
            if number > MAX_LINES:
                raise UnreadableTable(_("一次最多 1,100,000 行。分成几份再传。"))
            if any(cells):
                yield number, cells
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, IndexError) as error:
        if isinstance(error, UnreadableTable):
            raise
        raise UnreadableTable(_("这个文件打不开。用表格软件另存为 xlsx 或 csv 再传。")) from error
    except (RuntimeError, NotImplementedError, expat.ExpatError) as error:
        raise UnreadableTable(_("这个文件打不开。用表格软件另存为 xlsx 或 csv 再传。")) from error


# CSV


def _csv(path: Path) -> Iterator[Line]:
    encoding = _encoding_of(path)
    with path.open(encoding=encoding, newline="") as text:
        first = text.readline()
        delimiter = max(",\t;", key=first.count)
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=False)
        try:
            for cells in reader:
                yield reader.line_num, [plain_cell(cell) for cell in cells[:MAX_COLUMNS]]
        except csv.Error as error:
            raise UnreadableTable(_("表格的格式不对。用表格软件另存为 xlsx 再传。")) from error


def _encoding_of(path: Path) -> str:
    """Return the first encoding that fits the whole file; reading it twice costs a second for 100 MB."""
    with path.open("rb") as file:
        head = file.read(2)
    if head in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    with path.open("rb") as file:
        if b"\0" in file.read(_CHUNK):
            raise UnreadableTable(_("只认 xlsx 和 csv。旧的 xls 文件请另存为 xlsx。"))
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        with path.open("rb") as file:
            try:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return encoding
    raise UnreadableTable(_("文字的编码认不出来。用表格软件另存为 xlsx 再传。"))


# XLSX


class _Texts:
    """The shared texts of a workbook: one block of bytes and where each ends."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        self._block += text.encode()
        self._ends.append(len(self._block))
        if len(self._block) > MAX_TEXT:
            raise UnreadableTable(_("文件解开后太大。分成几份再传。"))

    def __getitem__(self, number: int) -> str:
        return self._block[self._ends[number] : self._ends[number + 1]].decode()


def _xlsx(file: BinaryIO) -> Iterator[Line]:
    try:
        archive = Archive(file, limits=LIMITS)
    except UnsafeArchive as error:
        raise UnreadableTable(refusal(error.danger)) from error
    sheet, starts_1904 = _first_sheet(archive)
    texts = _shared_texts(archive) if "xl/sharedStrings.xml" in archive else _Texts()
    dates = _date_styles(archive) if "xl/styles.xml" in archive else frozenset()
    yield from _sheet_lines(archive, sheet, texts, dates, starts_1904)


def _parser() -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_args: Any) -> None:
        raise UnreadableTable(_("这个文件不是表格软件存的。用表格软件另存为 xlsx 再传。"))

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(archive: Archive, name: str, parser: Any) -> Iterator[None]:
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield


def _first_sheet(archive: Archive) -> tuple[str, bool]:
    """Return the name of the first sheet's part, and whether its days count from 1904."""
    order: list[str] = []
    targets: dict[str, str] = {}
    flags: dict[str, str] = {}

    def in_book(tag: str, found: dict[str, str]) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if name == "sheet":
            order.append(next(v for k, v in found.items() if k.rsplit(" ", 1)[-1] == "id" and k != "id"))
        elif name == "workbookPr":
            flags.update(found)

    def in_links(tag: str, found: dict[str, str]) -> None:
        if tag.rsplit(" ", 1)[-1] == "Relationship":
            targets[found["Id"]] = found["Target"]

    for part, handler in (("xl/workbook.xml", in_book), ("xl/_rels/workbook.xml.rels", in_links)):
        parser = _parser()
        parser.StartElementHandler = handler
        for _step in _parse(archive, part, parser):
            pass
    target = targets[order[0]]
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return name, flags.get("date1904", "0") in {"1", "true"}


def _shared_texts(archive: Archive) -> _Texts:
    texts = _Texts()
    parts: list[str] = []
    state = {"text": False, "phonetic": 0}

    def start(tag: str, _attributes: dict[str, str]) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if name == "t":
            state["text"] = not state["phonetic"]
        elif name == "rPh":
            state["phonetic"] += 1

    def end(tag: str) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if name == "t":
            state["text"] = False
        elif name == "rPh":
            state["phonetic"] -= 1
        elif name == "si":
            texts.add("".join(parts))
            parts.clear()

    def data(text: str) -> None:
        if state["text"]:
            parts.append(text)

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    for _step in _parse(archive, "xl/sharedStrings.xml", parser):
        pass
    return texts


_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Of ECMA-376 18.8.30, with those that Chinese spreadsheet programs use."""


def _date_styles(archive: Archive) -> frozenset[str]:
    """Return the numbers of the cell styles that show a number as a date."""
    formats: dict[int, str] = {}
    found: set[str] = set()
    state = {"cells": False, "n": 0}

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if name == "numFmt":
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            state["cells"] = True
        elif name == "xf" and state["cells"]:
            number = int(attributes.get("numFmtId", "0"))
            if number in _BUILT_IN_DATES or any(c in formats.get(number, "").lower() for c in "yd年月日"):
                found.add(str(state["n"]))
            state["n"] += 1

    def end(tag: str) -> None:
        if tag.rsplit(" ", 1)[-1] == "cellXfs":
            state["cells"] = False

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    for _step in _parse(archive, "xl/styles.xml", parser):
        pass
    return frozenset(found)


def column_number(reference: str) -> int:
    """
    >>> column_number("A1"), column_number("AB12")
    (0, 27)
    """
    number = 0
    for letter in reference:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter) - 64
    return number - 1


def serial_day(value: float, *, starts_1904: bool = False) -> str:
    """
    Return the day that a spreadsheet counts.

    >>> serial_day(43831), serial_day(32939.5)
    ('2020-01-01', '1990-03-07')
    """
    first = datetime(1904, 1, 1) if starts_1904 else datetime(1899, 12, 30)
    return (first + timedelta(days=int(value))).date().isoformat()


def _number(text: str) -> str:
    """
    >>> _number("13800138000"), _number("1.3800138E10"), _number("2.50")
    ('13800138000', '13800138000', '2.5')
    """
    if text.isdecimal():
        return text
    value = float(text)
    return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)


class _Sheet:
    """What the parser calls while it reads a sheet: finished lines gather in ``lines``."""

    def __init__(self, texts: _Texts, dates: frozenset[str], starts_1904: bool) -> None:
        self.lines: list[Line] = []
        self._texts, self._dates, self._starts_1904 = texts, dates, starts_1904
        self._row = 0
        self._cells: list[str] = []
        self._column = -1
        self._kind = self._style = ""
        self._is_value = False
        self._value: list[str] = []

    def start(self, tag: str, found: dict[str, str]) -> None:
        name = tag[tag.rfind(" ") + 1 :]
        if name == "c":
            reference = found.get("r")
            self._column = column_number(reference) if reference else self._column + 1
            self._kind, self._style = found.get("t", "n"), found.get("s", "")
        elif name in ("v", "t"):
            self._is_value = True
        elif name == "row":
            self._row = int(found.get("r", self._row + 1))
            self._cells = []
            self._column = -1

    def data(self, text: str) -> None:
        if self._is_value:
            self._value.append(text)

    def end(self, tag: str) -> None:
        name = tag[tag.rfind(" ") + 1 :]
        if name in ("v", "t"):
            self._is_value = False
        elif name == "c":
            if self._value and self._column < MAX_COLUMNS:
                self._keep(self._value[0] if len(self._value) == 1 else "".join(self._value))
            self._value.clear()
        elif name == "row":
            self.lines.append((self._row, self._cells))

    def _keep(self, value: str) -> None:
        kind = self._kind
        if kind == "s":
            value = self._texts[int(value)]
        elif kind == "n":
            value = (
                serial_day(float(value), starts_1904=self._starts_1904)
                if self._style in self._dates
                else _number(value)
            )
        elif kind == "d":
            value = value[:10]
        elif kind == "b":
            value = "是" if value == "1" else "否"
        elif kind == "e":
            value = ""
        cells = self._cells
        while len(cells) < self._column:
            cells.append("")
        cells.append(plain_cell(value))


def _sheet_lines(
    archive: Archive, name: str, texts: _Texts, dates: frozenset[str], starts_1904: bool
) -> Iterator[Line]:
    sheet = _Sheet(texts, dates, starts_1904)
    parser = _parser()
    parser.StartElementHandler = sheet.start
    parser.EndElementHandler = sheet.end
    parser.CharacterDataHandler = sheet.data
    for _step in _parse(archive, name, parser):
        yield from sheet.lines
        sheet.lines = []
