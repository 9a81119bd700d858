import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rules import Variant, master_playlist, qualities_for, scaled

pytestmark = pytest.mark.once

side = st.integers(16, 8000)


@given(side, side)
def test_each_picture_gets_at_least_two_qualities_and_none_is_enlarged(width, height):
    qualities = qualities_for(width=width, height=height)

    assert len(qualities) >= 2
    for quality in qualities:
        w, h = scaled(width=width, height=height, short_side=quality.short_side)
        assert (w % 2, h % 2) == (0, 0)
        assert w <= max(2, width) and h <= max(2, height)


def test_master_playlist_lists_variants_from_the_lowest_rate_with_relative_addresses():
    text = master_playlist([Variant("720p", 1280, 720, 1_296_000), Variant("240p", 426, 240, 228_000)])

    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        "240p/index.m3u8",
        "720p/index.m3u8",
    ]
