"""Taking a video in, and making of it what a phone can play."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core import inbox, jobs
from media import ffmpeg
from media.models import Rendition, Video
from media.rules import Variant, master_playlist, qualities_for, scaled

TRANSCODE = "media.transcode"
MAX_BYTES = 4 * 1024**3
Progress = Callable[[int, int, str], None]
_CHUNK = 1024 * 1024
_CONTAINERS = {
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".avi",
    ".3gp",
    ".ts",
    ".mpg",
    ".mpeg",
    ".wmv",
    ".flv",
}


class UploadRefused(ValueError):
    """The file is not taken in; the message says why and what to do."""


def check_upload(file: File) -> None:
    """
    Look at size, name and first bytes of a file before it is taken in.

    :raises UploadRefused: if it is empty, too large or no video.
    """
    if not file.size:
        raise UploadRefused("文件是空的，请重新选择。")
    if file.size > MAX_BYTES:
        raise UploadRefused("文件超过 4 GB。请剪短，或先在手机上用“高清”而不是“4K”导出。")
    suffix = Path(file.name or "").suffix.lower()
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    try:
        kinds = {m.mime_type for m in puremagic.magic_string(head)}
    except puremagic.PureError:
        kinds = set()
    looks_like_video = any(k.startswith(("video/", "application/vnd.rn", "audio/mp4")) for k in kinds)
    if suffix not in _CONTAINERS or (kinds and not looks_like_video):
        raise UploadRefused("这不是视频文件。可以上传 MP4、MOV、MKV、AVI 等手机或相机拍的视频。")


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hash(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def keep_file(file: File, target: Path) -> None:
    """
    Write an upload under the name of its hash. The name stands only once all its bytes are on disk: what a killed
    process or a full disk left half written is never taken for the file when it is uploaded again.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_file() or target.stat().st_size != file.size:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="part-") as folder:
            part = Path(folder) / target.name
            with part.open("wb") as out:
                for chunk in file.chunks(_CHUNK):
                    out.write(chunk)
            _fsync(part)
            part.chmod(0o644)
            part.replace(target)
    _fsync(target)
    _fsync(target.parent)


def accept_video(
    *,
    file: File,
    title: str,
    by: User | None,
    captions: str = "",
    transcript: str = "",
    queues_processing: bool = True,
) -> Video:
    """
    Take a video in and, unless the caller sees to that, queue its processing. When this returns, file and job outlive any process and the machine's
    power: the bytes are on disk before the row that names them is committed.

    :raises UploadRefused: if the file is empty, too large or no video.
    """
    check_upload(file)
    digest = _hash(file)
    name = f"videos/original/{digest[:2]}/{digest}{Path(file.name or 'video').suffix.lower()}"
    keep_file(file, Path(default_storage.path(name)))
    with transaction.atomic():
        video = Video(
            title=title,
            original_name=Path(file.name or "").name,
            byte_size=file.size,
            content_hash=digest,
            captions=captions,
            transcript=transcript,
            uploaded_by=by,
        )
        video.original.name = name
        video.save()
        if queues_processing:
            enqueue_transcode(video)
    return video


def enqueue_transcode(video: Video) -> None:
    """Queue the processing of a video; twice is once."""
    uploader = video.uploaded_by.person.uuid if video.uploaded_by else None
    jobs.enqueue(
        kind=TRANSCODE,
        payload={"video": str(video.uuid)},
        by=uploader,
        dedupe_key=f"video:{video.uuid}",
    )


def transcode(*, video: Video, progress: Progress) -> None:
    """
    Make renditions and poster of a video and mark it ready, or failed with the reason.

    May be killed at any point and run again: everything is made in a folder of its own and put in place by one rename
    and one transaction. ``progress`` takes steps done, steps in all and what is being done.
    """
    # What plays already goes on playing until the better files are there.
    played_already = Video.objects.filter(pk=video.pk, state=Video.State.READY).exists()
    Video.objects.filter(pk=video.pk).exclude(state=Video.State.READY).update(
        state=Video.State.PROCESSING, failure=""
    )
    source = Path(video.original.path)
    try:
        info = ffmpeg.probe(source)
        _make_and_store(video, info, partial(_make_files, source=source, info=info, progress=progress))
    except ffmpeg.UnreadableVideo as error:
        Video.objects.filter(pk=video.pk).update(state=Video.State.FAILED, failure=str(error)[:300])
        _tell_uploader(
            video, _("“{title}”没有转换成功"), str(error), action=_("看看怎么办"), kind="video.failed"
        )
    else:
        if not played_already:
            _tell_uploader(
                video, _("“{title}”转换好了"), _("可以放进课里了。"), action=_("看视频库"), kind="video.ready"
            )


def _tell_uploader(video: Video, title: str, body: str, *, action: str, kind: str) -> None:
    """Let whoever uploaded a video know what became of it: once, however often a job is done again."""
    if video.uploaded_by is None:
        return
    inbox.send(
        to=video.uploaded_by.person.uuid,
        kind=kind,
        title=title.format(title=video.title),
        body=body,
        url=reverse("wagtailsnippets_media_video:edit", args=[video.pk]),
        action=action,
        source=f"video:{video.uuid}",
        source_name=_("视频库"),
        key=f"{kind}:{video.uuid}",
        renew=kind == "video.failed",
    )


def make_playable(*, video: Video) -> None:
    """
    Make a video playable at once in the one quality it came in; the job that was queued adds the others.

    :raises UnreadableVideo: if it cannot be read, or is not H.264 and has to be encoded first.
    """
    source = Path(video.original.path)
    info = ffmpeg.probe(source)
    if info.codec != "h264":
        raise ffmpeg.UnreadableVideo(info.codec)
    _make_and_store(video, info, partial(_copy_files, source=source, info=info))


def _make_and_store(video: Video, info: ffmpeg.Probe, make: Callable[..., list[Variant]]) -> None:
    """Let ``make(target=folder)`` write the files, put them in place and note what there is."""
    media_root = Path(settings.MEDIA_ROOT)
    prefix = f"videos/hls/{video.content_hash[:2]}/{video.content_hash}"
    (media_root / "work").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media_root / "work", prefix="hls-") as folder:
        work = Path(folder) / "out"
        variants = make(target=work)
        sizes = {v.name: sum(f.stat().st_size for f in (work / v.name).iterdir()) for v in variants}
        _put_in_place(work, media_root / prefix)
    with transaction.atomic():
        Rendition.objects.filter(video=video).delete()
        Rendition.objects.bulk_create(
            Rendition(
                video=video,
                name=v.name,
                prefix=f"{prefix}/{v.name}",
                width=v.width,
                height=v.height,
                bits_per_second=v.bits_per_second,
                byte_size=sizes[v.name],
            )
            for v in variants
        )
        Video.objects.filter(pk=video.pk).update(
            state=Video.State.READY,
            failure="",
            duration_ms=info.duration_ms,
            width=info.width,
            height=info.height,
            poster=f"{prefix}/poster.jpg",
        )


def _make_files(*, source: Path, target: Path, info: ffmpeg.Probe, progress: Progress) -> list[Variant]:
    """Write renditions, master playlist and poster below ``target``; return what the playlist lists."""
    qualities = qualities_for(width=info.width, height=info.height)
    steps = len(qualities) + 1
    variants = []
    for done, quality in enumerate(qualities):
        tell = partial(progress, done, steps, f"正在做 {quality.name}")
        tell()
        ffmpeg.make_rendition(
            source=source, target=target / quality.name, info=info, quality=quality, tick=tell
        )
        width, height = scaled(width=info.width, height=info.height, short_side=quality.short_side)
        variants.append(Variant(quality.name, width, height, quality.bits_per_second))
    progress(len(qualities), steps, "正在取封面")
    ffmpeg.make_poster(source=source, target=target / "poster.jpg", info=info)
    (target / "master.m3u8").write_text(master_playlist(variants), encoding="utf-8")
    return variants


def _copy_files(*, source: Path, target: Path, info: ffmpeg.Probe) -> list[Variant]:
    """Write the one rendition that is the file itself, master playlist and poster below ``target``."""
    name = f"{min(info.width, info.height)}p"
    ffmpeg.copy_rendition(source=source, target=target / name, info=info)
    ffmpeg.make_poster(source=source, target=target / "poster.jpg", info=info)
    bits = source.stat().st_size * 8000 // info.duration_ms
    variants = [Variant(name, info.width, info.height, bits)]
    (target / "master.m3u8").write_text(master_playlist(variants), encoding="utf-8")
    return variants


def _put_in_place(made: Path, target: Path) -> None:
    """Replace what an earlier attempt left by what this one made, in one rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    made.rename(target)
