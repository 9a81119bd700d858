"""What a person is learning: for the home page and the list of own courses."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.models import Person
from core import kept
from core.covers import Art
from core.trades import trade_of
from courses.models import EditionInstructor, EditionLesson, Enrolment
from courses.queries.cards import art_of
from courses.rules import is_complete
from records.api import PartDone, part_progress


@dataclass(frozen=True)
class Learning:
    """
    A course somebody has begun, and the lesson to go on with (None when all is done). ``at`` is the last instant of
    study in it, in ms since the epoch, 0 before the first.
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


@dataclass(frozen=True)
class _Lesson:
    """A lesson of an edition and its parts: never changed once the edition is published."""

    uuid: UUID
    title: str
    duration_ms: int
    byte_size: int
    parts: tuple[UUID, ...]


def learning_of(
    person: Person, *, limit: int = 6, progress: Sequence[PartDone] | None = None
) -> list[Learning]:
    """
    Return the courses a person has begun, last studied first, in a constant number of queries. ``progress`` is all of
    the person's, if the caller has it.
    """
    first = EditionInstructor.objects.filter(edition=OuterRef("edition")).order_by("position")
    enrolments = list(
        Enrolment.objects.filter(person=person, ended_at__isnull=True)
        .select_related("edition__course", "edition__occupation", "edition__level")
        .annotate(teacher=Subquery(first.values("instructor__public_name")[:1]))
        .order_by("-enrolled_at")[:50]
    )
    if not enrolments:
        return []
    lessons = _lessons_of([e.edition_id for e in enrolments])
    if progress is None:
        every = {lesson.uuid for group in lessons.values() for lesson in group}
        progress = part_progress(learner=person.uuid, lessons=every)
    done = {(row.lesson, row.part): row for row in progress}
    found = []
    for enrolment in enrolments:
        own = lessons[enrolment.edition_id]
        rows = {le.uuid: [done[le.uuid, p] for p in le.parts if (le.uuid, p) in done] for le in own}
        found.append(_learning(enrolment, getattr(enrolment, "teacher", None) or "", own, rows))
    return sorted(found, key=lambda learning: -learning.at)[:limit]


def _lessons_of(editions: Sequence[int]) -> dict[int, list[_Lesson]]:
    """Return the lessons of editions in order. One query for those that nobody has asked for lately."""

    def read(names: Sequence[str]) -> dict[str, list[_Lesson]]:
        rows = EditionLesson.objects.filter(edition__in=[_pk(name) for name in names])
        rows = rows.order_by("edition", "position", "parts__position")
        columns = ("edition_id", "lesson", "title", "duration_ms", "byte_size", "parts__uuid")
        parts: dict[tuple[int, UUID, str, int, int], list[UUID]] = defaultdict(list)
        for edition, lesson, title, ms, size, part in rows.values_list(*columns):
            parts[edition, lesson, title, ms, size].extend([part] if part else [])
        found: dict[str, list[_Lesson]] = {name: [] for name in names}
        for (edition, lesson, title, ms, size), uuids in parts.items():
            found[f"lessons:{edition}"].append(_Lesson(lesson, title, ms, size, tuple(uuids)))
        return found

    by_name = kept.kept_many(kept.CATALOGUE, [f"lessons:{pk}" for pk in dict.fromkeys(editions)], read)
    return {_pk(name): group for name, group in by_name.items()}


def _pk(name: str) -> int:
    return int(name.partition(":")[2])


def _learning(
    enrolment: Enrolment, teacher: str, lessons: list[_Lesson], rows: dict[UUID, list[PartDone]]
) -> Learning:
    edition = enrolment.edition
    covered = {uuid: sum(row.covered_ms for row in group) for uuid, group in rows.items()}
    to_do = next(
        (le for le in lessons if not is_complete(covered_ms=covered[le.uuid], nominal_ms=le.duration_ms)),
        None,
    )
    return Learning(
        course_id=enrolment.course_id,
        course_title=edition.title,
        course_url=f"/courses/{edition.course.slug}/",
        occupation=edition.occupation.name,
        level=edition.level.label,
        trade=trade_of(edition.occupation_id),
        rank=edition.level_id,
        art=art_of(edition),
        instructor=teacher,
        ms=edition.duration_ms,
        counted_ms=sum(row.credited_ms for group in rows.values() for row in group),
        lesson_title=to_do.title if to_do else "",
        lesson_url=f"/learn/{to_do.uuid}/" if to_do else "",
        left_ms=max(0, to_do.duration_ms - covered[to_do.uuid]) if to_do else 0,
        size=to_do.byte_size if to_do else 0,
        at=max((row.at for group in rows.values() for row in group), default=0),
    )
