"""The learner's pages: a course, beginning it, a lesson."""

from dataclasses import dataclass, fields
from uuid import UUID
from zlib import crc32

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Person
from core import kept
from core.offline_words import words
from core.policies import guard, public, signed_in
from courses.models import CourseEdition
from courses.operations import CourseNotOpen, enrol
from courses.player import kept_config, may_be_kept, player_config
from courses.queries.cards import CourseCard, course_cards
from courses.queries.coverage import TaughtStandard, taught_standard
from courses.queries.paths import barring, ladder_of
from courses.queries.served import (
    LessonState,
    ModuleState,
    ServedLesson,
    next_lesson,
    open_enrolment,
    parts_of,
    served_lesson,
    syllabus,
    withdrawn_lessons,
)
from courses.rules import is_trial
from instructors.api import InstructorCard
from occupations.api import RequirementRow
from records.api import guest_device


def _person(request: HttpRequest) -> Person | None:
    return request.user.person if request.user.is_authenticated else None


@require_safe
@guard(public)
def course_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a course in the edition that the person began, else in its current one; 404 without a published edition."""
    current = get_object_or_404(
        CourseEdition.objects.select_related("course", "occupation", "level", "cover"),
        course__slug=slug,
        is_current=True,
    )
    person = _person(request)
    enrolment = open_enrolment(person=person, course_id=current.course_id)
    edition = current
    if enrolment is not None and enrolment.edition_id != current.pk:
        edition = enrolment.edition
        edition.course = current.course
    withdrawn = withdrawn_lessons(current.course_id)
    modules = syllabus(edition=edition, person=person, withdrawn=withdrawn)
    facts = _facts_of(edition, current)
    counted_ms = sum(lesson.credited_ms for module in modules for lesson in module.lessons)
    context = {
        "course": facts.card,
        "counted_ms": counted_ms,
        "edition": edition,
        "modules": modules,
        "approvals": facts.approvals,
        "versions": facts.versions,
        "taught": facts.taught,
        "has_path": _is_on_path(edition),
        "is_enrolled": enrolment is not None,
        "is_older_edition": edition.pk != current.pk,
        "next_lesson": next_lesson(modules),
        "trial": modules[0].lessons[0] if person is None and modules and modules[0].lessons else None,
        "withdrawn": withdrawn.get(None),
    }
    return render(request, "courses/course.html", context)


def _is_on_path(edition: CourseEdition) -> bool:
    """Tell whether a course stands on the public ladder of its occupation."""
    ladder = ladder_of(edition.occupation_id)
    return ladder is not None and edition.course_id in ladder.cards


@dataclass(frozen=True)
class _Facts:
    """What a course's page shows everybody; ``approvals`` are steps with who approved."""

    card: CourseCard
    approvals: list[tuple[str, str]]
    versions: list[dict[str, str]]
    taught: TaughtStandard | None


_KINDS = (CourseCard, InstructorCard, _Facts, TaughtStandard, RequirementRow)
_SHAPE = crc32(repr([f.name for kind in _KINDS for f in fields(kind)]).encode())
"""A release whose cards have other fields does not take up those that an older one has kept."""


def _facts_of(edition: CourseEdition, current: CourseEdition) -> _Facts:
    def read() -> _Facts:
        approvals = edition.approvals.select_related("reviewer__person").order_by("approved_at")
        return _Facts(
            card=course_cards([edition])[0],
            approvals=[(a.step, str(a.reviewer)) for a in approvals],
            versions=_versions(current),
            taught=taught_standard(edition.pk),
        )

    return kept.kept(kept.CATALOGUE, f"course:{_SHAPE}:{edition.pk}:{current.pk}:{get_language()}", read)


def _versions(current: CourseEdition) -> list[dict[str, str]]:
    """Return the editions of a course for its timeline, newest first."""
    editions = CourseEdition.objects.filter(course_id=current.course_id, published_at__isnull=False).order_by(
        "-number"
    )
    return [
        {
            "when": f"{edition.published_at:%Y-%m-%d}",
            "what": _("第 %(n)s 版") % {"n": edition.number},
            "note": edition.note,
        }
        for edition in editions[:10]
    ]


@guard(signed_in)
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a course (POST) and go to the lesson that is next; by GET, as after signing in, show the course."""
    edition = get_object_or_404(
        CourseEdition.objects.select_related("course"), course__slug=slug, is_current=True
    )
    person = _person(request)
    if request.method != "POST" or person is None:
        return redirect("courses:course", slug=slug)
    if first := barring(person=person, course=edition.course_id, occupation=edition.occupation_id):
        names = "、".join(f"《{card.title}》" for card in first)
        messages.warning(request, _("学这门之前，先学完{names}。").format(names=names))
        return redirect("courses:path", code=edition.occupation_id)
    try:
        enrolment = enrol(person=person, course=edition.course, now=timezone.now())
    except CourseNotOpen:
        messages.warning(request, _("这门课暂时停用，先看看别的课。"))
        return redirect("courses:course", slug=slug)
    lesson = next_lesson(syllabus(edition=enrolment.edition, person=person))
    return redirect(lesson.url) if lesson else redirect("courses:course", slug=slug)


@never_cache
@require_safe
@guard(public)
def lesson_page(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """
    Show a lesson with its player.

    A guest gets the first lesson of a course and is sent to sign-in for any other; nobody gets one that is out of
    service (410 with its reason), and what was never published does not exist.
    """
    served = _served(request, lesson)
    row, edition = served.row, served.edition
    if request.user.is_anonymous and not is_trial(row.position):
        return redirect_to_login(request.get_full_path())
    if served.is_withdrawn:
        reasons = withdrawn_lessons(edition.course_id)
        reason = reasons.get(lesson) or reasons.get(None)
        gone = {"row": row, "edition": edition, "reason": reason}
        return render(request, "courses/withdrawn.html", gone, status=410)
    guest = guest_device(request) if request.user.is_anonymous else None
    parts = parts_of(row)
    modules = syllabus(edition=edition, person=_person(request), now_at=lesson)
    before, after = _neighbours(modules, lesson)
    context = {
        "row": row,
        "edition": edition,
        "modules": modules,
        "html": served.html,
        "previous": before,
        "next": after,
        "config": player_config(request, lesson=row, parts=parts, after=after, guest=guest),
        "lesson_count": edition.lesson_count,
        "keep_words": words() if guest is None and may_be_kept(parts) else None,
    }
    response = render(request, "courses/lesson.html", context)
    if guest is not None:
        guest.remember(response)
    return response


@never_cache
@require_safe
@guard(signed_in)
def kept_lesson(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """Show a lesson as it is taken along: the device keeps this page; 404 for one that cannot be."""
    served = _served(request, lesson)
    parts = parts_of(served.row)
    if served.is_withdrawn or not may_be_kept(parts):
        raise Http404
    config = kept_config(player_config(request, lesson=served.row, parts=parts, after=None))
    context = {"row": served.row, "edition": served.edition, "html": served.html, "config": config}
    return render(request, "courses/kept_lesson.html", context)


@require_safe
@guard(public)
def captions(request: HttpRequest, lesson: UUID, part: UUID) -> HttpResponse:
    """Answer the captions (WebVTT) of a video part to whoever may see its lesson."""
    served = _served(request, lesson)
    if served.is_withdrawn or (request.user.is_anonymous and not is_trial(served.row.position)):
        raise Http404
    texts = [p.video.captions for p in parts_of(served.row) if p.uuid == part and p.video]
    if not texts or not texts[0]:
        raise Http404
    response = HttpResponse(texts[0], content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _served(request: HttpRequest, lesson: UUID) -> ServedLesson:
    served = served_lesson(lesson=lesson, person=_person(request))
    if served is None:
        raise Http404
    return served


def _neighbours(modules: list[ModuleState], lesson: UUID) -> tuple[LessonState | None, LessonState | None]:
    lessons = [le for module in modules for le in module.lessons if le.state != "locked"]
    here = next((n for n, le in enumerate(lessons) if le.uuid == lesson), 0)
    before = lessons[here - 1] if here > 0 else None
    after = lessons[here + 1] if here + 1 < len(lessons) else None
    return before, after
