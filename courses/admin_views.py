"""Pages of the CMS that Wagtail does not have: the course's desk, its check, sending it to review."""

from datetime import date
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from core.clock import day_of, to_ms
from core.policies import Policy, guard
from courses.models import CoursePage
from courses.operations import AlreadyInReview, NotReady, submit_course
from courses.queries.checks import check_course, check_draft
from courses.queries.desk import course_of, desk_of
from courses.queries.drafts import course_draft
from courses.review.queries import course_log, open_comments


def _today() -> date:
    return day_of(to_ms(timezone.now()))


def _may_write(request: HttpRequest, pk: int) -> bool:
    course = CoursePage.objects.filter(pk=pk).first()
    return course is not None and bool(course.permissions_for_user(request.user).can_edit())


author = Policy("course_author", _may_write)
page_author = Policy(
    "course_page_author",
    lambda request, page, **kwargs: (
        (course := course_of(page)) is not None and bool(course.permissions_for_user(request.user).can_edit())
    ),
)


@require_safe
@guard(author)
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a course with its units and lessons, each with the one thing to do: write on, add, send to review."""
    course = get_object_or_404(CoursePage, pk=pk)
    context = {
        "course": course,
        "desk": desk_of(course),
        "report": check_course(course, on=_today()),
        "comments": open_comments(course),
        "log": course_log(course),
        "pending": course.editions.filter(published_at__isnull=True).first(),
    }
    return render(request, "courses/admin/desk.html", context)


@require_safe
@guard(page_author)
def checks(request: HttpRequest, page: int) -> HttpResponse:
    """Return what the course of a page lacks, as the panel beside the editor shows it after each saving."""
    course = cast(CoursePage, course_of(page))
    context = {
        "course": course,
        "report": check_course(course, on=_today()),
        "page_id": page,
        "comments": open_comments(course),
    }
    return render(request, "courses/admin/check_list.html", context)


@require_http_methods(["GET", "POST"])
@guard(author)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the next edition will contain and what is missing; on POST send it to review."""
    course = get_object_or_404(CoursePage, pk=pk)
    note, status = request.POST.get("note", "").strip()[:300], 200
    if request.method == "POST":
        try:
            submit_course(course=course, by=cast(User, request.user), now=timezone.now(), note=note)
        except AlreadyInReview:
            messages.warning(request, _("这门课正在审，审完才能再送。"))
            return redirect("course_desk", course.pk)
        except NotReady:
            status = 422
        else:
            messages.success(
                request, _("《%(title)s》已送审。先专业审核，再内容审核，都通过就发布。") % {"title": course}
            )
            return redirect("wagtailadmin_home")
    draft = course_draft(course)
    in_review = course.editions.filter(published_at__isnull=True).first()
    context = {
        "course": course,
        "draft": draft,
        "report": check_draft(course, draft, on=_today()),
        "note": note,
        "is_in_review": in_review is not None and in_review.workflow_in_progress,
    }
    return render(request, "courses/admin/submit.html", context, status=status)
