import subprocess

import imageio_ffmpeg
import pytest


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """A real video of three seconds with sound, 640 × 360."""
    path = tmp_path_factory.mktemp("clip") / "焊接.mp4"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y",
            "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15:duration=3",
            "-f", "lavfi", "-i", "sine=frequency=440:duration=3",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    """Uploads of one test go to a folder of their own."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return settings.MEDIA_ROOT
