"""Bringing a roll or a part of the tree in: upload, preview, do, take back."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api import User
from core.importer import runs
from core.importer.base import BulkImporter, importer_of
from core.importer.models import ImportRow, ImportRun
from core.importer.reading import MAX_BYTES, UnreadableTable
from core.importer.stream import MAX_FILE
from core.policies import guard
from unions.imports import MEMBERS, TREE
from unions.models import Union
from unions.policies import may, officer_of, posts_of

KINDS = {"members": MEMBERS, "tree": TREE, "study": "records.study"}
"""By the word in the address. The last is of an app above, whose table goes by its name alone."""
TITLES = {
    "members": gettext_lazy("导入会员花名册"),
    "tree": gettext_lazy("导入下级工会"),
    "study": gettext_lazy("导入别处的学习记录"),
}
ROWS_A_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
writer = officer_of("membership", write=True)


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        error_messages={
            "required": gettext_lazy("请选一个表格文件。"),
            "empty": gettext_lazy("文件是空的。"),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, is_bulk: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = MAX_FILE if is_bulk else MAX_BYTES
        self.fields["file"].help_text = (
            _("xlsx 或 csv，最多 110 万行、300 MB。")
            if is_bulk
            else _("xlsx 或 csv，不超过 5 MB、20,000 行。")
        )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > self.most:
            too_large = _("文件超过 {n} MB。分成几份再传。").format(n=self.most // 1_000_000)
            raise forms.ValidationError(too_large, code="too_large")
        return file


def _node(request: HttpRequest, union: UUID, what: str) -> Union:
    """Return the union; hours are brought in by whoever may train there, too."""
    node = Union.objects.select_related("kind").get(uuid=union)
    if what not in _offered(request, node):
        raise Http404
    return node


def _offered(request: HttpRequest, node: Union) -> list[str]:
    """Return which tables somebody may bring into a union."""
    trains = may(cast(User, request.user), node, "training", write=True)
    return [w for w in KINDS if (w != "tree" or not node.kind.is_primary) and (w != "study" or trains)]


def _scope(node: Union) -> str:
    return f"union:{node.uuid}"


def _run(node: Union, what: str, run: UUID) -> ImportRun:
    found = ImportRun.objects.filter(uuid=run, scope=_scope(node), kind=KINDS[what]).first()
    if found is None:
        raise Http404
    return found


def _options(request: HttpRequest, node: Union, what: str) -> dict[str, Any]:
    """Return the importer's options. Members may come from any union in which the officer may write members."""
    today = timezone.localdate()
    if what == "tree":
        return {"today": today.isoformat(), "root": node.pk}
    if what == "study":
        return {"today": today.isoformat(), "union": node.pk}
    posts = posts_of(cast(User, request.user), today)
    movable = sorted({post.path for post in posts if post.duty == "membership" and post.may_write})
    return {"today": today.isoformat(), "union": node.pk, "movable": movable}


@guard(writer)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, union: UUID, what: str) -> HttpResponse:
    """Choose a file; what was brought in before stands below."""
    node = _node(request, union, what)
    importer = importer_of(KINDS[what])
    is_bulk = isinstance(importer, BulkImporter)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FileForm(*sent, is_bulk=is_bulk)
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = runs.receive(
                kind=KINDS[what],
                file=file,
                file_name=file.name or "",
                scope=_scope(node),
                options=_options(request, node, what),
                by=request.user.person.uuid,  # type: ignore[union-attr]
            )
        except UnreadableTable as error:
            form.add_error("file", str(error))
        else:
            return redirect("unions:import_run", union=union, what=what, run=run.uuid)
    context = {
        "union": node,
        "what": what,
        "form": form,
        "earlier": ImportRun.objects.filter(scope=_scope(node), kind=KINDS[what]).order_by("-created_at")[
            :10
        ],
        "columns": importer.columns,
        "others": [(w, TITLES[w]) for w in _offered(request, node) if w != what],
        "title": TITLES[what],
    }
    return render(request, "unions/import_upload.html", context, status=422 if form.is_bound else 200)


@guard(writer)
@require_safe
def template(request: HttpRequest, union: UUID, what: str) -> HttpResponse:
    """The empty table with its headings and an example."""
    node = _node(request, union, what)
    name = "unions.xlsx" if what == "tree" else f"{what}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    options = {"root" if what == "tree" else "union": node.pk}
    content = runs.template_file(KINDS[what], options=options)
    return HttpResponse(content, content_type=XLSX, headers=headers)


@guard(writer)
@never_cache
@require_safe
def show(request: HttpRequest, union: UUID, what: str, run: UUID) -> HttpResponse:
    """What would happen, what is happening, or what became of each line."""
    node = _node(request, union, what)
    found = _run(node, what, run)
    action = request.GET.get("action", "")
    busy = {ImportRun.State.READING, ImportRun.State.APPLYING, ImportRun.State.UNDOING}
    is_busy = found.state in busy
    counts = found.counts()
    lines = runs.lines_of(found).order_by("line")
    known_count = sum(counts.values())
    if action in counts:
        lines = lines.filter(action=action)
        known_count = counts[action]
    paginator = Paginator(lines, ROWS_A_PAGE)
    paginator.__dict__["count"] = known_count  # the tally knows it; to count a million rows costs a second
    page = paginator.get_page(request.GET.get("page"))
    done, total = runs.progress_of(found) if is_busy else (0, 0)
    context = {
        "union": node,
        "what": what,
        "run": found,
        "page": page,
        "rows": []
        if found.state == ImportRun.State.READING
        else [_line(found, row) for row in page.object_list],
        "counts": [(key, ImportRow.Action(key).label, n) for key, n in counts.items()],
        "action": action,
        "to_do": _to_do(counts),
        "has_errors": counts.get("refused") or _has_failed(found),
        "is_busy": is_busy,
        "done": done,
        "total": total,
        "done_text": f"{done:,}",
        "total_text": f"{total:,}",
    }
    return render(request, "unions/import_run.html", context)


def _to_do(counts: dict[str, int]) -> int:
    return sum(n for action, n in counts.items() if action not in {"unchanged", "refused"})


def _has_failed(run: ImportRun) -> bool:
    return runs.lines_of(run).filter(outcome__in=["failed", "kept"]).exists()


def _line(run: ImportRun, row: Any) -> dict[str, Any]:
    cells = importer_of(run.kind).cells_of(row)
    return {"row": row, "name": cells.get("name", ""), "key": cells.get("code") or cells.get("phone", "")}


@guard(writer)
@require_POST
def act(request: HttpRequest, union: UUID, what: str, run: UUID) -> HttpResponse:
    """Do it (``do=apply``), or take it back (``do=undo``)."""
    node = _node(request, union, what)
    found = _run(node, what, run)
    by = request.user.person.uuid  # type: ignore[union-attr]
    try:
        if request.POST.get("do") == "undo":
            runs.start_undo(run=found, by=by)
            flash.success(request, _("正在撤销。"))
        else:
            runs.start_apply(run=found, by=by)
            flash.success(request, _("正在导入，可以先去干别的。"))
    except runs.WrongState as error:
        flash.error(request, str(error))
    return redirect("unions:import_run", union=union, what=what, run=run)


@guard(writer)
@require_safe
def errors(request: HttpRequest, union: UUID, what: str, run: UUID) -> HttpResponseBase:
    """The lines that did not go through, each with its reason, to be put right and brought in again."""
    found = _run(_node(request, union, what), what, run)
    headers = {"Content-Disposition": 'attachment; filename="refused.csv"'}
    return StreamingHttpResponse(
        runs.error_lines(found), content_type="text/csv; charset=utf-8", headers=headers
    )
