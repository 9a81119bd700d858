"""The demo's clips and drawings: what is kept is what the scripts make, and every frame has words and movement in it."""

from __future__ import annotations

import os

import av
import pytest
from PIL import Image, ImageChops

from skillspower.demo import content
from skillspower.demo.clips import CLIPS, canvas, render
from skillspower.demo.clips.stills import STILLS, draw_still

pytestmark = pytest.mark.once

# Where these tests decide (CI) a missing font is a failure, elsewhere they are skipped with the reason.
needs_font = pytest.mark.skipif(
    os.environ.get("CI") != "true" and canvas._fc_match("Noto Sans CJK SC:style=Regular") is None,
    reason="no Noto Sans CJK here: install fonts-noto-cjk",
)
MEGABYTE = 1_000_000


@pytest.mark.parametrize("clip", CLIPS.values(), ids=lambda clip: clip.key)
class TestEachClip:
    def test_is_kept_with_the_length_and_size_it_says(self, clip):
        with av.open(str(clip.video)) as file:
            (video,) = file.streams.video
            (audio,) = file.streams.audio

            assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
            assert (video.width, video.height) == (1280, 720)
            assert 15 <= video.average_rate <= 25
            assert abs(file.duration / 1000 - clip.duration_ms) < 150
        assert 60_000 <= clip.duration_ms <= 120_000
        assert clip.video.stat().st_size <= 1.5 * MEGABYTE

    def test_keeps_the_captions_its_script_has(self, clip):
        assert clip.captions.read_text(encoding="utf-8") == render.captions_of(clip)

    def test_is_captioned_from_beginning_to_end_without_a_gap(self, clip):
        cues = render.scene_of(clip).CAPTIONS

        assert cues[0][0] == 0
        assert cues[-1][1] * 1000 == clip.duration_ms
        assert [end for _, end, _ in cues[:-1]] == [start for start, _, _ in cues[1:]]
        # Read aloud at an easy pace: at most seven characters a second.
        assert all(len(words) <= 7 * (end - start) for start, end, words in cues)

    @needs_font
    def test_draws_each_part_and_moves(self, clip):
        for start, end, words in render.scene_of(clip).CAPTIONS:
            early = render.draw_frame(clip, start + 0.5)
            late = render.draw_frame(clip, (start + end) / 2 + 0.5)

            assert early.size == (1280, 720)
            assert len(early.getcolors(1 << 20)) > 20, words
            assert ImageChops.difference(early, late).getbbox(), words


@pytest.mark.parametrize("key", STILLS)
class TestEachDrawing:
    def test_is_kept_small(self, key):
        path = render.PICTURES / f"{key}.png"

        assert Image.open(path).size == (1280, 720)
        assert path.stat().st_size < 80_000

    @needs_font
    def test_is_what_its_script_draws(self, key):
        kept = Image.open(render.PICTURES / f"{key}.png").convert("RGB")

        difference = ImageChops.difference(kept, draw_still(key)).convert("L")

        # Another version of the font moves a pixel here and there; another drawing moves far more.
        changed = sum(difference.histogram()[48:])
        assert changed < 1280 * 720 * 0.01


def test_every_clip_and_drawing_is_used_in_a_lesson_and_nothing_else_is_kept():
    blocks = [block for course in content.courses() for lesson in course.lessons for block in lesson.blocks]

    assert {block.clip for block in blocks if isinstance(block, content.Video)} == set(CLIPS)
    assert {block.key for block in blocks if isinstance(block, content.Image)} == set(STILLS)
    assert {path.stem for path in render.PICTURES.glob("*.png")} == set(STILLS)


def test_clips_together_are_small_and_one_is_long_enough_to_be_studied():
    assert sum(clip.video.stat().st_size for clip in CLIPS.values()) <= 15 * MEGABYTE
    assert max(clip.duration_ms for clip in CLIPS.values()) >= 90_000


class TestWithoutAChineseFont:
    @pytest.fixture(autouse=True)
    def no_font(self, monkeypatch):
        canvas.find_fonts.cache_clear()
        monkeypatch.setattr(canvas, "_fc_match", lambda pattern: None)
        yield
        canvas.find_fonts.cache_clear()

    def test_the_script_says_what_to_do_and_fails(self, capsys, tmp_path):
        ended = render.main(["--frame", "crane-signals", "5", str(tmp_path / "out.png")])

        said = capsys.readouterr().err
        assert ended == 1
        assert said.startswith("No Chinese font found: install fonts-noto-cjk")
        assert said.count("\n") == 1

    def test_a_font_file_that_is_not_there_is_named(self, capsys, tmp_path):
        out = str(tmp_path / "out.png")

        ended = render.main(["--font", "/no/such.ttf", "--frame", "crane-signals", "5", out])

        assert ended == 1
        assert capsys.readouterr().err == "There is no font file /no/such.ttf.\n"
