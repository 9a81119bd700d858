"""What records asks of this app when somebody opens a lesson: may they, and what is it."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Person
from core.clock import from_ms
from courses.activity import activity_iri
from courses.models import EditionLesson, Part
from courses.operations import enrol
from courses.owner_keys import owner_keys_of
from courses.queries.served import parts_of, served_lesson
from courses.rules import is_trial
from records.api import LessonNotOpen, LessonSnapshot, PartSnapshot, Question, single_choice


def resolve(lesson: UUID, learner: UUID, now_ms: int) -> LessonSnapshot:
    """
    Return a lesson as it is for a learner, who begins its course with this if that has not happened yet.

    :raises LookupError: if no published edition has such a lesson.
    :raises LessonNotOpen: if it is out of service, or the learner is a guest and it is not the trial lesson.
    """
    person = Person.objects.filter(uuid=learner).first()
    served = served_lesson(lesson=lesson, person=person)
    if served is None:
        raise LookupError(lesson)
    row, edition = served.row, served.edition
    if served.is_withdrawn:
        raise LessonNotOpen(_("这一节暂时停用。"))
    if person is None and not is_trial(row.position):
        raise LessonNotOpen(_("登录以后才能学这一节。"))
    if person is not None and not served.is_begun:
        enrol(person=person, course=edition.course, now=from_ms(now_ms))
    parts = parts_of(row)
    return LessonSnapshot(
        lesson=row.lesson,
        activity=activity_iri(row.lesson),
        title=row.title,
        parts=tuple(
            PartSnapshot(uuid=part.uuid, kind=part.kind, nominal_ms=part.nominal_ms, title=row.title)
            for part in parts
        ),
        edition=edition.uuid,
        course=f"course:{edition.course_id}",
        course_title=edition.title,
        occupation=edition.occupation_id,
        occupation_name=edition.occupation.name,
        level=edition.level_id,
        owner_keys=owner_keys_of(lesson=row.lesson, person=learner),
        questions=_questions(row, parts),
    )


def _questions(row: EditionLesson, parts: list[Part]) -> tuple[Question, ...]:
    """Return the checkpoint questions of a lesson with one answer: a check of presence may ask one of them."""
    if all(part.kind != Part.Kind.QUESTION for part in parts):
        return ()  # the content of a lesson is large and read for this alone
    values = [block["value"] for block in row.content if block["type"] == "question"]
    return single_choice(
        Question(value["prompt"], tuple(option["text"] for option in value["options"]))
        for value in values
        if value["kind"] == "single"
    )
