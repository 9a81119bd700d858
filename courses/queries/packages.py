"""What of a course goes into a package, and what of a package fits here."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from courses.models import CoursePage
from courses.packages import FORMAT, VERSION, FoundCourse, PackageFile
from courses.packages.fitting import FILE_KEYS
from courses.packages.index import FoundRequirement
from courses.packages.rich_text import clean
from courses.queries.drafts import CourseDraft, LessonDraft, course_draft, ids_in, notices_in
from courses.rules import Block, with_notices
from instructors.models import InstructorProfile
from media.models import Video
from occupations.api import requirement_rows
from occupations.models import Occupation, OccupationalStandard, SkillLevel

_UNFIT = re.compile(r"[\\/:\x00-\x1f]+")
_CHUNK = 1024 * 1024


class CannotPack(ValueError):
    """A course whose files are not all there; the message is for people."""


@dataclass
class Packed:
    """A course as its package has it, the files to put beside it, and sentences about what stays behind."""

    index: dict[str, Any]
    files: list[PackageFile]
    left: list[str]

    @property
    def counts(self) -> dict[str, int]:
        lessons = [lesson for module in self.index["modules"] for lesson in module["lessons"]]
        kinds = [one["kind"] for one in self.index["files"]]
        return {
            "modules": len(self.index["modules"]),
            "lessons": len(lessons),
            "images": kinds.count("image"),
            "videos": kinds.count("video"),
            "documents": kinds.count("document"),
        }


@dataclass
class _Library:
    """The files that blocks show: by kind and id the hash, by kind and hash the line of the index."""

    shas: dict[tuple[str, int], str] = field(default_factory=dict)
    lines: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    files: list[PackageFile] = field(default_factory=list)

    def add(self, kind: str, pk: int, line: dict[str, str], key: str) -> None:
        sha, size = (line["sha256"], default_storage.size(key)) if "sha256" in line else _measure(key)
        self.shas[kind, pk] = sha
        # Of two rows with the same bytes the first speaks for both: a package has each file once.
        self.lines.setdefault((kind, sha), {"kind": kind, "sha256": sha, **line})
        self.files.append(PackageFile(sha, size, lambda: default_storage.open(key)))


def package_of(course: CoursePage) -> Packed:
    """
    Return a course as it stands in the editor, ready to pack.

    :raises CannotPack: if a file that it shows is not on disk.
    :raises ValueError: if a page has never been saved in the editor.
    """
    draft = course_draft(course)
    every = [block for lesson in draft.lessons for block in lesson.blocks]
    try:
        library = _library(every, draft.cover_id)
    except OSError as error:
        raise CannotPack(_("有文件在库里找不到了，打不了包。先在课里换掉它。")) from error
    left: list[str] = []
    notices, requirements = notices_in(every), _requirements(draft.lessons)
    modules = [
        {
            "title": module.title,
            "lessons": [
                _lesson(lesson, notices, requirements, library, left)
                for lesson in draft.lessons
                if lesson.module_number == module.number
            ],
        }
        for module in draft.modules
    ]
    index = {
        "format": FORMAT,
        "version": VERSION,
        "course": _course(draft, library, left),
        "instructors": _instructors(draft.instructors),
        "modules": modules,
        "files": [library.lines[key] for key in sorted(library.lines)],
    }
    return Packed(index, library.files, left)


def _course(draft: CourseDraft, library: _Library, left: list[str]) -> dict[str, Any]:
    cover = library.shas.get(("image", draft.cover_id)) if draft.cover_id else None
    if draft.cover_id and not cover:
        left.append(_("封面在图片库里没有了，没有装进去。"))
    return {
        "title": draft.title,
        "occupation": draft.occupation_id,
        "level": draft.level_id,
        "summary": draft.summary,
        "outcomes": draft.outcomes,
        "audience": draft.audience,
        "safety": draft.safety,
        "sources": draft.sources,
        "licence": draft.licence,
        "ai_label": draft.ai_label,
        "cover": cover,
    }


def _lesson(
    lesson: LessonDraft,
    notices: dict[int, dict[str, Any]],
    requirements: dict[int, dict[str, Any]],
    library: _Library,
    left: list[str],
) -> dict[str, Any]:
    here = [b for b in lesson.blocks if b["type"] != "notice" or b["value"].get("notice") in notices]
    if len(here) < len(lesson.blocks):
        left.append(_("《{lesson}》：有一条安全提示在库里没有了，没有装进去。").format(lesson=lesson.title))
    blocks = []
    for block in with_notices(here, notices):
        value = block["value"]
        if block["type"] == "text":
            value = clean(value or "")[0]
        elif block["type"] == "formula":
            value = {**value, "formula": clean(value.get("formula") or "")[0]}
        elif block["type"] == "safety":
            value = {name: one for name, one in value.items() if name != "notice"}
        elif key := FILE_KEYS.get(block["type"]):
            sha = library.shas.get((key, value.get(key)))
            if value.get(key) and not sha:
                left.append(
                    _("《{lesson}》：有一个文件在库里没有了，没有装进去。").format(lesson=lesson.title)
                )
            value = {**value, key: sha}
        blocks.append({"type": block["type"], "value": value})
    return {
        "title": lesson.title,
        "summary": lesson.summary,
        "blocks": blocks,
        "requirements": [row for pk, row in requirements.items() if pk in lesson.requirements],
    }


def _requirements(lessons: Iterable[LessonDraft]) -> dict[int, dict[str, Any]]:
    """Return the requirements that lessons teach, in the order of their standards, as a package names them."""
    rows = requirement_rows(ids={pk for lesson in lessons for pk in lesson.requirements})
    standards = OccupationalStandard.objects.in_bulk({row.standard for row in rows})
    named = {
        row.id: {
            "occupation": standards[row.standard].occupation_id,
            "edition": standards[row.standard].edition,
            "level": row.rank,
            "kind": row.kind,
            "code": row.code,
            "text": row.text,
        }
        for row in rows
    }
    return dict(sorted(named.items(), key=lambda pair: (pair[1]["occupation"], pair[1]["edition"])))


def _instructors(pks: list[int]) -> list[dict[str, str]]:
    known = InstructorProfile.objects.in_bulk(pks)
    return [{"uuid": str(known[pk].uuid), "name": known[pk].public_name} for pk in pks if pk in known]


def _library(blocks: list[Block], cover: int | None) -> _Library:
    found = _Library()
    images = ids_in(blocks, "image") | ({cover} if cover else set())
    for image in get_image_model().objects.filter(pk__in=images).order_by("pk"):
        line = {"title": image.title, "name": f"{image.pk}{_ending(image.file.name)}"}
        found.add("image", image.pk, line, image.file.name)
    for document in get_document_model().objects.filter(pk__in=ids_in(blocks, "download")).order_by("pk"):
        ending = _ending(document.file.name)
        line = {"title": document.title, "name": f"{_plain_name(document.title, ending)}{ending}"}
        found.add("document", document.pk, line, document.file.name)
    for video in Video.objects.filter(pk__in=ids_in(blocks, "video")).order_by("pk"):
        line = {
            "title": video.title,
            "name": video.original_name or f"{video.content_hash[:16]}{_ending(video.original.name)}",
            "captions": video.captions,
            "transcript": video.transcript,
            "sha256": video.content_hash,
        }
        found.add("video", video.pk, line, video.original.name or "")
    for (kind, sha), one in found.lines.items():
        if kind == "image":  # an image's own name is the library's business and differs from one to the next
            one["name"] = f"{sha[:16]}{PurePosixPath(one['name']).suffix}"
    return found


def _ending(name: str | None) -> str:
    return PurePosixPath(name or "").suffix.lower()


def _plain_name(title: str, ending: str) -> str:
    """Return what a download is called: its title, without the ending if that says it already."""
    name = _UNFIT.sub(" ", title).strip()[:100].strip() or "file"
    return name[: -len(ending)] if ending and name.lower().endswith(ending) else name


def _measure(key: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with default_storage.open(key) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


@dataclass(frozen=True)
class Plan:
    """
    How a course of a package fits here: ids for what is known, sentences about what is not (``unmatched``) and about
    what is different than it looks (``notes``).
    """

    occupation: str | None
    level: int | None
    instructors: list[InstructorProfile]
    requirements: dict[FoundRequirement, int]
    unmatched: list[str]
    notes: list[str]
    counts: dict[str, int]

    def report(self) -> dict[str, Any]:
        return {"counts": self.counts, "unmatched": self.unmatched, "notes": self.notes, "refused": []}


def plan_of(course: FoundCourse) -> Plan:
    """Return how a course of a package fits into this community: a few queries, whatever its size."""
    unmatched: list[str] = []
    occupation = Occupation.objects.filter(pk=course.occupation).first() if course.occupation else None
    if course.occupation and occupation is None:
        unmatched.append(_("这里没有职业 {code}，课程的职业要自己选。").format(code=course.occupation))
    level = SkillLevel.objects.filter(pk=course.level).first() if course.level else None
    if course.level and level is None:
        unmatched.append(_("这里没有第 {n} 级，课程的等级要自己选。").format(n=course.level))
    notes = list(course.notes)
    requirements = _matched(course, unmatched, notes)
    if not course.licence:
        notes.append(_("包里没有写版权许可，送审前要写上。"))
    kinds = [kind for kind, _sha in course.files]
    return Plan(
        occupation=occupation.pk if occupation else None,
        level=level.pk if level else None,
        instructors=_teachers(course, unmatched),
        requirements=requirements,
        unmatched=unmatched,
        notes=notes,
        counts={
            "modules": len(course.modules),
            "lessons": len(course.lessons),
            "images": kinds.count("image"),
            "videos": kinds.count("video"),
            "documents": kinds.count("document"),
        },
    )


def _teachers(course: FoundCourse, unmatched: list[str]) -> list[InstructorProfile]:
    """Return the instructors who are known here by their uuid: a name alone may be somebody else's."""
    uuids = {uuid: name for uuid, name in course.instructors if _is_uuid(uuid)}
    known = {str(one.uuid): one for one in InstructorProfile.objects.filter(uuid__in=uuids)}
    for uuid, name in course.instructors:
        if uuid.lower() not in known:
            unmatched.append(_("这里的师资库没有“{name}”，师傅要自己选。").format(name=name))
    return list({uuid: known[uuid.lower()] for uuid in uuids if uuid.lower() in known}.values())


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _matched(course: FoundCourse, unmatched: list[str], notes: list[str]) -> dict[FoundRequirement, int]:
    """Return the requirements that are known here by occupation, edition of the standard, level, kind and code."""
    wanted = dict.fromkeys(r for lesson in course.lessons for r in lesson.requirements)
    editions = {(r.occupation, r.edition) for r in wanted}
    standards = {
        (s.occupation_id, s.edition): s.pk
        for s in OccupationalStandard.objects.filter(
            occupation__in={code for code, _edition in editions}, published_at__isnull=False
        )
    }
    known = {
        (code, edition, row.rank, row.kind, row.code): row
        for code, edition in editions
        if (code, edition) in standards
        for row in requirement_rows(standard=standards[code, edition])
    }
    found = {}
    missing: dict[tuple[str, str], list[str]] = {}
    for one in wanted:
        row = known.get((one.occupation, one.edition, one.level, one.kind, one.code))
        if row is None:
            missing.setdefault((one.occupation, one.edition), []).append(one.code)
            continue
        found[one] = row.id
        if row.text != one.text:
            notes.append(_("要求 {code} 在这里的写法不同，照这里的算。").format(code=one.code))
    for (code, edition), codes in missing.items():
        words = _("职业标准 {code}（{edition}）里没有对上的要求：{codes}。")
        if (code, edition) not in standards:
            words = _("这里没有职业标准 {code}（{edition}），它的要求没有对上：{codes}。")
        unmatched.append(
            words.format(code=code, edition=edition, codes="、".join(dict.fromkeys(codes))[:300])
        )
    return found
