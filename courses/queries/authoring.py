"""The CMS's view of courses: what an author has in hand, and what a reviewer reads."""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import WorkflowState

from accounts.models import User
from courses.models import CourseEdition, CoursePage, EditionLesson
from courses.models.permissions import authored_paths
from courses.queries.drafts import media_facts
from courses.rendering import FragmentRenderer
from courses.rules import TimedPart, timeline


@dataclass(frozen=True)
class AuthoredCourse:
    """A course in its author's list. ``state`` is draft, review, returned or published; ``words`` say it."""

    id: int
    title: str
    state: str
    words: str
    remark: str
    can_submit: bool


def authored_courses(user: User, *, limit: int = 20) -> list[AuthoredCourse]:
    """Return the courses that a user writes, those last touched first, in a constant number of queries."""
    paths = authored_paths(user)
    if not paths:
        return []
    return _standings(
        list(CoursePage.objects.filter(path__in=paths).order_by("-latest_revision_created_at")[:limit])
    )


def standing_of(course: CoursePage) -> AuthoredCourse:
    """Return where one course stands."""
    return _standings([course])[0]


def _standings(courses: list[CoursePage]) -> list[AuthoredCourse]:
    editions: dict[int, list[CourseEdition]] = {}
    rows = CourseEdition.objects.filter(course__in=courses).filter(
        Q(is_current=True) | Q(published_at__isnull=True)
    )
    for edition in rows:
        editions.setdefault(edition.course_id, []).append(edition)
    open_ids = [str(e.pk) for group in editions.values() for e in group if e.published_at is None]
    states = {
        int(state.object_id): state
        for state in WorkflowState.objects.active()
        .filter(base_content_type=ContentType.objects.get_for_model(CourseEdition), object_id__in=open_ids)
        .select_related("current_task_state__task")
    }
    return [_authored(course, editions.get(course.pk, []), states) for course in courses]


def _authored(
    course: CoursePage, editions: list[CourseEdition], states: dict[int, WorkflowState]
) -> AuthoredCourse:
    current = next((e for e in editions if e.is_current), None)
    pending = next((e for e in editions if e.published_at is None), None)
    workflow = states.get(pending.pk) if pending else None
    remark, can_submit = "", True
    if workflow and workflow.status == WorkflowState.STATUS_IN_PROGRESS:
        task = workflow.current_task_state.task.name if workflow.current_task_state else ""
        state, words, can_submit = "review", _("在审：%(step)s") % {"step": task}, False
    elif workflow and workflow.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state, words = "returned", _("退回修改")
        remark = workflow.current_task_state.comment if workflow.current_task_state else ""
    elif pending:
        state, words, can_submit = "review", _("审完，正在发布"), False
    elif current:
        state, words = "published", _("已发布：%(label)s") % {"label": current.label}
    else:
        state, words = "draft", _("草稿")
    return AuthoredCourse(course.pk, course.draft_title or course.title, state, words, remark, can_submit)


@dataclass(frozen=True)
class LessonChange:
    """A lesson of an edition beside the current one: new, changed, same; ``gone`` lessons are listed by title."""

    lesson: EditionLesson
    change: str


def lesson_changes(edition: CourseEdition) -> tuple[list[LessonChange], list[str]]:
    """Return the lessons of an edition with what changed since the one before, and the titles of those left out."""
    before = (
        CourseEdition.objects.filter(
            course_id=edition.course_id, published_at__isnull=False, number__lt=edition.number
        )
        .order_by("-number")
        .first()
    )
    old = {le.lesson: le for le in before.lessons.all()} if before else {}
    changes = []
    for lesson in edition.lessons.order_by("position"):
        known = old.pop(lesson.lesson, None)
        is_same = known is not None and _shown(known) == _shown(lesson)
        changes.append(LessonChange(lesson, "same" if is_same else "changed" if known else "new"))
    return changes, [le.title for le in old.values()]


def _shown(lesson: EditionLesson) -> tuple[str, str, str]:
    return lesson.title, lesson.summary, lesson.content_hash


def preview_html(lesson: EditionLesson) -> str:
    """Return a lesson's HTML as its edition will have it: the stored fragment, or before publishing the same made now."""
    if lesson.fragment is not None:
        return lesson.fragment.html
    parts: list[TimedPart] = timeline(lesson.content, media_facts(lesson.content))
    return FragmentRenderer(lesson.content).lesson(lesson.content, parts)
