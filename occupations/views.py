"""The public pages of standards: which there are, and what one of them asks for at each level."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.policies import guard, public
from occupations.display import added_up, basics_of, level_page
from occupations.models import OccupationalStandard
from occupations.queries.standards import (
    content_of,
    level_labels,
    published_standards,
    standard_in_force,
    standards_in_force,
)
from occupations.sections import teaching_of
from occupations.sheets import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@guard(public)
def standards(request: HttpRequest) -> HttpResponse:
    """List the standards in force."""
    return render(
        request, "occupations/standards.html", {"standards": standards_in_force(timezone.localdate())}
    )


@require_safe
@guard(public)
def standard(request: HttpRequest, code: str) -> HttpResponse:
    """Show one level of a standard: the one in force, else the newest; every level is a link of its own."""
    found = _standard(code)
    content, labels = content_of(found), level_labels()
    ranks = [level.rank for level in content.levels]
    wanted = request.GET.get("level", "")
    rank = int(wanted) if wanted.isascii() and wanted.isdecimal() and int(wanted) in ranks else ranks[0]
    level = content.levels[ranks.index(rank)]
    teaching = teaching_of(found, rank, request)
    context = {
        "standard": found,
        "levels": [(r, labels[r]) for r in ranks],
        **basics_of(content),
        **level_page(level, labels, lessons=added_up([one.lessons for one in teaching])),
        "teaching": teaching,
    }
    return render(request, "occupations/standard.html", context)


@require_safe
@guard(public)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The standard as the workbook that can be brought in again."""
    found = _standard(code)
    content = workbook(content_of(found), name=found.occupation.name, labels=level_labels())
    headers = {"Content-Disposition": f'attachment; filename="{found.occupation_id}.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _standard(code: str) -> OccupationalStandard:
    found = (
        standard_in_force(occupation=code, on=timezone.localdate()) or published_standards(code).first()
        if "\0" not in code
        else None
    )
    if found is None:
        raise Http404
    return found
