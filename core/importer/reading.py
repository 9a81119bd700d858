"""Reading a table: XLSX, or CSV in UTF-8 or GB 18030 (what spreadsheet programs in China save), as rows of text."""

import csv
import io
import zipfile
import zlib
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.archives import Archive, Danger, Limits, UnsafeArchive

MAX_BYTES = 5_000_000
LIMITS = Limits(entries=10_000, unpacked=100_000_000)
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_SHEETS = 30


class UnreadableTable(ValueError):
    """The file is no table we can read; the message is for people."""


def read_table(content: bytes) -> list[list[str]]:
    """
    Return the rows of a file as text, empty rows left out with their numbers kept by position.

    :raises UnreadableTable: if it is empty, too large, or neither XLSX nor CSV.
    """
    if not content.strip():
        raise UnreadableTable(_("文件是空的。"))
    if len(content) > MAX_BYTES:
        raise UnreadableTable(_("文件超过 5 MB。分成几份再传。"))
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) > MAX_ROWS:
        raise UnreadableTable(_("一次最多 20,000 行。分成几份再传。"))
    return rows


def read_book(content: bytes) -> dict[str, list[list[str]]]:
    """
    Return the rows of every sheet of an XLSX file by the sheet's title, as :func:`read_table` returns those of one.

    :raises UnreadableTable: if it is empty, too large or no XLSX.
    """
    if not content.strip():
        raise UnreadableTable(_("文件是空的。"))
    if len(content) > MAX_BYTES:
        raise UnreadableTable(_("文件超过 5 MB。分成几份再传。"))
    if not content.startswith(b"PK"):
        raise UnreadableTable(_("只认 xlsx。用表格软件另存为 xlsx 再传。"))
    book = _sheets(content, MAX_SHEETS)
    for rows in book.values():
        while rows and not any(rows[-1]):
            rows.pop()
    if sum(map(len, book.values())) > MAX_ROWS:
        raise UnreadableTable(_("一次最多 20,000 行。分成几份再传。"))
    return book


def _xlsx(content: bytes) -> list[list[str]]:
    return next(iter(_sheets(content, 1).values()))


def _sheets(content: bytes, most: int) -> dict[str, list[list[str]]]:
    try:
        _look_inside(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        if not book.worksheets:
            raise UnreadableTable(_("表里没有内容。"))
        found = {sheet.title: _rows(sheet) for sheet in book.worksheets[:most]}
        book.close()
    except UnreadableTable:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
        OSError,
        EOFError,
        # A damaged or locked file: its compression, its XML, its kind of archive, and what the library expected in it.
        zlib.error,
        ParseError,
        RuntimeError,
        TypeError,
        AttributeError,
    ) as error:
        raise UnreadableTable(_("这个文件打不开。用表格软件另存为 xlsx 或 csv 再传。")) from error
    return found


def _look_inside(content: bytes) -> None:
    """
    Look at what an archive says of itself before anything of it is read as a table.

    :raises UnreadableTable: if the guard refuses it, or one of its parts declares entities.
    """
    try:
        archive = Archive(io.BytesIO(content), limits=LIMITS)
        for name in archive.names():
            archive.refuse_entities(name)
    except UnsafeArchive as error:
        raise UnreadableTable(refusal(error.danger)) from error


def refusal(danger: Danger) -> str:
    """Return what people are told about an archive that is not opened."""
    if danger is Danger.TOO_LARGE:
        return _("文件解开后太大。分成几份再传。")
    if danger is Danger.MACROS:
        return _("文件里带宏。用表格软件另存为不带宏的 xlsx 再传。")
    if danger is Danger.ENTITIES:
        return _("这个文件不是表格软件存的。用表格软件另存为 xlsx 再传。")
    return _("这个文件打不开。用表格软件另存为 xlsx 或 csv 再传。")


def _rows(sheet: Any) -> list[list[str]]:
    found: list[list[str]] = []
    for row in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        found.append(cells)
        if len(found) > MAX_ROWS:
            break
    return found


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _csv(content: bytes) -> list[list[str]]:
    if b"\0" in content:
        raise UnreadableTable(_("只认 xlsx 和 csv。旧的 xls 文件请另存为 xlsx。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UnreadableTable(_("文字的编码认不出来。用表格软件另存为 xlsx 再传。"))
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
        return [[cell.strip() for cell in row[:MAX_COLUMNS]] for row in rows]
    except csv.Error as error:
        raise UnreadableTable(_("表格的格式不对。用表格软件另存为 xlsx 再传。")) from error


def csv_file(rows: list[list[str]], *, is_first: bool = True) -> bytes:
    """
    Return rows as CSV that a spreadsheet program opens in the right encoding. A cell that such a program would run as
    a formula gets an apostrophe before it. ``is_first`` is False for what follows in the same file.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in row])
    return (b"\xef\xbb\xbf" if is_first else b"") + out.getvalue().encode()
