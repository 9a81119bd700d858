"""The demo's own clips: drawings in motion, rendered once by ``render.py`` and kept in ``rendered/``.

``CLIPS`` says what there is; importing it needs neither Pillow nor ffmpeg.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RENDERED = Path(__file__).parent / "rendered"
FPS = 15


@dataclass(frozen=True, slots=True)
class Clip:
    """One rendered clip: H.264 with a silent AAC track, and its Chinese captions."""

    key: str
    title: str
    duration_ms: int

    @property
    def video(self) -> Path:
        return RENDERED / f"{self.key}.mp4"

    @property
    def captions(self) -> Path:
        return RENDERED / f"{self.key}.vtt"


CLIPS: dict[str, Clip] = {
    clip.key: clip
    for clip in (
        Clip("arc-three-hazards", "焊前三件事：弧光、触电与烟尘", 72_000),
        Clip("electrode-motions", "运条三动作：送进、前移、摆动", 96_000),
        Clip("turning-tool", "90°外圆车刀：三个面怎么磨，刀怎么装", 84_000),
        Clip("micrometer-reading", "外径千分尺：三步读出尺寸", 72_000),
        Clip("dead-work-five-steps", "停电作业五步：停电、验电、接地、挂牌、遮栏", 84_000),
        Clip("crane-signals", "指挥手势与音响信号", 84_000),
        Clip("root-keyhole", "打底焊：看熔孔", 78_000),
        Clip("tool-setting", "对刀与刀具补偿", 84_000),
        Clip("interlocked-reversing", "接触器联锁正反转", 88_000),
        Clip("robot-jogging", "点动：使能键与三种坐标系", 72_000),
        Clip("methane-alarm", "便携式甲烷检测报警仪：开机、归零、举高测", 72_000),
        Clip("switch-4mm-test", "道岔 4 mm 不锁闭试验", 72_000),
        Clip("bed-wheelchair-transfer", "床与轮椅之间的转移", 72_000),
    )
}
