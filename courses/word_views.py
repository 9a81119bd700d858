"""Bringing a Word document in: the form, and the account of what came over and what did not."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core.policies import guard
from courses.admin_views import page_author
from courses.models import ModulePage
from courses.models.permissions import is_in_review
from courses.operations import ImportedLesson, import_lesson
from courses.word import UnreadableDocument
from courses.word.package import MAX_BYTES


@require_http_methods(["GET", "POST"])
@guard(page_author)
def import_word(request: HttpRequest, page: int) -> HttpResponse:
    """Take a DOCX for a new lesson of a module; answer with the account, or say why it is refused."""
    module = get_object_or_404(ModulePage, pk=page)
    refused, made = "", None
    if request.method == "POST":
        refused, made = _take(request, module)
    context = {"module": module, "refused": refused, "made": made, "came": _came(made) if made else []}
    return render(request, "courses/admin/import_word.html", context, status=422 if refused else 200)


def _take(request: HttpRequest, module: ModulePage) -> tuple[str, ImportedLesson | None]:
    file = request.FILES.get("document")
    if is_in_review(module):
        return _("这门课正在审，审完或者撤回送审以后才能加课时。"), None
    if file is None:
        return _("选一个 docx 文件。"), None
    if (file.size or 0) > MAX_BYTES:
        return _("文件超过 20 MB。把图片压小，或者分成几节再传。"), None
    try:
        made = import_lesson(
            module=module, content=file.read(), name=file.name or "", by=cast(User, request.user)
        )
    except UnreadableDocument as error:
        return str(error), None
    return "", made


def _came(made: ImportedLesson) -> list[str]:
    words = {
        "heading": _("%(n)s 个小标题"),
        "paragraph": _("%(n)s 段正文"),
        "item": _("%(n)s 条列表"),
        "table": _("%(n)s 张表"),
        "picture": _("%(n)s 张图"),
    }
    return [words[kind] % {"n": made.came[kind]} for kind in words if kind in made.came]
