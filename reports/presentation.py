"""What the templates draw: tiles, tables, a chart and links, as plain mappings for the components of the site."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import display
from core.clock import from_ms
from records import api as records
from reports.closings import closes_on
from reports.definitions import COLUMNS, CORRECTED, LATE, MEAN, TILES, TOTAL, Definition
from reports.queries import Late, LearnerFigures, StudyReport
from reports.rules import PARTICIPANT_MS, Figures, Period, PeriodKind, period_of
from reports.tables import Row, period_name, plain
from unions.api import Line, Union, may

__all__ = [
    "address",
    "closing_card",
    "entry_rows",
    "label_of",
    "learner_table",
    "line_links",
    "month_chart",
    "month_table",
    "period_links",
    "period_name",
    "period_state",
    "tiles",
    "union_table",
]

Address = Callable[..., str]


def address(
    route: str, union: UUID, *more: Any, period: Period | None = None, line: str = Line.ADMINISTRATIVE
) -> str:
    """Return the address of a page of a union, for a period and a line."""
    query = {"period": period.code} if period else {}
    if line != Line.ADMINISTRATIVE:
        query["line"] = line
    path = reverse(route, args=[union, *more])
    return f"{path}?{urlencode(query)}" if query else path


# --- Figures ------------------------------------------------------------------------------------------------------


def tiles(report: StudyReport, today: date) -> list[dict[str, Any]]:
    """Return the figures at the head of the page, each with its definition and how it was in the period before."""
    columns = [c for c in TILES if report.period.months or c.key in {"total", "visits"}]
    return [_tile(c, report, today) for c in columns]


def _tile(column: Definition, report: StudyReport, today: date) -> dict[str, Any]:
    shown = column.shown(report.total)
    before = column.shown(report.before) if report.before else ""
    facts = [*column.facts, (_("截至"), display.full_day(report.as_of))]
    if before:
        facts.append((_("上一期"), f"{before} {column.unit}"))
    tile: dict[str, Any] = {
        "name": column.name,
        "number": shown or "—",
        "unit": column.unit if shown else "",
        "what": column.what
        if shown or column.key != "on_target_rate"
        else _("还没有定目标，所以没有达标率。"),
        "facts": facts,
    }
    # A running period beside a whole one would always look like a fall.
    if shown and before and not report.period.is_running(today):
        change = Decimal(plain(shown)) - Decimal(plain(before))
        if change:
            tile["change"] = f"{abs(change):,}"
            tile["change_kind"] = "up" if change > 0 else "down"
    return tile


def _cell(column: Definition, figures: Figures) -> SafeString | str:
    shown, exact = column.shown(figures), column.exact(figures)
    if not shown or exact is None:
        return "—"
    return format_html('<data value="{}">{}</data>', exact, shown)


def union_table(report: StudyReport, rows: Sequence[Row], *, request: HttpRequest) -> dict[str, Any]:
    """Return the table of the union itself and the unions below it; a line opens where this officer may go on."""
    return {
        "caption": _("各单位（%(period)s）") % {"period": period_name(report.period)},
        "columns": [{"label": _("单位")}, *_sortable_columns(request)],
        "rows": [
            {
                "header": row.name,
                "url": _opens(row, report, request),
                "note": row.note,
                "cells": [_cell(c, row.figures) for c in COLUMNS],
            }
            for row in rows
        ],
        "foot": {"header": _("合计"), "cells": [_cell(c, report.total) for c in COLUMNS]},
    }


def _opens(row: Row, report: StudyReport, request: HttpRequest) -> str:
    if row.child is None or not row.child.stands or not may(request.user, row.child.union):  # type: ignore[arg-type]
        return ""
    return address("reports:study", row.child.union.uuid, period=report.period, line=report.line)


def _sortable_columns(request: HttpRequest) -> Iterable[dict[str, Any]]:
    sort = request.GET.get("sort", "")
    for column in COLUMNS:
        query = request.GET.copy()
        is_falling = sort == f"-{column.key}"
        query["sort"] = column.key if is_falling else f"-{column.key}"
        is_sorted = sort.removeprefix("-") == column.key
        direction = "descending" if is_falling else "ascending"
        yield {
            "label": column.heading,
            "numeric": True,
            "sort_url": f"?{query.urlencode()}",
            "sorted": direction if is_sorted else "",
        }


def month_table(report: StudyReport, *, address: Address) -> dict[str, Any]:
    """Return the months of the chart as a table, its twin."""
    return {
        "caption": _("各月"),
        "columns": [{"label": _("月份")}, *({"label": c.heading, "numeric": True} for c in COLUMNS)],
        "rows": [
            {
                "header": period_name(month.period),
                "url": address("reports:study", period=month.period),
                "cells": [_cell(c, month.figures) for c in COLUMNS],
            }
            for month in report.months
        ],
    }


def month_chart(report: StudyReport) -> dict[str, Any]:
    """
    Return the months as bars of 总学时: positions and heights in per cent and pixels, cut here so that the template
    only draws. A month with corrections only has no bar.
    """
    most = max((m.figures.total_ms for m in report.months), default=0)
    width = 100 / max(1, len(report.months))
    bars = []
    for n, month in enumerate(report.months):
        height = round(88 * max(0, month.figures.total_ms) / most, 1) if most else 0.0
        bars.append(
            {
                "x": round(n * width + width * 0.2, 2),
                "width": round(width * 0.6, 2),
                "middle": round((n + 0.5) * width, 2),
                "height": height,
                "y": round(100 - height, 1),
                "over": round(94 - height, 1),
                "label": month.period.start.month,
                "year": month.period.start.year if n == 0 or month.period.start.month == 1 else "",
                "shown": TOTAL.shown(month.figures) if month.figures.total_ms > 0 else "",
                "is_current": month.period.start == period_of(PeriodKind.MONTH, report.period.start).start,
            }
        )
    best = max(report.months, key=lambda m: m.figures.total_ms, default=None)
    label = _("各月总学时，没有学习")
    if best and most:
        label = _("各月总学时，最多的是%(month)s，%(hours)s 学时，数字在下面的表里") % {
            "month": period_name(best.period),
            "hours": TOTAL.shown(best.figures),
        }
    return {"bars": bars, "label": label, "is_empty": not most}


# --- Closing ------------------------------------------------------------------------------------------------------


def closing_card(
    report: StudyReport, today: date, *, by_name: Callable[[list[UUID]], dict[UUID, str]]
) -> dict[str, Any] | None:
    """
    Return what the page says about closing: of a closed period when, its hash, closed + 补记 + 更正 = live and who
    confirmed it; of one that is over, when it will close. None for a day and for what has not ended.
    """
    if not report.period.months or report.period.end > today:
        return None
    if report.closing is None:
        return {"is_closed": False, "on": closes_on(report.period)}
    statement = report.statement
    who = statement.closed_by.person if statement else None
    sums = [
        (_("关账数"), report.total.total_ms),
        (LATE.what, report.late.late_ms),
        (CORRECTED.what, report.late.corrected_ms),
        (_("账本现在的数"), report.late.live_ms(report.total)),
    ]
    names = [_("关账数"), _("补记"), _("更正"), _("账本现在的数")]
    return {
        "is_closed": True,
        "at": report.closing.closed_at,
        "hash": report.closing.hash,
        "sums": [
            {"name": name, "ms": ms, "what": what if what != name else ""}
            for name, (what, ms) in zip(names, sums, strict=True)
        ],
        "has_late": bool(report.late),
        "confirmed_by": by_name([who.uuid]).get(who.uuid) or str(who) if who else "",
        "confirmed_at": statement.closed_at if statement else None,
        "confirmed_hash": statement.hash if statement else "",
        "children": _late_table(report),
    }


def _late_table(report: StudyReport) -> dict[str, Any] | None:
    """Return 补记 and 更正 by the unions below, where there are any."""
    rows = [(c, c.late) for c in report.children if c.late]
    if not rows:
        return None

    def cells(closed: Figures, late: Late) -> list[SafeString]:
        return [_hours(ms) for ms in (closed.total_ms, late.late_ms, late.corrected_ms, late.live_ms(closed))]

    return {
        "caption": _("关账以后的变化（学时）"),
        "columns": [
            {"label": _("单位")},
            *(
                {"label": name, "numeric": True}
                for name in (_("关账数"), _("补记"), _("更正"), _("账本现在的数"))
            ),
        ],
        "rows": [{"header": c.union.name, "cells": cells(c.figures, late)} for c, late in rows if late],
        "foot": {"header": _("合计"), "cells": cells(report.total, report.late)},
    }


# --- Periods and lines --------------------------------------------------------------------------------------------


def period_state(period: Period, today: date) -> str:
    """Return how far a period has come, in words."""
    if period.start > today:
        return _("还没开始")
    if period.is_running(today):
        return _("进行中，截至%(day)s") % {"day": display.day(today)}
    return _("截至%(day)s") % {"day": display.full_day(period.last_day)}


def period_links(period: Period, today: date, *, route: str, address: Address) -> dict[str, Any]:
    """Return the ways to another period: the one before, the one after (not in the future), and the other kinds."""
    # From a longer period to a shorter one, the last that has begun.
    anchor = period.stock_on(today)
    names = {PeriodKind.MONTH: _("月"), PeriodKind.QUARTER: _("季"), PeriodKind.YEAR: _("年")}
    kinds = [
        {
            "label": name,
            "url": address(route, period=period_of(kind, anchor)),
            "current": kind is period.kind,
        }
        for kind, name in names.items()
    ]
    after = period.after
    return {
        "kinds": kinds,
        "before": address(route, period=period.before),
        "before_name": period_name(period.before),
        "after": address(route, period=after) if after.start <= today else "",
        "after_name": period_name(after),
    }


def line_links(lines: Sequence[str], line: str, *, address: Address) -> list[dict[str, Any]]:
    """Return the lines a union stands on as links; nothing where there is no choice."""
    if len(lines) < 2:
        return []
    return [
        {"label": Line(each).label, "url": address("reports:study", line=each), "current": each == line}
        for each in lines
    ]


# --- Learners -----------------------------------------------------------------------------------------------------


def label_of(person: UUID, names: Mapping[UUID, str]) -> str:
    """Return a learner's name, or, where names are not for the reader, a mark that is the same on every page."""
    return names.get(person) or _("会员 %(mark)s") % {"mark": person.hex[-6:].upper()}


def learner_table(
    everybody: Sequence[LearnerFigures],
    shown: Sequence[LearnerFigures],
    names: Mapping[UUID, str],
    *,
    rolls: Mapping[UUID, Union],
    with_names: bool,
    has_stock: bool,
    link: Callable[[UUID], str],
) -> dict[str, Any]:
    """Return one page of the learners behind a union's own figures; the sums are those of all pages. ``rolls`` names each member's unit."""
    columns = [
        {"label": _("姓名") if with_names else _("会员")},
        {"label": _("记在本单位（学时）"), "numeric": True},
    ]
    if has_stock:
        columns.append({"label": _("合计（学时）"), "numeric": True})
        columns.append({"label": _("参训")})

    def cells(learner: LearnerFigures) -> list[Any]:
        found: list[Any] = [_hours(learner.here_ms)]
        if has_stock:
            is_in = (learner.all_ms or 0) >= PARTICIPANT_MS
            found.append("—" if learner.all_ms is None else _hours(learner.all_ms))
            found.append("—" if learner.all_ms is None else _("已参训") if is_in else _("未满 1 学时"))
        return found

    here = sum(f.here_ms for f in everybody)
    everywhere = sum(f.all_ms or 0 for f in everybody)
    members = sum(f.all_ms is not None for f in everybody)
    foot: list[Any] = [_hours(here)]
    if has_stock:
        foot += [_hours(everywhere), _("会员 %(count)s 人") % {"count": f"{members:,}"}]
    return {
        "caption": _("学习情况"),
        "columns": columns,
        "rows": [
            {
                "header": label_of(f.uuid, names),
                "url": link(f.uuid),
                "note": _note(f, rolls) if has_stock else "",
                "cells": cells(f),
            }
            for f in shown
        ],
        "foot": {"header": _("合计"), "cells": foot},
    }


def _note(learner: LearnerFigures, rolls: Mapping[UUID, Union]) -> str:
    if learner.union is None:
        return _("已转出，学时留在这里")
    return rolls[learner.union].name if learner.union in rolls else ""


def _hours(ms: int) -> SafeString:
    return format_html('<data value="{}">{}</data>', ms, MEAN.shown(Figures(members=1, members_ms=ms)))


def entry_rows(entries: Sequence[Any]) -> list[dict[str, Any]]:
    """Return ledger entries for the page of evidence: what, when, how much, and its place in the chain."""
    titles = records.titles_of({e.session for e in entries if e.session})
    kinds, evidence = records.entry_words()
    return [
        {
            "title": titles.get(e.session) or kinds[e.kind],
            "kind": kinds[e.kind] if titles.get(e.session) else "",
            "evidence": evidence[e.evidence],
            "day": e.day,
            "from": display_clock(e.t_from),
            "to": display_clock(e.t_to),
            "booked_on": e.booked_on if e.booked_on != e.day else None,
            "ms": e.ms,
            "n": e.n,
            "learner": e.learner,
            "can_be_corrected": e.ms > 0,
            "hash": bytes(e.hash).hex()[:12],
        }
        for e in entries
    ]


def display_clock(instant_ms: int) -> str:
    """Return the time of day of an instant in Asia/Shanghai."""
    return from_ms(instant_ms).strftime("%H:%M:%S")
