"""What a person is learning: for the home page and the list of own courses."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Person
from core.trades import trade_of
from courses.models import EditionLesson, Enrolment, Part
from courses.rules import is_complete
from records.api import part_progress


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
    instructor: str
    ms: int
    counted_ms: int
    lesson_title: str
    lesson_url: str
    left_ms: int
    size: int
    at: int


def learning_of(person: Person, *, limit: int = 6) -> list[Learning]:
    """Return the courses a person has begun, last studied first, in a constant number of queries."""
    enrolments = list(
        Enrolment.objects.filter(person=person, ended_at__isnull=True)
        .select_related("edition__course", "edition__occupation", "edition__level")
        .prefetch_related("edition__instructors__instructor")
        .order_by("-enrolled_at")[:50]
    )
    if not enrolments:
        return []
    editions = [e.edition_id for e in enrolments]
    lessons: dict[int, list[EditionLesson]] = defaultdict(list)
    for lesson in EditionLesson.objects.filter(edition__in=editions).defer("content").order_by("position"):
        lessons[lesson.edition_id].append(lesson)
    every = {le.lesson for group in lessons.values() for le in group}
    done = {(row.lesson, row.part): row for row in part_progress(learner=person.uuid, lessons=every)}
    own: dict[tuple[int, UUID], list[UUID]] = defaultdict(list)
    if done:
        begun = {key[0] for key in done}
        parts = Part.objects.filter(lesson__edition__in=editions, lesson__lesson__in=begun)
        for edition_id, lesson_uuid, part in parts.values_list(
            "lesson__edition_id", "lesson__lesson", "uuid"
        ):
            own[edition_id, lesson_uuid].append(part)
    found = []
    for enrolment in enrolments:
        rows = {
            le.lesson: [
                done[le.lesson, p] for p in own[enrolment.edition_id, le.lesson] if (le.lesson, p) in done
            ]
            for le in lessons[enrolment.edition_id]
        }
        found.append(_learning(enrolment, lessons[enrolment.edition_id], rows))
    return sorted(found, key=lambda learning: -learning.at)[:limit]


def _learning(enrolment: Enrolment, lessons: list[EditionLesson], rows: dict[UUID, list]) -> Learning:
    edition = enrolment.edition
    covered = {uuid: sum(row.covered_ms for row in group) for uuid, group in rows.items()}
    to_do = next(
        (le for le in lessons if not is_complete(covered_ms=covered[le.lesson], nominal_ms=le.duration_ms)),
        None,
    )
    teachers = sorted(edition.instructors.all(), key=lambda place: place.position)
    return Learning(
        course_id=enrolment.course_id,
        course_title=edition.title,
        course_url=f"/courses/{edition.course.slug}/",
        occupation=edition.occupation.name,
        level=edition.level.label,
        trade=trade_of(edition.occupation_id),
        rank=edition.level_id,
        instructor=teachers[0].instructor.public_name if teachers else "",
        ms=edition.duration_ms,
        counted_ms=sum(row.credited_ms for group in rows.values() for row in group),
        lesson_title=to_do.title if to_do else "",
        lesson_url=f"/learn/{to_do.lesson}/" if to_do else "",
        left_ms=max(0, to_do.duration_ms - covered[to_do.lesson]) if to_do else 0,
        size=to_do.byte_size if to_do else 0,
        at=max((row.at for group in rows.values() for row in group), default=0),
    )
