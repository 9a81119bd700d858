"""Versions of a course that can be compared: its editions, and what an edition was before it was sent back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from core.display import full_day
from courses.models import CourseEdition, EditionLesson, EditionRound
from courses.queries.drafts import ids_in
from courses.review.difference import Difference, LessonVersion, difference
from courses.rules import Block
from media.models import Video

MOST_VERSIONS = 10


@dataclass(frozen=True)
class Version:
    """A version of a course: what people call it, its fields by label, its lessons in order."""

    label: str
    fields: Mapping[str, Sequence[str]]
    lessons: Sequence[LessonVersion]


@dataclass(frozen=True)
class Choice:
    """A version that another can be compared with; ``key`` names it in an address."""

    key: str
    label: str


def version_of(edition: CourseEdition) -> Version:
    """Return an edition as a version. Three queries."""
    return Version(_label(edition), _fields_of(edition), lessons_of(edition))


def lessons_of(edition: CourseEdition) -> list[LessonVersion]:
    """Return the lessons of an edition in order. One query."""
    columns = ("lesson", "title", "summary", "module_title", "module_number", "position", "content")
    rows = EditionLesson.objects.filter(edition=edition).order_by("position").values_list(*columns)
    return [
        LessonVersion(str(uuid), title, summary, module, number, position, tuple(content))
        for uuid, title, summary, module, number, position, content in rows
    ]


def _fields_of(edition: CourseEdition) -> dict[str, list[str]]:
    teachers = edition.instructors.order_by("position").values_list("instructor__public_name", flat=True)
    one: dict[str, str] = {
        _("课程名称"): edition.title,
        _("职业和等级"): f"{edition.occupation}，{edition.level}",
        _("一句话介绍"): edition.summary,
    }
    return {
        **{label: [text] if text else [] for label, text in one.items()},
        _("学完能做什么"): list(edition.outcomes),
        _("给谁学"): [edition.audience] if edition.audience else [],
        _("安全先看"): list(edition.safety),
        _("编写依据"): list(edition.sources),
        _("师傅"): list(teachers),
        _("版权许可"): [str(edition.get_licence_display())] if edition.licence else [],
        _("人工智能标识"): [str(edition.get_ai_label_display())] if edition.ai_label else [],
    }


def keep_round(edition: CourseEdition) -> None:
    """Keep what an edition contains before it is filled anew. Its lessons' rows go, this stays."""
    if edition.submitted_at is None:
        return
    last = edition.rounds.aggregate(last=Max("number"))["last"] or 0
    EditionRound.objects.create(
        edition=edition,
        number=last + 1,
        submitted_at=edition.submitted_at,
        course=_fields_of(edition),
        lessons=[asdict(lesson) for lesson in lessons_of(edition)],
    )


def choices_for(edition: CourseEdition) -> list[Choice]:
    """Return what an edition can be compared with, nearest first: its rounds before, then editions published before."""
    rounds = edition.rounds.order_by("-number").values_list("number", "submitted_at")
    found = [
        Choice(f"round-{number}", _("第 {n} 次送审（{day}）").format(n=number, day=full_day(at.date())))
        for number, at in rounds
    ]
    editions = CourseEdition.objects.filter(
        course_id=edition.course_id, published_at__isnull=False, number__lt=edition.number
    )
    return (found + [Choice(str(e.number), _label(e)) for e in editions.order_by("-number")])[:MOST_VERSIONS]


def named_version(edition: CourseEdition, key: str) -> Version | None:
    """Return the version that a key of :func:`choices_for` names, or None."""
    kind, dash, number = key.rpartition("-")
    if (
        bool(kind) != bool(dash)
        or not (number.isascii() and number.isdecimal() and len(number) < 6)
        or kind not in {"", "round"}
    ):
        return None
    if kind == "round":
        kept = edition.rounds.filter(number=int(number)).first()
        return _of_round(kept) if kept else None
    older = CourseEdition.objects.select_related("occupation", "level").filter(
        course_id=edition.course_id, number=int(number), published_at__isnull=False
    )
    found = older.first()
    return version_of(found) if found else None


def _of_round(kept: EditionRound) -> Version:
    lessons = [_lesson(row) for row in kept.lessons]
    return Version(_("第 {n} 次送审").format(n=kept.number), kept.course, lessons)


def _lesson(row: dict[str, Any]) -> LessonVersion:
    return LessonVersion(**{**row, "blocks": tuple(row["blocks"])})


def compare(old: Version, new: Version) -> Difference:
    """Return what differs between two versions; files by their names, in three queries."""
    changed = _changed(old, new)
    return difference(
        old.lessons, new.lessons, old_fields=old.fields, new_fields=new.fields, names=_names_in(changed)
    )


def _changed(old: Version, new: Version) -> list[Block]:
    """Return the blocks of the lessons that are not word for word the same: only their files need names."""
    known = {lesson.uuid: lesson.blocks for lesson in old.lessons}
    fresh = {lesson.uuid: lesson.blocks for lesson in new.lessons}
    uuids = [uuid for uuid in {**known, **fresh} if known.get(uuid) != fresh.get(uuid)]
    return [b for uuid in uuids for b in (*known.get(uuid, ()), *fresh.get(uuid, ()))]


def _names_in(blocks: Iterable[Block]) -> dict[tuple[str, int], str]:
    blocks = list(blocks)
    sources: list[tuple[str, str, Any]] = [
        ("video", "video", Video),
        ("image", "image", get_image_model()),
        ("download", "document", get_document_model()),
    ]
    names = {}
    for kind, key, model in sources:
        ids = ids_in(blocks, kind)
        if ids:
            rows = model.objects.filter(pk__in=ids).values_list("pk", "title")
            names.update({(key, pk): title for pk, title in rows})
    return names


def _label(edition: CourseEdition) -> str:
    if edition.published_at is None:
        return _("第 {n} 版（在审）").format(n=edition.number)
    return _("第 {n} 版（{month}）").format(n=edition.number, month=edition.label)
