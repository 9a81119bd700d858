"""A course on its author's desk: where it stands, its units and lessons, which of them learners have not seen yet."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from wagtail.models import Page

from accounts.models import Role, User
from courses.models import CourseEdition, CoursePage, EditionLesson, LessonPage, ModulePage
from courses.queries.authoring import AuthoredCourse, standing_of

_WRITERS = (Role.INSTRUCTOR, Role.LESSON_EDITOR)
_REVIEWERS = (Role.TRADE_REVIEWER, Role.CONTENT_REVIEWER)


@dataclass(frozen=True)
class DeskLesson:
    """A lesson of the draft; ``words`` say where its newest text stands: new, changed, in review, published, left out."""

    page_id: int
    title: str
    words: str


@dataclass(frozen=True)
class DeskModule:
    page_id: int
    title: str
    lessons: list[DeskLesson] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    course: AuthoredCourse
    modules: list[DeskModule]


def course_of(page: int) -> CoursePage | None:
    """Return the course that a page is or stands in; None if there is no such page or it is outside all courses."""
    found = Page.objects.filter(pk=page).first()
    return CoursePage.objects.ancestor_of(found, inclusive=True).first() if found else None


def desk_of(course: CoursePage) -> Desk:
    """Return a course with all its units and lessons in the order of the tree, in a constant number of queries."""
    modules: dict[str, DeskModule] = {}
    for module in ModulePage.objects.child_of(course).order_by("path"):
        modules[module.path] = DeskModule(module.pk, module.draft_title)
    rows = LessonPage.objects.descendant_of(course).order_by("path")
    fields = ("pk", "path", "draft_title", "latest_revision_id", "latest_revision__content__is_left_out")
    current, pending = _frozen(course, is_current=True), _frozen(course, published_at__isnull=True)
    for pk, path, title, revision, is_left_out in rows.values_list(*fields):
        module = modules.get(path[: -LessonPage.steplen])
        if module is not None:
            words = _words(revision, pk, is_left_out, current, pending)
            module.lessons.append(DeskLesson(pk, title, words))
    return Desk(standing_of(course), list(modules.values()))


def _frozen(course: CoursePage, **which: bool) -> dict[int, int]:
    """Return the page revision of each lesson in one of a course's editions, by page."""
    editions = CourseEdition.objects.filter(course=course, **which)
    return dict(EditionLesson.objects.filter(edition__in=editions).values_list("page_id", "revision_id"))


def _words(
    revision: int | None,
    page: int,
    is_left_out: bool | None,
    current: dict[int, int],
    pending: dict[int, int],
) -> str:
    if is_left_out:
        return _("下一版不收")
    if current.get(page) == revision:
        return _("已发布")
    if pending.get(page) == revision:
        return _("已送审")
    return _("改过，还没送审") if page in current or page in pending else _("新写的，还没送审")


def desk_words(user: User) -> str:
    """Return what somebody has to do in the CMS, in a word or two for a link to it; empty when nothing."""
    words = []
    if user.has_any_role(*_WRITERS):
        words.append(_("写课"))
    if user.has_any_role(*_REVIEWERS):
        words.append(_("审课"))
    if not words and user.is_superuser:
        words.append(_("内容管理"))
    return "、".join(words)
