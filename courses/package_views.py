"""Courses out and in as files: the button on a course's desk, the page to bring one in, and how far each is."""

from pathlib import Path
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core import display
from core.jobs.models import Job
from core.policies import Policy, guard
from courses.admin_views import author
from courses.models import CourseIndexPage, CoursePackage, CoursePage
from courses.operations.packages import WrongState, receive, start_export, start_import, start_undo
from courses.packages import UnreadablePackage

SHOWN = 30
_AGAIN_SECONDS = "2"


def _may_bring_in(request: HttpRequest, **kwargs: object) -> bool:
    index = CourseIndexPage.objects.first()
    return index is not None and bool(index.permissions_for_user(request.user).can_add_subpage())


def _is_own(request: HttpRequest, package: UUID, **kwargs: object) -> bool:
    found = CoursePackage.objects.filter(uuid=package)
    if not request.user.is_superuser:
        found = found.filter(created_by=request.user.pk)
    return found.exists()


brings_in = Policy("brings_courses_in", _may_bring_in)
own_package = Policy("own_course_package", _is_own)


@require_POST
@guard(author)
def export_course(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a job pack a course and lead to where it can be fetched."""
    course = get_object_or_404(CoursePage, pk=pk)
    package = start_export(course=course, by=cast(User, request.user), now=timezone.now())
    return redirect("course_package", package.uuid)


@require_http_methods(["GET", "POST"])
@guard(brings_in)
@never_cache
def packages(request: HttpRequest) -> HttpResponse:
    """List one's own exports and imports; on POST take a package in, to look at it."""
    refused = ""
    if request.method == "POST":
        file = request.FILES.get("package")
        try:
            if file is None:
                raise UnreadablePackage(_("选一个课程包。"))
            package = receive(file=file, by=cast(User, request.user), now=timezone.now())
        except UnreadablePackage as error:
            refused = str(error)
        else:
            return redirect("course_package", package.uuid)
    own = CoursePackage.objects.filter(created_by=request.user.pk).order_by("-created_at", "-pk")
    context = {"rows": own.select_related("course")[:SHOWN], "refused": refused}
    return render(request, "courses/admin/packages.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
@guard(own_package)
@never_cache
def package_page(request: HttpRequest, package: UUID) -> HttpResponse:
    """Show how far a package is, what it holds and what does not fit; on POST bring it in, or take it back."""
    found = get_object_or_404(
        CoursePackage.objects.select_related("course", "created_by__person"), uuid=package
    )
    if request.method == "POST":
        act = start_undo if request.POST.get("act") == "undo" else start_import
        try:
            act(package=found, by=cast(User, request.user))
        except WrongState as error:
            messages.warning(request, str(error))
        return redirect("course_package", found.uuid)
    own = Job.objects.filter(created_by=found.created_by.person.uuid)  # by an index; JSON alone has none
    job = own.filter(payload__package=str(found.uuid)).order_by("-pk").first()
    context = {
        "package": found,
        "job": job,
        "counts": _counts(found),
        "is_export": found.state in {CoursePackage.State.PACKING, CoursePackage.State.PACKED},
    }
    response = render(request, "courses/admin/package.html", context)
    if found.is_running and (job is None or job.state in {Job.State.QUEUED, Job.State.RUNNING}):
        response["Refresh"] = _AGAIN_SECONDS
    return response


def _counts(package: CoursePackage) -> list[str]:
    words = {
        "modules": _("{n} 个单元"),
        "lessons": _("{n} 节课时"),
        "images": _("{n} 张图片"),
        "videos": _("{n} 个视频"),
        "documents": _("{n} 份资料"),
    }
    counts = package.report.get("counts", {})
    said = [words[key].format(n=counts[key]) for key in words if counts.get(key)]
    if package.file and package.state == CoursePackage.State.PACKED:
        said.append(display.file_size(default_storage.size(package.file)))
    return said


@require_safe
@guard(own_package)
def package_file(request: HttpRequest, package: UUID) -> HttpResponseBase:
    """Answer the file of an export; 404 once it was tidied away."""
    found = get_object_or_404(CoursePackage, uuid=package, state=CoursePackage.State.PACKED)
    path = Path(default_storage.path(found.file)) if found.file else None
    if path is None or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), as_attachment=True, filename=f"{found.title[:80]}.zip")
    response["Cache-Control"] = "private, no-store"
    return response
