"""What a person is learning: for the home page and the list of own courses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from uuid import UUID
from zlib import crc32

from django.db.models import OuterRef, Subquery

from accounts.models import Person
from core import kept
from core.covers import Art
from courses.models import CourseEdition, EditionInstructor, EditionLesson, Enrolment
from courses.queries.cards import art_of
from courses.rules import is_complete
from records.api import PartDone, part_progress


@dataclass(frozen=True)
class Learning:
    """
    A course somebody has begun, and the lesson to go on with (None when all is done). ``at`` is the last instant of
    study in it, in ms since the epoch, 0 before the first. ``due_on``: the day by which a union (its name) wants it done.
    """

    course_id: int
    course_title: str
    course_url: str
    occupation: str
    level: str
    trade: str
    rank: int
    art: Art
    instructor: str
    ms: int
    counted_ms: int
    lesson_title: str
    lesson_url: str
    left_ms: int
    size: int
    at: int
    lessons_left: int = 0
    ms_left: int = 0
    due_on: date | None = None
    asked_by: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True)
class _Lesson:
    """A lesson of an edition and its parts: never changed once the edition is published."""

    uuid: UUID
    title: str
    duration_ms: int
    byte_size: int
    parts: tuple[tuple[UUID, int], ...]
    """Uuid and nominal ms of each."""


@dataclass(frozen=True)
class _Begun:
    """What is the same for everybody who has begun an edition."""

    title: str
    url: str
    occupation: str
    level: str
    art: Art
    instructor: str
    ms: int
    lessons: tuple[_Lesson, ...]


_SHAPE = crc32(
    repr(
        ["parts with ms", Art._fields, *([f.name for f in fields(kind)] for kind in (_Begun, _Lesson))]
    ).encode()
)
"""A release whose rows have other fields does not take up those that an older one has kept."""


def learning_of(
    person: Person, *, limit: int = 6, progress: Sequence[PartDone] | None = None
) -> list[Learning]:
    """
    Return the courses a person has begun, last studied first, in a constant number of queries. ``progress`` is all of
    the person's, if the caller has it.
    """
    enrolments = list(
        Enrolment.objects.filter(person=person, ended_at__isnull=True)
        .order_by("-enrolled_at")
        .values_list("course_id", "edition_id", "due_on", "asked_by__name", "enrolled_at")[:50]
    )
    if not enrolments:
        return []
    begun = _begun([edition for _, edition, *_asked in enrolments])
    if progress is None:
        every = {lesson.uuid for one in begun.values() for lesson in one.lessons}
        progress = part_progress(learner=person.uuid, lessons=every)
    done = {(row.lesson, row.part): row for row in progress}
    found = []
    for course_id, edition_id, due_on, asked_by, at in enrolments:
        one = begun[edition_id]
        rows = {
            le.uuid: [done[le.uuid, p] for p, _ms in le.parts if (le.uuid, p) in done] for le in one.lessons
        }
        learning = _learning(course_id, one, rows)
        found.append(replace(learning, due_on=due_on, asked_by=asked_by or "", asked_at=at))
    return sorted(found, key=lambda learning: -learning.at)[:limit]


@dataclass(frozen=True)
class CourseDone:
    """How far somebody is with a course taken up. ``is_begun``: something of it was studied; ``is_done``: all lessons."""

    is_begun: bool
    is_done: bool


def courses_done(
    person: Person, *, courses: Iterable[int], progress: Sequence[PartDone] | None = None
) -> dict[int, CourseDone]:
    """
    Return which of these courses a person has taken up, and how far that is in the edition taken up last (an ended
    enrolment counts, too). Two queries, two more for editions nobody has asked for lately. ``progress`` is all of the
    person's, if the caller has it.
    """
    rows = Enrolment.objects.filter(person=person, course__in=list(courses)).order_by("enrolled_at", "pk")
    editions: dict[int, int] = dict(rows.values_list("course_id", "edition_id"))
    if not editions:
        return {}
    begun = _begun(list(editions.values()))
    if progress is None:
        every = {lesson.uuid for one in begun.values() for lesson in one.lessons}
        progress = part_progress(learner=person.uuid, lessons=every)
    covered = {(row.lesson, row.part): row.covered_ms for row in progress}
    found = {}
    for course, edition in editions.items():
        lessons = [
            [(covered.get((le.uuid, part), 0), ms) for part, ms in le.parts] for le in begun[edition].lessons
        ]
        found[course] = CourseDone(
            is_begun=any(covered_ms for parts in lessons for covered_ms, _nominal in parts),
            is_done=all(is_complete(parts) for parts in lessons),
        )
    return found


def _begun(editions: Sequence[int]) -> dict[int, _Begun]:
    """Return what is the same for everybody in these editions. Two queries for those that nobody has asked for lately."""

    def read(names: Sequence[str]) -> dict[str, _Begun]:
        wanted = [_pk(name) for name in names]
        first = EditionInstructor.objects.filter(edition=OuterRef("pk")).order_by("position")
        rows = CourseEdition.objects.filter(pk__in=wanted).select_related("course", "occupation", "level")
        lessons = _lessons_of(wanted)
        return {
            _name(edition.pk): _Begun(
                title=edition.title,
                url=f"/courses/{edition.course.slug}/",
                occupation=edition.occupation.name,
                level=edition.level.label,
                art=art_of(edition),
                instructor=edition.teacher or "",
                ms=edition.duration_ms,
                lessons=tuple(lessons[edition.pk]),
            )
            for edition in rows.annotate(teacher=Subquery(first.values("instructor__public_name")[:1]))
        }

    names = [_name(pk) for pk in dict.fromkeys(editions)]
    return {_pk(name): one for name, one in kept.kept_many(kept.CATALOGUE, names, read).items()}


def _lessons_of(editions: Sequence[int]) -> dict[int, list[_Lesson]]:
    """Return the lessons of editions in order, in one query."""
    rows = EditionLesson.objects.filter(edition__in=editions).order_by(
        "edition", "position", "parts__position"
    )
    columns = (
        "edition_id",
        "lesson",
        "title",
        "duration_ms",
        "byte_size",
        "parts__uuid",
        "parts__nominal_ms",
    )
    parts: dict[tuple[int, UUID, str, int, int], list[tuple[UUID, int]]] = defaultdict(list)
    for edition, lesson, title, ms, size, part, nominal_ms in rows.values_list(*columns):
        parts[edition, lesson, title, ms, size].extend([(part, nominal_ms)] if part else [])
    found: dict[int, list[_Lesson]] = {pk: [] for pk in editions}
    for (edition, lesson, title, ms, size), uuids in parts.items():
        found[edition].append(_Lesson(lesson, title, ms, size, tuple(uuids)))
    return found


def _name(edition: int) -> str:
    return f"begun-{_SHAPE}:{edition}"


def _pk(name: str) -> int:
    return int(name.partition(":")[2])


def _learning(course_id: int, begun: _Begun, rows: dict[UUID, list[PartDone]]) -> Learning:
    covered = {row.part: row.covered_ms for group in rows.values() for row in group}
    of = {le.uuid: sum(min(covered.get(part, 0), ms) for part, ms in le.parts) for le in begun.lessons}
    left = [le for le in begun.lessons if not is_complete((covered.get(p, 0), ms) for p, ms in le.parts)]
    to_do = left[0] if left else None
    return Learning(
        course_id=course_id,
        course_title=begun.title,
        course_url=begun.url,
        occupation=begun.occupation,
        level=begun.level,
        trade=begun.art.trade,
        rank=begun.art.rank,
        art=begun.art,
        instructor=begun.instructor,
        ms=begun.ms,
        counted_ms=sum(row.credited_ms for group in rows.values() for row in group),
        lesson_title=to_do.title if to_do else "",
        lesson_url=f"/learn/{to_do.uuid}/" if to_do else "",
        left_ms=max(0, to_do.duration_ms - of[to_do.uuid]) if to_do else 0,
        size=to_do.byte_size if to_do else 0,
        at=max((row.at for group in rows.values() for row in group), default=0),
        lessons_left=len(left),
        ms_left=sum(le.duration_ms - of[le.uuid] for le in left),
    )
