"""How times are cut, and the places of the ruler: the examples beside the functions hold."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import display, ruler, trades
from core.display import MINUTE_MS

pytestmark = pytest.mark.once

durations = st.integers(0, 10**11)


@pytest.mark.parametrize("module", [display, ruler, trades])
def test_doctests_hold(module):
    assert doctest.testmod(module).failed == 0


@given(durations)
def test_what_is_shown_is_never_more_than_what_was_studied(ms):
    assert int(display.minutes(ms).replace(",", "")) * MINUTE_MS <= ms
    assert float(display.study_hours(ms).replace(",", "")) * 45 * MINUTE_MS <= ms + 1e-3


@given(st.integers(0, 10**10))
def test_a_reversal_is_cut_towards_zero(ms):
    assert display.minutes(-ms).lstrip("-") == display.minutes(ms)


@given(st.integers(1, 10**9))
def test_a_ruler_has_at_most_sixty_odd_ticks_inside_its_length(total_ms):
    found = ruler.ticks(total_ms)
    assert 1 <= len(found) <= 62 or total_ms > 60 * ruler._STEPS_MIN[-1] * MINUTE_MS
    assert all(0 <= tick.x <= 100 for tick in found)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))), st.integers(1, 10**6))
def test_stretches_stay_on_the_ruler(spans, total_ms):
    for found in ruler.stretches([(a, b, "counted") for a, b in spans], total_ms):
        assert 0 <= found.x <= 100
        assert 0 < found.width <= 100.001 or found.width == 0
