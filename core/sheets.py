"""XLSX files that come out the same, byte for byte, whenever they are made from the same rows."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

_MADE = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def book_bytes(book: Workbook) -> bytes:
    """Return a workbook as a file without the time at which it was written."""
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with (
        zipfile.ZipFile(raw) as written,
        zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in sorted(written.namelist()):
            part = written.read(name)
            if name == "docProps/core.xml":
                part = _MADE.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", part)
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part)
    return out.getvalue()


def table_bytes(rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return rows, the first of them the heading, as one sheet. A text that begins with = stays a text."""
    book = Workbook()
    sheet = book.active
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            if value == "":
                continue
            cell = sheet.cell(number, place)
            cell.value = value if isinstance(value, int) else ILLEGAL_CHARACTERS_RE.sub("", value)
            if isinstance(value, str):
                cell.data_type = "s"
            if number == 1:
                cell.font = Font(bold=True)
    return book_bytes(book)
