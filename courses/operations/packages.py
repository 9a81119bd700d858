"""
Courses going out and coming in as files (docs/course-package.md).

An import is looked at as a whole first, then done as a whole: the files come into the library, then one transaction makes
the draft. What fails leaves neither rows nor files behind.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO
from uuid import uuid4

from django.core.files.base import File
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, ReferenceIndex

from accounts.models import User
from core import audit, inbox, jobs
from core.db import lock_rows
from courses.forms import address_of, free_address
from courses.models import CourseEdition, CourseIndexPage, CoursePackage, CoursePage
from courses.operations.setup_cms import COLLECTION
from courses.operations.tree import NewCourse, NewLesson, NewModule, create_course
from courses.packages import MAX_BYTES, FoundCourse, PackageReader, UnreadablePackage, write_package
from courses.packages.fitting import FILE_KEYS
from courses.packages.form import ChangedFile
from courses.packages.index import FoundFile
from courses.queries.packages import CannotPack, Plan, package_of, plan_of
from courses.rules import Block
from media.api import UploadRefused, accept_video, enqueue_transcode
from media.models import Video

PACK_JOB, LOOK_JOB = "courses.package.pack", "courses.package.look"
IMPORT_JOB, UNDO_JOB = "courses.package.import", "courses.package.undo"
FOLDER = "packages/"
KEPT_FOR = timedelta(days=7)
Progress = Callable[[int, int, str], None]
State = CoursePackage.State


class WrongState(ValueError):
    """The package is not where this is possible; the message is for people."""


def say_nothing(done: int, total: int, words: str) -> None:
    """The progress of who does not ask."""


# Out


@transaction.atomic
def start_export(*, course: CoursePage, by: User, now: datetime) -> CoursePackage:
    """Let a job pack a course as it stands in the editor."""
    tidy_packages(now=now)
    package = CoursePackage.objects.create(
        state=State.PACKING, course=course, title=course.draft_title, created_by=by, created_at=now
    )
    _enqueue(PACK_JOB, package, by)
    return package


def pack(*, course: CoursePage, target: BinaryIO, progress: Progress = say_nothing) -> dict[str, Any]:
    """
    Write a course into a file and return the report.

    :raises CannotPack: if a file it shows is gone or changed, or all of it is more than a package takes.
    """
    try:
        packed = package_of(course)
    except CannotPack:
        raise
    except ValueError as error:
        raise CannotPack(_("有页面还没有在编辑器里存过。打开存一次再导出。")) from error
    if sum({file.sha256: file.size for file in packed.files}.values()) > MAX_BYTES - 50_000_000:
        raise CannotPack(_("文件加起来超过 2 GB，装不进一个包。把视频压小，或者把课分成几门。"))
    try:
        write_package(target, index=packed.index, files=packed.files, progress=progress)
    except ChangedFile as error:
        raise CannotPack(_("库里有一个视频文件和上传时不一样了，重新上传它再导出。")) from error
    except FileNotFoundError as error:
        raise CannotPack(_("有文件在库里找不到了，打不了包。先在课里换掉它。")) from error
    return {"counts": packed.counts, "unmatched": [], "notes": packed.left, "refused": []}


def run_export(*, package: CoursePackage, now: datetime, progress: Progress) -> None:
    """Pack the course of an accepted export; done twice is done once."""
    if package.state != State.PACKING:
        return
    if package.course is None:
        _end(package, State.FAILED, now, _refused(_("这门课已经删除了。")))
        return
    name = f"{FOLDER}{package.uuid}.zip"
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{uuid4().hex[:8]}.part")
    try:
        with part.open("wb") as target:
            report = pack(course=package.course, target=target, progress=progress)
        part.replace(path)
    except CannotPack as error:
        _end(package, State.FAILED, now, _refused(str(error)))
        return
    finally:
        part.unlink(missing_ok=True)
    package.file = name
    _end(package, State.PACKED, now, report)
    _tell(package, now, _("《{title}》打好包了").format(title=package.title), _("七天以内可以下载。"))


# In


def receive(*, file: File, by: User, now: datetime) -> CoursePackage:
    """
    Keep an uploaded package until it was looked at and decided on; a job looks at it.

    :raises UnreadablePackage: if it is empty or too large.
    """
    if not file.size:
        raise UnreadablePackage(_("文件是空的，请重新选择。"))
    if file.size > MAX_BYTES:
        raise UnreadablePackage(_("文件超过 2 GB。把视频压小，或者把课分成几门。"))
    tidy_packages(now=now)
    name = default_storage.save(f"{FOLDER}{uuid4()}.zip", file)
    with transaction.atomic():
        package = CoursePackage.objects.create(
            state=State.LOOKING, file_name=(file.name or "")[-200:], file=name, created_by=by, created_at=now
        )
        _enqueue(LOOK_JOB, package, by)
    return package


def look(*, package: CoursePackage, now: datetime, progress: Progress) -> None:
    """Look at a package that came in and keep the preview; one that is refused is deleted at once."""
    if package.state != State.LOOKING:
        return
    try:
        with Path(default_storage.path(package.file)).open("rb") as file:
            reader = PackageReader(file)
            reader.check_files(progress)
    except UnreadablePackage as error:
        _drop_file(package)
        _end(package, State.REFUSED, now, _refused(*error.reasons))
        return
    package.title = reader.course.title
    _end(package, State.READY, now, plan_of(reader.course).report())


def start_import(*, package: CoursePackage, by: User) -> None:
    """
    Accept a package that was looked at; a job brings it in.

    :raises WrongState: if it does not wait for that.
    """
    _move(package, State.READY, State.IMPORTING, IMPORT_JOB, by)


def run_import(*, package: CoursePackage, now: datetime, progress: Progress) -> None:
    """Bring in a package that was accepted; done twice is done once."""
    if package.state != State.IMPORTING:
        return
    try:
        with Path(default_storage.path(package.file)).open("rb") as file:
            reader = PackageReader(file)
            reader.check_files(progress)
            bring_in(reader=reader, package=package, now=now)
    except (UnreadablePackage, UploadRefused, FileNotFoundError) as error:
        _drop_file(package)
        _end(package, State.FAILED, now, _refused(str(error)))
        return
    _drop_file(package)
    package.save(update_fields=["file"])
    _tell(
        package,
        now,
        _("《{title}》导入好了").format(title=package.title),
        _("是你的草稿，学员还看不到。"),
    )


@dataclass
class _Made:
    """What an import has added to the library so far."""

    images: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    videos: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Storage keys written in the transaction: a rollback takes the rows back and leaves the files."""


def bring_in(*, reader: PackageReader, package: CoursePackage, now: datetime) -> CoursePage:
    """
    Make a draft of a package that was checked; it belongs to who brought it. ``package`` gets the course, the report and
    the ids of what was added to the library.

    :raises UploadRefused: if a video is none; nothing is left behind then.
    """
    made = _Made()
    try:
        videos = _videos(reader, package.created_by, made)
        with transaction.atomic():
            course = _make(reader, package, videos, made, now)
    except BaseException:
        _take_back(made)
        raise
    return course


def _videos(reader: PackageReader, by: User, made: _Made) -> dict[str, Video]:
    """Return the library's video of each hash: the same one if it is there with the same words, else a new one."""
    found: dict[str, Video] = {}
    for file in _files_of(reader.course, "video"):
        same = Video.objects.filter(content_hash=file.sha256, title=file.title or file.name, **file.texts)
        known = same.exclude(state=Video.State.FAILED).order_by("pk").first()
        if known is None:
            with tempfile.NamedTemporaryFile(suffix=Path(file.name).suffix) as copy:
                _copy(reader, file, copy)
                known = accept_video(
                    file=File(copy, name=file.name),
                    title=file.title or file.name,
                    by=by,
                    queues_processing=False,
                    **file.texts,
                )
            made.videos.append(known.pk)
        found[file.sha256] = known
    return found


def _copy(reader: PackageReader, file: FoundFile, target: IO[bytes]) -> None:
    with reader.open(file.sha256) as source:
        shutil.copyfileobj(source, target)
    target.flush()
    target.seek(0)


def _make(
    reader: PackageReader, package: CoursePackage, videos: dict[str, Video], made: _Made, now: datetime
) -> CoursePage:
    by, found = package.created_by, reader.course
    plan = plan_of(found)
    collection = Collection.objects.filter(name=COLLECTION).first() or Collection.get_first_root_node()
    for file in _files_of(found, "image"):
        image = get_image_model()(title=file.title or file.name, collection=collection, uploaded_by_user=by)
        with reader.open(file.sha256) as source:
            image.file.save(file.name, ImageFile(source, name=file.name), save=False)
            made.names.append(image.file.name)
        image.save()
        made.images[file.sha256] = image.pk
    for file in _files_of(found, "document"):
        document = get_document_model()(
            title=file.title or file.name, collection=collection, uploaded_by_user=by
        )
        with reader.open(file.sha256) as source:
            document.file.save(file.name, File(source, name=file.name), save=False)
            made.names.append(document.file.name)
        document.save()
        made.documents[file.sha256] = document.pk
    ids = {
        "image": made.images,
        "document": made.documents,
        "video": {sha: video.pk for sha, video in videos.items()},
    }
    index = CourseIndexPage.objects.get()
    course = create_course(index=index, course=_new_course(found, plan, ids, index), by=by, now=now)
    for pk in made.videos:
        enqueue_transcode(Video.objects.get(pk=pk))
    package.course, package.title = course, found.title
    package.made = {
        "images": list(made.images.values()),
        "documents": list(made.documents.values()),
        "videos": made.videos,
    }
    _end(package, State.IMPORTED, now, plan.report())
    audit.record(
        stream="courses",
        action="course.imported",
        actor=by.person.uuid,
        target=f"course:{course.pk}",
        detail={"package": package.uuid, **plan.counts},
    )
    return course


def _files_of(course: FoundCourse, kind: str) -> list[FoundFile]:
    return [file for key, file in sorted(course.files.items()) if key[0] == kind]


def _new_course(
    found: FoundCourse, plan: Plan, ids: dict[str, dict[str, int]], index: CourseIndexPage
) -> NewCourse:
    addresses = _Addresses()
    return NewCourse(
        title=found.title,
        slug=free_address(found.title, parent=index),
        occupation=plan.occupation,
        level=plan.level,
        summary=found.summary,
        outcomes=found.outcomes,
        audience=found.audience,
        safety=found.safety,
        sources=found.sources,
        licence=found.licence,
        ai_label=found.ai_label,
        cover=ids["image"].get(found.cover),
        instructors=plan.instructors,
        modules=[
            NewModule(
                title=module.title,
                slug=addresses.free(module.title, beside="course"),
                lessons=[
                    NewLesson(
                        title=lesson.title,
                        slug=addresses.free(lesson.title, beside=f"module {n}"),
                        summary=lesson.summary,
                        blocks=[_with_ids(block, ids) for block in lesson.blocks],
                        requirements=sorted(
                            {
                                plan.requirements[one]
                                for one in lesson.requirements
                                if one in plan.requirements
                            }
                        ),
                    )
                    for lesson in module.lessons
                ],
            )
            for n, module in enumerate(found.modules)
        ],
    )


class _Addresses:
    """Addresses of pages that do not exist yet: unique beside each other."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    def free(self, title: str, *, beside: str) -> str:
        wanted = slug = address_of(title)
        number = 1
        while (beside, slug) in self._taken:
            number += 1
            slug = f"{wanted}-{number}"
        self._taken.add((beside, slug))
        return slug


def _with_ids(block: Block, ids: dict[str, dict[str, int]]) -> Block:
    key = FILE_KEYS.get(block["type"])
    if key is None:
        return block
    return {**block, "value": {**block["value"], key: ids[key].get(block["value"].get(key) or "")}}


# Undone


def start_undo(*, package: CoursePackage, by: User) -> None:
    """
    Take an import back; a job does it.

    :raises WrongState: if it was not imported, or somebody has worked on the draft since.
    """
    _refuse_worked_on(package)
    _move(package, State.IMPORTED, State.UNDOING, UNDO_JOB, by)


@transaction.atomic
def undo(*, package: CoursePackage, now: datetime) -> None:
    """
    Delete the draft of an import, and what it added to the library as far as nothing else shows it.

    :raises WrongState: if somebody has worked on the draft since.
    """
    package = lock_rows(CoursePackage.objects.filter(pk=package.pk)).get()
    if package.state not in {State.UNDOING, State.IMPORTED}:
        return
    _refuse_worked_on(package)
    course, package.course = package.course, None
    if course is not None:
        course.delete()
    for model, kind in ((get_image_model(), "images"), (get_document_model(), "documents")):
        for one in model.objects.filter(pk__in=package.made.get(kind, [])):
            if not ReferenceIndex.get_references_to(one).exists():
                one.delete()
    kept = [v for v in _videos_of(package) if ReferenceIndex.get_references_to(v).exists()]
    _delete_videos([v for v in _videos_of(package) if v not in kept])
    package.made = {}
    _end(package, State.UNDONE, now, package.report)
    audit.record(
        stream="courses",
        action="course.import_undone",
        actor=package.created_by.person.uuid,
        target=f"package:{package.uuid}",
    )


def _videos_of(package: CoursePackage) -> list[Video]:
    return list(Video.objects.filter(pk__in=package.made.get("videos", [])))


def _refuse_worked_on(package: CoursePackage) -> None:
    course = package.course
    if course is None:
        return
    if CourseEdition.objects.filter(course=course).exists():
        raise WrongState(_("这门课已经送过审，撤销不了。"))
    pages = course.get_descendants(inclusive=True)
    since = package.ended_at
    if since is None or pages.filter(latest_revision_created_at__gt=since).exists():
        raise WrongState(_("导入以后有人改过这门课，撤销不了。不要了，可以在“调整顺序、移动或删除”里删除。"))


def _take_back(made: _Made) -> None:
    """Remove what an import that failed had written."""
    for name in made.names:
        default_storage.delete(name)
    _delete_videos(list(Video.objects.filter(pk__in=made.videos)))


def _delete_videos(videos: list[Video]) -> None:
    """Delete videos, and their files when no other row of the library has the same."""
    for video in videos:
        shared = Video.objects.filter(content_hash=video.content_hash).exclude(pk=video.pk).exists()
        name, prefix = video.original.name, f"videos/hls/{video.content_hash[:2]}/{video.content_hash}"
        video.delete()
        if not shared:
            transaction.on_commit(lambda name=name, prefix=prefix: _delete_files(name, prefix))  # type: ignore[misc]


def _delete_files(name: str, prefix: str) -> None:
    default_storage.delete(name)
    shutil.rmtree(default_storage.path(prefix), ignore_errors=True)


# Both


def tidy_packages(*, now: datetime) -> None:
    """Delete the files of packages that nobody has fetched or decided on for a week; what was reported stays."""
    old = CoursePackage.objects.filter(created_at__lt=now - KEPT_FOR).exclude(file="")
    for package in old.exclude(state__in=CoursePackage.RUNNING):
        _drop_file(package)
        package.save(update_fields=["file"])


def _enqueue(job: str, package: CoursePackage, by: User) -> None:
    payload = {"package": str(package.uuid)}
    jobs.enqueue(kind=job, payload=payload, by=by.person.uuid, dedupe_key=f"{job}:{package.uuid}")


@transaction.atomic
def _move(package: CoursePackage, state: str, to: str, job: str, by: User) -> None:
    if not CoursePackage.objects.filter(pk=package.pk, state=state).update(state=to):
        raise WrongState(_("这个包已经在处理，或者已经办完了。"))
    package.state = to
    _enqueue(job, package, by)


def _end(package: CoursePackage, state: str, now: datetime, report: dict[str, Any]) -> None:
    package.state, package.ended_at, package.report = state, now, report
    package.save()


def _refused(*reasons: str) -> dict[str, Any]:
    return {"counts": {}, "unmatched": [], "notes": [], "refused": list(reasons)}


def _drop_file(package: CoursePackage) -> None:
    if package.file:
        default_storage.delete(package.file)
        package.file = ""


def _tell(package: CoursePackage, now: datetime, title: str, body: str) -> None:
    inbox.send(
        to=package.created_by.person.uuid,
        kind=f"package.{package.state}",
        title=title,
        body=body,
        url=reverse("course_package", args=[package.uuid]),
        action=_("打开看看"),
        source=f"package:{package.uuid}",
        source_name=_("课程包"),
        key=f"package.{package.state}:{package.uuid}",
        at=now,
    )
