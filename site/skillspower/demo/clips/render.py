"""
Render the demo's clips and pictures:

    python -m skillspower.demo.clips.render                      all clips, their captions and the pictures
    python -m skillspower.demo.clips.render --only crane-signals
    python -m skillspower.demo.clips.render --frame crane-signals 12.5 out.png

The results are kept in the repository, so the demo itself needs neither a font nor this. Needs a Chinese font (found by
fc-match, or given with --font) and the ffmpeg of imageio-ffmpeg.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from PIL import Image

from skillspower.demo.clips import CLIPS, FPS, RENDERED, Clip
from skillspower.demo.clips.canvas import HEIGHT, HUES, WIDTH, Canvas, FontMissing
from skillspower.demo.clips.stills import STILLS, draw_still

PICTURES = Path(__file__).parent.parent / "content" / "images"


def scene_of(clip: Clip) -> ModuleType:
    """The module that draws a clip: HUE, CAPTIONS and draw(canvas, seconds)."""
    return import_module(f"skillspower.demo.clips.scenes.{clip.key.replace('-', '_')}")


def draw_frame(clip: Clip, seconds: float, font: str | None = None) -> Image.Image:
    """The clip's picture at an instant, 1280 × 720."""
    scene = scene_of(clip)
    canvas = Canvas(HUES[scene.HUE], font)
    scene.draw(canvas, seconds)
    canvas.ruler(seconds, clip.duration_ms // 1000)
    return canvas.finish()


def captions_of(clip: Clip) -> str:
    """The clip's captions as WebVTT."""
    cues = (
        f"{_instant(start)} --> {_instant(end)}\n{words}\n" for start, end, words in scene_of(clip).CAPTIONS
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def render(clip: Clip, font: str | None = None) -> None:
    """Write the clip's video and captions to ``rendered/``."""
    import imageio_ffmpeg  # not needed to draw a frame

    RENDERED.mkdir(exist_ok=True)
    clip.captions.write_text(captions_of(clip), encoding="utf-8")
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-",
        "-f", "lavfi", "-i", "anullsrc=channel_layout=mono:sample_rate=44100",
        "-c:v", "libx264", "-preset", "slower", "-tune", "animation", "-crf", "31", "-pix_fmt", "yuv420p", "-g", str(FPS * 4),
        "-c:a", "aac", "-b:a", "24k", "-t", str(clip.duration_ms / 1000), "-movflags", "+faststart", str(clip.video),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:  # noqa: S603 (our own arguments)
        if encoder.stdin is None:
            raise RuntimeError("ffmpeg has no input")
        for number in range(clip.duration_ms * FPS // 1000):
            encoder.stdin.write(draw_frame(clip, number / FPS, font).tobytes())
        encoder.stdin.close()
        if encoder.wait():
            raise RuntimeError(f"ffmpeg ended with {encoder.returncode}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Render the demo's clips and pictures.")
    parser.add_argument("--only", choices=[*CLIPS, *STILLS], action="append", help="render just this one")
    parser.add_argument(
        "--frame", nargs=3, metavar=("CLIP", "SECONDS", "OUT"), help="write one frame as a picture"
    )
    parser.add_argument("--font", help="a Chinese font file, instead of Noto Sans CJK")
    given = parser.parse_args(arguments)
    try:
        if given.frame:
            key, seconds, out = given.frame
            draw_frame(CLIPS[key], float(seconds), given.font).save(out)
            return 0
        wanted = set(given.only or [*CLIPS, *STILLS])
        for key in STILLS:
            if key in wanted:
                PICTURES.mkdir(exist_ok=True)
                draw_still(key, given.font).quantize(64).save(PICTURES / f"{key}.png", optimize=True)
        for key, clip in CLIPS.items():
            if key in wanted:
                render(clip, given.font)
                sys.stdout.write(f"{key}: {clip.video.stat().st_size / 1e6:.2f} MB\n")
    except FontMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


def _instant(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


if __name__ == "__main__":
    raise SystemExit(main())
