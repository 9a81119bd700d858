"""The coverage map as pages and files: all occupations, and one of them requirement by requirement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Role, User
from core.importer.reading import csv_file
from core.policies import Policy, guard
from core.sheets import table_bytes
from courses.coverage_tables import Cell, occupation_table, overview_table
from courses.queries.coverage import Coverage, CoveredLevel, coverage_of, lessons_teaching
from courses.queries.coverage_overview import (
    ORDERS,
    STATES,
    LevelCell,
    OccupationLine,
    Overview,
    fill_in,
    overview,
)
from occupations.api import level_labels
from unions.api import Union, is_officer

LINES_A_PAGE = 50
PROVINCE = "PROV"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROLES = (Role.INSTRUCTOR, Role.LESSON_EDITOR, Role.TRADE_REVIEWER, Role.CONTENT_REVIEWER)


def may_see_coverage(user: Any) -> bool:
    """Tell whether the map of what is missing is for this person: who teaches, who reviews, who plans."""
    if not user.is_authenticated:
        return False
    person = cast(User, user)
    return person.is_superuser or person.has_any_role(*_ROLES) or is_officer(person)


coverage_reader = Policy("coverage_reader", lambda request, **kwargs: may_see_coverage(request.user))


@dataclass(frozen=True)
class _Asked:
    """What an address asks for; what it does not understand it leaves out."""

    region: Union | None
    regions: Sequence[Union]
    query: str
    state: str
    order: str

    def address(self, **change: str) -> str:
        words = {
            "q": self.query,
            "state": self.state if self.state != STATES[0] else "",
            "order": self.order if self.order != ORDERS[0] else "",
            "region": str(self.region.uuid) if self.region else "",
            **change,
        }
        return urlencode({key: value for key, value in words.items() if value})


def _asked(request: HttpRequest) -> _Asked:
    regions = list(
        Union.objects.filter(kind=PROVINCE, closed_on__isnull=True).exclude(path="").order_by("path")
    )
    wanted = _uuid(request.GET.get("region", ""))
    state, order = request.GET.get("state", ""), request.GET.get("order", "")
    return _Asked(
        region=next((region for region in regions if region.uuid == wanted), None),
        regions=regions,
        query=request.GET.get("q", "").replace("\0", "").strip()[:40],
        state=state if state in STATES else STATES[0],
        order=order if order in ORDERS else ORDERS[0],
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _overview(asked: _Asked) -> Overview:
    return overview(
        on=timezone.localdate(), region=asked.region, query=asked.query, state=asked.state, order=asked.order
    )


@require_safe
@guard(coverage_reader)
def coverage(request: HttpRequest) -> HttpResponse:
    """Show all occupations, where most is missing first."""
    asked = _asked(request)
    found, labels = _overview(asked), level_labels()
    page = Paginator(found.lines, LINES_A_PAGE).get_page(request.GET.get("page"))
    lines = list(page.object_list)
    fill_in(lines)
    words = {
        "standard": _("有标准的"),
        "gaps": _("有缺口的"),
        "full": _("齐了的"),
        "none": _("没有标准的"),
        "all": _("全部"),
    }
    orders = {"gaps": _("缺得多的在前"), "lessons": _("课多的在前"), "code": _("按代码"), "name": _("按名称")}
    context = {
        "asked": asked,
        "found": found,
        "page": page,
        "ranks": [(rank, labels[rank]) for rank in found.ranks],
        "rows": [_row(line, found.ranks, labels, asked.region) for line in lines],
        "states": [(words[s], asked.address(state=s), s == asked.state, found.counts[s]) for s in STATES],
        "orders": [
            {"label": orders[o], "url": f"?{asked.address(order=o)}", "current": o == asked.order}
            for o in ORDERS
        ],
        "tiles": _tiles(found),
        "files": [(kind, f"{kind}/?{asked.address()}") for kind in FILES],
    }
    return render(request, "courses/coverage.html", context)


def _row(
    line: OccupationLine, ranks: Sequence[int], labels: dict[int, str], region: Union | None
) -> dict[str, Any]:
    """Return a line with the addresses of its cells: made here, because the template would resolve two hundred."""
    address = f"/coverage/occupation/{line.code}/"
    more = f"&region={region.uuid}" if region else ""
    return {
        "line": line,
        "url": address + (f"?{more[1:]}" if more else ""),
        "newest": line.newest_on.isoformat() if line.newest_on else "—",
        "cells": [
            (cell := line.cells.get(rank), labels[rank], f"{address}?level={rank}{more}", _teachers(cell))
            for rank in ranks
        ],
    }


def _teachers(cell: LevelCell | None) -> str:
    return _("{n} 位师傅").format(n=cell.instructors) if cell and cell.instructors else ""


def _tiles(found: Overview) -> list[dict[str, Any]]:
    gaps = found.requirements - found.covered
    return [
        {
            "name": _("职业"),
            "number": f"{len(found.lines):,}",
            "unit": _("个"),
            "what": _("符合下面条件的职业。"),
        },
        {
            "name": _("有课的要求"),
            "number": f"{found.covered:,}",
            "unit": _("条"),
            "what": _("至少有一节上线的课时教它，停用的不算。标准一共 {n} 条。").format(
                n=f"{found.requirements:,}"
            ),
        },
        {
            "name": _("缺口"),
            "number": f"{gaps:,}",
            "unit": _("条"),
            "what": _("标准里有，还没有课时教的要求。"),
        },
    ]


@require_safe
@guard(coverage_reader)
def coverage_file(request: HttpRequest, kind: str) -> HttpResponse:
    """All lines of the page, as a file."""
    asked = _asked(request)
    found = _overview(asked)
    fill_in(found.lines)
    return _file(overview_table(found.lines, found.ranks, level_labels()), kind, "coverage")


@require_safe
@guard(coverage_reader)
def occupation_coverage(request: HttpRequest, code: str) -> HttpResponse:
    """Show one level of an occupation, requirement by requirement, with the lessons that teach it."""
    asked = _asked(request)
    found = _coverage(code, asked)
    level = _level(request, found)
    only_gaps = request.GET.get("only") == "gaps"
    lessons = lessons_teaching(standard=found.standard.pk, rank=level.rank, region=asked.region)
    region = f"&region={asked.region.uuid}" if asked.region else ""
    context = {
        "asked": asked,
        "standard": found.standard,
        "levels": [(one, f"?level={one.rank}{region}", one is level) for one in found.levels],
        "level": level,
        "only_gaps": only_gaps,
        "address": f"level={level.rank}{region}",
        "region": region,
        "groups": _by_task(level, lessons, only_gaps),
        "files": [(kind, f"{kind}/?level={level.rank}{region}") for kind in FILES],
    }
    return render(request, "courses/coverage_occupation.html", context)


def _by_task(level: CoveredLevel, lessons: dict[int, Any], only_gaps: bool) -> list[dict[str, Any]]:
    tasks: dict[str, dict[str, Any]] = {}
    for row in level.rows:
        if only_gaps and not row.is_gap:
            continue
        one = row.requirement
        task = tasks.setdefault(
            one.task_code, {"code": one.task_code, "name": one.task, "function": one.function, "rows": []}
        )
        task["rows"].append((row, lessons.get(one.id, [])))
    return list(tasks.values())


@require_safe
@guard(coverage_reader)
def occupation_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The level on the page, as a file."""
    found = _coverage(code, _asked(request))
    level = _level(request, found)
    return _file(occupation_table(found, rank=level.rank), kind, f"coverage-{code}-{level.rank}")


def _coverage(code: str, asked: _Asked) -> Coverage:
    found = (
        coverage_of(occupation=code, on=timezone.localdate(), region=asked.region)
        if "\0" not in code
        else None
    )
    if found is None:
        raise Http404
    return found


def _level(request: HttpRequest, found: Coverage) -> CoveredLevel:
    wanted = request.GET.get("level", "")
    return next((level for level in found.levels if str(level.rank) == wanted), found.levels[0])


def _csv(rows: list[list[Cell]]) -> bytes:
    return csv_file([[str(cell) for cell in row] for row in rows])


FILES = {"xlsx": (lambda rows: table_bytes(rows), XLSX), "csv": (_csv, "text/csv; charset=utf-8")}


def _file(rows: list[list[Cell]], kind: str, name: str) -> HttpResponse:
    if kind not in FILES:
        raise Http404
    make, content_type = FILES[kind]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(make(rows), content_type=content_type, headers=headers)
