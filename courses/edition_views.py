"""The learner's page of a newer edition: what changed since the one begun, and moving to it."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core import kept
from core.policies import guard, signed_in
from courses.models import CourseEdition
from courses.operations import CourseNotOpen, move_to_current
from courses.queries.served import open_enrolment, syllabus
from courses.review.difference import Difference
from courses.review.versions import compare, version_of

_SHAPE = 1
"""Of :class:`Difference`: a release that changes it raises this number."""


@never_cache
@require_http_methods(["GET", "POST"])
@guard(signed_in)
def new_edition(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the current edition changes for somebody on an older one; on POST move there. Others get the course."""
    current = get_object_or_404(
        CourseEdition.objects.select_related("course", "occupation", "level"),
        course__slug=slug,
        is_current=True,
    )
    person = cast(User, request.user).person  # the policy asks for somebody signed in
    enrolment = open_enrolment(person=person, course_id=current.course_id)
    if enrolment is None or enrolment.edition_id == current.pk:
        return redirect("courses:course", slug=slug)
    if request.method == "POST":
        try:
            move_to_current(person=person, course=current.course, now=timezone.now())
        except CourseNotOpen:
            messages.warning(request, _("这门课暂时停用，换不了版。"))
        else:
            messages.success(request, _("换到新版了。没有变的部分，学过的都还算。"))
        return redirect("courses:course", slug=slug)
    lessons = [lesson for module in syllabus(edition=current, person=person) for lesson in module.lessons]
    context = {
        "edition": enrolment.edition,
        "current": current,
        "difference": _difference(enrolment.edition, current),
        "done": sum(lesson.state == "counted" for lesson in lessons),
        "partly": sum(lesson.state == "partly" for lesson in lessons),
        "total": len(lessons),
    }
    return render(request, "courses/new_edition.html", context)


def _difference(old: CourseEdition, new: CourseEdition) -> Difference:
    """Return what differs between two published editions, which never change: kept for whoever asks next."""

    def read() -> Difference:
        return compare(version_of(old), version_of(new))

    return kept.kept(kept.CATALOGUE, f"difference:{_SHAPE}:{old.pk}:{new.pk}:{get_language()}", read)
