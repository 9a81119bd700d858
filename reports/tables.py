"""
A report as rows and columns: one form for the page, the file and the answer of the API, so that they cannot differ.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core import display
from core.clock import SHANGHAI
from reports.definitions import COLUMNS, LATE_COLUMNS, Definition
from reports.queries import ChildFigures, Late, StudyReport
from reports.rules import FIGURE_NAMES, Figures, Period, PeriodKind
from unions.api import Line, Union

BY_CHILD, BY_MONTH = "child", "month"
BOM = "\ufeff"
"""Without it Excel reads a UTF-8 file as GBK."""


@dataclass(frozen=True)
class Row:
    """One line of a table of unions. ``child`` is None for the union itself."""

    code: str
    name: str
    note: str
    figures: Figures
    child: ChildFigures | None = None


def rows_of(report: StudyReport) -> list[Row]:
    """Return the union itself, where anything is booked to it beside its children, then each union below it."""
    rows = []
    if report.own or not report.children:
        rows.append(Row(report.union.code, _("本级"), "", report.own))
    for child in report.children:
        note = "" if child.stands else _("已不在这里")
        rows.append(Row(child.union.code, child.union.name, note, child.figures, child))
    return rows


def sorted_rows(rows: list[Row], sort: str) -> list[Row]:
    """Return rows by a column's key, ``-`` before it for the greatest first; by code when the key is unknown."""
    columns = {c.key: c for c in COLUMNS}
    column = columns.get(sort.removeprefix("-"))
    if column is None:
        return rows
    return sorted(rows, key=lambda row: _weight(column, row.figures), reverse=sort.startswith("-"))


def _weight(column: Definition, figures: Figures) -> tuple[bool, object]:
    # What cannot be divided stands last when the greatest come first.
    exact: object = getattr(figures, column.key, column.exact(figures))
    return (exact is not None, exact or 0)


def period_name(period: Period) -> str:
    """Return how people call a period."""
    match period.kind:
        case PeriodKind.DAY:
            return display.full_day(period.start)
        case PeriodKind.MONTH:
            return display.month(period.start)
        case PeriodKind.QUARTER:
            names = [_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度")]
            return _("%(year)d年%(quarter)s") % {
                "year": period.start.year,
                "quarter": names[(period.start.month - 1) // 3],
            }
        case PeriodKind.YEAR:
            return _("%(year)d年") % {"year": period.start.year}


def plain(shown: str) -> str:
    """Return a shown number as a cell that a program reads: without separators."""
    return shown.replace(",", "")


def as_dict(
    report: StudyReport,
    *,
    by: str,
    filtered: list[dict[str, Any]] | None = None,
    counted_at: str | None = None,
) -> dict[str, Any]:
    """
    Return the report as the API and ``union_study --json`` answer it. ``by`` is child or month, or a filter, whose rows
    (``filter_table.filter_rows``) and time of counting are given.

    Milliseconds are exact; seconds are cut once, from the sum; ``shown`` is what the page shows, by column.
    """
    children = [
        {
            "union": _named(row.child.union) if row.child else None,
            "stands": row.child.stands if row.child else True,
            "figures": figures_dict(row.figures),
            "late": late_dict(row.child.late, row.figures)
            if row.child and row.child.late is not None
            else None,
        }
        for row in rows_of(report)
    ]
    months = [{"period": _dated(m.period), "figures": figures_dict(m.figures)} for m in report.months]
    return {
        "union": _named(report.union),
        "period": _dated(report.period),
        "as_of": report.as_of.isoformat(),
        "line": report.line,
        "is_begun": report.is_begun,
        "total": figures_dict(report.total),
        "by": by,
        "rows": filtered if filtered is not None else months if by == BY_MONTH else children,
        "counted_at": counted_at,
        "unassigned": None if report.unassigned is None else figures_dict(report.unassigned),
        "closing": closing_dict(report),
        "definitions": {column.key: column.as_dict() for column in COLUMNS}
        | ({column.key: column.as_dict() for column in LATE_COLUMNS} if report.closing else {}),
    }


def closing_dict(report: StudyReport) -> dict[str, Any] | None:
    """Return when a period closed, by what hash, what arrived since, and who confirmed it; None while it is open."""
    if report.closing is None:
        return None
    statement = report.statement
    return {
        "closed_at": report.closing.closed_at.isoformat(),
        "hash": report.closing.hash,
        "late": late_dict(report.late, report.total),
        "confirmed_by": str(statement.closed_by.person.uuid) if statement else None,
        "confirmed_at": statement.closed_at.isoformat() if statement else None,
        "confirmed_hash": statement.hash if statement else None,
    }


def late_dict(late: Late, closed: Figures) -> dict[str, int]:
    """Return closed + 补记 + 更正 = live, in ms."""
    return {
        "closed_ms": closed.total_ms,
        "late_ms": late.late_ms,
        "corrected_ms": late.corrected_ms,
        "live_ms": late.live_ms(closed),
    }


def figures_dict(figures: Figures) -> dict[str, Any]:
    """Return figures for the API: exact numbers, seconds, and what the page shows (null where there is nothing)."""
    mean_ms = figures.mean_ms
    return {
        **{name: getattr(figures, name) for name in FIGURE_NAMES},
        "total_seconds": _seconds(figures.total_ms),
        "members_seconds": _seconds(figures.members_ms),
        "mean_ms": mean_ms,
        "mean_seconds": None if mean_ms is None else _seconds(mean_ms),
        "shown": {column.key: plain(column.shown(figures)) or None for column in COLUMNS},
    }


def _seconds(ms: int) -> int:
    """Return whole seconds, cut towards nothing, as times are everywhere on the site."""
    return -(-ms // 1_000) if ms < 0 else ms // 1_000


def _named(union: Union) -> dict[str, str]:
    return {"uuid": str(union.uuid), "code": union.code, "name": union.name}


def _dated(period: Period) -> dict[str, str]:
    return {
        "code": period.code,
        "kind": period.kind.value,
        "start": period.start.isoformat(),
        "last_day": period.last_day.isoformat(),
    }


def csv_lines(report: StudyReport, rows: Iterable[Row]) -> Iterator[str]:
    """
    Yield the report as CSV in UTF-8 with a byte order mark: one row a union as on the page, the sum, what each column
    means. Beside 学时, cut to one decimal, stand the exact milliseconds.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")

    def line(*cells: object) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue()

    yield BOM + line(
        _("单位代码"),
        _("单位"),
        *(_heading(c) for c in COLUMNS),
        _("总时长（毫秒）"),
        _("会员时长合计（毫秒）"),
        *((*(c.name for c in LATE_COLUMNS),) if report.closing else ()),
    )
    for row in rows:
        name = f"{row.name}（{row.note}）" if row.note else row.name
        late = row.child.late if row.child else None
        yield line(row.code, as_text(name), *_cells(row.figures), *_late_cells(late, row.figures))
    late = report.late if report.closing else None
    yield line(report.union.code, _("合计"), *_cells(report.total), *_late_cells(late, report.total))
    if report.unassigned is not None:
        yield line("", _("未归属单位（不计入合计）"), *_cells(report.unassigned))
    yield line()
    line_name = Line(report.line).label
    yield line(
        _("单位"), as_text(report.union.name), _("时期"), period_name(report.period), _("条块"), line_name
    )
    yield line(_("截至"), report.as_of.isoformat())
    if report.closing:
        yield line(_("关账"), report.closing.closed_at.astimezone(SHANGHAI).isoformat(), report.closing.hash)
    for column in (*COLUMNS, *(LATE_COLUMNS if report.closing else ())):
        yield line(_heading(column), column.what, column.formula, column.period, column.source)


def _heading(column: Definition) -> str:
    return f"{column.name}（{column.unit}）"


def _cells(figures: Figures) -> list[object]:
    return [*(plain(c.shown(figures)) for c in COLUMNS), figures.total_ms, figures.members_ms]


def _late_cells(late: Late | None, closed: Figures) -> list[object]:
    """Return 补记, 更正 and what both make of the closed time, in ms; nothing for a union's own line and open periods."""
    return [] if late is None else [late.late_ms, late.corrected_ms, late.live_ms(closed)]


def as_text(value: str) -> str:
    """
    Return a name as a cell that no spreadsheet runs as a formula.

    >>> as_text("=1+1"), as_text("重机厂")
    ("'=1+1", '重机厂')
    """
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def file_name(union: Union, period: Period) -> str:
    return f"{union.code}-{period.code}.csv"
