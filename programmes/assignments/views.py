"""The officer's pages: what was asked, asking, how far everybody is, the same as a file, taking it back."""

import io
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from openpyxl import Workbook

from accounts.api import User, names_of
from core import audit
from core.importer.reading import csv_file
from core.policies import guard
from core.sheets import book_bytes
from courses.models import CourseEdition
from programmes.assignments import operations, queries
from programmes.assignments.forms import AssignmentForm
from programmes.models import Assignment
from unions.api import Union, may, officer_of, sees_names, union_asked

PER_PAGE = 50
MOST_LISTED = 500
"""So many members can be chosen by tick; a larger union asks the whole unit, or by trade and level."""


@guard(officer_of("training"))
@never_cache
@require_safe
def assignments(request: HttpRequest, union: UUID) -> HttpResponse:
    """List what a union asked, newest first."""
    node = union_asked(request)
    page = Paginator(queries.assignments_of(node), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "union": node,
        "page": page,
        "today": timezone.localdate(),
        "may_write": may(_officer(request), node, "training", write=True),
    }
    return render(request, "programmes/assignments.html", context)


@guard(officer_of("training", write=True))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, union: UUID) -> HttpResponse:
    """Find a course, then say who is to study it and by when."""
    node, today = union_asked(request), timezone.localdate()
    slug = request.GET.get("course", "")
    edition = (
        CourseEdition.objects.filter(course__slug=slug, is_current=True)
        .select_related("course", "occupation", "level")
        .first()
        if slug and "\0" not in slug
        else None
    )
    if edition is None:
        words = request.GET.get("q", "").strip().replace("\0", "")[:60]
        context = {"union": node, "words": words, "editions": queries.courses_to_ask(words)}
        return render(request, "programmes/assign_course.html", context)
    form = AssignmentForm(
        request.POST if request.method == "POST" else None,
        edition=edition,
        members=_to_choose(request, node),
        today=today,
        initial={"occupation": edition.occupation_id, "reach": Assignment.Reach.UNIT},
    )
    if form.is_bound and form.is_valid() and (made := _made(request, node, edition, form)):
        flash.success(request, _("安排好了。正在登记、发消息，人多要几分钟。"))
        return redirect("programmes:assignment", union=union, assignment=made.uuid)
    context = {"union": node, "edition": edition, "form": form}
    return render(request, "programmes/assign.html", context, status=422 if form.is_bound else 200)


def _made(
    request: HttpRequest, node: Union, edition: CourseEdition, form: AssignmentForm
) -> Assignment | None:
    given = form.cleaned_data
    try:
        return operations.assign(
            union=node,
            course=edition.course,
            reach=given["reach"],
            due_on=given["due_on"],
            chosen=[UUID(text) for text in given.get("members", [])],
            occupation=given["occupation"],
            level=given["level"],
            takes_in=given["takes_in"],
            by=_officer(request),
            now=timezone.now(),
        )
    except operations.CannotAssign as error:
        form.add_error(
            "members" if given["reach"] == "chosen" and "members" in form.fields else "reach", str(error)
        )
        return None


def _to_choose(request: HttpRequest, node: Union) -> list[tuple[str, str]]:
    """Return uuid and name of the members of a primary union, for who sees names; nobody where they are too many to tick."""
    today = timezone.localdate()
    if not sees_names(_officer(request), node, today):
        return []
    uuids = list(
        operations.members_below(node, today).order_by("pk").values_list("uuid", flat=True)[: MOST_LISTED + 1]
    )
    if not uuids or len(uuids) > MOST_LISTED:
        return []
    if request.method != "POST":
        _write_down(request, node, len(uuids))
    names = names_of(uuids)
    return [(str(uuid), names.get(uuid) or _mark(uuid)) for uuid in uuids]


def _mark(uuid: UUID) -> str:
    return _("会员 %(mark)s") % {"mark": uuid.hex[-6:].upper()}


@guard(officer_of("training"))
@never_cache
@require_safe
def assignment(request: HttpRequest, union: UUID, assignment: UUID) -> HttpResponse:
    """Show how far everybody is whom an assignment asks."""
    node, found = union_asked(request), _of(union, assignment)
    progress = queries.progress_of(found, today=timezone.localdate())
    with_names = sees_names(_officer(request), node)
    page = Paginator(progress.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "union": node,
        "assignment": found,
        "progress": progress,
        "asked": len(progress.rows),
        "begun": progress.count(queries.BEGUN),
        "done": progress.count(queries.DONE),
        "with_names": with_names,
        "page": page if with_names else None,
        "table": _table(request, node, progress, list(page.object_list) if with_names else None),
        "may_write": may(_officer(request), node, "training", write=True),
    }
    return render(request, "programmes/assignment.html", context)


def _rows(
    request: HttpRequest, node: Union, progress: queries.Progress, shown: list[queries.AssignedRow] | None
) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells: persons by name, or units where names are not for the reader (``shown`` None)."""
    if shown is None:
        return queries.unit_table(queries.units_of(progress, node))
    if shown:
        _write_down(request, node, len(shown))
    names = names_of([row.person for row in shown])
    return queries.person_table(progress, shown, names, with_names=True)


def _table(
    request: HttpRequest, node: Union, progress: queries.Progress, shown: list[queries.AssignedRow] | None
) -> dict[str, Any]:
    heads, cells = _rows(request, node, progress, shown)
    numeric = range(1, len(heads)) if shown is None else (2,)
    return {
        "caption": _("学到哪一步"),
        "columns": [{"label": head, "numeric": n in numeric} for n, head in enumerate(heads)],
        "rows": [{"header": row[0], "cells": row[1:]} for row in cells],
    }


@guard(officer_of("training"))
@never_cache
@require_safe
def assignment_file(request: HttpRequest, union: UUID, assignment: UUID, ending: str) -> HttpResponse:
    """Answer what the page shows, all of it, as CSV or XLSX."""
    if ending not in {"csv", "xlsx"}:
        raise Http404
    node, found = union_asked(request), _of(union, assignment)
    progress = queries.progress_of(found, today=timezone.localdate())
    heads, cells = _rows(
        request, node, progress, progress.rows if sees_names(_officer(request), node) else None
    )
    if ending == "csv":
        content, kind = csv_file([heads, *cells]), "text/csv; charset=utf-8"
    else:
        content, kind = (
            _book(heads, cells),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    name = quote(f"{found.course.title}_{node.name}.{ending}")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


def _book(heads: list[str], cells: list[list[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(heads)
    for row in cells:
        sheet.append([int(cell) if cell.isdecimal() else cell for cell in row])
    for row_cells in sheet.iter_rows(min_row=2):
        for cell in row_cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a name that begins with = is a name
    out = io.BytesIO(book_bytes(book))
    return out.getvalue()


@guard(officer_of("training", write=True))
@require_POST
def withdraw(request: HttpRequest, union: UUID, assignment: UUID) -> HttpResponse:
    """Take an assignment back."""
    found = _of(union, assignment)
    operations.withdraw_assignment(assignment=found, by=_officer(request), now=timezone.now())
    flash.success(request, _("撤销了。没开始学的人不用学了，学过的照样算数。"))
    return redirect("programmes:assignments", union=union)


def _of(union: UUID, assignment: UUID) -> Assignment:
    rows = Assignment.objects.select_related("union", "course", "occupation", "level", "created_by__person")
    found = rows.filter(uuid=assignment, union__uuid=union).first()
    if found is None:
        raise Http404
    return found


def _officer(request: HttpRequest) -> User:
    return cast(User, request.user)


def _write_down(request: HttpRequest, node: Union, persons: int) -> None:
    audit.record(
        stream="unions",
        action="learners.view_names",
        actor=_officer(request).person.uuid,
        target=f"union:{node.uuid}",
        request=request,
        detail={"page": request.path[:120], "persons": persons},
    )
