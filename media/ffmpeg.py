"""
The one place that starts ffmpeg and opens containers. No database here: these calls take minutes, and none of them may
run inside a transaction.
"""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg

from media.rules import SEGMENT_SECONDS, Quality, scaled


class UnreadableVideo(ValueError):
    """The file is no video that can be played: the message says to its owner what is wrong with it."""


@dataclass(frozen=True)
class Probe:
    duration_ms: int
    width: int
    height: int
    has_audio: bool
    codec: str = ""


def probe(path: Path) -> Probe:
    """
    Read length and size of a video.

    :raises UnreadableVideo: if the file is damaged, holds no picture or no length.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise UnreadableVideo("文件里没有画面，只有声音或别的内容。请换一个视频文件。")
            video = container.streams.video[0]
            microseconds = container.duration or 0
            if not microseconds and video.duration and video.time_base:
                microseconds = int(video.duration * Fraction(video.time_base) * 1_000_000)
            width, height = video.codec_context.width, video.codec_context.height
            has_audio = bool(container.streams.audio)
            codec = video.codec_context.name
    except (av.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, UnreadableVideo):
            raise
        raise UnreadableVideo(
            "文件打不开，可能没有传完或已损坏。请在电脑上确认能播放，再重新上传。"
        ) from error
    if microseconds < 1_000_000 or not width or not height:
        raise UnreadableVideo("视频不到 1 秒，或读不出画面大小。请换一个视频文件。")
    return Probe(microseconds // 1000, width, height, has_audio, codec)


def _run(arguments: list[str], *, tick: Callable[[], None]) -> None:
    """Run ffmpeg, calling ``tick`` about once a second of encoding, and fail with the end of what it said."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    process = subprocess.Popen(  # noqa: S603  # a fixed program and arguments of ours
        [*command, "-progress", "pipe:1", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # Whoever is waiting for a page goes first.
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, 15)
    said: list[str] = []
    try:
        for line in process.stdout or ():
            if line.startswith("progress="):
                tick()
            elif "=" not in line:
                said = [*said[-9:], line.strip()]
    except BaseException:
        process.kill()
        raise
    finally:
        process.wait()
    if process.returncode:
        raise UnreadableVideo("视频转换没有成功：" + "；".join(said)[-200:])


def make_rendition(
    *, source: Path, target: Path, info: Probe, quality: Quality, tick: Callable[[], None]
) -> None:
    """
    Write one quality as HLS into ``target``: ``index.m3u8``, ``init.mp4`` and segments of four seconds.

    Key frames stand at the borders of segments in every quality, so a player changes quality without a gap.
    """
    target.mkdir(parents=True, exist_ok=True)
    width, height = scaled(width=info.width, height=info.height, short_side=quality.short_side)
    audio = ["-c:a", "aac", "-b:a", str(quality.audio_bits), "-ac", "1" if quality.short_side <= 240 else "2"]
    _run(
        [
            "-i", str(source), "-map", "0:v:0", *(["-map", "0:a:0", *audio] if info.has_audio else []),
            "-vf", f"scale={width}:{height}", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main",
            "-pix_fmt", "yuv420p", "-crf", "26", "-maxrate", str(quality.video_bits),
            "-bufsize", str(quality.video_bits * 2), "-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})",
            "-threads", "2", "-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod",
            "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4",
            "-hls_segment_filename", str(target / "%04d.m4s"), str(target / "index.m3u8"),
        ],
        tick=tick,
    )  # fmt: skip


def copy_rendition(*, source: Path, target: Path, info: Probe) -> None:
    """Write the video as HLS without encoding it again: a moment's work, for a file that browsers play as it is."""
    target.mkdir(parents=True, exist_ok=True)
    _run(
        [
            "-i", str(source), "-map", "0:v:0", *(["-map", "0:a:0"] if info.has_audio else []), "-c", "copy",
            "-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod",
            "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4",
            "-hls_segment_filename", str(target / "%04d.m4s"), str(target / "index.m3u8"),
        ],
        tick=lambda: None,
    )  # fmt: skip


def make_poster(*, source: Path, target: Path, info: Probe) -> None:
    """Write a still of the video, 640 px wide at most, as JPEG."""
    width, height = scaled(width=info.width, height=info.height, short_side=360)
    _run(
        [
            "-ss", f"{info.duration_ms / 4000:.3f}", "-i", str(source), "-frames:v", "1",
            "-vf", f"scale={width}:{height}", "-q:v", "5", str(target),
        ],
        tick=lambda: None,
    )  # fmt: skip
