"""The files of a return, drawn from its document alone: XLSX, CSV, PDF."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from core import display
from core.sheets import book_bytes
from reports.definitions import COLUMNS
from reports.rules import parse_period
from reports.tables import BOM, as_text, period_name

Cell = str | int | float | None


def headings() -> list[str]:
    return [_("单位代码"), _("单位"), *(f"{c.name}（{c.unit}）" for c in COLUMNS), _("总时长（毫秒）")]


def number(text: str | None) -> Cell:
    """
    Return a shown number as a number.

    >>> number("1114.8"), number("1338"), number(None)
    (1114.8, 1338, None)
    """
    if text is None:
        return None
    return float(text) if "." in text else int(text)


def table(content: dict[str, Any]) -> list[list[Cell]]:
    """Return the lines of a document: each union below with what the page shows of it, and the sum."""
    rows = [_line(row["union"], row["figures"], _("本级")) for row in content["rows"]]
    return [*rows, _line({"code": content["union"]["code"], "name": _("合计")}, content["total"], "")]


def _line(union: dict[str, str] | None, figures: dict[str, Any], own: str) -> list[Cell]:
    shown = figures["shown"]
    names: list[Cell] = [union["code"], union["name"]] if union else ["", own]
    return [*names, *(number(shown[c.key]) for c in COLUMNS), figures["total_ms"]]


def facts(content: dict[str, Any], about: dict[str, str]) -> list[tuple[str, str]]:
    """Return what stands on the cover: whose return, of which period, by which figures, and who handed it in when."""
    period = parse_period(content["period"]["code"])
    closing = content["closing"]
    return [
        (_("填报单位"), f"{content['union']['name']}（{content['union']['code']}）"),
        (_("时期"), period_name(period)),
        (_("数据截至"), content["as_of"]),
        (
            _("口径"),
            _("已关账，关账编号 {hash}").format(hash=closing["hash"][:16])
            if closing
            else _("未关账，按现在的数"),
        ),
        *((name, value) for name, value in about.items() if value),
    ]


def csv_bytes(content: dict[str, Any], about: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings())
    for row in table(content):
        writer.writerow([as_text(c) if isinstance(c, str) else "" if c is None else c for c in row])
    writer.writerow([])
    for name, value in facts(content, about):
        writer.writerow([name, as_text(value)])
    return (BOM + out.getvalue()).encode()


def xlsx_bytes(content: dict[str, Any], about: dict[str, str]) -> bytes:
    """Return a workbook: 汇总 with the cover's facts, the sum and what each figure means; 明细 with a line a union."""
    book = Workbook()
    summary = book.active
    summary.title = _("汇总")
    period = parse_period(content["period"]["code"])
    _put(summary, 1, [_("{period}学习情况报表").format(period=period_name(period))], bold=True, size=16)
    at = 3
    for name, value in facts(content, about):
        _put(summary, at, [name, value])
        at += 1
    at += 1
    _put(summary, at, [_("指标"), _("数值"), _("单位"), _("怎么算")], bold=True)
    for column in COLUMNS:
        at += 1
        shown = number(content["total"]["shown"][column.key])
        _put(summary, at, [str(column.name), shown, str(column.unit), str(column.formula)])
    detail = book.create_sheet(_("明细"))
    _put(detail, 1, list(headings()), bold=True)
    for n, row in enumerate(table(content), start=2):
        _put(detail, n, row)
    detail.freeze_panes = "C2"
    for sheet, widths in ((summary, (18, 34, 10, 60)), (detail, (16, 32, *[14] * (len(COLUMNS) + 1)))):
        for n, width in enumerate(widths, start=1):
            sheet.column_dimensions[sheet.cell(1, n).column_letter].width = width
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return book_bytes(book)


def _put(sheet: Worksheet, row: int, cells: Sequence[Cell], *, bold: bool = False, size: int = 11) -> None:
    for place, value in enumerate(cells, start=1):
        if value is None:
            continue
        cell = sheet.cell(row, place)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # a name that begins with = stays a name
        if bold:
            cell.font = Font(bold=True, size=size)
            cell.alignment = Alignment(wrap_text=size == 11, vertical="center")


def pdf_sheet(content: dict[str, Any], about: dict[str, str], *, site: str, hash_: str) -> dict[str, Any]:
    """Return what the typesetter gets: a cover page, and the table."""
    period = parse_period(content["period"]["code"])
    shown = content["total"]["shown"]
    return {
        "site": site,
        "lang": "zh",
        "title": _("{period}学习情况报表").format(period=period_name(period)),
        "union": content["union"]["name"],
        "facts": [list(fact) for fact in facts(content, about)],
        "figures": [[str(c.name), _text(number(shown[c.key])), str(c.unit)] for c in COLUMNS],
        "heads": headings()[1:-1],
        "rows": [[_text(cell) for cell in row[1:-1]] for row in table(content)],
        "definitions": [[str(c.name), str(c.what)] for c in COLUMNS],
        "hash": hash_,
        "hash_label": _("数据校验码"),
        "sign": [_("填表人"), _("负责人"), _("单位盖章"), _("日期")],
        "table_title": _("明细"),
        "definitions_title": _("指标说明"),
    }


def _text(cell: Cell) -> str:
    if cell is None:
        return "—"
    return cell if isinstance(cell, str) else f"{cell:,}"


def about_of(handed: Any) -> dict[str, str]:
    """Return who handed a return in and what became of it, for its cover; of a draft nothing but that it is one."""
    if handed is None:
        return {_("状态"): _("草稿，还没上报")}
    return {
        _("上报人"): str(handed.submitted_by),
        _("上报时间"): display.moment(handed.submitted_at),
        _("状态"): str(handed.get_state_display()),
        _("第几次上报"): str(handed.version),
    }
