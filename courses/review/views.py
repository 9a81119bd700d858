"""The pages of a review in the CMS: what waits, one edition whole, what changed, a lesson with remarks at its blocks."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.permissions import policy_registry

from accounts.models import User
from core.clock import day_of, to_ms
from core.policies import Policy, guard
from courses.models import (
    CourseEdition,
    CoursePage,
    EditionLesson,
    ReviewComment,
    ReviewTask,
    ReviewTurn,
)
from courses.queries.authoring import lesson_changes, preview_html
from courses.review.comments import NothingSaid, comment, settle
from courses.review.deciding import CannotDecide, approve, send_back, take_back
from courses.review.forms import verdicts_in, why_not
from courses.review.queries import (
    QUEUE_PAGE,
    block_rows,
    comments_on,
    log_of,
    may_see_queue,
    open_turns,
    points_of,
    queue,
)
from courses.review.rules import workdays_left
from courses.review.texts import words_of
from courses.review.turns import CannotHandOver, hand_over, may_hand_over, may_take
from courses.review.versions import choices_for, compare, named_version, version_of

BEGINS = 40
_BLOCK = re.compile(r'data-block="(b\d+)(?:-1)?"')


def _may_read(request: HttpRequest, **kwargs: Any) -> bool:
    return bool(policy_registry.get_by_type(CourseEdition).user_has_permission(request.user, "view"))


def _may_review(request: HttpRequest, edition: int, **kwargs: Any) -> bool:
    found = CourseEdition.objects.filter(pk=edition).first()
    task = found.current_workflow_task if found is not None and found.workflow_in_progress else None
    return task is not None and bool(task.may_review(found, request.user))


def _may_pass_on(request: HttpRequest, edition: int, **kwargs: Any) -> bool:
    turn = ReviewTurn.objects.filter(edition=edition, ended_at__isnull=True).select_related("step").first()
    return turn is not None and may_hand_over(turn, cast(User, request.user))


def _may_settle(request: HttpRequest, comment: UUID, **kwargs: Any) -> bool:
    found = ReviewComment.objects.filter(uuid=comment).select_related("edition__course").first()
    if found is None:
        return False
    course = found.edition.course
    return found.written_by_id == request.user.pk or bool(
        course.permissions_for_user(cast(User, request.user)).can_edit()
    )


def _may_write(request: HttpRequest, pk: int, **kwargs: Any) -> bool:
    course = CoursePage.objects.filter(pk=pk).first()
    return course is not None and bool(course.permissions_for_user(_user(request)).can_edit())


course_author = Policy("course_author", _may_write)
edition_reader = Policy("edition_reader", _may_read)
edition_reviewer = Policy("edition_reviewer", _may_review)
turn_keeper = Policy("turn_keeper", _may_pass_on)
comment_settler = Policy("comment_settler", _may_settle)
queue_reader = Policy(
    "review_queue_reader", lambda request, **kwargs: may_see_queue(cast(User, request.user))
)


def _today() -> date:
    return day_of(to_ms(timezone.now()))


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the CMS is for signed-in people


@require_safe
@guard(queue_reader)
def review_queue(request: HttpRequest) -> HttpResponse:
    """List what waits to be reviewed, what waits longest first; all of it, or what waits for oneself."""
    user, mine = _user(request), request.GET.get("who") == "mine"
    steps = list(ReviewTask.objects.filter(active=True).order_by("pk").values_list("name", flat=True))
    step = request.GET.get("step", "")
    turns = open_turns(reviewer=user if mine else None, step=step if step in steps else "")
    page = Paginator(turns, QUEUE_PAGE).get_page(request.GET.get("p"))
    rows = queue(turns, user=user, today=_today(), offset=(page.number - 1) * QUEUE_PAGE)
    context = {
        "rows": rows,
        "page": page,
        "steps": steps,
        "step": step,
        "mine": mine,
        "count": page.paginator.count,
    }
    return render(request, "courses/review/queue.html", context)


@require_safe
@guard(edition_reader)
def review_edition(request: HttpRequest, edition: int) -> HttpResponse:
    """Show an edition whole: its facts and lessons, whose turn it is, what was remarked, and to the reviewer the form."""
    return render(request, "courses/review/edition.html", _review_context(request, edition))


def _review_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = get_object_or_404(
        CourseEdition.objects.select_related("occupation", "level", "submitted_by__person", "course"), pk=pk
    )
    turn = found.turns.select_related("step", "reviewer__person").order_by("-pk").first()
    is_open = turn is not None and turn.ended_at is None
    user = _user(request)
    changes, gone = lesson_changes(found)
    judged = turn if turn and turn.step.asks_points else found.turns.filter(step__asks_points=True).last()
    return {
        "edition": found,
        "turn": turn if is_open else None,
        "left": workdays_left(_today(), turn.due_on) if turn and is_open else 0,
        "may_review": _may_review(request, pk),
        "may_hand_over": is_open and turn is not None and may_hand_over(turn, user),
        "takers": may_take(turn) if is_open and turn is not None else [],
        "asks_points": is_open and turn is not None and turn.step.asks_points,
        "points": points_of(judged),
        "is_judged": judged is not None and judged.points.exists(),
        "comments": comments_on(found),
        "changes": changes,
        "gone": gone,
        "versions": choices_for(found),
        "log": log_of([found]),
        "may_settle": bool(found.course.permissions_for_user(user).can_edit()),
    }


@require_POST
@guard(edition_reviewer)
def decide(request: HttpRequest, edition: int) -> HttpResponse:
    """Let an edition pass, or send it back; refused with what is missing and everything that was filled in."""
    found = get_object_or_404(CourseEdition, pk=edition)
    act: Callable[..., None] = send_back if request.POST.get("decision") == "return" else approve
    given, remark = verdicts_in(request.POST), request.POST.get("remark", "")
    try:
        act(edition=found, by=_user(request), now=timezone.now(), points=given, remark=remark)
    except CannotDecide as error:
        context = _review_context(request, edition) | {"refused": why_not(str(error)), "remark": remark}
        context["points"] = [
            replace(row, verdict=given[row.key].verdict, remark=given[row.key].remark)
            if row.key in given
            else row
            for row in context["points"]
        ]
        return render(request, "courses/review/edition.html", context, status=422)
    words = (
        _("《{title}》退回去了，作者会收到你的意见。")
        if act is send_back
        else _("《{title}》这一环节通过了。")
    )
    messages.success(request, words.format(title=found.title))
    return redirect("review_queue")


@require_POST
@guard(course_author)
def take_back_course(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a course's next edition out of review: then it can be changed."""
    edition = CourseEdition.objects.filter(course=pk, published_at__isnull=True).first()
    if edition is not None:
        take_back(edition=edition, by=_user(request), now=timezone.now())
        messages.success(request, _("撤回来了，改好再送审。"))
    return redirect("course_desk", pk)


@require_POST
@guard(turn_keeper)
def pass_on(request: HttpRequest, edition: int) -> HttpResponse:
    """Give the turn to another reviewer of the step."""
    turn = get_object_or_404(ReviewTurn, edition=edition, ended_at__isnull=True)
    to = User.objects.filter(username=request.POST.get("to", "")).first()
    try:
        if to is None:
            raise CannotHandOver("whom")
        hand_over(
            turn=turn, to=to, by=_user(request), reason=request.POST.get("reason", ""), now=timezone.now()
        )
    except CannotHandOver as error:
        messages.error(request, why_not(str(error)))
    else:
        messages.success(request, _("转给 {name} 了。").format(name=to))
    return redirect("review_edition", edition)


@require_POST
@guard(edition_reviewer)
def remark(request: HttpRequest, edition: int) -> HttpResponse:
    """Write a remark at the course, a lesson or a block, and go back to the place."""
    found = get_object_or_404(CourseEdition, pk=edition)
    lesson, place = None, request.POST.get("place", "")
    position = request.POST.get("position", "")
    if position.isascii() and position.isdecimal() and len(position) < 6:
        lesson = EditionLesson.objects.filter(edition=found, position=int(position)).first()
    try:
        comment(
            edition=found,
            by=_user(request),
            words=request.POST.get("words", ""),
            now=timezone.now(),
            lesson=lesson,
            place=place,
        )
    except NothingSaid:
        messages.error(request, _("意见写几个字，作者才知道改什么。"))
    if lesson is None:
        return redirect("review_edition", edition)
    return redirect(
        reverse("preview_lesson", args=[edition, lesson.position]) + (f"#at-{place}" if place else "")
    )


@require_POST
@guard(comment_settler)
def settle_remark(request: HttpRequest, comment: UUID) -> HttpResponse:
    """Note that a remark is done, perhaps with a word how, and go back; a script gets no page."""
    found = get_object_or_404(ReviewComment.objects.select_related("edition"), uuid=comment)
    settle(comment=found, by=_user(request), now=timezone.now(), answer=request.POST.get("answer", ""))
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=204)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("course_desk", args=[found.edition.course_id])
    return redirect(back)


@require_safe
@guard(edition_reader)
def changes(request: HttpRequest, edition: int) -> HttpResponse:
    """Show what an edition changes against a version before it: the nearest one, or the one that is asked for."""
    found = get_object_or_404(CourseEdition.objects.select_related("occupation", "level"), pk=edition)
    choices = choices_for(found)
    asked = request.GET.get("from", "") or (choices[0].key if choices else "")
    old = named_version(found, asked) if asked else None
    if asked and old is None:
        raise Http404
    context = {"edition": found, "choices": choices, "asked": asked, "old": old}
    if old is not None:
        context["difference"] = compare(old, version_of(found))
    return render(request, "courses/review/changes.html", context)


@require_safe
@guard(edition_reader)
def preview_lesson(request: HttpRequest, edition: int, position: int) -> HttpResponse:
    """Show a lesson of an edition as learners will see it, without counting anything, with the remarks at its blocks."""
    lesson = get_object_or_404(
        EditionLesson.objects.select_related("edition", "fragment"), edition_id=edition, position=position
    )
    neighbours = EditionLesson.objects.filter(edition_id=edition).order_by("position")
    remarks = comments_on(lesson.edition, lesson=lesson.lesson)
    begins = [words_of(block)[:BEGINS] for block in lesson.content]
    context = {
        "lesson": lesson,
        "html": _BLOCK.sub(r'id="\1" \g<0>', preview_html(lesson)),
        "previous": neighbours.filter(position=position - 1).first(),
        "next": neighbours.filter(position=position + 1).first(),
        "may_review": _may_review(request, edition),
        "blocks": block_rows(lesson.content, remarks, begins),
        "whole": [c for c in remarks if not c.place],
    }
    return render(request, "courses/admin/preview_lesson.html", context)
