"""Courses in their current edition, and their lessons: what was reviewed and is served, never a draft."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Prefetch
from django.urls import reverse

from courses import api as courses
from courses.models import CourseEdition, EditionLesson, Enrolment, Part, Withdrawal
from search.documents import SearchDocument
from search.sources.captions import cues

CHUNK = 50
_TAG = re.compile(r"<[^>]+>")
_SILENT = frozenset({"kind", "correct", "image", "video", "document", "type", "id"})
"""Keys of a block's value that hold no words for a reader."""


def groups(ids: Collection[str] | None) -> Iterator[tuple[str, list[SearchDocument]]]:
    """Yield the courses with these ids (of their pages), or all, each with its lessons."""
    videos = Prefetch(
        "parts",
        Part.objects.filter(video__isnull=False).select_related("video").order_by("position"),
        to_attr="video_parts",
    )
    lessons = Prefetch("lessons", EditionLesson.objects.order_by("position").prefetch_related(videos))
    editions = courses.current_editions().prefetch_related(lessons, "cover__renditions").order_by("pk")
    withdrawals = Withdrawal.objects.filter(lifted_at__isnull=True, lesson__isnull=False)
    enrolments = Enrolment.objects.all()
    if ids is not None:
        numbers = [int(i) for i in ids if i.isdecimal()]
        editions = editions.filter(course_id__in=numbers)
        withdrawals = withdrawals.filter(course_id__in=numbers)
        enrolments = enrolments.filter(course_id__in=numbers)
    withdrawn: dict[int, set[UUID]] = defaultdict(set)
    for course_id, lesson in withdrawals.values_list("course_id", "lesson"):
        if lesson is not None:
            withdrawn[course_id].add(lesson)
    learners = dict(enrolments.values_list("course_id").annotate(learners=Count("pk")))
    for chunk in _chunks(editions.iterator(chunk_size=CHUNK)):
        for edition, card in zip(chunk, courses.course_cards(chunk), strict=True):
            gone = withdrawn[edition.course_id]
            key = f"course:{edition.course_id}"
            yield key, _documents(edition, card, key, gone, learners.get(edition.course_id, 0))


def _chunks(editions: Iterator[CourseEdition]) -> Iterator[list[CourseEdition]]:
    while chunk := list(islice(editions, CHUNK)):
        yield chunk


def _documents(
    edition: CourseEdition, card: courses.CourseCard, key: str, gone: Collection[UUID], learners: int
) -> list[SearchDocument]:
    lessons = [lesson for lesson in edition.lessons.all() if lesson.lesson not in gone]
    occupation, level = edition.occupation, edition.level
    teachers = [teacher.name for teacher in card.instructors]
    common: dict[str, Any] = {
        "occupations": (occupation.code,),
        "levels": (level.rank,),
        "instructors": tuple(teacher.slug for teacher in card.instructors if teacher.url),
        "new_ms": int(edition.published_at.timestamp() * 1000) if edition.published_at else 0,
        "popularity": learners,
        "part_of": key,
    }
    shown = {
        "occupation": card.occupation,
        "trade": card.trade,
        "rank": card.rank,
        "level": card.level,
        "ms": card.ms,
        "lessons": len(lessons),
        "size": card.size,
        "instructor": "、".join(teachers[:2]),
        "honour": card.honour if len(teachers) == 1 else "",
        "cover_url": card.cover_url,
        "art": list(card.art),
    }
    trade = (occupation.name, *filter(None, occupation.aliases.splitlines()))
    course = SearchDocument(
        key=key,
        type="course",
        title=edition.title,
        url=reverse("courses:course", kwargs={"slug": edition.course.slug}),
        names=tuple(dict.fromkeys((*teachers, *trade, level.name, level.label))),
        summary=edition.summary,
        body=_text(edition.outcomes, edition.audience, edition.safety, [lesson.title for lesson in lessons]),
        card=shown,
        **common,
    )
    return [course, *(_lesson(lesson, edition, teachers, shown, common) for lesson in lessons)]


def _lesson(
    lesson: EditionLesson,
    edition: CourseEdition,
    teachers: list[str],
    shown: dict[str, Any],
    common: dict[str, Any],
) -> SearchDocument:
    url = reverse("courses:lesson", kwargs={"lesson": lesson.lesson})
    return SearchDocument(
        key=f"lesson:{lesson.lesson}",
        type="lesson",
        title=lesson.title,
        url=url,
        names=(edition.title, *teachers),
        summary=lesson.summary,
        body="\n".join(words_of(lesson.content)),
        card={"course": edition.title, "level": shown["level"], "ms": lesson.duration_ms},
        cues=tuple(_cues(lesson.video_parts, url)),  # type: ignore[attr-defined]
        **common,
    )


def _cues(parts: Iterable[Part], url: str) -> Iterator[tuple[str, str, int]]:
    """Yield what is said in a lesson's videos, each with the address under which the player begins there."""
    for part in parts:
        for start_ms, text in cues(part.video.captions if part.video else ""):
            span = urlencode({"part": part.uuid, "from": start_ms, "to": part.nominal_ms})
            yield text, f"{url}?{span}", start_ms


def _text(*parts: str | Iterable[str]) -> str:
    """
    Return texts as sentences.

    >>> _text(["会引弧。", "会收弧"], "给新手")
    '会引弧。会收弧。给新手'
    """
    texts = (text for part in parts for text in ([part] if isinstance(part, str) else part))
    return "。".join(filter(None, (text.strip(" 。") for text in texts)))


def words_of(value: Any) -> Iterator[str]:
    """
    Yield what a reader reads in stored blocks, in order, without markup.

    >>> blocks = [{"type": "text", "value": "<p>先看<b>防护</b></p><p>再动手</p>"}, {"type": "image", "value": {"image": 3, "alt": "焊枪"}}]
    >>> list(words_of(blocks))
    ['先看防护\\n再动手', '焊枪']
    """
    if isinstance(value, str):
        text = _TAG.sub("", value.replace("</p>", "\n").replace("</li>", "\n"))
        text = "\n".join(filter(None, (" ".join(line.split()) for line in unescape(text).splitlines())))
        if text:
            yield text
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _SILENT:
                yield from words_of(inner)
