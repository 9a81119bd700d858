"""Which qualities a video gets, and how its playlists are written. Pure; sizes in pixels, rates in bits per second."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """One step of the ladder: the short side of the picture and the highest rate of picture and sound together."""

    name: str
    short_side: int
    video_bits: int
    audio_bits: int

    @property
    def bits_per_second(self) -> int:
        return self.video_bits + self.audio_bits


LADDER = (
    # 省流 must play over a bad 3G link behind a hall of machines; a minute of it is about 2 MB.
    Quality("240p", 240, 180_000, 48_000),
    Quality("360p", 360, 400_000, 64_000),
    Quality("720p", 720, 1_200_000, 96_000),
    Quality("1080p", 1080, 2_600_000, 128_000),
)
SEGMENT_SECONDS = 4


def qualities_for(*, width: int, height: int) -> list[Quality]:
    """
    Return the qualities to make of a picture: none larger than the picture, never fewer than two.

    >>> [q.name for q in qualities_for(width=1280, height=720)]
    ['240p', '360p', '720p']
    >>> [q.name for q in qualities_for(width=200, height=160)]
    ['240p', '360p']
    """
    short = min(width, height)
    return [q for i, q in enumerate(LADDER) if i < 2 or q.short_side <= short]


def scaled(*, width: int, height: int, short_side: int) -> tuple[int, int]:
    """
    Return the even size of a picture whose short side becomes ``short_side``, never enlarged.

    >>> scaled(width=1280, height=720, short_side=360), scaled(width=720, height=1280, short_side=360)
    ((640, 360), (360, 640))
    >>> scaled(width=200, height=151, short_side=240)
    (200, 150)
    """
    ratio = min(1.0, short_side / min(width, height))
    return (max(2, int(width * ratio) // 2 * 2), max(2, int(height * ratio) // 2 * 2))


@dataclass(frozen=True)
class Variant:
    """A line of the master playlist."""

    name: str
    width: int
    height: int
    bits_per_second: int


def master_playlist(variants: list[Variant]) -> str:
    """Return the HLS master playlist; addresses are relative, so that a signed path above them holds for all."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for v in sorted(variants, key=lambda v: v.bits_per_second):
        lines.append(f"#EXT-X-STREAM-INF:BANDWIDTH={v.bits_per_second},RESOLUTION={v.width}x{v.height}")
        lines.append(f"{v.name}/index.m3u8")
    return "\n".join(lines) + "\n"
