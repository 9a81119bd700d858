"""An upload that was reported complete becomes a playable video, whatever is killed before that."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import imageio_ffmpeg
import pytest
from django.conf import settings

from core.jobs.models import Job
from core.tasks import sweep
from media.models import Rendition, Video
from tests.core.test_jobs_survive_kill import ROOT, database_url, start_worker, wait_until

UPLOAD = """
import os, signal, sys
import django
django.setup()
from django.core.files.base import File
from media.api import accept_video
with open(sys.argv[1], "rb") as file:
    accept_video(file=File(file, name="收弧.mp4"), title="收弧示范", by=None)
os.write(1, b"complete")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def long_clip(tmp_path):
    """Forty seconds at 640 × 360: long enough to be killed in the middle of it."""
    path = tmp_path / "收弧.mp4"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y",
            "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=40",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


@pytest.fixture
def shared_uploads(settings):
    """The folder that web and worker of one installation share."""
    settings.MEDIA_ROOT = Path(settings.VAR_DIR) / "uploads"
    return settings.MEDIA_ROOT


def upload_and_die(clip: Path) -> None:
    """Take a clip in as a web process does, and kill that process the moment it has said that the upload is complete."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "skillspower.settings.dev",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
        "DATABASE_URL": database_url(),
        "SKILLSPOWER_VAR": str(settings.VAR_DIR),
    }
    answer = subprocess.run(
        [sys.executable, "-c", UPLOAD, str(clip)], env=environment, capture_output=True, timeout=120
    )
    assert answer.stdout == b"complete", answer.stderr.decode()[-2000:]
    assert answer.returncode == -signal.SIGKILL


@pytest.mark.django_db(transaction=True)
def test_an_upload_reported_complete_plays_though_web_and_worker_are_killed(
    long_clip, shared_uploads, monkeypatch
):
    monkeypatch.setattr(settings, "JOB_HEARTBEAT_SECONDS", 0.3)
    from skillspower.celery import app

    upload_and_die(long_clip)
    video = Video.objects.get()
    assert Path(video.original.path).read_bytes() == long_clip.read_bytes()

    app.conf.task_always_eager = False
    worker = start_worker()
    try:
        work = shared_uploads / "work"

        def is_half_made() -> bool:
            sweep()
            return any(work.rglob("*.m4s")) if work.exists() else False

        wait_until(is_half_made, 90)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        assert Video.objects.get().state == Video.State.PROCESSING, "it was done before it was killed"
        worker = start_worker()

        def has_ended() -> bool:
            sweep()
            return Job.objects.filter(kind="media.transcode", state="done").exists()

        wait_until(has_ended, 180)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        app.conf.task_always_eager = True

    video.refresh_from_db()
    assert (video.state, video.failure) == (Video.State.READY, "")
    assert Job.objects.get(kind="media.transcode").attempt > 1
    assert Rendition.objects.filter(video=video).count() == 2
    master = shared_uploads / Path(video.poster).parent / "master.m3u8"
    for name in (line for line in master.read_text().splitlines() if not line.startswith("#")):
        with av.open(str(master.parent / name)) as played:
            assert played.duration / 1_000_000 > 39
