"""Lessons as learners get them: from the rows of an edition, the one a learner began or else the current one."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value

from accounts.models import Person
from courses.models import CourseEdition, EditionLesson, Enrolment, Part, Withdrawal
from courses.rules import is_complete
from records.api import part_progress


@dataclass(frozen=True)
class LessonState:
    """A lesson of a syllabus: ``state`` is todo, partly, counted, locked or now."""

    uuid: UUID
    title: str
    summary: str
    position: int
    module_number: int
    module_title: str
    ms: int
    credited_ms: int
    covered_ms: int
    state: str
    url: str
    why: str = ""

    @property
    def counted_ms(self) -> int:
        """What the component ``lesson_row`` calls it."""
        return self.credited_ms


@dataclass(frozen=True)
class ModuleState:
    title: str
    lessons: list[LessonState] = field(default_factory=list)

    @property
    def ms(self) -> int:
        return sum(lesson.ms for lesson in self.lessons)


def open_enrolment(*, person: Person | None, course_id: int) -> Enrolment | None:
    """Return a person's open enrolment in a course with the edition begun."""
    if person is None:
        return None
    found = Enrolment.objects.filter(person=person, course_id=course_id, ended_at__isnull=True)
    return found.select_related("edition__occupation", "edition__level").first()


@dataclass(frozen=True)
class ServedLesson:
    """A lesson's row with its edition; whether the person began that edition, and whether it is out of service."""

    row: EditionLesson
    is_begun: bool
    is_withdrawn: bool

    @property
    def edition(self) -> CourseEdition:
        return self.row.edition

    @property
    def html(self) -> str:
        return self.row.fragment.html if self.row.fragment else ""


def served_lesson(*, lesson: UUID, person: Person | None) -> ServedLesson | None:
    """Return a lesson of the edition that a person began, else of the current one, else None. One query."""
    mine: Exists | Value = Value(False, output_field=BooleanField())
    if person is not None:
        mine = Exists(
            Enrolment.objects.filter(person=person, ended_at__isnull=True, edition=OuterRef("edition"))
        )
    standing = Withdrawal.objects.filter(course=OuterRef("edition__course"), lifted_at__isnull=True)
    row = (
        EditionLesson.objects.filter(lesson=lesson, edition__published_at__isnull=False)
        .annotate(
            is_begun=mine,
            is_withdrawn=Exists(standing.filter(Q(lesson=None) | Q(lesson=OuterRef("lesson")))),
        )
        .filter(Q(is_begun=True) | Q(edition__is_current=True))
        .select_related("edition__course", "edition__occupation", "edition__level", "fragment")
        .defer("content", "edition__outcomes", "edition__safety", "edition__sources")
        .order_by("-is_begun")
        .first()
    )
    return ServedLesson(row, row.is_begun, row.is_withdrawn) if row else None


def parts_of(lesson: EditionLesson) -> list[Part]:
    """Return the parts of a lesson in order, with their videos and these videos' qualities."""
    parts = Part.objects.filter(lesson=lesson).select_related("video").prefetch_related("video__renditions")
    return list(parts.order_by("position"))


def syllabus(
    *,
    edition: CourseEdition,
    person: Person | None,
    now_at: UUID | None = None,
    withdrawn: dict[UUID | None, str] | None = None,
) -> list[ModuleState]:
    """
    Return the lessons of an edition by module, with how far the person is in each. At most four queries.

    ``now_at`` marks the lesson on the screen; ``withdrawn`` are the course's :func:`withdrawn_lessons`, if the caller
    has them.
    """
    lessons = list(edition.lessons.defer("content").order_by("position"))
    withdrawn = withdrawn_lessons(edition.course_id) if withdrawn is None else withdrawn
    done = _done(edition, person, [le.lesson for le in lessons])
    modules: dict[int, ModuleState] = {}
    for lesson in lessons:
        covered, credited, is_done = done.get(lesson.lesson, (0, 0, False))
        state, why = "todo", ""
        if None in withdrawn or lesson.lesson in withdrawn:
            state, why = "locked", withdrawn.get(lesson.lesson) or withdrawn.get(None) or ""
        elif now_at == lesson.lesson:
            state = "now"
        elif is_done:
            state = "counted"
        elif covered:
            state = "partly"
        module = modules.setdefault(lesson.module_number, ModuleState(lesson.module_title))
        module.lessons.append(
            LessonState(
                uuid=lesson.lesson,
                title=lesson.title,
                summary=lesson.summary,
                position=lesson.position,
                module_number=lesson.module_number,
                module_title=lesson.module_title,
                ms=lesson.duration_ms,
                credited_ms=credited,
                covered_ms=covered,
                state=state,
                url=f"/learn/{lesson.lesson}/",
                why=why,
            )
        )
    return list(modules.values())


def withdrawn_lessons(course_id: int) -> dict[UUID | None, str]:
    """Return the reason for each lesson of a course that is out of service; the key None stands for all of it."""
    standing = Withdrawal.objects.filter(course_id=course_id, lifted_at__isnull=True)
    return dict(standing.values_list("lesson", "reason"))


def _done(
    edition: CourseEdition, person: Person | None, lessons: list[UUID]
) -> dict[UUID, tuple[int, int, bool]]:
    """Return covered and credited ms by lesson, of the parts that the edition has, and whether all of them are covered."""
    if person is None:
        return {}
    rows = {row.part: row for row in part_progress(learner=person.uuid, lessons=lessons)}
    if not rows:
        return {}
    own = Part.objects.filter(lesson__edition=edition).values_list("lesson__lesson", "uuid", "nominal_ms")
    parts: dict[UUID, list[tuple[int, int, int]]] = {}
    for lesson, part, nominal_ms in own:
        row = rows.get(part)
        covered, credited = (row.covered_ms, row.credited_ms) if row else (0, 0)
        parts.setdefault(lesson, []).append((covered, credited, nominal_ms))
    return {
        lesson: (
            sum(covered for covered, _credited, _nominal in of),
            sum(credited for _covered, credited, _nominal in of),
            is_complete((covered, nominal) for covered, _credited, nominal in of),
        )
        for lesson, of in parts.items()
    }


def next_lesson(modules: list[ModuleState]) -> LessonState | None:
    """Return where to go on: the first lesson that is not done, else the first one; None if all are out of service."""
    open_ones = [lesson for module in modules for lesson in module.lessons if lesson.state != "locked"]
    return next(
        (lesson for lesson in open_ones if lesson.state != "counted"), open_ones[0] if open_ones else None
    )


def current_editions() -> QuerySet[CourseEdition]:
    """Return the editions that new learners get, newest first; courses out of service are left out."""
    withdrawn = Withdrawal.objects.filter(course=OuterRef("course"), lesson=None, lifted_at__isnull=True)
    return (
        CourseEdition.objects.filter(~Exists(withdrawn), is_current=True)
        .select_related("course", "occupation", "level", "cover")
        .order_by("-published_at", "-pk")
    )
