"""Bringing a standard in through the CMS: upload, preview, do, take back; and what else is done to an edition."""

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from accounts.models import User
from core.importer import runs
from core.importer.models import ImportRow, ImportRun
from core.importer.reading import UnreadableTable
from core.jobs.models import Job
from core.policies import Policy, guard
from occupations.forms import WorkbookForm
from occupations.imports import GONE, STANDARD
from occupations.models import OccupationalStandard
from occupations.operations.standards import StandardIncomplete, StandardOverlaps, publish_standard
from occupations.queries.standards import content_of, level_labels
from occupations.sheets import template, workbook
from occupations.views import XLSX
from occupations.words import fault_words

ROWS_A_PAGE = 50
SCOPE = "standards"
writer = Policy(
    "standards_writer",
    lambda request, **kwargs: request.user.has_perm("occupations.add_occupationalstandard"),
)
reader = Policy(
    "standards_reader",
    lambda request, **kwargs: request.user.has_perm("occupations.view_occupationalstandard"),
)


def _by(request: HttpRequest) -> UUID:
    return cast(User, request.user).person.uuid


def _file(content: bytes, name: str, kind: str = XLSX) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _run(run: UUID) -> ImportRun:
    return get_object_or_404(ImportRun, uuid=run, kind=STANDARD)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@guard(writer)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a workbook; what was brought in before stands below."""
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = runs.make_run(
                kind=STANDARD,
                content=file.read(),
                file_name=file.name or "",
                scope=SCOPE,
                by=_by(request),
            )
        except UnreadableTable as error:
            form.add_error("file", str(error))
        else:
            return redirect("standard_import_run", run=run.uuid)
    earlier = ImportRun.objects.filter(kind=STANDARD).order_by("-created_at", "-pk")[:10]
    context = {"form": form, "earlier": earlier}
    return render(
        request, "occupations/admin/import_upload.html", context, status=422 if form.is_bound else 200
    )


@require_safe
@guard(writer)
def template_file(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    labels = level_labels()
    if not labels:
        raise Http404
    return _file(template(labels=labels), "standard-template.xlsx")


@never_cache
@require_safe
@guard(writer)
def show(request: HttpRequest, run: UUID) -> HttpResponse:
    """What the workbook would change, what is happening, or what became of it."""
    found = _run(run)
    counts, gone = found.counts(), found.rows.filter(target=GONE).count()
    counts["changed"] -= gone
    # Who has something to put right sees that first.
    shown = request.GET.get("show", ImportRow.Action.REFUSED if counts["refused"] else "")
    rows = _rows(found, shown)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    job = runs.job_of(found)
    context = {
        "run": found,
        "page": page,
        "lines": [_line(row) for row in page.object_list],
        "counts": _counts(counts, gone),
        "shown": shown,
        "to_do": counts["new"] + counts["changed"] + gone,
        "refused": counts["refused"],
        "is_busy": found.state in {ImportRun.State.APPLYING, ImportRun.State.UNDOING},
        "job": job,
        "has_failed": job is not None and job.state == Job.State.FAILED,
        "conflicts": _conflicts(found),
        "standard": _standard_of(found),
    }
    return render(request, "occupations/admin/import_run.html", context)


def _rows(run: ImportRun, shown: str) -> Any:
    rows = run.rows.order_by("line")
    if shown == GONE:
        return rows.filter(target=GONE)
    if shown in ImportRow.Action.values:
        return rows.filter(action=shown).exclude(target=GONE)
    # What nobody has to look at is left for those who ask for it.
    return rows.exclude(action=ImportRow.Action.UNCHANGED)


def _counts(counts: dict[str, int], gone: int) -> list[tuple[str, str, int]]:
    labels = [(key, str(ImportRow.Action(key).label), n) for key, n in counts.items()]
    return [*labels[:2], (GONE, _("会删掉"), gone), *labels[2:]]


def _line(row: ImportRow) -> dict[str, Any]:
    cells = runs.cells_of(row)
    label = _("会删掉") if row.target == GONE else row.get_action_display()
    return {"row": row, "label": label, **{key: cells.get(key, "") for key in ("place", "text", "was")}}


def _conflicts(run: ImportRun) -> list[str]:
    """Return why all of it could not be done, or not be taken back."""
    failed = run.rows.filter(outcome__in=[ImportRow.Outcome.FAILED, ImportRow.Outcome.KEPT])
    return [words for row in failed.exclude(errors=[]).order_by("line")[:1] for words in row.errors]


def _standard_of(run: ImportRun) -> OccupationalStandard | None:
    if run.state != ImportRun.State.APPLIED:
        return None
    first = run.rows.filter(outcome=ImportRow.Outcome.DONE).order_by("line").first()
    target = first.target if first else ""
    if not target or target == GONE:
        return None
    return OccupationalStandard.objects.filter(uuid=target).select_related("occupation").first()


@require_POST
@guard(writer)
def act(request: HttpRequest, run: UUID) -> HttpResponse:
    """Do it (``do=apply``), or take it back (``do=undo``)."""
    found = _run(run)
    try:
        if request.POST.get("do") == "undo":
            runs.start_undo(run=found, by=_by(request))
            messages.success(request, _("正在撤销，办完了会给你发消息。"))
        else:
            runs.start_apply(run=found, by=_by(request))
            messages.success(request, _("正在导入，办完了会给你发消息，可以先去干别的。"))
    except runs.WrongState as error:
        messages.error(request, str(error))
    return redirect("standard_import_run", run=run)


@require_safe
@guard(writer)
def refused_file(request: HttpRequest, run: UUID) -> HttpResponse:
    """What is not right, cell by cell, as a table to work through."""
    return _file(runs.error_file(_run(run)), "refused.csv", "text/csv; charset=utf-8")


@require_safe
@guard(reader)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Any edition, drafts too, as the workbook that can be brought in again."""
    standard = get_object_or_404(OccupationalStandard.objects.select_related("occupation"), pk=pk)
    content = workbook(content_of(standard), name=standard.occupation.name, labels=level_labels())
    return _file(content, f"{standard.occupation_id}-{standard.pk}.xlsx")


@require_POST
@guard(writer)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in force, or say what is missing."""
    standard = get_object_or_404(OccupationalStandard, pk=pk)
    try:
        publish_standard(standard=standard, now=timezone.now(), actor=_by(request))
    except StandardIncomplete as error:
        labels = level_labels()
        for fault in error.faults:
            messages.error(request, fault_words(fault, labels))
    except StandardOverlaps:
        messages.error(request, _("同一天只能有一版标准有效。先给现行的那一版填失效日期。"))
    else:
        messages.success(request, _("发布了。从生效日期起，课程照着它查。"))
    return redirect(reverse("wagtailsnippets_occupations_occupationalstandard:inspect", args=[standard.pk]))
