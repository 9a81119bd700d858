import errno
import hashlib
import io
from pathlib import Path

import av
import pytest
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile

from core import inbox
from media.models import Rendition, Video
from media.operations import UploadRefused, accept_video, make_playable, transcode
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def quiet(done, total, message):
    """A progress that nobody watches."""


@pytest.fixture
def video(clip):
    with clip.open("rb") as file:
        return accept_video(file=File(file, name=clip.name), title="焊接演示", by=make_user())


def test_an_accepted_upload_lies_on_disk_under_its_hash_and_waits_for_its_job(video, clip):
    assert Path(video.original.path).read_bytes() == clip.read_bytes()
    assert video.content_hash in video.original.name
    assert Video.objects.get().state == Video.State.WAITING


def test_what_a_kill_or_a_full_disk_left_half_written_is_not_taken_for_the_upload(clip, uploads):
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    half = uploads / "videos" / "original" / digest[:2] / f"{digest}.mp4"
    half.parent.mkdir(parents=True)
    half.write_bytes(clip.read_bytes()[:5_000])

    with clip.open("rb") as file:
        again = accept_video(file=File(file, name=clip.name), title="焊接演示", by=None)

    assert Path(again.original.path).read_bytes() == clip.read_bytes()


def test_a_disk_that_is_full_leaves_neither_a_file_nor_a_row(clip, uploads, monkeypatch):
    def full(self, chunk_size=None):
        yield b"the first bytes"
        raise OSError(errno.ENOSPC, "No space left on device")

    with clip.open("rb") as file:
        upload = File(file, name=clip.name)
        monkeypatch.setattr("media.operations._hash", lambda file: "ab" * 32)
        monkeypatch.setattr(File, "chunks", full)
        with pytest.raises(OSError, match="No space"):
            accept_video(file=upload, title="焊接演示", by=None)

    assert not [path for path in uploads.rglob("*") if path.is_file()]
    assert not Video.objects.exists()


def test_a_video_becomes_playable_in_two_qualities_with_poster_and_length(video, uploads):
    transcode(video=video, progress=quiet)

    video.refresh_from_db()
    assert (video.state, video.failure) == (Video.State.READY, "")
    [told] = inbox.messages_of(video.uploaded_by.person.uuid)
    assert told.title == "“焊接演示”转换好了"
    assert 2_900 <= video.duration_ms <= 3_200
    assert (uploads / video.poster).stat().st_size > 500
    assert Rendition.objects.filter(video=video).count() == 2
    master = uploads / Path(video.poster).parent / "master.m3u8"
    for name in (line for line in master.read_text().splitlines() if not line.startswith("#")):
        with av.open(str(master.parent / name)) as played:
            assert played.streams.video[0].codec_context.height in {240, 360}


def test_processing_again_after_a_kill_gives_the_same_rows(video):
    transcode(video=video, progress=quiet)
    before = list(Rendition.objects.order_by("name").values("name", "prefix", "width"))

    transcode(video=video, progress=quiet)

    assert list(Rendition.objects.order_by("name").values("name", "prefix", "width")) == before


def test_a_kill_in_the_middle_leaves_nothing_half_made_in_place(video, uploads):
    def killed(done, total, message):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transcode(video=video, progress=killed)

    assert not (uploads / "videos" / "hls").exists()
    assert list((uploads / "work").iterdir()) == []


def test_a_damaged_file_fails_with_a_sentence_for_its_owner(clip, uploads):
    broken = io.BytesIO(clip.read_bytes()[:2000])
    owner = make_user()
    video = accept_video(file=File(broken, name="坏.mp4"), title="坏文件", by=owner)

    for _ in range(2):
        transcode(video=video, progress=quiet)

    [told] = inbox.messages_of(owner.person.uuid)
    assert "坏文件" in told.title and "重新上传" in told.body

    video.refresh_from_db()
    assert video.state == Video.State.FAILED
    assert "重新上传" in video.failure


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("空.mp4", b"", "空的"),
        ("图纸.pdf", b"%PDF-1.7 ...", "不是视频"),
        ("伪装.mp4", b"%PDF-1.7 " + b"x" * 600, "不是视频"),
    ],
)
def test_what_is_no_video_is_refused_with_the_reason(name, content, word):
    with pytest.raises(UploadRefused, match=word):
        accept_video(file=SimpleUploadedFile(name, content), title="x", by=None)

    assert not Video.objects.exists()


def test_a_video_that_browsers_play_as_it_is_plays_before_it_is_processed(video, uploads):
    make_playable(video=video)

    video.refresh_from_db()
    only = Rendition.objects.get(video=video)
    assert video.state == Video.State.READY and video.duration_ms >= 2_900
    master = uploads / Path(video.poster).parent / "master.m3u8"
    with av.open(str(master.parent / only.name / "index.m3u8")) as played:
        assert played.streams.video

    states = []
    transcode(video=video, progress=lambda *said: states.append(Video.objects.get(pk=video.pk).state))
    assert set(states) == {Video.State.READY}
    assert Rendition.objects.filter(video=video).count() == 2
