"""Courses in their current edition, and their lessons: what was reviewed and is served, never a draft."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, Prefetch
from django.urls import reverse

from courses.models import CourseEdition, EditionInstructor, EditionLesson, Enrolment, Withdrawal
from search.documents import SearchDocument

_TAG = re.compile(r"<[^>]+>")
_SILENT = frozenset({"kind", "correct", "image", "video", "document", "type", "id"})
"""Keys of a block's value that hold no words for a reader."""


def groups(ids: Collection[str] | None) -> Iterator[tuple[str, list[SearchDocument]]]:
    """Yield the courses with these ids (of their pages), or all, each with its lessons."""
    editions = (
        CourseEdition.objects.filter(is_current=True)
        .select_related("course", "occupation", "level")
        .prefetch_related(
            Prefetch("lessons", EditionLesson.objects.order_by("position")),
            Prefetch(
                "instructors", EditionInstructor.objects.select_related("instructor").order_by("position")
            ),
        )
        .order_by("pk")
    )
    withdrawals = Withdrawal.objects.filter(lifted_at__isnull=True)
    enrolments = Enrolment.objects.all()
    if ids is not None:
        numbers = [int(i) for i in ids if i.isdecimal()]
        editions = editions.filter(course_id__in=numbers)
        withdrawals = withdrawals.filter(course_id__in=numbers)
        enrolments = enrolments.filter(course_id__in=numbers)
    withdrawn: dict[int, set[Any]] = defaultdict(set)
    for course_id, lesson in withdrawals.values_list("course_id", "lesson"):
        withdrawn[course_id].add(lesson)
    learners = dict(enrolments.values_list("course_id").annotate(learners=Count("pk")))
    for edition in editions.iterator(chunk_size=50):
        gone = withdrawn[edition.course_id]
        key = f"course:{edition.course_id}"
        yield key, [] if None in gone else _documents(edition, key, gone, learners.get(edition.course_id, 0))


def _documents(edition: CourseEdition, key: str, gone: set[Any], learners: int) -> list[SearchDocument]:
    teachers = [place.instructor for place in edition.instructors.all() if place.instructor.is_listed]
    lessons = [lesson for lesson in edition.lessons.all() if lesson.lesson not in gone]
    occupation, level = edition.occupation, edition.level
    common: dict[str, Any] = {
        "occupations": (occupation.code,),
        "levels": (level.rank,),
        "instructors": tuple(str(teacher.uuid) for teacher in teachers),
        "new_ms": int(edition.published_at.timestamp() * 1000) if edition.published_at else 0,
        "popularity": learners,
        "part_of": key,
    }
    trade = (occupation.name, *filter(None, occupation.aliases.splitlines()))
    card = {
        "slug": edition.course.slug,
        "occupation": {"code": occupation.code, "name": occupation.name},
        "level": {"rank": level.rank, "name": level.name, "label": level.label},
        "duration_ms": edition.duration_ms,
        "lessons": len(lessons),
        "teachers": [teacher.public_name for teacher in teachers],
    }
    course = SearchDocument(
        key=key,
        type="course",
        title=edition.title,
        url=reverse("courses:course", kwargs={"slug": edition.course.slug}),
        names=(*card["teachers"], *trade, level.name, level.label),
        summary=edition.summary,
        body="。".join([*edition.outcomes, edition.audience, *edition.safety, *(le.title for le in lessons)]),
        card=card,
        **common,
    )
    return [course, *(_lesson(lesson, edition, card, common) for lesson in lessons)]


def _lesson(
    lesson: EditionLesson, edition: CourseEdition, card: dict[str, Any], common: dict[str, Any]
) -> SearchDocument:
    return SearchDocument(
        key=f"lesson:{lesson.lesson}",
        type="lesson",
        title=lesson.title,
        url=reverse("courses:lesson", kwargs={"lesson": lesson.lesson}),
        names=(edition.title, *card["teachers"]),
        summary=lesson.summary,
        body="\n".join(words_of(lesson.content)),
        card={
            "course": edition.title,
            "occupation": card["occupation"],
            "level": card["level"],
            "duration_ms": lesson.duration_ms,
        },
        **common,
    )


def words_of(value: Any) -> Iterator[str]:
    """
    Yield what a reader reads in stored blocks, in order, without markup.

    >>> list(words_of([{"type": "text", "value": "<p>先看<b>防护</b></p>"}, {"type": "image", "value": {"image": 3, "alt": "焊枪"}}]))
    ['先看防护', '焊枪']
    """
    if isinstance(value, str):
        text = " ".join(_TAG.sub(" " if "</p>" in value[:-4] else "", value).split())
        if text:
            yield text
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _SILENT:
                yield from words_of(inner)
